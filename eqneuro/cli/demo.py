"""``eqneuro demo``: the balanced network of `coba`, its numbers and its picture."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray

from eqneuro.cli.messages import UsageError, busy, columns

SHOWN = 3
"""Neurons whose voltage is drawn."""


@dataclass(frozen=True)
class Outcome:
    """What a run of the demo gave; ``spikes`` is ``{rank: [steps]}``, ``voltages`` in mV by step and neuron."""

    neurons: int
    synapses: int
    dt: float
    duration: float
    spikes: Mapping[int, Sequence[int]]
    voltages: NDArray[np.float64]
    building: float
    """Seconds to draw the synapses."""
    compiling: float
    """Seconds until the network was ready."""
    was_cached: bool
    simulating: float
    """Seconds of the simulation."""

    @property
    def settled(self) -> dict[int, list[int]]:
        """The spikes of the second half, in which the network has forgotten how it began."""
        half = round(self.duration / self.dt / 2)
        return {rank: [step for step in train if step >= half] for rank, train in self.spikes.items()}

    @property
    def rate(self) -> float:
        """Mean rate of a neuron in the second half, in Hz."""
        return sum(map(len, self.settled.values())) / self.neurons / (self.duration / 2000.0)

    @property
    def variation(self) -> float:
        """Mean coefficient of variation of the intervals in the second half; NaN without intervals."""
        from eqneuro.recording.spikes import variation

        return float(np.mean(variation(self.settled, self.dt, None) or [np.nan]))


def script() -> str:
    """The text of the network, which is a script of its own."""
    return Path(__file__).with_name("coba.py").read_text(encoding="utf-8")


def run(neurons: int, duration: float, seed: int, threads: int, picture: Path | None) -> None:
    """Simulates, says what came out, and draws it."""
    if picture is not None:
        check_picture(picture)
    outcome = simulate(neurons, duration, seed, threads)
    typer.echo(report(outcome))
    if picture is not None:
        with busy("drawing"):
            from eqneuro.cli.demo_picture import draw

            try:
                draw(outcome).savefig(picture, dpi=150)
            except OSError as trouble:
                raise UsageError(f"the picture can't be written to {picture}: {trouble.strerror or trouble}") from None
        typer.echo(columns([("picture", str(picture.resolve()))], width=len("simulated")))


def check_picture(picture: Path) -> None:
    """Says before the simulation, not after it, that a picture can't be written.

    Raises
    ------
    UsageError
        If there is no such folder, or matplotlib knows no such kind of file.
    """
    if not picture.resolve().parent.is_dir():
        raise UsageError(f"there is no folder {str(picture.resolve().parent)!r} for the picture")
    kinds = (".png", ".svg", ".pdf", ".jpg", ".jpeg", ".webp")
    if picture.suffix.lower() not in kinds:
        raise UsageError(f"a picture ends in {', '.join(kinds)}, not {picture.suffix or 'nothing'!r}")


def simulate(neurons: int, duration: float, seed: int, threads: int) -> Outcome:
    """Builds, compiles and runs the network, each by the clock.

    Raises
    ------
    UsageError
        If no network can be built with these numbers.
    """
    clock = [time.perf_counter()]
    with busy("building"):
        from eqneuro.cli import coba

        try:
            net = coba.build(neurons, seed, threads)
        except ValueError as trouble:  # more threads than a network takes
            raise UsageError(str(trouble)) from None
        cells = net.get_population("cells")
        assert cells is not None
        spikes, voltages = net.monitor(cells, "spike"), net.monitor(cells[:SHOWN], "v")
    clock.append(time.perf_counter())
    with busy("compiling"):
        begun = time.time()
        net.compile()
        assert net._compiled is not None
        was_cached = net._compiled.library.stat().st_mtime < begun
    clock.append(time.perf_counter())
    net.simulate(duration)
    clock.append(time.perf_counter())
    building, compiling, simulating = np.diff(clock).tolist()
    return Outcome(
        neurons=neurons,
        synapses=sum(projection.nb_synapses for projection in net.get_projections()),
        dt=net.dt,
        duration=net.time,
        spikes=spikes.get("spike"),
        voltages=voltages.get("v"),
        building=building,
        compiling=compiling,
        was_cached=was_cached,
        simulating=simulating,
    )


def report(outcome: Outcome) -> str:
    """The numbers, a line each."""
    seconds = outcome.duration / 1000.0
    ready = "found in the cache" if outcome.was_cached else "the next time from the cache"
    rows = [
        ("built", f"{outcome.building:.2f} s"),
        ("compiled", f"{outcome.compiling:.2f} s ({ready})"),
        ("simulated", f"{seconds:g} s in {outcome.simulating:.2f} s: {_speed(seconds, outcome.simulating)}"),
        ("rate", f"{outcome.rate:.1f} Hz (published: about 20 Hz)"),
        ("CV", f"{outcome.variation:.2f} (of the interspike intervals; regular 0, Poisson 1)"),
    ]
    title = f"COBA: {outcome.neurons:,} neurons, {outcome.synapses:,} synapses, dt = {outcome.dt:g} ms"
    return f"{title}\n{columns(rows)}"


def _speed(simulated: float, took: float) -> str:
    factor = simulated / max(took, 1e-9)
    if factor >= 1.0:
        return f"{factor:.1f} times faster than real time"
    return f"{1.0 / factor:.1f} times slower than real time"
