"""The same networks on several simulators: one file a network, with a function for each simulator it is written for.

Each function gets a `Run` and runs in a process of its own, with the Python of its simulator's environment, so nothing
here imports a simulator, nor anything but the standard library, before the function is called.
"""
