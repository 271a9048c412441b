"""Which neurons of a network change with the step, and by what: chance, spikes on the grid, each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from eqneuro.language.syntax import Draw, Name
from eqneuro.model.models import OdeEquation

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population


def is_random_source(population: Population) -> bool:
    """Whether a population spikes by random numbers alone: its spikes are those of the first run in the others."""
    model = population._kernel_model() if "_kernel_model" not in vars(population) else population.model
    if model is None or model.spike is None or any(isinstance(e, OdeEquation) for e in model.equations):
        return False
    return _draws(model.spike.condition)


def _draws(expr: Any) -> bool:
    return any(isinstance(node, Draw) for node in expr.walk())


def is_alone(population: Population) -> bool:
    """Whether nothing that depends on the step reaches a population: its runs differ by the step, not by chaos."""
    arriving = [p for p in population._net._projections if p._post_population is population]
    return all(is_random_source(p._pre_population) or p._pre_population._kernel_model() is None for p in arriving)


def jumps(population: Population, spiking: Collection[int]) -> bool:
    """Whether spikes at the ends of steps move what the neurons hold: their own, or those that arrive.

    ``spiking`` are the numbers of the populations that did spike.
    """

    def is_free(one: Population) -> bool:
        return not (getattr(one, "_is_timed", False) or is_random_source(one) or one._kernel_model() is None)

    event = population.model.spike
    if event is not None and event.reset and is_free(population) and population._number in spiking:
        return True
    arriving = [p for p in population._net._projections if p._post_population is population and p._connectivity]
    return any(is_free(p._pre_population) and p._pre_population._number in spiking for p in arriving)


def remarks(network: Network) -> Iterator[str]:
    """What a reader should know of the comparison."""
    populations = [p for p in network._populations if not p._is_hidden]
    given = [p.name for p in populations if is_random_source(p)]
    if given:
        yield f"spikes of {', '.join(map(repr, given))} were those of the first run in all of them"
    for population in populations:
        model = population._kernel_model()
        if model is None:
            continue
        if model.spike is not None and _draws(model.spike.condition) and not is_random_source(population):
            yield f"{population.name!r} spikes by chance in each step, which other steps do at other moments"
        sudden = _sudden(population)
        if sudden:
            names = ", ".join(sudden)
            yield f"{names} of {population.name!r} has no equation: a spike acts for one step, more the longer it is"
    alone = [p.name for p in network._projections if p._connectivity is not None and p._shortest == 1]
    if alone:
        yield f"delays of one step ({network.dt:g} ms) were kept as they are in ms"
    if network._callbacks and network._callbacks_on:
        yield "callbacks were not called"


def _sudden(population: Population) -> list[str]:
    """Conductances without equation that ODEs read and synapses reach."""
    model = population.model
    reached = {f"g_{p.target}" for p in population._net._projections if p._post_population is population}
    read = {
        n.id for e in model.equations if isinstance(e, OdeEquation) for n in e.right.walk() if isinstance(n, Name)
    }  # fmt: skip
    return sorted(reached & read - {a.name for a in model.variables}) if model.is_spiking else []
