"""The colours of all pictures, which colour-blind readers can tell apart."""

EXCITATORY = "#0b6e99"
INHIBITORY = "#d1495b"
ACCENT = "#edae49"
LEAF = "#3a7d44"
VIOLET = "#6f4a8e"
QUIET = "#8a94a0"
CYCLE = (EXCITATORY, INHIBITORY, ACCENT, LEAF, VIOLET, QUIET)
INK = "#1b1f24"
"""The colour of what is drawn alone."""
