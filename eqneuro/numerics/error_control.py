"""What is known of methods with internal steps without an algebra system: how they are bounded, what they keep."""

RELATIVE, ABSOLUTE = 1e-6, 1e-9
"""Tolerances where the flags `rtol` and `atol` name none."""
LIMIT = 100_000
"""Internal steps in one step of the network."""
INNER = "inner:"
"""In front of a variable: the length of the last internal step of the equations that it is the first of."""
