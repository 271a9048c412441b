"""The part of the page that tells how time and memory grow: lines fitted, deviations, pictures."""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.suite.collection import Item, items
from benchmarks.suite.growing import AXES
from benchmarks.suite.results import Record, Results, value
from benchmarks.suite.sessions import cache_sizes, named

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABELS = {
    "neurons": "neurons",
    "sources": "synapses, of more sources",
    "synapses": "synapses, in longer rows",
    "spread": "synapses, in longer rows over more neurons",
    "rate": "spikes of a source (Hz)",
    "delay": "delay (ms)",
    "delays": "longest delay (ms)",
}
TITLES = {
    "neurons": "COBA, 80 synapses a neuron",
    "sources": "1,000 synapses a source, 10 Hz",
    "synapses": "20,000 sources at 10 Hz",
    "spread": "the same onto 200,000 neurons",
    "rate": "10,000 sources, a million synapses",
    "delay": "a million synapses, one delay",
    "delays": "a million synapses, delays of their own",
}
SIZES = ("neurons", "sources", "synapses", "spread")
"""Axes along which building and memory grow too."""
LINE = 0.15
"""Share of its value by which a point may lie beside the line."""


@dataclass(frozen=True)
class Point:
    """Medians of one case."""

    at: float
    seconds: float
    """For a second of model time."""
    build: float
    memory: float
    """MiB, of the process."""
    bytes: float
    """Of the network."""
    spread: tuple[float, float]


@dataclass(frozen=True)
class Line:
    """seconds = fixed + slope·x, fitted so that the relative deviations are least; and those, by point."""

    fixed: float
    slope: float
    deviations: dict[float, float]

    @property
    def worst(self) -> float:
        """The largest deviation, with its sign."""
        return max(self.deviations.values(), key=abs)

    @property
    def holds(self) -> bool:
        return abs(self.worst) <= LINE

    def at(self, x: np.ndarray) -> np.ndarray:
        return self.fixed + self.slope * x


def runs_of(results: Results, axis: str) -> list[tuple[Item, list[Record]]]:
    """By case of an axis, of those that were measured."""
    cases = [item for item in items(networks=["growing"]) if item.case.options["axis"] == axis]
    return [(item, runs) for item in cases if (runs := results.of(item, "eqneuro"))]


def points(results: Results) -> dict[str, list[Point]]:
    """By axis, in the order of what grows."""
    found: dict[str, list[Point]] = {axis: [] for axis in AXES}
    for axis, those in found.items():
        for item, runs in runs_of(results, axis):
            times = [1000.0 * (value(run, "simulate") or 0.0) / run["milliseconds"] for run in runs]
            builds = [value(run, "build") or 0.0 for run in runs]
            those.append(
                Point(
                    float(item.case.options["value"]),
                    statistics.median(times),
                    statistics.median(builds),
                    statistics.median(run["memory"] for run in runs),
                    statistics.median(run["found"]["bytes"] for run in runs),
                    (min(times), max(times)),
                )
            )
    return {axis: sorted(those, key=lambda point: point.at) for axis, those in found.items() if those}


def fit(x: np.ndarray, y: np.ndarray) -> Line:
    """A line with neither part below 0."""
    from scipy.optimize import nnls

    (fixed, slope), _ = nnls(np.column_stack([1.0 / y, x / y]), np.ones(len(y)))
    line = Line(float(fixed), float(slope), {})
    line.deviations.update(zip(x.tolist(), (y / line.at(x) - 1.0).tolist(), strict=True))
    return line


def beyond(those: list[Point], quantity: list[float], cache: float) -> tuple[list[Point], Line]:
    """The largest networks that one line fits, three at least, of those beyond the cache.

    The last cache of a machine with many cores is shared: where it ends for one of them is only seen here.
    """
    first = next((k for k, point in enumerate(those) if point.bytes > cache), 0)
    first = min(first, len(those) - 3)
    while True:
        x = np.array([point.at for point in those[first:]])
        line = fit(x, np.array(quantity[first:]))
        if first == len(those) - 3 or line.holds:
            return those[first:], line
        first += 1


def section(results: Results, folder: Path, notes: Mapping[str, str], numbers: Mapping[str, int]) -> str:
    """Text with a table and pictures, which are written into the folder."""
    found, caches = points(results), caches_of(results)
    if not found:
        return "Nothing measured yet: `python -m benchmarks growth`."
    lines = [
        "Where neurons or synapses grow, a line is fitted to the largest networks: those that the second cache does",
        "not hold, and of these as many as one line fits. What is smaller lies in caches and is faster: the jumps in",
        "the pictures. The relative deviations are least. Three points are the fewest: a line, which has two numbers",
        "of its own, misses these by little. Pictures mark where a network outgrows a cache of the machine that it was",
        "measured on.",
        "",
    ]
    heads = ("against", "line", "points", "largest deviation", "within 15 %", "from", "which takes", "session")
    lines += ["| " + " | ".join(heads) + " |", "| --- " * len(heads) + "|"]
    for axis, quantity, those, line in fits(found, caches):
        verdict, every = "yes" if line.holds else "NO", len(found[axis])
        text = f"{line.fixed:.3g} + {line.slope:.3g} × {LABELS[axis]}"
        sessions = named((run for _, runs in runs_of(results, axis) for run in runs), numbers)
        begin = f"{those[0].at:,g} | {those[0].bytes / 2**20:.0f} MiB | {sessions}"
        fitted = f"{text} | {len(those)} of {every} | {100.0 * line.worst:+.0f} %"
        lines.append(f"| {LABELS[axis]}: {quantity} | {fitted} | {verdict} | {begin} |")
    lines += ["", *(f"- {LABELS[axis]}: {notes[f'growth:{axis}']}" for axis in found if f"growth:{axis}" in notes)]
    draw(found, caches, folder)
    pictures = "\n\n".join(f"![{TITLES[axis]}](images/performance/{axis}.png)" for axis in found)
    return "\n".join(lines) + "\n\n" + pictures


def behind(results: Results, notes: Mapping[str, str]) -> Iterator[str]:
    """Lines beside which a point lies too far, with what explains them."""
    for axis, quantity, _, line in fits(points(results), caches_of(results)):
        if not line.holds:
            told = notes.get(f"growth:{axis}", "Not explained yet.")
            off = f"a point lies {100.0 * line.worst:+.0f} % beside its line [≤ {LINE:.0%}] **NOT**"
            yield f"- **Growth, {LABELS[axis]}**, {quantity}: {off}. {told}"


def fits(
    found: dict[str, list[Point]], caches: dict[str, dict[str, float]]
) -> Iterator[tuple[str, str, list[Point], Line]]:
    """Simulation, beyond the second cache where sizes grow; building and memory against sizes."""
    for axis, every in found.items():
        if len(every) < 3:
            continue
        if axis in SIZES:
            cache = caches[axis].get("L2", 0.0)
            yield axis, "seconds of simulation", *beyond(every, [point.seconds for point in every], cache)
            yield axis, "seconds of building", *beyond(every, [point.build for point in every], cache)
            yield axis, "MiB at peak", *beyond(every, [point.memory for point in every], cache)
        else:
            x = np.array([point.at for point in every])
            yield axis, "seconds of simulation", every, fit(x, np.array([point.seconds for point in every]))


def caches_of(results: Results) -> dict[str, dict[str, float]]:
    """By axis, bytes of the caches of the machine that it was measured on; of several machines, of caches alike."""
    found = {}
    for axis in AXES:
        sessions = {run["session"] for _, runs in runs_of(results, axis) for run in runs}
        first, *others = [cache_sizes(results.sessions[session]) for session in sorted(sessions)] or [{}]
        found[axis] = {name: size for name, size in first.items() if all(one.get(name) == size for one in others)}
    return found


def draw(found: dict[str, list[Point]], caches: dict[str, dict[str, float]], folder: Path) -> None:
    """One picture an axis, log–log: simulation, and building and memory where they grow too."""
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    lines = {(axis, quantity): (those, line) for axis, quantity, those, line in fits(found, caches)}
    style = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    for axis, those in found.items():
        panels = [("seconds of simulation", [point.seconds for point in those])]
        if axis in SIZES:
            panels.append(("seconds of building", [point.build for point in those]))
            panels.append(("MiB at peak", [point.memory for point in those]))
        with plt.rc_context(style):
            figure, all_axes = plt.subplots(
                1, len(panels), figsize=(3.2 * len(panels), 2.8), layout="constrained", squeeze=False
            )
            x = np.array([point.at for point in those])
            for axes, (quantity, y) in zip(all_axes[0], panels, strict=True):
                axes.loglog(x, y, "o", color="#0072B2")
                if (axis, quantity) in lines:
                    fitted, line = lines[axis, quantity]
                    fine = np.geomspace(fitted[0].at, fitted[-1].at, 100)
                    axes.loglog(fine, line.at(fine), color="#D55E00", lw=1.0)
                mark_caches(axes, those, caches[axis])
                axes.set(xlabel=textwrap.fill(LABELS[axis], 32), ylabel=quantity)
            all_axes[0][0].set_title(TITLES[axis], fontsize=9, loc="left")
            figure.savefig(folder / f"{axis}.png", dpi=130)
            plt.close(figure)


def mark_caches(axes: Axes, those: list[Point], caches: dict[str, float]) -> None:
    """Where the network outgrows a cache, named within the axes where curves that rise leave room: left above them."""
    x, sizes = np.log([point.at for point in those]), np.log([max(point.bytes, 1.0) for point in those])
    for name, size in caches.items():
        if sizes[0] < np.log(size) < sizes[-1] and np.all(np.diff(sizes) > 0):
            at = np.interp(np.log(size), sizes, x)
            is_left = at < (x[0] + x[-1]) / 2.0
            axes.axvline(float(np.exp(at)), color="0.7", ls=":", lw=1.0)
            axes.annotate(
                name,
                (float(np.exp(at)), 1.0 if is_left else 0.0),
                xycoords=axes.get_xaxis_transform(),
                xytext=(2, -2) if is_left else (-2, 2),
                textcoords="offset points",
                ha="left" if is_left else "right",
                va="top" if is_left else "bottom",
                color="0.4",
            )
