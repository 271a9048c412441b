"""Pictures of variables over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eqneuro.plotting.style import EXCITATORY, axes_or_new
from eqneuro.recording.pictures import draw_lines

if TYPE_CHECKING:
    from eqneuro.recording.monitor import Monitor


def traces(
    monitor: Monitor, variable: str | None = None, *, columns: Sequence[int] | None = None, ax: Any = None
) -> Any:
    """A variable over time, a line for each recorded neuron.

    Parameters
    ----------
    monitor
        What recorded it; its data stay in it.
    variable
        Its name; the first that is not ``spike`` where None.
    columns
        Which of the recorded neurons, in the order in which they are recorded; all where None.
    ax
        Axes to draw on.

    Returns
    -------
    The axes.
    """
    name = variable or _first_variable(monitor)
    values = monitor.get(name, keep=True, reshape=False)
    panel = axes_or_new(ax)
    ranks = getattr(monitor.object, "ranks", None)
    labels = [str(rank) for rank in ranks] if ranks is not None and values.ndim > 1 else []
    if columns is not None:
        values, labels = values[:, list(columns)], [labels[column] for column in columns]
    draw_lines(panel, monitor._clock(name, len(values)), values, name, labels)
    panel.set_xlabel("time (ms)")
    return panel


def phase_plane(monitor: Monitor, horizontal: str, vertical: str, *, column: int = 0, ax: Any = None) -> Any:
    """One variable of a neuron against another.

    Parameters
    ----------
    monitor
        What recorded both; its data stay in it.
    horizontal, vertical
        Their names.
    column
        Which of the recorded neurons.
    ax
        Axes to draw on.
    """
    panel = axes_or_new(ax, (4.6, 4.2))
    both = [np.atleast_2d(monitor.get(name, keep=True, reshape=False).T)[column] for name in (horizontal, vertical)]
    panel.plot(*both, color=EXCITATORY, linewidth=1.0)
    panel.set(xlabel=horizontal, ylabel=vertical)
    return panel


def _first_variable(monitor: Monitor) -> str:
    names = [name for name in monitor.variables if not name.endswith("spike")]
    if not names:
        raise ValueError(f"monitor {monitor.name!r} records no variable over time; draw spikes with plotting.raster")
    return names[0]
