"""The built-in models, in the equation language itself."""
