"""Text to syntax: knows nothing of networks, numerics or C."""
