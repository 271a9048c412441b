"""Work–precision diagrams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from benchmarks.accuracy.collect import curves, holds
from benchmarks.accuracy.measured import Accuracy

PLAIN = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
DASHES = {"eqneuro": "-", "Brian2": ":", "NEST": "--"}
COLOURS = {
    "explicit": "C0", "euler": "C0", "midpoint": "C1", "rk2": "C1", "heun": "C4", "rk4": "C2", "exponential": "C3",
    "exponential_euler": "C3", "auto": "k", "exact": "k", "semiimplicit": "C5", "implicit": "C6", "sdirk2": "C8",
    "rk45": "C9", "": "0.4",
}  # fmt: skip


def draw(title: str, results: Sequence[Accuracy], place: Path) -> None:
    """One problem: the error of v, and where there are spikes that of their times, against the cost."""
    panels = [("largest error of v (mV), no spike", lambda a: a.error)]
    if any(holds(a.spike_error) for a in results):
        panels.append(("mean error of spike times (ms)", lambda a: a.spike_error))
    else:
        panels = [("largest error of r", lambda a: a.error)]
    with plt.rc_context(PLAIN):
        figure, axes = plt.subplots(1, len(panels), figsize=(2.2 + 3.6 * len(panels), 3.6), squeeze=False)
        for axis, (label, value) in zip(axes[0], panels, strict=True):
            for name, runs in curves(results).items():
                _draw_curve(axis, name, [(a.run.cost, value(a)) for a in runs if holds(value(a))], runs[0])
            axis.set(xscale="log", yscale="log", xlabel="CPU time (ns per neuron and ms)", ylabel=label)
            axis.grid(alpha=0.25)
        axes[0][-1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=7.5)
        figure.suptitle(title, fontsize=10)
        figure.savefig(place, dpi=110, bbox_inches="tight")
        plt.close(figure)


def _draw_curve(axis: Axes, name: str, points: Sequence[tuple[float, float]], run: Accuracy) -> None:
    method, _, within = run.run.method.partition(", ")
    costs, errors = zip(*points, strict=True) if points else ((), ())
    style = dict(linestyle=DASHES[run.run.simulator], marker="s" if within else "o", markersize=3)
    axis.plot(costs, errors, color=COLOURS[method], label=name, **style)
