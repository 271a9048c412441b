"""Libraries and buffers to running steps."""

from importlib.util import find_spec
from pathlib import Path

if find_spec("eqneuro.engine._engine") is None:
    raise ImportError(
        f"the eqneuro in {Path(__file__).parents[1]} is not compiled. If that is its source folder, and eqneuro "
        "is installed: Python takes what lies in the present folder first, so start it in another, or as `python -P`."
        " To work on the sources, install them by `pip install -e .`"
    )
