"""Pictures of spikes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.plotting.style import CYCLE, EXCITATORY, INHIBITORY, axes_or_new
from eqneuro.recording import spikes as statistics
from eqneuro.recording.pictures import INK, dot_size, draw_raster

if TYPE_CHECKING:
    from eqneuro.recording.monitor import Monitor

Spikes = statistics.Spikes


def raster(
    spikes: Monitor | Spikes,
    dt: float | None = None,
    *,
    groups: Mapping[str, Any] | None = None,
    ax: Any = None,
) -> Any:
    """A dot for each spike.

    Parameters
    ----------
    spikes
        A monitor that records ``spike``, or what it gives: ``{rank: [steps]}``.
    dt
        ms of a step; needed where ``spikes`` is no monitor.
    groups
        Neurons that get a colour of their own: ``{"excitatory": cells[:800], "inhibitory": cells[800:]}``, or ranks.
    ax
        Axes to draw on.

    Returns
    -------
    The axes.
    """
    trains, dt = _trains(spikes, dt)
    panel = axes_or_new(ax)
    if groups is None:
        draw_raster(panel, *statistics.raster(trains, dt))
    else:
        size = dot_size(sum(map(len, trains.values())))
        for color, (label, group) in zip(cycle(CYCLE), groups.items(), strict=False):
            chosen = {rank: trains[rank] for rank in _ranks(group) if rank in trains}
            draw_raster(panel, *statistics.raster(chosen, dt), color=color, label=label, size=size)
        panel.legend(frameon=False, markerscale=4, loc="upper right")
    panel.set_xlabel("time (ms)")
    return panel


def rate_histogram(
    spikes: Monitor | Spikes,
    dt: float | None = None,
    *,
    bins: float = 5.0,
    window: tuple[float, float] | None = None,
    color: Any = EXCITATORY,
    ax: Any = None,
) -> Any:
    """The mean rate of a neuron in Hz over time.

    Parameters
    ----------
    spikes, dt, ax
        As of `raster`.
    bins
        Width of a bin in ms.
    window
        Begin and end in ms; from 0 to the last spike where None.
    color
        Of the area.
    """
    trains, dt = _trains(spikes, dt)
    panel = axes_or_new(ax)
    edges, rates = mean_rates(trains, dt, bins, window)
    panel.stairs(rates, edges, fill=True, color=color, alpha=0.85)
    panel.set(xlabel="time (ms)", ylabel="rate (Hz)", ylim=(0.0, None))
    if len(edges) > 1:
        panel.set_xlim(edges[0], edges[-1])
    return panel


def mean_rates(
    trains: Spikes, dt: float, bins: float, window: tuple[float, float] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Edges of the bins (ms) and the mean rate of a neuron (Hz) in each; ``bins`` is rounded to whole steps."""
    times, _ = statistics.raster(trains, dt)
    width = max(1, round(bins / dt))
    first = 0 if window is None else round(window[0] / dt)
    last = round((times.max() if times.size else 0.0) / dt) + 1 if window is None else round(window[1] / dt)
    number = max(1, -(-(last - first) // width))
    steps = np.floor(times / dt + statistics.TOLERANCE).astype(np.int64)
    steps = steps[(steps >= first) & (steps < last)]
    counts = np.bincount((steps - first) // width, minlength=number)
    ends = np.minimum(first + width * np.arange(number + 1), last)  # the last bin may be a shorter one
    seconds = np.maximum(np.diff(ends), 1) * dt / 1000.0
    return ends * dt, counts / max(1, len(trains)) / seconds


def intervals(spikes: Monitor | Spikes, dt: float | None = None, *, bins: int = 60, ax: Any = None) -> Any:
    """How often each interspike interval occurs, with the mean coefficient of variation.

    Parameters
    ----------
    spikes, dt, ax
        As of `raster`.
    bins
        How many, from 0 to the 99th percentile.
    """
    trains, dt = _trains(spikes, dt)
    panel = axes_or_new(ax, (5.0, 3.6))
    found = [isi for train in statistics.intervals(trains, dt, None).values() for isi in train]
    panel.set(xlabel="interspike interval (ms)", ylabel="count")
    if not found:
        return panel
    panel.hist(found, bins=bins, range=(0.0, float(np.percentile(found, 99.0)) + dt), color=INHIBITORY)
    variation = statistics.variation(trains, dt, None)
    if variation:
        panel.set_title(f"CV = {np.mean(variation):.2f}", fontsize="medium", color=INK)
    return panel


def _trains(spikes: Any, dt: float | None) -> tuple[Spikes, float]:
    if isinstance(spikes, Mapping):
        if dt is None:
            raise TypeError("spikes that are given as {rank: [steps]} need dt, the ms of a step")
        return spikes, dt
    return spikes.get("spike", keep=True), spikes._network.dt if dt is None else dt


def _ranks(group: Any) -> list[int]:
    ranks = getattr(group, "ranks", group)
    return [int(rank) for rank in ranks]
