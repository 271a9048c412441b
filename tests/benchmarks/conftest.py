"""The benchmarks are no package that is installed: they are found beside the tests, after what is."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
