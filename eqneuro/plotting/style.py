"""What all pictures share: colours that colour-blind readers can tell apart, and plain axes."""

from __future__ import annotations

from typing import Any

from eqneuro.recording.colours import ACCENT, CYCLE, EXCITATORY, INHIBITORY, QUIET

__all__ = ["ACCENT", "CYCLE", "EXCITATORY", "INHIBITORY", "QUIET", "axes_or_new", "plain"]


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
