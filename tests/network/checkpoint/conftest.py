"""The folder of these tests is where they find the networks that they save."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
