"""A network run by both backends, and whether what they give agrees."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqneuro import Network
from eqneuro.language.syntax import Number
from eqneuro.network.runner import NotFiniteError
from eqneuro.reference.evaluate import MEANINGS, VISITS, Meaning

TOLERANCE = 1e-10
"""Relative to the largest value that a variable has in the run, over all neurons or synapses."""
MOMENT = 1e-9
"""Of a step: how far moments of spikes within it may differ; on the grid they don't at all."""
STEPS = 200
NUDGE, APART = 1e-14, 1e-11
"""Relative changes of initial values, and what becomes of them where a model amplifies every rounding."""


@dataclass
class Outcome:
    """What monitors recorded, spikes, what synapses hold at the end, and the message of what ended the run."""

    series: dict[str, np.ndarray]
    spikes: dict[str, list[tuple[int, float]]]
    """Neurons and steps, between two steps where they happen within these."""
    ended: str


@contextmanager
def more_digits() -> Iterator[None]:
    """The interpreter computes expressions with numpy's long doubles, where the processor has more than doubles.

    Numbers are what their digits say, to as many digits: next to the double that a variable holds, not that double, so
    that x - 0.21 is tiny where it was 0, and (x - 0.21)/(exp(x - 0.21) - 1), which C takes the limit of, is a number.
    """

    def number(expr: Number) -> Meaning:
        value = np.longdouble(repr(expr.value))
        return lambda leaf: value

    plain = VISITS[Number]
    VISITS[Number] = number
    MEANINGS.clear()
    try:
        yield
    finally:
        VISITS[Number] = plain
        MEANINGS.clear()


def run(build: Callable[[], Network], backend: str, steps: int = STEPS, *, nudged: bool = False) -> Outcome:
    """The network that ``build`` makes, run by a backend; all its monitors are read. ``nudged`` if its variables begin
    a few units of the last digit away.
    """
    ended = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of steps that are large for a random model
        net = build()
        net.compile(backend=backend, silent=True)
        if nudged:
            _nudge(net)
        try:
            net.simulate(steps * net.dt)
        except NotFiniteError as error:
            ended = str(error)
    series, spikes = {}, {}
    for monitor in net.get_monitors():
        for name, values in monitor.get(reshape=False).items():
            key = f"{name} of {monitor.name}"
            if isinstance(values, dict):
                spikes[key] = sorted((int(rank), step) for rank, train in values.items() for step in train)
            else:
                series[key] = np.asarray(values, dtype=float).reshape(len(values), -1)
    for projection in net.get_projections():
        for name in projection.variables:
            series[f"final {name} of {projection.name}"] = _flat(projection.get(name))
    return Outcome(series, spikes, ended)


def _nudge(net: Network) -> None:
    for population in net.get_populations():
        for name in population.variables:
            values = np.asarray(population.get(name))
            if values.dtype.kind == "f":
                signs = np.resize([1.0, -1.0, 1.0], values.shape)
                population.set({name: values + NUDGE * signs * np.maximum(np.abs(values), 0.1)})


def _flat(values: Any) -> np.ndarray:
    rows = values if isinstance(values, list) else [values]
    return np.concatenate([np.ravel(np.asarray(row, dtype=float)) for row in rows] or [np.empty(0)])


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """The largest difference, relative to the largest value; what is no number must be so in both."""
    if first.shape != second.shape:
        return np.inf
    finite = np.isfinite(first)
    if not np.array_equal(finite, np.isfinite(second)) or not np.array_equal(
        first[~finite], second[~finite], equal_nan=True
    ):
        return np.inf
    if not finite.any():
        return 0.0
    scale = max(np.abs(first[finite]).max(), np.abs(second[finite]).max())
    return float(np.abs(first[finite] - second[finite]).max() / scale) if scale > 1e-290 else 0.0


def disagreements(first: Outcome, second: Outcome) -> list[str]:
    """In what two outcomes differ; the earliest step first."""
    found = []
    if first.ended != second.ended:
        found.append(f"one ended by {first.ended!r}, the other by {second.ended!r}")
    for key, spikes in first.spikes.items():
        others = second.spikes[key]
        if not _are_same(spikes, others):
            missing = [spike for spike in spikes if not any(_are_same([spike], [other]) for other in others)]
            more = [spike for spike in others if not any(_are_same([spike], [other]) for other in spikes)]
            counts = f"{len(spikes)} and {len(others)}"
            found.append(f"{key}: {counts}, (neuron, step) {missing[:1]} of the first, {more[:1]} of the other")
    for key, values in first.series.items():
        others = second.series[key]
        gap = difference(values, others)
        if not gap <= TOLERANCE:
            found.append(f"{key}: {gap:.1e}{_where(values, others)}")
    return found


def _are_same(spikes: list[tuple[int, float]], others: list[tuple[int, float]]) -> bool:
    """The same neurons in the same steps, to `MOMENT` of a step."""
    if [rank for rank, _ in spikes] != [rank for rank, _ in others]:
        return False
    return all(abs(a - b) <= MOMENT for (_, a), (_, b) in zip(spikes, others, strict=True))


def _where(first: np.ndarray, second: np.ndarray) -> str:
    if first.shape != second.shape or first.ndim != 2:
        return f", {first.ravel()[:3]} and {second.ravel()[:3]}"
    with np.errstate(invalid="ignore"):
        wrong = ~(
            np.isclose(first, second, rtol=1e-10, atol=1e-10 * np.nanmax(np.abs(first), initial=0.0), equal_nan=True)
        )
    if not wrong.any():
        return ""
    step, place = np.argwhere(wrong)[0]
    return f", first in step {step} at {place}: {first[step, place]!r} and {second[step, place]!r}"


def stable_part(pair: tuple[Outcome, Outcome], others: tuple[Outcome, Outcome]) -> tuple[Outcome, Outcome]:
    """Both outcomes, until one of them is left by its other run: as long as rounding is not amplified."""
    ends: dict[str, int] = {}
    for outcome, other in zip(pair, others, strict=True):
        for owner, end in _ends(outcome, other).items():
            ends[owner] = min(end, ends.get(owner, STEPS))
    is_whole = all(x.ended == y.ended for x, y in zip(pair, others, strict=True))
    is_whole = is_whole and all(end == STEPS for end in ends.values())
    first, second = (_until(outcome, ends, is_whole=is_whole) for outcome in pair)
    return first, second


def _ends(first: Outcome, nudged: Outcome) -> dict[str, int]:
    """For each population the step in which a nudged run leaves the first."""
    ends: dict[str, int] = {}
    for key, values in first.series.items():
        others, owner = nudged.series[key], key.partition(" of ")[2]
        end = STEPS
        if values.ndim == 2 and values.shape[1:] == others.shape[1:]:
            common = min(len(values), len(others))  # one of them may have ended early
            scale = np.nanmax(np.abs(values), initial=1e-290, where=np.isfinite(values))
            with np.errstate(invalid="ignore"):
                apart = ~np.isclose(values[:common], others[:common], rtol=0.0, atol=APART * scale, equal_nan=True)
            gone = apart.any(axis=1)
            end = int(np.argmax(gone)) if gone.any() else common if len(values) != len(others) else STEPS
        elif difference(values, others) > APART:
            end = 0
        ends[owner] = min(end, ends.get(owner, STEPS))
    for key, spikes in first.spikes.items():
        owner, others = key.partition(" of ")[2], nudged.spikes[key]
        odd = [] if _are_same(spikes, others) else [int(step) for _, step in {*spikes} ^ {*others}]
        ends[owner] = min([ends.get(owner, STEPS), *odd])
    return ends


def _until(outcome: Outcome, ends: dict[str, int], *, is_whole: bool) -> Outcome:
    def end(key: str) -> int:
        return ends.get(key.partition(" of ")[2], STEPS)

    series = {k: v[: end(k)] if v.ndim == 2 else v[: len(v) * (end(k) > 0)] for k, v in outcome.series.items()}
    spikes = {k: [(rank, step) for rank, step in v if step < end(k)] for k, v in outcome.spikes.items()}
    return Outcome(series, spikes, outcome.ended if is_whole else "")


def assert_agree(build: Callable[[], Network], steps: int = STEPS) -> Outcome:
    """Both backends give the same; returns what the compiled one gave.

    Where a model amplifies rounding, as one that is integrated with too large a step, they need to agree until another
    run, whose initial values are nudged, leaves the compiled one; and where the interpreter loses digits by itself, as
    it does in u/(e^u - 1) near 0, until a run of it that computes with more digits leaves the interpreted one.
    """
    compiled, interpreted = run(build, "c", steps), run(build, "reference", steps)
    found = disagreements(compiled, interpreted)
    if found:
        with more_digits():
            others = run(build, "c", steps, nudged=True), run(build, "reference", steps)
        found = disagreements(*stable_part((compiled, interpreted), others))
    assert not found, "\n".join(["compiled and interpreted differ:", *found])
    return compiled
