"""Projections: synapses between two populations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity import patterns
from eqneuro.connectivity.matrix import Connectivity, SpikeRows, from_rows, spike_rows
from eqneuro.language.distributions import Distribution
from eqneuro.language.evaluate import evaluate
from eqneuro.language.names import suggest
from eqneuro.language.syntax import Name
from eqneuro.model.models import ModelAttribute, SynapseModel
from eqneuro.model.synapse import Synapse
from eqneuro.network.dendrite import Dendrite, SynapseView
from eqneuro.network.store import dtype_of
from eqneuro.network.time import cut_to_steps

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.view import PopulationView

DEFAULT_SPIKING = Synapse(pre_spike="g_target += w", name="DefaultSpikingSynapse")
DEFAULT_RATE_CODED = Synapse(psp="w * pre.r", name="DefaultRateCodedSynapse")


class Projection:
    """Synapses from one population (or view) to another, made by a connector: each returns the projection.

    Projections are made by `Network.connect`; making one directly adds it to the network of the module-level functions.

    Parameters
    ----------
    pre, post
        Populations or views.
    target
        The name under which the post-synaptic neurons read the synapses: ``g_exc`` or ``sum(exc)`` for ``"exc"``.
    synapse
        A `Synapse`, or a class of the built-in ones; without, spikes add ``w`` and rates are weighted with it.
    name
        How messages and `Network.get_projection` call it.

    Examples
    --------
    >>> from eqneuro import IF_curr_exp, Network, Uniform
    >>> net = Network(dt=0.1, seed=1)
    >>> a, b = net.create(100, IF_curr_exp), net.create(50, IF_curr_exp)
    >>> projection = net.connect(a, b, "exc").fixed_probability(0.1, weights=Uniform(0.0, 0.5), delays=2.0)
    """

    _network: Network | None = None
    _ready = False

    def __init__(
        self,
        pre: Population | PopulationView,
        post: Population | PopulationView,
        target: str,
        synapse: Synapse | type[Synapse] | None = None,
        name: str | None = None,
    ) -> None:
        from eqneuro.network.magic import adopt

        self._prepare(pre, post, target, synapse, name)
        adopt(self)

    def _prepare(self, pre: Any, post: Any, target: str, synapse: Any, name: str | None) -> None:
        from eqneuro.network.checks import check_ends

        self.pre, self.post, self.target = pre, post, target
        self._pre_population: Population = getattr(pre, "population", pre)
        self._post_population: Population = getattr(post, "population", post)
        if isinstance(synapse, type) and issubclass(synapse, Synapse):
            synapse = synapse()
        if synapse is None:
            synapse = DEFAULT_SPIKING if self._pre_population.model.is_spiking else DEFAULT_RATE_CODED
        if not isinstance(synapse, Synapse):
            raise TypeError(f"a projection needs a Synapse, not {synapse!r}")
        self._synapse = synapse
        self._wanted_name = name
        check_ends(self)

    def _bind(self, network: Network, number: int) -> None:
        self._network = network
        self._number = number
        self._name = self._wanted_name or f"proj{number}"
        self._connectivity: Connectivity | None = None
        self._delay: int | NDArray[np.uint32] = 1
        self._values: dict[str, NDArray[Any]] = {}
        self._saved: dict[str, NDArray[Any]] = {}
        self._spike_rows: SpikeRows | None = None
        self._ordered: dict[str, NDArray[Any]] = {}
        self._ready = True

    # -- what it is ---------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def synapse_type(self) -> Synapse:
        """The synapse."""
        return self._synapse

    @property
    def model(self) -> SynapseModel:
        """The checked model of the synapse."""
        return self._synapse.model

    @property
    def attributes(self) -> list[str]:
        """Names of parameters and variables."""
        return [a.name for a in self.model.attributes]

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters."""
        return [a.name for a in self.model.parameters]

    @property
    def variables(self) -> list[str]:
        """Names of the variables."""
        return [a.name for a in self.model.variables]

    @property
    def size(self) -> int:
        """The number of post-synaptic neurons that have synapses."""
        return len(self._built.post_ranks)

    @property
    def nb_synapses(self) -> int:
        """The number of synapses."""
        return self._built.synapses

    @property
    def nb_synapses_per_dendrite(self) -> _Counts:
        """The number of synapses of each post-synaptic neuron that has some."""
        return _Counts(int(n) for n in np.diff(self._built.row_start))

    @property
    def post_ranks(self) -> list[int]:
        """Ranks of the post-synaptic neurons that have synapses."""
        return [int(rank) for rank in self._built.post_ranks]

    @property
    def pre_ranks(self) -> list[list[int]]:
        """Pre-synaptic ranks, one list for each of `post_ranks`."""
        return self._split(self._built.pre_ranks)

    def __len__(self) -> int:
        return self.size

    def __repr__(self) -> str:
        count = f"{self.nb_synapses} synapses" if self._ready and self._connectivity is not None else "not connected"
        return f"<Projection {self._wanted_name or ''} {self._pre_population.name!r} to {self._post_population.name!r} ({self.target}), {count}>"

    @property
    def _built(self) -> Connectivity:
        if self._connectivity is None:
            raise RuntimeError(f"projection {self.name!r} has no synapses yet: call a connector, as `all_to_all(1.0)`")
        return self._connectivity

    @property
    def _net(self) -> Network:
        assert self._network is not None
        return self._network

    # -- connectors ---------------------------------------------------------------------------------------------------

    def _ends(self) -> patterns.Ends:
        def chosen(side: Any) -> NDArray[np.uint32]:
            return np.unique(np.asarray(side.ranks)).astype(np.uint32)

        return patterns.Ends(
            chosen(self.pre),
            chosen(self.post),
            self._pre_population.size,
            self._post_population.size,
            self._pre_population is self._post_population,
        )

    def _stream(self) -> tuple[int, int]:
        return self._net.seed & (2**64 - 1), self._number

    def one_to_one(
        self,
        weights: Any = 1.0,
        delays: Any = 0.0,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Projection:
        """Connects the k-th pre-synaptic neuron to the k-th post-synaptic one."""
        return self._fill(patterns.one_to_one(self._ends()), weights, delays, force_multiple_weights)

    def all_to_all(
        self,
        weights: Any,
        delays: Any = 0.0,
        allow_self_connections: bool = False,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Projection:
        """Connects every pair; a neuron with itself only if asked for."""
        found = patterns.all_to_all(self._ends(), allow_self_connections)
        return self._fill(found, weights, delays, force_multiple_weights)

    def fixed_probability(
        self,
        probability: float,
        weights: Any,
        delays: Any = 0.0,
        allow_self_connections: bool = False,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Projection:
        """Connects each pair with the same probability."""
        found = patterns.fixed_probability(self._ends(), probability, allow_self_connections, *self._stream())
        return self._fill(found, weights, delays, force_multiple_weights)

    def fixed_number_pre(
        self,
        number: int,
        weights: Any,
        delays: Any = 0.0,
        allow_self_connections: bool = False,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Projection:
        """Connects each post-synaptic neuron with ``number`` different pre-synaptic ones."""
        found = patterns.fixed_number_pre(self._ends(), number, allow_self_connections, *self._stream())
        return self._fill(found, weights, delays, force_multiple_weights)

    def fixed_number_post(
        self,
        number: int,
        weights: Any,
        delays: Any = 0.0,
        allow_self_connections: bool = False,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Projection:
        """Connects each pre-synaptic neuron with ``number`` different post-synaptic ones."""
        found = patterns.fixed_number_post(self._ends(), number, allow_self_connections, *self._stream())
        return self._fill(found, weights, delays, force_multiple_weights)

    def from_matrix(
        self,
        weights: Any,
        delays: Any = 0.0,
        pre_post: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Projection:
        """Connects what a matrix holds.

        Parameters
        ----------
        weights
            Shape (post, pre); ``None`` and ``nan`` entries are no synapses.
        delays
            In ms: a number, or a matrix of the same shape.
        pre_post
            Whether the first index is the pre-synaptic one.
        """
        given = np.asarray(weights)
        matrix = (
            np.array([[np.nan if w is None else w for w in row] for row in given], dtype=float)
            if given.dtype == object
            else given.astype(float)
        )
        late = np.asarray(delays, dtype=float) if not isinstance(delays, Distribution) and np.ndim(delays) else delays
        if pre_post:
            matrix, late = matrix.T, late.T if isinstance(late, np.ndarray) else late
        ends = self._ends()
        if matrix.shape != (len(ends.post), len(ends.pre)):
            order = "(pre, post)" if pre_post else "(post, pre)"
            raise ValueError(
                f"weights have the shape {given.shape}; {order} is {(len(ends.post), len(ends.pre))[:: -1 if pre_post else 1]}"
            )
        mask = ~np.isnan(matrix)
        found = patterns.from_mask(ends, mask)
        chosen = late[mask] if isinstance(late, np.ndarray) and late.shape == matrix.shape else late
        return self._fill(found, matrix[mask], chosen, True)

    def from_sparse(
        self, weights: Any, delays: Any = 0.0, storage_format: str | None = None, storage_order: str | None = None
    ) -> Projection:
        """Connects what a SciPy sparse matrix of shape (pre, post) holds; delays are a number or such a matrix."""
        ends = self._ends()
        if weights.shape != (len(ends.pre), len(ends.post)):
            raise ValueError(
                f"weights have the shape {weights.shape}; (pre, post) is {(len(ends.pre), len(ends.post))}"
            )
        columns = weights.tocsc()
        columns.sort_indices()
        found = from_rows(
            columns.indptr.astype(np.int64),
            columns.indices.astype(np.uint32),
            ends.pre,
            ends.post,
            ends.pre_size,
            ends.post_size,
        )
        chosen = delays
        if hasattr(delays, "tocsc"):
            late = delays.tocsc()
            late.sort_indices()
            if not (np.array_equal(late.indptr, columns.indptr) and np.array_equal(late.indices, columns.indices)):
                raise ValueError("delays must have their entries where the weights have theirs")
            chosen = late.data
        return self._fill(found, columns.data.astype(float), chosen, True)

    def _fill(self, found: Connectivity, weights: Any, delays: Any, multiple: bool) -> Projection:
        """Takes the synapses, draws their weights and delays."""
        if self._connectivity is not None:
            raise RuntimeError(f"projection {self.name!r} is connected already")
        self._connectivity = found
        rng = np.random.default_rng([self._net.seed, self._number, 2])
        self._values = {}
        names = {c.name: c.value for c in self._net._constants}
        for attribute in self.model.attributes:
            if attribute.name == "w":
                value = weights.sample(rng, found.synapses) if isinstance(weights, Distribution) else weights
            else:
                value = evaluate(attribute.init, names, lambda d, a=attribute: d.sample(rng, self._count(a)))
                names[attribute.name] = value
            self._write(attribute, value, spread=multiple and attribute.name == "w")
        self._set_delays(delays, rng)
        self._net._note_change(structural=True)
        return self

    def _count(self, attribute: ModelAttribute) -> int:
        return {"local": self._built.synapses, "semiglobal": self.size, "global": 1}[attribute.locality]

    def _set_delays(self, delays: Any, rng: np.random.Generator) -> None:
        dt = self._net.dt
        if isinstance(delays, Distribution):
            delays = delays.sample(rng, self._built.synapses)
        if np.ndim(delays) == 0:
            self._check_delays(np.asarray(delays, dtype=float))
            self._delay = cut_to_steps(float(delays), dt)
            return
        given = _flatten(delays)
        if len(given) != self._built.synapses:
            raise ValueError(f"delays of {self.name!r} must be {self._built.synapses} numbers, not {len(given)}")
        self._check_delays(given)
        exact = given / dt
        nearest = np.round(exact)
        cut = np.where(np.abs(exact - nearest) <= 1e-6 * np.maximum(1.0, exact), nearest, np.floor(exact))
        steps = np.maximum(cut, 1.0).astype(np.uint32)
        alike = len(steps) > 0 and bool((steps == steps[0]).all())
        self._delay = int(steps[0]) if alike else np.ascontiguousarray(steps)

    def _check_delays(self, delays: NDArray[np.float64]) -> None:
        if delays.size and not (np.isfinite(delays).all() and (delays >= 0.0).all()):
            raise ValueError(f"delays of {self.name!r} must be finite times in ms, not negative")

    @property
    def _longest(self) -> int:
        return self._delay if isinstance(self._delay, int) else int(self._delay.max(initial=1))

    @property
    def _shortest(self) -> int:
        return self._delay if isinstance(self._delay, int) else int(self._delay.min(initial=2**31))

    # -- attributes ---------------------------------------------------------------------------------------------------

    def _write(self, attribute: ModelAttribute, value: Any, *, spread: bool = False) -> None:
        """An attribute's values: one number where all are alike and nothing asks for more."""
        kind = dtype_of(attribute.type, self._net._real)
        count = self._count(attribute)
        given = np.asarray(value, dtype=float) if np.ndim(value) == 0 else _flatten(value)
        if np.isnan(given).any():
            raise ValueError(f"{attribute.name!r} of projection {self.name!r} can't be NaN")
        if given.ndim and len(given) not in (1, count):
            raise ValueError(f"{attribute.name!r} of {self.name!r} takes {count} values, not {len(given)}")
        if given.ndim or spread or attribute.locality == "semiglobal":
            self._values[attribute.name] = np.ascontiguousarray(np.broadcast_to(given, (count,)).astype(kind))
        else:
            self._values[attribute.name] = np.array([given], dtype=kind)
        self._ordered.pop(attribute.name, None)

    def _is_single(self, name: str) -> bool:
        """Whether one number stands for all synapses."""
        attribute = self._attribute(name)
        return attribute.locality == "global" or (len(self._values[name]) == 1 and self._count(attribute) != 1)

    def _attribute(self, name: str) -> ModelAttribute:
        for attribute in self.model.attributes:
            if attribute.name == name:
                return attribute
        hint = suggest(name, self.attributes)
        raise AttributeError(f"projection {self.name!r} has no attribute {name!r}. {hint}".rstrip())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not self.__dict__.get("_ready"):
            raise AttributeError(f"Projection has no attribute {name!r}")
        attribute = self._attribute(name)
        if self._connectivity is None:
            return self._built
        values = self._values[name]
        if self._is_single(name):
            return values[0].item()
        return values.tolist() if attribute.locality == "semiglobal" else self._split(values)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or not self.__dict__.get("_ready") or name in ("pre", "post", "target", "delay"):
            object.__setattr__(self, name, value)
            return
        attribute = self._attribute(name)
        if self._connectivity is None:
            raise RuntimeError(
                f"projection {self.name!r} has no synapses yet: {name!r} is set after a connector is called"
            )
        if isinstance(value, Distribution):
            value = value.sample(self._net.default_rng, self._count(attribute))
        elif np.ndim(value) != 0 or _is_nested(value):
            value = self._checked_rows(value, attribute)
        elif not self._is_single(name):
            value = np.full(self._count(attribute), float(value))
        self._keep_initial(name)
        single = self._is_single(name)
        self._write(attribute, value)
        self._net._note_change(structural=single != self._is_single(name))

    def _keep_initial(self, name: str) -> None:
        if self._net.compiled and name not in self._saved:
            self._saved[name] = self._values[name]

    def _checked_rows(self, value: Any, attribute: ModelAttribute) -> Any:
        """A nested list with one list for each post-synaptic neuron, flattened."""
        if attribute.locality == "local" and _is_nested(value):
            lengths = [len(row) for row in value]
            wanted = list(self.nb_synapses_per_dendrite)
            if lengths != wanted:
                raise ValueError(
                    f"{attribute.name!r} takes one list for each of {len(wanted)} post-synaptic neurons, of its synapses' number"
                )
        return _flatten(value)

    def _split(self, values: NDArray[Any]) -> list[list[Any]]:
        start = self._built.row_start
        flat = values.tolist()
        return [flat[a:b] for a, b in zip(start[:-1], start[1:], strict=True)]

    def get(self, name: str) -> Any:
        """The values of an attribute."""
        return getattr(self, name)

    def set(self, values: dict[str, Any]) -> None:
        """Sets several attributes."""
        for name, value in values.items():
            setattr(self, name, value)

    @property
    def delay(self) -> Any:
        """Delays in ms: a number where all are alike, else one list for each post-synaptic neuron."""
        self._built  # noqa: B018
        if isinstance(self._delay, int):
            return self._delay * self._net.dt
        return self._split(self._delay * self._net.dt)

    @delay.setter
    def delay(self, value: Any) -> None:
        if not isinstance(value, Distribution) and _is_nested(value):
            value = self._checked_rows(value, ModelAttribute("delay", "local", "float", Name("d"), True))
        before = isinstance(self._delay, int)
        self._set_delays(value, self._net.default_rng)
        self._spike_rows = None
        self._net._note_change(structural=before != isinstance(self._delay, int))

    # -- synapses -----------------------------------------------------------------------------------------------------

    def dendrite(self, *post: Any) -> Dendrite:
        """The synapses of one post-synaptic neuron, by rank or coordinates.

        Raises
        ------
        ValueError
            If it has none.
        """
        given = post[0] if len(post) == 1 else post
        rank = int(given) if np.ndim(given) == 0 else self._post_population.rank_from_coordinates(given)
        row = self._built.row_of(rank)
        if row is None:
            raise ValueError(f"post-synaptic neuron {rank} has no synapses in projection {self.name!r}")
        return Dendrite(self, rank, row)

    def synapse(self, pre: Any, post: Any) -> SynapseView:
        """The synapse between two neurons."""
        return self.dendrite(post).synapse(pre)

    @property
    def dendrites(self) -> Iterator[Dendrite]:
        """The dendrites of all post-synaptic neurons that have synapses."""
        return iter(self)

    def __iter__(self) -> Iterator[Dendrite]:
        return (Dendrite(self, int(rank), row) for row, rank in enumerate(self._built.post_ranks))

    def __getitem__(self, index: Any) -> Dendrite:
        return self.dendrite(index)

    def connectivity_matrix(self, fill: float = 0.0) -> NDArray[np.float64]:
        """Weights as a matrix of shape (post, pre); ``fill`` where there is no synapse."""
        built = self._built
        matrix = np.full((self.post.size, self.pre.size), float(fill))
        ends = self._ends()
        rows = np.searchsorted(ends.post, built.post_ranks)[built.rows()]
        matrix[rows, np.searchsorted(ends.pre, built.pre_ranks)] = self._values["w"]
        return matrix

    def to_scipy(self) -> Any:
        """Weights as a SciPy sparse matrix (csr) of shape (pre, post)."""
        from scipy.sparse import csr_matrix

        built = self._built
        weights = np.broadcast_to(self._values["w"], (built.synapses,))
        rows = built.post_ranks[built.rows()]
        return csr_matrix((weights, (built.pre_ranks, rows)), shape=(built.pre_size, built.post_size))

    def receptive_fields(self, variable: str = "w", in_post_geometry: bool = True) -> NDArray[np.float64]:
        """All receptive fields side by side, in the geometry of the post-synaptic population."""
        from eqneuro.network.dendrite import tile_fields

        return tile_fields(self, variable, in_post_geometry)

    def reset(self, synapses: bool = False) -> None:
        """Brings attributes back to what they were when the network was compiled; weights only with ``synapses``."""
        for name, value in list(self._saved.items()):
            if name != "w" or synapses:
                self._values[name] = value
                self._ordered.pop(name, None)
                del self._saved[name]
        self._net._note_change(structural=True)

    # -- what the engine asks -----------------------------------------------------------------------------------------

    def _is_event_based(self) -> bool:
        return self._pre_population.model.is_spiking and self.model.psp is None

    def _varying(self) -> tuple[str, ...]:
        """Attributes with one value a synapse."""
        return tuple(
            a.name
            for a in self.model.attributes
            if a.locality == "local" and not (len(self._values[a.name]) == 1 and self._count(a) != 1)
        )

    def _rows_for_spikes(self, boundaries: NDArray[np.int64]) -> SpikeRows:
        if self._spike_rows is None or not np.array_equal(self._boundaries, boundaries):
            keep = bool(self._varying())
            self._spike_rows = spike_rows(self._built, boundaries, self._delay, keep_position=keep)
            self._boundaries = boundaries
            self._ordered = {}
        return self._spike_rows

    def _in_spike_order(self, name: str) -> NDArray[Any]:
        """The values of an attribute in the order of the rows for spikes."""
        assert self._spike_rows is not None
        if self._spike_rows.position is None and len(self._values[name]) > 1:
            self._spike_rows = replace(spike_rows(self._built, self._boundaries, self._delay, keep_position=True))
        if name not in self._ordered:
            values = self._values[name]
            position = self._spike_rows.position
            self._ordered[name] = values if position is None else np.ascontiguousarray(values[position])
        return self._ordered[name]

    def _convert(self) -> None:
        """Another precision, before anything was computed."""
        for attribute in self.model.attributes if self._connectivity is not None else ():
            kind = dtype_of(attribute.type, self._net._real)
            self._values[attribute.name] = self._values[attribute.name].astype(kind)
        self._ordered = {}

    def _narrow_pre_ranks(self) -> NDArray[Any]:
        """Pre-synaptic ranks in two bytes where these suffice."""
        built = self._built
        return built.pre_ranks.astype(np.uint16) if built.pre_size <= 65_536 else built.pre_ranks

    def _by_post_rank(self, name: str) -> NDArray[Any]:
        """The values of a semiglobal attribute, one for each post-synaptic neuron."""
        values = self._values[name]
        spread = np.zeros(self._post_population.size, dtype=values.dtype)
        spread[self._built.post_ranks] = values
        return spread

    def _nbytes(self) -> int:
        total = self._built.nbytes + sum(v.nbytes for v in (*self._values.values(), *self._ordered.values()))
        if self._spike_rows is not None:
            parts = (
                self._spike_rows.start,
                self._spike_rows.target,
                self._spike_rows.position,
                self._spike_rows.part_start,
            )
            total += sum(p.nbytes for p in parts if p is not None)
        return total + (0 if isinstance(self._delay, int) else self._delay.nbytes)


class _Counts(list[int]):
    """A list that may also be called, as older scripts do."""

    def __call__(self) -> list[int]:
        return list(self)


def _is_nested(value: Any) -> bool:
    return isinstance(value, list | tuple | np.ndarray) and len(value) > 0 and np.ndim(value[0]) > 0


def _flatten(value: Any) -> NDArray[np.float64]:
    if _is_nested(value):
        return np.concatenate([np.asarray(row, dtype=float).ravel() for row in value])
    return np.asarray(value, dtype=float).ravel()
