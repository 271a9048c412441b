"""What is done in a step beside equations: schedules followed, spikes played, means observed, rows recorded.

Each function takes the arrays that describe its work and gives what is done in every step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np

from eqneuro.reference.counters import philox, unit
from eqneuro.reference.state import Array, Instant, Spikes

Action = Callable[[Instant], None]
GAP_STEPS, GAP_NEURONS = 256, 4096
"""Steps after which the gaps between random spikes begin anew, and neurons whose gaps are drawn together."""
Arrays = Sequence[Array | None]


def timed_array(arrays: Arrays) -> Action:
    """Rows of values, each from its own step on."""
    _, rows, starts, period, origin, target, _ = (_given(a) for a in arrays)

    def act(now: Instant) -> None:
        age = now.step - int(origin[0])
        if period[0] > 0:
            age = int(np.fmod(age, int(period[0])))
        begun = int(np.count_nonzero(starts <= age))
        target[:] = rows[begun - 1] if begun else 0

    return act


def spike_source(arrays: Arrays, output: Spikes) -> Action:
    """Spikes at given steps."""
    steps, ranks, t_last = (_given(arrays[k]) for k in (1, 2, 6))

    def act(now: Instant) -> None:
        chosen = np.unique(ranks[steps == now.step]).astype(np.int64)
        output.put(now.tick, chosen)
        t_last[chosen] = now.time

    return act


def poisson_source(arrays: Arrays, output: Spikes) -> Action:
    """Spikes at rates that stay, drawn by their gaps: places are the neurons of a set, step after step."""
    numbers, rates, origin, t_last = (_given(arrays[k]) for k in (0, 1, 2, 6))
    size, stream = (int(x) for x in numbers[:2])
    known: dict[tuple[Any, ...], list[int]] = {}

    def window(start: int, number: int, chances: Array, moment: Instant) -> list[int]:
        """Places of the spikes of a set of neurons in the steps from ``start`` on."""
        key = (start, number, moment.seed, moment.epoch, chances.tobytes())
        if key not in known:
            if number == 0:
                known.clear()
            known[key] = list(_spikes_by_gaps(start, number, chances, stream, moment))
        return known[key]

    def act(now: Instant) -> None:
        age = (now.step - int(origin[0])) % GAP_STEPS
        chosen: list[int] = []
        for begin in range(0, size, GAP_NEURONS):
            chances = rates[begin : min(begin + GAP_NEURONS, size)].astype(np.float64) * now.dt / 1000.0
            width = len(chances)
            places = window(now.step - age, begin // GAP_NEURONS, chances, now)
            chosen += [begin + place % width for place in places if place // width == age]
        ranks = np.array(chosen, dtype=np.int64)
        output.put(now.tick, ranks)
        t_last[ranks] = now.time

    return act


def _spikes_by_gaps(start: int, set_number: int, chances: Array, stream: int, moment: Instant) -> Iterator[int]:
    """Geometric gaps at the largest probability; at smaller ones some spikes are given up."""
    most, width = min(1.0, float(chances.max(initial=0.0))), len(chances)
    place, window = -1, start ^ set_number << 40
    for number in count() if most > 0.0 else ():
        words = philox((number, stream, window & 0xFFFFFFFF, window >> 32), moment.keys)
        chance, other = float(unit(words[0], words[1])), float(unit(words[2], words[3]))
        gap = np.floor(np.log(1.0 - chance) * (1.0 / np.log1p(-most)))
        if not gap < GAP_STEPS * width - place:
            return
        place += 1 + int(gap)
        if place >= GAP_STEPS * width:
            return
        if other * most < chances[place % width]:
            yield place


def timed_spike_source(arrays: Arrays, output: Spikes) -> Action:
    """Spikes at given moments within steps."""
    steps, ranks, t_last, moments = (_given(arrays[k]) for k in (1, 2, 6, 7))

    def act(now: Instant) -> None:
        chosen = steps == now.step
        output.put(now.tick, ranks[chosen].astype(np.int64), moments[chosen])
        for rank, moment in zip(ranks[chosen].tolist(), moments[chosen].tolist(), strict=True):
            t_last[rank] = now.time + moment

    return act


def observe_mean(arrays: Arrays) -> Action:
    """The mean over some neurons, or how far it is from its mean in a first window, added to an input."""
    numbers, values, state, target = (_given(arrays[k]) for k in (0, 1, 3, 4))
    ranks, window = arrays[2], int(numbers[3])

    def act(now: Instant) -> None:
        chosen = values[: int(numbers[0])] if ranks is None else values[ranks]
        value = float(np.mean(chosen.astype(float)))
        if state[0] < window:
            state[0] += 1.0
            state[1] += value / window
            return
        if window:
            value = (value - state[1]) / (state[1] if state[1] != 0.0 else 1.0)
        target[0] += state[2] * value

    return act


def measure_rate(spikes: Spikes, steps: int, rate: Array, inside: Array) -> Action:
    """Spikes within a sliding window, as a rate in Hz."""

    def act(now: Instant) -> None:
        np.add.at(inside, spikes.at(now.tick), 1)
        np.subtract.at(inside, spikes.at(now.tick - steps), 1)
        rate[:] = 1000.0 / (steps * now.dt) * inside

    return act


def _is_due(now: Instant, settings: Array) -> bool:
    enabled, start, period, offset = (int(x) for x in settings)
    return bool(enabled) and now.step >= start and (now.step - start) % period == offset


def record_row(arrays: Arrays) -> Action:
    """A row of a recording."""
    numbers, settings, values, rows, filled = (_given(arrays[k]) for k in (0, 1, 3, 4, 5))
    ranks, width = arrays[2], int(numbers[1])

    def act(now: Instant) -> None:
        if _is_due(now, settings):
            rows[int(filled[0])] = values[:width] if ranks is None else values[ranks[:width]]
            filled[0] += 1

    return act


def record_spikes(
    settings: Array, wanted: Array | None, events: tuple[Array, Array, Array, Array | None], output: Spikes
) -> Action:
    """The spikes of a step, as far as they are wanted; ``events`` are their steps and ranks, how many there are, and
    their moments within the steps, where they have some.
    """
    steps, ranks, filled, offsets = events

    def act(now: Instant) -> None:
        if not settings[0]:
            return
        chosen, moments = output.at(now.tick), output.moments_at(now.tick)
        kept = slice(None) if wanted is None else wanted[chosen] != 0
        places = slice(int(filled[0]), int(filled[0]) + len(chosen[kept]))
        steps[places], ranks[places] = now.step, chosen[kept]
        if offsets is not None:
            offsets[places] = moments[kept]
        filled[0] += len(chosen[kept])

    return act


def _given(array: Any) -> Array:
    assert array is not None
    found: Array = array
    return found
