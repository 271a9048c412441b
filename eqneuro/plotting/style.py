"""What all pictures share: colours that colour-blind readers can tell apart, and plain axes."""

from __future__ import annotations

from typing import Any

EXCITATORY = "#0b6e99"
INHIBITORY = "#d1495b"
ACCENT = "#edae49"
QUIET = "#8a94a0"
CYCLE = (EXCITATORY, INHIBITORY, ACCENT, "#3a7d44", "#6f4a8e", QUIET)


def axes_or_new(ax: Any, size: tuple[float, float] = (7.0, 3.6)) -> Any:
    """The given axes, or those of a new figure (``size`` in inches)."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    _, made = plt.subplots(figsize=size, layout="constrained")
    return plain(made)


def plain(ax: Any) -> Any:
    """Takes away the lines above and to the right."""
    ax.spines[["top", "right"]].set_visible(False)
    return ax
