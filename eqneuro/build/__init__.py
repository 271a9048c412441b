"""C text to shared libraries: the compiler, and the cache of what it made."""
