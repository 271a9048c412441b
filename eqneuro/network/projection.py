"""Projections: synapses between two populations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import Connectivity
from eqneuro.connectivity.patterns import Ends
from eqneuro.model.models import SynapseModel
from eqneuro.model.synapse import Synapse
from eqneuro.network.ahead import ahead_of
from eqneuro.network.connectors import place_order
from eqneuro.network.connectors_by_rule import ConnectorsByRule
from eqneuro.network.delays import Delays
from eqneuro.network.dendrite import Dendrite, SynapseView
from eqneuro.network.geometry import whole
from eqneuro.network.structural import StructuralPlasticity
from eqneuro.network.summary import counted
from eqneuro.network.transmission import Transmission

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.view import PopulationView


@cache
def default_synapse(*, spiking: bool) -> Synapse:
    """What connects populations where no synapse is given."""
    if spiking:
        return Synapse(pre_spike="g_target += w", name="DefaultSpikingSynapse")
    return Synapse(psp="w * pre.r", name="DefaultRateCodedSynapse")


class Projection(Transmission, StructuralPlasticity, ConnectorsByRule):
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

        for side in (pre, post):
            if not hasattr(getattr(side, "population", side), "_neuron"):
                raise TypeError(f"a projection connects populations or views, not {side!r}")
        self.pre, self.post, self.target = pre, post, target
        self._pre_population: Population = getattr(pre, "population", pre)
        self._post_population: Population = getattr(post, "population", post)
        if isinstance(synapse, type) and issubclass(synapse, Synapse):
            synapse = synapse()
        if synapse is None:
            synapse = default_synapse(spiking=self._pre_population.model.is_spiking)
        if not isinstance(synapse, Synapse):
            raise TypeError(f"a projection needs a Synapse, not {synapse!r}")
        self._synapse = synapse
        self._wanted_name = name
        check_ends(self)

    def _bind(self, network: Network, number: int) -> None:
        self._network = network
        self._number = number
        self._connectivity: Connectivity | None = None
        self._make_values()
        self._ready = True

    # -- what it is ---------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name."""
        return self._wanted_name or ""

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
        is_connected = self._ready and self._connectivity is not None
        count = counted(self.nb_synapses, "synapse") if is_connected else "not connected"
        ends = f"{self._pre_population.name!r} to {self._post_population.name!r}"
        return f"<Projection {self._wanted_name or ''} {ends} ({self.target}), {count}>"

    @property
    def _built(self) -> Connectivity:
        if self._connectivity is None:
            raise RuntimeError(f"projection {self.name!r} has no synapses yet: call a connector, as `all_to_all(1.0)`")
        return self._connectivity

    @property
    def _net(self) -> Network:
        assert self._network is not None
        return self._network

    def _check_connected(self) -> None:
        """Before the network is compiled.

        Raises
        ------
        RuntimeError
            If no connector was called.
        """
        if self._connectivity is None:
            ends = f"from {self._pre_population.name!r} to {self._post_population.name!r}"
            raise RuntimeError(
                f"projection {self.name!r} {ends} has no synapses: call a connector, as `all_to_all(1.0)`"
            )

    def _open_ends(self) -> Ends:
        if self._network is None:
            raise RuntimeError("the projection belongs to no network yet: pass it to `net.connect()` first")
        if self._connectivity is not None:
            raise RuntimeError(f"projection {self.name!r} is connected already")
        return self._ends()

    # -- attributes ---------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not self.__dict__.get("_ready"):
            raise AttributeError(f"Projection has no attribute {name!r}")
        return self._read(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.attributes})

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or not self.__dict__.get("_ready") or name == "delay":
            object.__setattr__(self, name, value)
        elif hasattr(type(self), name) or name in ("pre", "post", "target"):
            raise AttributeError(f"{name!r} of projection {self.name!r} can't be set")
        else:
            self._assign(name, value)

    def get(self, name: str) -> Any:
        """The values of an attribute."""
        return getattr(self, name)

    def set(self, values: Mapping[str, Any]) -> None:
        """Sets several attributes."""
        for name, value in values.items():
            setattr(self, name, value)

    def reset(self, synapses: bool = False) -> None:
        """Brings attributes back to what they were at the first compilation; weights only with ``synapses``."""
        self._restore(weights=synapses)

    # -- learning -----------------------------------------------------------------------------------------------------

    def enable_learning(self, period: float | None = None, offset: float | None = None) -> None:
        """Lets the synapses learn.

        Parameters
        ----------
        period
            Synaptic equations run every so many ms, and take that as their step; every step where None.
        offset
            When they first do, in ms from now; without, the period counts from time 0.

        Raises
        ------
        ValueError
            If the period is shorter than dt, or the offset is not below the period.
        """
        net = self._net
        steps = 1 if period is None else round(period / net.dt)
        late = 0 if offset is None else round(offset / net.dt)
        if steps < 1:
            raise ValueError(f"period of learning must be at least dt = {net.dt:g} ms, not {period}")
        if not 0 <= late < steps and offset is not None:
            raise ValueError(f"offset={offset} must be at least 0 and below the period, {steps * net.dt:g} ms")
        self._plastic.learning[:] = (1, steps, 0 if offset is None else net.current_step + late)

    def disable_learning(self) -> None:
        """Holds the weights; rate-coded synapses hold all they have."""
        self._plastic.learning[0] = 0

    # -- synapses -----------------------------------------------------------------------------------------------------

    def dendrite(self, *post: Any) -> Dendrite:
        """The synapses of one post-synaptic neuron, by rank or coordinates.

        Raises
        ------
        ValueError
            If it has none.
        """
        given = post[0] if len(post) == 1 else post
        rank = whole(given, "a rank") if np.ndim(given) == 0 else self._post_population.rank_from_coordinates(given)
        if self._built.row_of(rank) is None:
            raise ValueError(f"post-synaptic neuron {rank} has no synapses in projection {self.name!r}")
        return Dendrite(self, rank)

    def synapse(self, pre: Any, post: Any) -> SynapseView:
        """The synapse between two neurons."""
        return self.dendrite(post).synapse(pre)

    @property
    def dendrites(self) -> Iterator[Dendrite]:
        """The dendrites of all post-synaptic neurons that have synapses."""
        return iter(self)

    def __iter__(self) -> Iterator[Dendrite]:
        return (Dendrite(self, int(rank)) for rank in self._built.post_ranks)

    def __getitem__(self, index: Any) -> Dendrite:
        return self.dendrite(index)

    def connectivity_matrix(self, fill: float = 0.0) -> NDArray[np.float64]:
        """Weights as a matrix of shape (post, pre); ``fill`` where there is no synapse."""
        matrix = np.full((self.post.size, self.pre.size), float(fill))
        rows, columns = self._places_in_ends()
        post, pre = place_order(self.post), place_order(self.pre)
        rows, columns = rows if post is None else post[rows], columns if pre is None else pre[columns]
        matrix[rows, columns] = self._values["w"]
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

    # -- what the engine asks -----------------------------------------------------------------------------------------

    def _hands_out(self, delays: Delays) -> str:
        return ahead_of(self, delays)

    def _nbytes(self) -> int:
        total = self._built.nbytes + sum(v.nbytes for v in (*self._values.values(), *self._ordered.values()))
        if self._spike_rows is not None:
            parts = (
                self._spike_rows.start,
                self._spike_rows.target,
                self._spike_rows.position,
                self._spike_rows.part_start,
                self._spike_rows.late,
            )
            total += sum(p.nbytes for p in parts if p is not None)
        total += self._plastic.nbytes + sum(array.nbytes for array in self._spread.values())
        return total + self._delays.nbytes


class _Counts(list[int]):
    """A list that may also be called, as older scripts do."""

    def __call__(self) -> list[int]:
        return list(self)
