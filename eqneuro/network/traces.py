"""Traces of synapses that are kept with neurons, and how they come to be there: see `eqneuro.model.traces`.

What a user reads stays one value a synapse: that at its last event.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from eqneuro.engine.buffers import allocate, padded
from eqneuro.language.evaluate import evaluate
from eqneuro.language.rewrite import is_number
from eqneuro.language.syntax import Expr
from eqneuro.model.models import OdeEquation, SynapseModel
from eqneuro.model.traces import DRIVEN, Side, coefficients_of, find_traces
from eqneuro.network.conditions import after, event_driven

if TYPE_CHECKING:
    from eqneuro.network.projection import Projection

Array = NDArray[Any]
BLOCK = 2**18
"""Synapses whose values are worked out together."""


@dataclass
class Traces:
    """Arrays with an entry for each neuron; of pre-synaptic ones, one after the other for each range.

    ``updated`` are the ticks of the last event of each neuron of a side. ``present`` is what kernels fill before they
    read traces of the neurons at the other ends. ``live`` is the first range with synapses: ranges without any do
    nothing, and their copies stay behind.
    """

    sides: dict[str, Side]
    values: dict[str, Array]
    updated: dict[Side, NDArray[np.int32]]
    sizes: dict[Side, int]
    present: dict[str, Array] = field(default_factory=dict)
    live: int = 0

    def divide(self, edges: NDArray[np.intp]) -> None:
        """Ranges of rows, from edge to edge, each with the same traces of the pre-synaptic neurons."""
        ranges, live = len(edges) - 1, int(np.argmax(np.diff(edges) > 0))
        if len(self.updated["pre"]) == ranges * self.sizes["pre"] and live == self.live:
            return
        self.updated["pre"] = _repeated(self.times("pre"), ranges)
        for name, side in self.sides.items():
            if side == "pre":
                self.values[name] = _repeated(self.held(name), ranges)
                self.present.pop(name, None)
        self.live = live

    def held(self, name: str) -> Array:
        """The values of a trace, one for each neuron."""
        return self._one_copy(self.values[name], self.sides[name])

    def times(self, side: Side) -> NDArray[np.int32]:
        """The ticks of the last events of the neurons of a side."""
        return self._one_copy(self.updated[side], side)

    def _one_copy(self, values: Array, side: Side) -> Array:
        first = self.live * self.sizes[side] if side == "pre" else 0
        return values[first : first + self.sizes[side]]

    def now(self, name: str) -> Array:
        """Room for the values in a step."""
        if name not in self.present:
            self.present[name] = allocate(len(self.values[name]), self.values[name].dtype)
        return self.present[name]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(a.nbytes for arrays in (self.values, self.updated, self.present) for a in arrays.values())


def _repeated(values: Array, ranges: int) -> Array:
    made: Array = allocate(ranges * len(values), values.dtype)
    made[:] = np.tile(values, ranges)
    return made


# -- which variables are kept so --------------------------------------------------------------------------------------


def settle(projection: Projection) -> dict[str, Side]:
    """The traces that kernels keep with neurons from now on; all others have one value a synapse from now on."""
    plastic = projection._plastic
    chosen = _possible(projection)
    traces = plastic.traces
    if traces is not None and traces.sides != chosen:
        part(projection)
        traces = None
    if traces is None and chosen and not _are_alike(projection, chosen):
        chosen = {}
    plastic.kept, plastic.rates = chosen, coefficients_of(projection.model, chosen)
    return chosen


def foreseen(projection: Projection) -> dict[str, Side]:
    """The traces that a compiled network keeps with neurons, or one would if it were compiled now."""
    if projection._net.compiled:
        return projection._plastic.kept
    chosen = _possible(projection)
    return chosen if _are_alike(projection, chosen) else {}


def _possible(projection: Projection) -> dict[str, Side]:
    """By the model and the attributes; where what differs between synapses now must not follow from them."""
    if not (projection._is_event_based() and projection._has_own_synapses and isinstance(projection._delay, int)):
        return {}
    if not projection._pre_population.model.is_spiking:
        return {}
    variables = {a.name for a in projection.model.variables}
    own = [name for name in projection._varying() if name not in variables]
    found = find_traces(projection.model, own)
    return {} if found.keys() & recorded(projection) else found


def recorded(projection: Projection) -> set[str]:
    """Attributes that monitors record, as they are in each synapse."""
    found: set[str] = set()
    for monitor in projection._net._monitors:
        if getattr(monitor._source, "projection", None) is projection:
            found |= monitor._recorders.keys()
    return found


def _are_alike(projection: Projection, chosen: dict[str, Side]) -> bool:
    """Whether all synapses hold the same, since the same time."""
    updated = projection._plastic._updated
    if updated is not None and len(updated) and (updated != updated[0]).any():
        return False
    return all(bool((values == values[:1]).all()) for values in map(projection._values.__getitem__, chosen))


def gather(projection: Projection, boundaries: NDArray[np.int64]) -> Traces:
    """The arrays of the traces, made where there are none."""
    plastic, built = projection._plastic, projection._built
    if plastic.traces is None:
        times, first = plastic._updated, {name: projection._values[name][:1] for name in plastic.kept}
        since = plastic.since if times is None or not built.synapses else int(times[0])
        values = {name: held[0] if len(held) else 0.0 for name, held in first.items()}
        plastic.traces = _make(projection, plastic.kept, values, dict.fromkeys(("pre", "post"), since))
    plastic.traces.divide(np.searchsorted(built.post_ranks, boundaries))
    return plastic.traces


def column_steps(projection: Projection, boundaries: NDArray[np.int64]) -> NDArray[np.int64]:
    """From each slot of a post-synaptic neuron to its next one, where it has synapses with all neurons, else 0."""
    built = projection._built
    steps = np.zeros(built.post_size, dtype=np.int64)
    if built.is_dense:
        lengths = np.diff(np.searchsorted(built.post_ranks, boundaries))
        steps[built.post_ranks] = lengths[np.searchsorted(boundaries, built.post_ranks, side="right") - 1]
    return steps


def take(
    projection: Projection, sides: Mapping[str, Side], values: Mapping[str, Array], events: Mapping[Side, Array]
) -> None:
    """Traces from a file, beside the values of the synapses, if this projection would keep the same ones."""
    if sides == _possible(projection):
        projection._plastic.traces = _make(projection, sides, values, events)


def _make(
    projection: Projection, sides: Mapping[str, Side], values: Mapping[str, Any], events: Mapping[Side, Any]
) -> Traces:
    """Arrays of so many neurons, those of post-synaptic ones with room for whole groups."""
    plastic, built = projection._plastic, projection._built
    sizes: dict[Side, int] = {"pre": built.pre_size, "post": built.post_size}
    real = projection._net._real
    room: dict[Side, int] = {"pre": built.pre_size, "post": padded(built.post_size)}
    made = {name: _filled(room[side], sizes[side], real, values[name]) for name, side in sides.items()}
    updated = {side: _filled(room[side], size, np.int32, events[side]) for side, size in sizes.items()}
    if not _has_others(projection.model, sides):
        plastic._updated = None
    return Traces(dict(sides), made, updated, sizes)


def _filled(length: int, size: int, kind: DTypeLike, values: Any) -> Array:
    array: Array = allocate(length, kind)
    array[:size] = values
    return array


def _has_others(model: SynapseModel, kept: Collection[str]) -> bool:
    local = {a.name for a in model.variables if a.locality == "local"}
    driven = {e.variable for e in model.equations if isinstance(e, OdeEquation) and e.method in DRIVEN}
    return bool((driven & local) - set(kept))


# -- back to synapses -------------------------------------------------------------------------------------------------


def part(projection: Projection) -> None:
    """From now on each synapse has a value of its own; kernels must be others."""
    plastic = projection._plastic
    if plastic.traces is None:
        return
    projection._leave_rows()  # all values are in the user's order then
    updated = event_times(projection)
    plastic.traces, plastic.kept, plastic.rates = None, {}, frozenset()
    plastic.replace(updated)
    projection._net._note_change(structural=True)


def event_times(projection: Projection) -> NDArray[np.int32]:
    """Ticks of the last event of each synapse, in the user's order."""
    built, traces = projection._built, projection._plastic.traces
    assert traces is not None
    found: NDArray[np.int32] = traces.times("pre")[built.pre_ranks]
    if projection.model.post_spike:
        found = np.maximum(found, traces.times("post")[built.post_ranks[built.rows()]])
    return found


def spread(projection: Projection) -> None:
    """Writes the value that each trace had at the last event of each synapse to the synapses, in the user's order."""
    plastic, built = projection._plastic, projection._built
    traces = plastic.traces
    assert traces is not None
    posts = built.post_ranks[built.rows()]
    times = event_times(projection)
    for begin in range(0, built.synapses, BLOCK):
        places = slice(begin, begin + BLOCK)
        ranks: dict[Side, Array] = {"pre": built.pre_ranks[places], "post": posts[places]}
        for name, values in _at(projection, traces, ranks, times[places]):
            projection._held[name][places] = values


def _at(
    projection: Projection, traces: Traces, ranks: dict[Side, Array], times: NDArray[np.int32]
) -> Iterator[tuple[str, Array]]:
    """What the traces are at given times, from those of the neurons' last events."""
    driven = event_driven(projection.model)
    names = {
        a.name: projection._held[a.name][0].item()
        for a in projection.model.parameters
        if a.name in projection._plastic.rates
    }

    def value_of(expr: Expr) -> Any:
        return evaluate(expr, names)

    for name, side in traces.sides.items():
        chosen = ranks[side]
        elapsed = (times - traces.times(side)[chosen].astype(np.float64)) * projection._net.dt
        held = {source: traces.held(source)[chosen] for source in traces.sides if traces.sides[source] == side}
        yield name, after(elapsed, name, driven, held.__getitem__, value_of)


def stays_zero(projection: Projection, name: str) -> bool:
    """Whether a trace that is 0 is so until its next event."""
    _, row, entry = event_driven(projection.model)[name]
    return is_number(entry, 0) and all(is_number(factor, 0) for source, factor in row.items() if source != name)
