"""Reports: a network written down as a paper would describe it, in Markdown or LaTeX."""

from eqneuro.reporting.writing import report

__all__ = ["report"]
