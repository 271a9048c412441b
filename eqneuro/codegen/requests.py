"""What the compiler is asked for: everything that decides the C text of one kernel, and nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from eqneuro.language.syntax import Expr
from eqneuro.model.models import NeuronModel, SynapseModel


@dataclass(frozen=True)
class PopulationRequest:
    """The update of the populations of one model.

    ``inputs`` are the input arrays (``g_exc``, ``sum(exc)``) that the model has no variable for; ``varying`` the local
    parameters whose values differ between neurons (all others are read once a step); ``refractory`` is the expression
    in ms, or the condition, or None; ``timed`` says that spikes happen within steps, not at their ends; ``staged`` are
    inputs that a method's stages read at their own times, ``smooth`` variables whose slopes are kept for others, where
    the method has them.
    """

    model: NeuronModel
    inputs: tuple[str, ...]
    varying: tuple[str, ...]
    refractory: Expr | None
    timed: bool = False
    staged: tuple[str, ...] = ()
    smooth: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """A stable hash."""
        more: list[object] = ["timed"] if self.timed else []
        more += [self.staged] if self.staged else []
        more += ["smooth", self.smooth] if self.smooth else []
        return _hash("population", self.model.digest, self.inputs, self.varying, self.refractory, *more)


@dataclass(frozen=True)
class StopRequest:
    """The stop condition of the populations of one model."""

    population: PopulationRequest
    condition: Expr
    require_all: bool

    @cached_property
    def digest(self) -> str:
        """A stable hash."""
        return _hash("stop", self.population.digest, self.condition, self.require_all)


@dataclass(frozen=True)
class NeighbourAttribute:
    """``pre.x`` or ``post.x`` as a kernel reads it: ``varies`` is False for a global attribute."""

    name: str
    varies: bool
    c_type: str
    is_parameter: bool = False


@dataclass(frozen=True)
class ProjectionRequest:
    """The transmission of the projections of one synapse, by events or continuously.

    ``varying`` are the attributes with one value a synapse, ``semiglobal`` those with one a post-synaptic neuron;
    ``delays`` is ``none`` (read the present), ``constant`` or ``array``; ``dense`` says that every row holds every
    pre-synaptic neuron; ``index`` is the C type of the stored ranks; ``gathered`` says that weights are looked up in an
    array which synapses share; ``assigns`` that the input is set, not added to. ``timed_pre`` says that spikes come
    with their times within steps, ``timed_post`` that they are delivered at such times: then rows are called for one by
    one. ``between`` says that delays end between grid points. ``pairs`` says that all of some pre-synaptic neurons
    reach all post-synaptic ones that have synapses: ``all``, or ``others`` where none reaches itself. ``runs`` says
    that rows of rates hold neurons one after the other, but for the neuron whose row it is. ``ahead`` is the C type of
    delays where spikes are handed out when they happen, to the inputs of the steps in which they arrive.
    """

    model: SynapseModel
    events: bool
    varying: tuple[str, ...]
    semiglobal: tuple[str, ...]
    delays: str
    dense: bool
    index: str
    pre: tuple[NeighbourAttribute, ...]
    post: tuple[NeighbourAttribute, ...]
    gathered: bool = False
    assigns: bool = False
    timed_pre: bool = False
    timed_post: bool = False
    between: bool = False
    pairs: str = ""
    runs: bool = False
    ahead: str = ""

    @cached_property
    def digest(self) -> str:
        """A stable hash."""
        more: list[object] = [self.timed_pre, self.timed_post] if self.timed_pre or self.timed_post else []
        more += ["between"] if self.between else []
        more += [self.pairs] if self.pairs else []
        more += ["runs"] if self.runs else []
        more += [self.ahead] if self.ahead else []
        return _hash(
            "projection", self.model.digest, self.events, self.varying, self.semiglobal, self.delays, self.dense,
            self.index, self.pre, self.post, self.gathered, self.assigns, *more,
        )  # fmt: skip


@dataclass(frozen=True)
class FilterRequest:
    """The transmission of projections whose rows are windows on the pre-synaptic population, all with shared weights.

    ``projection`` says the same as for any other transmission; its ``dense`` and ``index`` mean nothing here.
    """

    projection: ProjectionRequest

    @property
    def model(self) -> SynapseModel:
        """The model of the synapse."""
        return self.projection.model

    @cached_property
    def digest(self) -> str:
        """A stable hash."""
        return _hash("filter", self.projection.digest)


@dataclass(frozen=True)
class SynapseRequest:
    """One part of the synapses of projections whose synapses change.

    ``part`` is ``deliver``, ``deliver_axon`` or ``post`` (events), ``transmit`` (`psp`), ``learn``, ``row`` or
    ``global`` (equations of synapses, of post-synaptic neurons, of the projection). ``by_pre`` says that rows hold the
    synapses of a pre-synaptic neuron, as spikes need them; ``traces`` are variables that are kept once for each
    ``pre``- or ``post``-synaptic neuron; where ``waits``, post-synaptic spikes do, and rows ``catch_up`` with them; the
    other fields are those of a `ProjectionRequest`.
    """

    model: SynapseModel
    part: str
    by_pre: bool
    varying: tuple[str, ...]
    delays: str
    index: str
    pre: tuple[NeighbourAttribute, ...]
    post: tuple[NeighbourAttribute, ...]
    dense: bool = False
    between: bool = False
    traces: tuple[tuple[str, str], ...] = ()
    waits: bool = False

    @cached_property
    def digest(self) -> str:
        """A stable hash."""
        more: list[object] = ["between"] if self.between else []
        more += ["traces", self.traces] if self.traces else []
        more += ["waits"] if self.waits else []
        return _hash(
            "synapses", self.model.digest, self.part, self.by_pre, self.varying, self.delays, self.index, self.pre,
            self.post, self.dense, *more,
        )  # fmt: skip


SPIKE_TIMES, GAPS = "spike_times", "poisson"
"""Parts of the generated C that not every network needs."""
KernelRequest = PopulationRequest | StopRequest | ProjectionRequest | FilterRequest | SynapseRequest


@dataclass(frozen=True)
class NetworkRequest:
    """All distinct kernels of a network, in the order of their first use."""

    kernels: tuple[KernelRequest, ...]
    real: str
    """``double`` or ``float``."""
    method: str
    """The numerical method of equations that name none."""
    parts: tuple[str, ...] = ()
    """Which further templates it needs: `codegen.render.PARTS`."""

    def digest(self, salt: str) -> str:
        """A stable hash, ``salt`` standing for versions and the compiler."""
        salt = " ".join([salt, *self.parts])
        return _hash("network", salt, self.real, self.method, *(kernel.digest for kernel in self.kernels))


def _hash(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(map(repr, parts)).encode()).hexdigest()
