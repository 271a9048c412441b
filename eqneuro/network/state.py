"""What kernels read and write of a population beside its attributes: inputs, spikes, the past, rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.layout import KEPT_SUMS, MOST_SPIKES
from eqneuro.engine.buffers import Ring, allocate, padded
from eqneuro.language.evaluate import evaluate
from eqneuro.language.names import suggest
from eqneuro.language.syntax import Delayed, Expr
from eqneuro.model.models import NeuronModel, OdeEquation
from eqneuro.model.spike_times import GRID, INTERPOLATED, has_crossings
from eqneuro.network.configuration import TICK
from eqneuro.network.decoder import Decoder
from eqneuro.network.linear import LinearSystems
from eqneuro.network.moments import Moments
from eqneuro.network.output import SpikeOutput
from eqneuro.network.store import GLOBAL_LENGTH, Store
from eqneuro.network.time import steps_of
from eqneuro.numerics.choice import WITH_STAGES

if TYPE_CHECKING:
    from eqneuro.network.network import Network

BACK = 3
"""So many steps the histories go back at least: a cubic through four grid points takes them."""

Playback = tuple[str, list[NDArray[Any] | None], bool]
"""A kernel that sets values before the update, its buffers, and whether threads share the neurons out."""


class PopulationState:
    """The buffers of a population in its network."""

    _network: Network | None = None
    _is_refused = False  # by a network that it did not fit
    _is_hidden = False
    """Whether it belongs to a monitor, and is none of the user's populations."""
    _number: int
    _size: int
    _store: Store
    _enabled: bool
    _refractory: Expr | None
    _window: float | None

    @property
    def model(self) -> NeuronModel:
        """The checked model of the neuron."""
        raise NotImplementedError

    @property
    def _net(self) -> Network:
        if self._network is None:
            raise RuntimeError(f"{type(self).__name__} belongs to no network yet: pass it to `net.create()` first")
        return self._network

    def _make_state(self) -> None:
        real = self._net._real
        length = padded(self._size)
        self._t_last = allocate(length, real)
        self._t_last[:] = -np.inf
        self._refractory_until = allocate(length, np.int64 if np.dtype(real).itemsize == 8 else np.int32)
        self._moments = Moments(self._size, real)
        self._inputs: dict[str, NDArray[Any]] = {}
        self._inner: dict[str, NDArray[Any]] = {}
        self._outputs: dict[str, SpikeOutput] = {}
        for name, event in (("spike", self.model.spike), ("axon_spike", self.model.axon_spike)):
            if event is not None:
                self._outputs[name] = self._make_output()
        self._rings: dict[str, Ring] = {}
        self._slopes: dict[str, Ring] = {}
        self._past_start = allocate(1, np.int64)
        self._between: dict[tuple[str, int, float, bool], NDArray[Any]] = {}
        self._sums: dict[str, Ring] = {}
        self._sums_start = allocate(1, np.int64)
        self._own_delays = tuple(self._delays())
        self._is_past_known = False
        self._reductions: dict[str, NDArray[Any]] = {}
        self._linear = LinearSystems(self._size, real)
        self._verdict = allocate(1, np.int64)
        self._rate: NDArray[Any] | None = None
        self._decoders: dict[str, Decoder] = {}
        self._counted = 0

    def _make_output(self) -> SpikeOutput:
        return SpikeOutput(self._size, MOST_SPIKES, timed=True) if self._is_timed else SpikeOutput(self._size)

    @property
    def _is_timed(self) -> bool:
        """Whether spikes happen within steps, not at their ends."""
        chosen = self.model.spike_times
        if chosen is None:
            chosen = self._net._settings.spike_times if has_crossings(self.model) else GRID
        return chosen == INTERPOLATED

    # -- inputs -------------------------------------------------------------------------------------------------------

    def _known_targets(self) -> set[str]:
        incoming = {p.target for p in self._net._projections if p._post_population is self}
        return incoming | set(self.model.targets)

    def _input(self, name: str) -> NDArray[Any]:
        """The array of weighted sums or of a conductance without equation: ``sum(exc)``, ``g_exc``."""
        if name not in self._inputs:
            self._inputs[name] = allocate(padded(self._size), self._net._real)
        return self._inputs[name]

    def _inner_steps(self, name: str) -> NDArray[Any]:
        """The length of the last internal step of each neuron, in ms; 0 where there was none.

        ``name`` is the first variable of the equations that are integrated like this.
        """
        if name not in self._inner:
            self._inner[name] = allocate(padded(self._size), self._net._real)
        return self._inner[name]

    def _input_of_target(self, target: str) -> NDArray[Any]:
        """Where the synapses of a target add what they bring."""
        name = f"g_{target}" if self.model.is_spiking else f"sum({target})"
        return self._store.arrays[name] if name in self._store.attributes else self._input(name)

    def _recordable(self, name: str) -> NDArray[Any]:
        """The array of an attribute, an input or the rate.

        Raises
        ------
        ValueError
            If there is no such thing.
        """
        if name in self._store.attributes:
            return self._store.arrays[name]
        target = name[2:] if name.startswith("g_") else name[4:-1] if name.startswith("sum(") else ""
        if target in self._known_targets():
            return self._input_of_target(target)
        if name == "r" and self.model.is_spiking:
            return self._rates()
        if name in self._decoders:
            return self._decoders[name].rate
        form, events = ("g_{}", ["spike", "r"]) if self.model.is_spiking else ("sum({})", [])
        inputs = (form.format(target) for target in sorted(self._known_targets()))
        known = list(dict.fromkeys([*self._store.attributes, *inputs, *events]))
        hint = suggest(name, known) or f"It has {', '.join(known)}."
        raise ValueError(f"population {self.name!r} has no {name!r} to read. {hint}")  # type: ignore[attr-defined]

    def _is_local(self, name: str) -> bool:
        """Whether there is one value for each neuron."""
        return name not in self._store.attributes or name in self._store.local

    # -- rates --------------------------------------------------------------------------------------------------------

    def _rates(self) -> NDArray[Any]:
        if self._rate is None:
            self._rate = allocate(padded(self._size), self._net._real)
            self._inside = allocate(padded(self._size), self._net._real)
        return self._rate

    def _window_steps(self) -> int:
        return 0 if self._window is None else max(1, steps_of(self._window, self._net.dt))

    def _count_spikes(self, tick: int) -> None:
        """Spikes within the window, where it is new: those of the last steps as far as they are known."""
        steps = self._window_steps()
        if steps != self._counted:
            self._rates()
            output = self._outputs["spike"]
            self._inside[: self._size] = sum(output.last(age, tick) for age in range(1, min(steps, output.slots) + 1))
            self._counted = steps

    # -- the past -----------------------------------------------------------------------------------------------------

    def _delays(self) -> Iterator[Expr]:
        """Delays of the neuron's own variables in its equations."""
        for equation in self.model.equations:
            expr = equation.right if isinstance(equation, OdeEquation) else equation.value
            yield from (node.delay for node in expr.walk() if isinstance(node, Delayed))

    def _own_delay_values(self) -> Iterator[NDArray[np.float64]]:
        """What the delays in the equations are now, in ms."""
        names: dict[str, Any] = {c.name: c.value for c in self._net._constants}
        names |= {name: array[: self._size] for name, array in self._store.arrays.items()}
        for delay in self._own_delays:
            values = np.asarray(evaluate(delay, names), dtype=float)
            if not (np.isfinite(values).all() and (values >= 0.0).all()):
                raise ValueError(f"a delay in the equations of population {self.name!r} is negative or not finite")  # type: ignore[attr-defined]
            yield values

    def _longest_own_delay(self) -> int:
        """How many steps back the equations look; between grid points, to one before."""
        longest = max((float(values.max()) for values in self._own_delay_values()), default=0.0)
        return max(BACK, int(np.ceil(longest / self._net.dt - 1e-9)) + 1)

    def _keep_past(self, names: Sequence[str], slots: int, tick: int) -> None:
        """Rings for the named variables, all with at least so many slots."""
        before = max((ring.slots for ring in self._rings.values()), default=0)
        if 0 < before < slots:  # what is older than anything kept stood still
            self._past_start[0] = max(self._past_start[0], tick - before)
        slots = max(slots, before)
        for name in names:
            array = self._recordable(name)
            known = self._rings.get(name)
            if known is None or known.length != len(array):
                self._rings[name] = Ring(len(array), array.dtype, slots)
                self._rings[name].fill(array)
            if known is not None and known.length != len(array):  # one number until now
                self._rings[name].grow(known.slots, tick)
                self._rings[name].rows[np.arange(known.slots) % self._rings[name].slots] = known.rows[:, :1]
            self._rings[name].grow(slots, tick)

    def _has_stages(self) -> bool:
        """Whether an equation may have a method that reads its inputs at several times within a step."""
        return not self._methods().isdisjoint((*WITH_STAGES, "auto", "exact"))  # the last two may become one

    def _has_higher_order(self) -> bool:
        """Whether an equation may have a method of order 2 or more: it feels by how much delays are off."""
        return not self._methods().isdisjoint((*WITH_STAGES, "auto"))

    def _methods(self) -> set[str]:
        """Of the differential equations."""
        return {e.method or self._net._method for e in self.model.equations if isinstance(e, OdeEquation)}

    def _is_late(self, target: str) -> bool:
        """Whether all synapses of a target have delays of more than one step."""
        arriving = [p for p in self._net._projections if p._post_population is self and p.target == target]
        return bool(arriving) and all(
            p._connectivity is not None and p._shortest > 1 and not p._is_event_based() and not p._assigns()
            for p in arriving
        )

    def _keep_slopes(self, names: Sequence[str], tick: int) -> None:
        """Rings for the slopes of the named variables, no others, with as many slots as those of their values."""
        self._slopes = {name: self._slopes[name] for name in names if name in self._slopes}
        for name in names:
            values, known = self._rings[name], self._slopes.get(name)
            if known is None:
                self._slopes[name] = Ring(values.length, values.rows.dtype, values.slots)
                self._slopes[name].rows[:] = self._slopes_until_now(name, tick)
            else:
                known.grow(values.slots, tick)

    def _slopes_until_now(self, name: str, tick: int) -> NDArray[Any]:
        """Slopes of a variable that were not kept until now: those of the parabolas through three grid points."""
        ring = self._rings[name]
        order = (tick - ring.slots + np.arange(ring.slots)) % ring.slots
        path = np.concatenate([ring.rows[order], self._recordable(name)[None]])
        found = np.empty_like(ring.rows)
        found[order] = np.gradient(path, self._net.dt, axis=0, edge_order=1)[:-1]
        return found

    def _keep_sums(self, names: Sequence[str], tick: int) -> None:
        """Rings for the inputs that stages read at their own times, and for no others."""
        if any(name not in self._sums for name in names):  # known from the next step on
            self._sums_start[0] = tick
        self._sums = {
            name: self._sums.get(name) or Ring(padded(self._size), self._net._real, KEPT_SUMS) for name in names
        }

    def _check_delays(self) -> None:
        """Before a run: own delays that were lengthened get more room."""
        if (
            self._own_delays
            and self._rings
            and self._longest_own_delay() >= max(ring.slots for ring in self._rings.values())
        ):
            self._net._note_change()

    def _begin(self) -> None:
        """As a run begins, all rings made: the past of time 0 is what the variables hold now."""
        if not self._is_past_known:
            self._is_past_known = bool(self._rings or self._sums)
            self._past_start[0] = self._sums_start[0] = self._net._clock[TICK]
            for name, ring in self._rings.items():
                ring.fill(self._recordable(name))
            for ring in self._slopes.values():
                ring.rows[:] = 0

    # -- global operations --------------------------------------------------------------------------------------------

    def _reduction(self, name: str) -> NDArray[Any]:
        """The result of a global operation of the last step: ``mean(v)``."""
        if name not in self._reductions:
            self._reductions[name] = allocate(GLOBAL_LENGTH, self._net._real)
        return self._reductions[name]

    # -- what the engine asks -----------------------------------------------------------------------------------------

    def _reset_state(self) -> None:
        self._t_last[:] = -np.inf
        self._refractory_until[:] = 0
        self._moments.clear()
        for array in (*self._inputs.values(), *self._reductions.values(), *self._inner.values()):
            array[:] = 0
        self._drop_spikes()
        self._is_past_known = False

    def _drop_spikes(self) -> None:
        for output in self._outputs.values():
            output.clear()
        if self._rate is not None:
            self._rate[:] = 0
            self._inside[:] = 0
        for decoder in self._decoders.values():
            decoder.clear()

    def _kernel_model(self) -> NeuronModel | None:
        """The model whose equations run, None where nothing is computed."""
        model = self.model
        return model if model.equations or model.spike is not None or model.axon_spike is not None else None

    @property
    def _draws_gaps(self) -> bool:
        """Whether the neurons spike at random, and the gaps between their spikes are drawn."""
        return False

    def _generated_model(self) -> NeuronModel | None:
        """The model that a kernel is generated for, None where there is none or a ready one does its work."""
        return self._kernel_model()

    def _forced_varying(self) -> tuple[str, ...]:
        return ()

    def _playback(self) -> list[Playback]:
        return []

    def _observations(self) -> list[tuple[str, list[NDArray[Any] | None]]]:
        """Kernels, and their buffers, that fill the inputs from what other populations hold."""
        return []

    def _list_starts(self, starts: list[int]) -> list[int]:
        """Where the lists of spikes begin, given where the threads' ranges do."""
        return starts

    def _on_reset(self) -> None:
        """Called by `Network.reset` after the attributes are back."""

    def _all_rings(self) -> list[Ring]:
        return [*self._rings.values(), *self._slopes.values(), *self._sums.values()]

    def _nbytes(self) -> int:
        own = self._store.nbytes + self._t_last.nbytes + self._refractory_until.nbytes + self._moments.nbytes
        own += sum(a.nbytes for a in (*self._inputs.values(), *self._reductions.values(), *self._inner.values()))
        own += sum(ring.rows.nbytes for ring in self._all_rings()) + sum(x.nbytes for x in self._between.values())
        own += sum(decoder.nbytes for decoder in self._decoders.values())
        return own + sum(output.nbytes for output in self._outputs.values())
