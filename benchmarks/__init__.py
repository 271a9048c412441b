"""What eqneuro's speed and its networks' activity are, measured by one command: ``python -m benchmarks figures``."""
