"""What the synapses of a projection hold: attributes and delays, once where all are alike, else one a synapse."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.all_pairs import AllPairs
from eqneuro.connectivity.matrix import Connectivity, SpikeRows, spike_rows, spike_rows_with
from eqneuro.language.distributions import Distribution, draw_values
from eqneuro.language.evaluate import evaluate
from eqneuro.language.names import suggest
from eqneuro.language.syntax import Name
from eqneuro.model.models import ModelAttribute, SynapseModel
from eqneuro.network.delays import Delays
from eqneuro.network.held import are_numbers, converted, has_nan, is_among
from eqneuro.network.plastic import PlasticState
from eqneuro.network.quantities import plain_value, plain_weights
from eqneuro.network.store import dtype_of
from eqneuro.network.summary import span_of
from eqneuro.network.synapse_delays import SynapseDelays, flatten, is_nested

if TYPE_CHECKING:
    from eqneuro.network.ahead import InputsAhead

MANY = 1_000_000
"""Synapses whose places in the user's order are worth their memory only while something asks for them."""


class SynapseValues(SynapseDelays):
    """Attributes and delays of the synapses of a projection."""

    _number: int
    _connectivity: Connectivity | None

    @property
    def model(self) -> SynapseModel:
        """The checked model of the synapse."""
        raise NotImplementedError

    def _make_values(self) -> None:
        self._delays = Delays()
        self._held: dict[str, NDArray[Any]] = {}
        self._is_ahead = False
        self._plastic = PlasticState(self)  # type: ignore[arg-type]
        self._shared: set[str] = set()
        self._saved: dict[str, tuple[NDArray[Any], bool]] = {}
        self._saved_delays: Delays | None = None
        self._delays_before: Delays | None = None
        self._is_kept = False
        self._spike_rows: SpikeRows | None = None
        self._known_pairs: tuple[Connectivity, AllPairs | None] | None = None
        self._boundaries = np.empty(0, dtype=np.int64)
        self._ordered: dict[str, NDArray[Any]] = {}
        self._writes = 0
        """How often values were set: what was worked out from them may be out of date."""
        self._inputs_ahead: InputsAhead | None = None
        self._spread: dict[str, NDArray[Any]] = {}

    @property
    def _values(self) -> dict[str, NDArray[Any]]:
        """Values in the user's order, brought up to date with what kernels have changed in theirs."""
        if self._is_ahead:
            self._is_ahead = False
            self._pull()
        return self._held

    def _pull(self) -> None:
        rows = self._spike_rows
        for attribute in self.model.variables:
            name = attribute.name
            if attribute.locality == "semiglobal" and name in self._spread:
                self._held[name][:] = self._spread[name][self._built.post_ranks]
            elif name in self._ordered and rows is not None and rows.position is not None:
                self._held[name][rows.position] = self._ordered[name]
        if self._plastic.traces is not None:
            from eqneuro.network.traces import spread

            spread(self)  # type: ignore[arg-type]

    def _fill(self, found: Connectivity, weights: Any, delays: Any, multiple: bool, *, own: bool = False) -> Self:
        """Takes the synapses, draws their weights and delays; nothing is taken if anything is wrong.

        Weights are the projection's ``own`` where no user holds them.
        """
        rng = np.random.default_rng([self._net._seed_word, self._number, 2])
        names: dict[str, Any] = {c.name: c.value for c in self._net._constants}
        read = {node.id for a in self.model.attributes for node in a.init.walk() if isinstance(node, Name)}
        self._connectivity = found
        try:
            for attribute in self.model.attributes:
                if attribute.name == "w":
                    is_drawn = isinstance(weights, Distribution)
                    value, is_own = self._sample(attribute, weights, rng) if is_drawn else weights, own or is_drawn
                else:
                    count = self._count(attribute)
                    value = evaluate(attribute.init, names, partial(draw_values, rng, count))
                    is_own = attribute.name not in read and not is_among(value, names.values())
                    if attribute.name in read:
                        names[attribute.name] = value
                self._write(attribute, value, spread=multiple and attribute.name == "w", own=is_own)
            self._set_delays(delays, rng)
        except BaseException:
            self._connectivity = None
            raise
        self._net._note_change(structural=True)
        return self

    def _sample(self, attribute: ModelAttribute, weights: Distribution, rng: np.random.Generator) -> NDArray[Any]:
        return weights.sample(rng, self._built.synapses, self._real_of(attribute))

    def _real_of(self, attribute: ModelAttribute) -> type:
        """The precision in which numbers of an attribute are drawn, or read."""
        return self._net._real if attribute.type == "float" else np.float64

    def _count(self, attribute: ModelAttribute) -> int:
        built = self._built
        return {"local": built.synapses, "semiglobal": len(built.post_ranks), "global": 1}[attribute.locality]

    # -- attributes ---------------------------------------------------------------------------------------------------

    def _attribute(self, name: str) -> ModelAttribute:
        for attribute in self.model.attributes:
            if attribute.name == name:
                return attribute
        known = [attribute.name for attribute in self.model.attributes]
        methods = [method for method in dir(type(self)) if not method.startswith("_")]
        hint = suggest(name, [*known, *methods]) or f"It has {', '.join(known)}."
        raise AttributeError(f"projection {self.name!r} has no attribute {name!r}. {hint}")

    def _is_variable(self, name: str) -> bool:
        return not self._attribute(name).is_parameter

    def _is_single(self, name: str) -> bool:
        """Whether one number stands for all synapses."""
        return name in self._shared or self._attribute(name).locality == "global"

    def _write(self, attribute: ModelAttribute, value: Any, *, spread: bool = False, own: bool = False) -> None:
        """An attribute's values: one number where all are alike and nothing asks for more.

        Those that are the projection's ``own`` are taken over, others are copied.
        """
        name, count = attribute.name, self._count(attribute)
        self._writes += 1
        own = own and are_numbers(value, count)
        try:
            given = value if own else np.asarray(value, dtype=float) if np.ndim(value) == 0 else flatten(value)
        except (TypeError, ValueError):
            message = f"{name!r} of projection {self.name!r} takes numbers or a distribution, not {value!r}"
            raise ValueError(message) from None
        if has_nan(given):
            raise ValueError(f"{name!r} of projection {self.name!r} can't be NaN")
        if given.ndim and len(given) not in (1, count) and attribute.locality == "global":
            hint = "one that differs is declared in text, or as Parameter(…, locality='local')"
            raise ValueError(f"{name!r} is one number for projection {self.name!r}, not {len(given)}: {hint}")
        if given.ndim and len(given) not in (1, count):
            raise ValueError(f"{name!r} of projection {self.name!r} takes {count} values, not {len(given)}")
        is_shared = not (given.ndim or spread) and attribute.locality == "local" and attribute.is_parameter
        kind, length = dtype_of(attribute.type, self._net._real), 1 if is_shared else count
        wanted = converted(given, kind) if own else np.broadcast_to(given, (length,)).astype(kind)
        current = self._values.get(name)
        if current is not None and current.shape == wanted.shape and is_shared == (name in self._shared):
            current[:] = wanted
            if name in self._ordered and name not in self._shared:
                self._ordered[name][:] = self._arranged(name)
            if name in self._spread:
                self._spread[name][self._built.post_ranks] = current
            return
        self._values[name] = np.ascontiguousarray(wanted)
        self._spread.pop(name, None)
        self._shared.discard(name)
        if is_shared:
            self._shared.add(name)
        self._ordered.pop(name, None)

    def _read(self, name: str) -> Any:
        attribute = self._attribute(name)
        self._built  # noqa: B018
        values = self._values[name]
        if self._is_single(name):
            return values[0].item()
        return values.tolist() if attribute.locality == "semiglobal" else self._split(values)

    def _assign(self, name: str, value: Any) -> None:
        """What the user sets."""
        attribute = self._attribute(name)
        if self._connectivity is None:
            raise RuntimeError(
                f"projection {self.name!r} has no synapses yet: {name!r} is set after a connector is called"
            )
        if name == "w":
            value = plain_weights(value, self)  # type: ignore[arg-type]
        value = plain_value(value, name, self.model.units, f"projection {self.name!r}")
        if isinstance(value, Distribution):
            value = value.sample(self._net.default_rng, self._count(attribute))
        elif is_nested(value) or np.ndim(value) != 0:
            value = self._checked_rows(value, attribute)
        if name in self._plastic.kept or name in self._plastic.rates:
            self._free_traces(name, value)
        before, was_shared = self._values[name], name in self._shared
        if self._is_kept and name not in self._saved:
            self._saved[name] = (before.copy(), was_shared)
        self._write(attribute, value, spread=not was_shared)
        if self._values[name] is before and attribute.locality != "semiglobal":
            self._net._note_values()
        else:
            self._net._note_change(structural=was_shared != (name in self._shared))

    def _free_traces(self, name: str, value: Any) -> None:
        """Before a trace that is kept with neurons is set, or what its equation reads: each synapse has one of its own
        from now on, unless all are 0 and stay so.
        """
        from eqneuro.network.traces import part, stays_zero

        traces = self._plastic.traces
        if np.ndim(value) == 0 and self._is_single(name) and value == self._values[name][0]:
            return
        is_zero = np.ndim(value) == 0 and value == 0
        if is_zero and traces is not None and name in traces.values and stays_zero(self, name):  # type: ignore[arg-type]
            self._values  # noqa: B018
            traces.values[name][:] = 0
            return
        part(self)  # type: ignore[arg-type]
        self._net._note_change(structural=True)

    def _free_recorded(self, name: str) -> None:
        """Before an attribute is recorded, which is done synapse by synapse."""
        if name in self._plastic.kept:
            from eqneuro.network.traces import part

            part(self)  # type: ignore[arg-type]
            self._net._note_change(structural=True)

    def _restore(self, *, weights: bool) -> None:
        """Brings back what was there when the network was first compiled."""
        self._plastic.forget(int(self._net._clock[1]))
        for name in [name for name in self._saved if weights or name != "w"]:
            values, is_shared = self._saved[name] if self._is_variable(name) else self._saved.pop(name)
            self._write(self._attribute(name), values[0] if is_shared else values, spread=not is_shared)
        if self._saved_delays is not None:
            before, self._saved_delays = self._saved_delays, None
            self._put_delays(before, self._delays)
        self._net._note_change(structural=True)

    def _keep_initial(self) -> None:
        """What the synapses hold from now on is what `reset` brings back; copies are made when they change."""
        self._is_kept = True
        for attribute in self.model.variables:  # kernels change them without asking
            name = attribute.name
            self._saved.setdefault(name, (self._values[name].copy(), name in self._shared))

    def _checked_rows(self, value: Any, attribute: ModelAttribute) -> NDArray[np.float64]:
        """Values for each synapse, or a nested list with one list for each post-synaptic neuron, flattened."""
        if attribute.locality == "local" and is_nested(value):
            lengths = np.diff(self._built.row_start)
            if [np.size(row) for row in value] != lengths.tolist():
                raise ValueError(
                    f"{attribute.name!r} takes one list for each of the {len(lengths)} post-synaptic neurons that have "
                    f"synapses, of {span_of(lengths)} values"
                )
        return flatten(value)

    def _split(self, values: NDArray[Any]) -> list[list[Any]]:
        start = self._built.row_start
        flat = values.tolist()
        return [flat[a:b] for a, b in pairwise(start)]

    def _convert(self) -> None:
        """Another precision, before anything was computed."""
        for attribute in self.model.attributes if self._connectivity is not None else ():
            kind = dtype_of(attribute.type, self._net._real)
            self._values[attribute.name] = self._values[attribute.name].astype(kind)
        self._plastic.traces = None
        self._ordered, self._spread = {}, {}

    # -- what kernels read --------------------------------------------------------------------------------------------

    def _varying(self) -> tuple[str, ...]:
        """Attributes with one value a synapse."""
        return tuple(a.name for a in self.model.attributes if a.locality == "local" and a.name not in self._shared)

    def _rows_for_spikes(self, boundaries: NDArray[np.int64]) -> SpikeRows:
        if self._spike_rows is None or not np.array_equal(self._boundaries, boundaries):
            self._leave_rows()
            self._boundaries = boundaries
            varying, delay = self._varying(), self._delay
            if isinstance(delay, int) and len(varying) == 1 and self._are_positions_forgotten():
                [name] = varying
                if self._values[name].itemsize in (4, 8):
                    found = spike_rows_with(self._built, boundaries, delay, self._values[name])
                    self._spike_rows, self._ordered[name] = found
                    return self._spike_rows
            self._spike_rows = self._sorted_rows(keep_position=bool(varying))
            if self._spike_rows.position is not None:
                self._plastic.in_spike_order(self._spike_rows.position)
        return self._spike_rows

    def _sorted_rows(self, *, keep_position: bool) -> SpikeRows:
        late, net = self._hands_out(self._delays).removesuffix("_t") or None, self._net
        return spike_rows(
            self._built, self._boundaries, self._delay, keep_position=keep_position, late=late, threads=net._num_threads
        )

    def _leave_rows(self) -> None:
        """Gives up the rows for spikes; what their synapses hold goes back to the user's order."""
        self._values  # noqa: B018
        if self._spike_rows is not None and self._spike_rows.position is not None:
            self._plastic.in_user_order(self._spike_rows.position)
        self._spike_rows = None
        self._ordered = {}

    def _positions(self) -> NDArray[Any]:
        """Where each synapse of the rows for spikes stands in the user's order."""
        assert self._spike_rows is not None
        if self._spike_rows.position is None:
            self._spike_rows = replace(self._spike_rows, position=self._sorted_rows(keep_position=True).position)
        assert self._spike_rows.position is not None
        return self._spike_rows.position

    def _are_positions_forgotten(self) -> bool:
        """Those of many synapses that only the user can change; where he does, they are worked out once more."""
        return self._built.synapses >= MANY and not self.model.variables

    def _forget_positions(self) -> None:
        if self._spike_rows is not None and self._are_positions_forgotten():
            self._spike_rows = replace(self._spike_rows, position=None)

    def _in_spike_order(self, name: str) -> NDArray[Any]:
        """The values of an attribute in the order of the rows for spikes."""
        if name not in self._ordered:
            self._ordered[name] = np.ascontiguousarray(self._arranged(name))
        return self._ordered[name]

    def _arranged(self, name: str) -> NDArray[Any]:
        arranged: NDArray[Any] = self._values[name][self._positions()]
        return arranged

    def _by_post_rank(self, name: str) -> NDArray[Any]:
        """The values of a semiglobal attribute, one for each post-synaptic neuron."""
        if name not in self._spread:
            values = self._values[name]
            self._spread[name] = np.zeros(self._built.post_size, dtype=values.dtype)
            self._spread[name][self._built.post_ranks] = values
        return self._spread[name]
