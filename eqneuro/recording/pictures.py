"""Pictures of recordings, with matplotlib: what `Monitor.plot` and `eqneuro.plotting` draw with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.recording import spikes as statistics
from eqneuro.recording.colours import INK as INK

MANY = 12
"""More lines than this get no legend."""


def draw_monitor(monitor: Any, ax: Any = None) -> Any:
    """A raster of spikes, or each variable over time; one panel for each that is recorded.

    Parameters
    ----------
    monitor
        Its data stay in it.
    ax
        Axes to draw on; where None, new ones below each other.

    Returns
    -------
    Axes, or an array of axes where there are several panels.
    """
    data = monitor.get(keep=True, reshape=False)
    axes = [ax] * len(data) if ax is not None else new_panels(len(data))
    for panel, (name, values) in zip(axes, data.items(), strict=True):
        if isinstance(values, dict):
            draw_raster(panel, *statistics.raster(values, monitor._network.dt))
        else:
            draw_lines(panel, monitor._clock(name, len(values)), values, name)
    axes[-1].set_xlabel("time (ms)")
    return axes[0] if ax is not None or len(axes) == 1 else np.array(axes, dtype=object)


def draw_raster(
    ax: Any,
    times: NDArray[Any],
    ranks: NDArray[Any],
    color: Any = INK,
    label: str | None = None,
    size: float | None = None,
) -> None:
    """A dot for each spike, the smaller the more there are.

    Parameters
    ----------
    times
        In ms.
    ranks
        Of the neurons that spiked.
    color, label
        As matplotlib takes them.
    size
        Of a dot in points.
    """
    ax.plot(
        times, ranks, linestyle="none", marker=".", color=color, label=label, rasterized=True,
        markersize=dot_size(len(times)) if size is None else size, markeredgewidth=0.0,
    )  # fmt: skip
    ax.set_ylabel("neuron")


def dot_size(number: int) -> float:
    """Points that let so many dots be told apart: 5 for a few, 1 for very many."""
    return float(np.clip(50.0 * max(1, number) ** -0.3, 1.0, 5.0))


def draw_lines(ax: Any, times: NDArray[Any], values: NDArray[Any], name: str, labels: Sequence[str] = ()) -> None:
    """A line for each neuron; a legend where there are a few.

    Parameters
    ----------
    times
        In ms.
    values
        By time first; the rest, the geometry, is drawn rank by rank.
    name
        Of the variable.
    labels
        Of the lines, the ranks where nothing is said.
    """
    lines = values.reshape(len(values), math.prod(values.shape[1:]))
    given = list(labels) or ([str(rank) for rank in range(lines.shape[1])] if values.ndim > 1 else [])
    single = lines.shape[1] == 1
    for column in range(lines.shape[1]):
        label = given[column] if column < len(given) else None
        ax.plot(times, lines[:, column], linewidth=1.0, color=INK if single else None, label=label)
    ax.set_ylabel(name)
    if 1 < lines.shape[1] <= MANY:
        ax.legend(frameon=False, fontsize="small", loc="upper right", ncols=min(6, lines.shape[1]))


def new_panels(number: int) -> list[Any]:
    """So many axes below each other, with the same time axis."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(
        max(1, number), 1, sharex=True, squeeze=False, figsize=(7.0, 2.6 * max(1, number) + 0.8), layout="constrained"
    )
    for ax in axes[:, 0]:
        ax.spines[["top", "right"]].set_visible(False)
    return list(axes[:, 0])
