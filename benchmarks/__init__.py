"""What eqneuro's speed and its networks' activity are, measured: ``python -m benchmarks --help``."""
