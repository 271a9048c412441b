"""Pictures of recordings, with matplotlib."""

from __future__ import annotations

from typing import Any

from eqneuro.recording import spikes as statistics


def draw_monitor(monitor: Any, ax: Any = None) -> Any:
    """A raster of spikes, or each variable over time, on the given or new axes."""
    import matplotlib.pyplot as plt

    data = monitor.get(keep=True)
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    for name, values in data.items():
        if isinstance(values, dict):
            times, ranks = statistics.raster(values, monitor._network.dt)
            ax.plot(times, ranks, ".", markersize=2, color="black")
            ax.set_ylabel("neuron")
        else:
            ax.plot(monitor._clock(name, len(values)), values.reshape(len(values), -1), label=name)
            ax.set_ylabel(name)
    ax.set_xlabel("time (ms)")
    return ax
