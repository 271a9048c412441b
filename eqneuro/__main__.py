"""``python -m eqneuro`` is the command ``eqneuro``."""

from eqneuro.cli import main

main()
