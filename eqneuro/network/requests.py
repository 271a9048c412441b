"""What a network asks of the compiler: a request for each population, projection and stop condition."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from eqneuro.codegen.requests import (
    GAPS,
    SPIKE_TIMES,
    FilterRequest,
    KernelRequest,
    NeighbourAttribute,
    NetworkRequest,
    PopulationRequest,
    ProjectionRequest,
    StopRequest,
)
from eqneuro.connectivity.memory import WIDEST_NARROW
from eqneuro.language.syntax import Name
from eqneuro.network.between import smooth_of
from eqneuro.network.pairs import are_runs, kind_of_sum
from eqneuro.network.plastic import parts_of, request_of
from eqneuro.network.timed_spikes import check_population, check_projection, is_timed
from eqneuro.network.traces import settle
from eqneuro.network.waiting import waits

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection

logger = logging.getLogger(__name__)

C_TYPES = {"f": "real", "i": "lane", "b": "uint8_t"}


class KernelSet:
    """Distinct requests in the order of their first use, and which one each object got."""

    def __init__(self) -> None:
        self._requests: dict[str, KernelRequest] = {}
        self._of: dict[tuple[str, int], int] = {}

    def add(self, kind: str, number: int, request: KernelRequest) -> None:
        """Notes the request of an object."""
        digest = request.digest
        self._requests.setdefault(digest, request)
        self._of[kind, number] = list(self._requests).index(digest)

    def index(self, kind: str, number: int) -> int | None:
        """Which of the kernels an object uses."""
        return self._of.get((kind, number))

    @property
    def requests(self) -> tuple[KernelRequest, ...]:
        """The distinct requests."""
        return tuple(self._requests.values())


def gather(network: Network) -> tuple[NetworkRequest, KernelSet]:
    """The request of a whole network."""
    kernels = KernelSet()
    for population in network._populations:
        check_population(population)
        request = population_request(population)
        if request is not None:
            kernels.add("population", population._number, request)
        if population._stop is not None:
            whole = request or _empty_request(population)
            stop = StopRequest(whole, population._stop.expr, population._stop.require_all)
            kernels.add("stop", population._number, stop)
    for projection in network._projections:
        check_projection(projection)
        if projection._connectivity is not None:
            for kind, asked in synapse_requests(projection).items():
                kernels.add(kind, projection._number, asked)
    real = "double" if np.dtype(network._real).itemsize == 8 else "float"
    return NetworkRequest(kernels.requests, real, network._method, tuple(_parts(network))), kernels


def _parts(network: Network) -> Iterator[str]:
    """The further templates that a network needs."""
    if is_timed(network):
        yield SPIKE_TIMES
    if any(population._draws_gaps for population in network._populations):
        yield GAPS


def population_request(population: Population) -> PopulationRequest | None:
    """What the update of a population needs; None where nothing is computed."""
    model = population._generated_model()
    if model is None:
        return None
    before, population._varying = population._varying, varying_of(population)
    added = [name for name in population._varying if name not in before]
    if population._net.compiled and added:
        logger.info("population %r: %s has one value for each neuron from now on", population.name, ", ".join(added))
    return PopulationRequest(
        model, inputs_of(population), population._varying, population._refractory,
        timed=population._is_timed, staged=staged_of(population), smooth=smooth_of(population),
    )  # fmt: skip


def _empty_request(population: Population) -> PopulationRequest:
    return PopulationRequest(population.model, inputs_of(population), varying_of(population), None)


def inputs_of(population: Population) -> tuple[str, ...]:
    """Input arrays that the model has no variable for: ``g_exc``, ``sum(exc)``."""
    form = "g_{}" if population.model.is_spiking else "sum({})"
    names = [form.format(target) for target in sorted(population._known_targets())]
    return tuple(name for name in names if name not in population._store.attributes)


def staged_of(population: Population) -> tuple[str, ...]:
    """Inputs that the stages of a method can read at their own times: all their synapses are late by more than a step.

    ``sum()`` is one of them where all inputs are.
    """
    if population.model.is_spiking or population._observations() or not population._has_stages():
        return ()
    names = [name for name in inputs_of(population) if name.startswith("sum(")]
    late = tuple(name for name in names if population._is_late(name[4:-1]))
    return (*late, "sum()") if late and len(late) == len(names) else late


def varying_of(population: Population) -> tuple[str, ...]:
    """Parameters that each neuron reads for itself; once it does so it goes on, so that no value asks for new code."""
    chosen = {*population._store.varying(), *population._varying, *population._forced_varying()}
    refractory = population._refractory
    read = {a.name for a in population.model.attributes} | ({refractory.id} if isinstance(refractory, Name) else set())
    return tuple(name for name in population._store.attributes if name in chosen and name in read)


def synapse_requests(projection: Projection) -> dict[str, KernelRequest]:
    """The kernels of a projection: its plain transmission, or those of its synapses that change."""
    parts = parts_of(projection)
    found: dict[str, KernelRequest] = {}
    if parts:
        settle(projection)
    has_waiting = waits(projection, parts, projection._plastic.kept)
    if (not projection._is_event_based() and "transmit" not in parts) or not parts:
        plain = projection_request(projection)
        found["projection"] = plain if projection._filters() is None else FilterRequest(plain)
    for part in ("catch_up", *parts) if has_waiting else parts:
        pre = _neighbours(projection._pre_population, [f.name for f in projection.model.pre_attributes])
        post = _neighbours(projection._post_population, [f.name for f in projection.model.post_attributes])
        found[part] = request_of(projection, part, pre, post, waits=has_waiting)
    return found


def projection_request(projection: Projection) -> ProjectionRequest:
    """What the transmission of a projection needs."""
    model, events = projection.model, projection._is_event_based()
    built = projection._built
    if isinstance(projection._delay, int):
        delays = "none" if not events and projection._delay == 1 else "constant"
    else:
        delays = "array"
    pre_names = [f.name for f in model.pre_attributes] + ([] if events or model.psp is not None else ["r"])
    counted = built.post_size if events else built.pre_size
    return ProjectionRequest(
        model=model,
        events=events,
        varying=projection._varying(),
        semiglobal=tuple(a.name for a in model.attributes if a.locality == "semiglobal"),
        delays=delays,
        dense=not events and built.is_dense,
        index="uint16_t" if counted <= WIDEST_NARROW else "uint32_t",
        pre=_neighbours(projection._pre_population, pre_names),
        post=_neighbours(projection._post_population, [f.name for f in model.post_attributes]),
        gathered=projection._shared_weights() is not None,
        assigns=projection._assigns(),
        timed_pre=events and projection._pre_population._is_timed,
        timed_post=events and projection._post_population._is_timed,
        between=not events and projection._delays.are_between,
        pairs=kind_of_sum(projection),
        runs=are_runs(projection),
        ahead=projection._hands_out(projection._delays),
    )


def _neighbours(population: Population, names: Sequence[str]) -> tuple[NeighbourAttribute, ...]:
    found = []
    for name in dict.fromkeys(names):
        array = population._recordable(name)
        is_parameter = any(a.name == name for a in population.model.parameters)
        found.append(NeighbourAttribute(name, population._is_local(name), C_TYPES[array.dtype.kind], is_parameter))
    return tuple(found)
