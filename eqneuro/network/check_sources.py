"""Which neurons of a network change with the step, and by what: chance, spikes on the grid, each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from eqneuro.language.syntax import Draw, Expr, Name
from eqneuro.model.models import Equation, OdeEquation

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population


def is_random_source(population: Population) -> bool:
    """Whether a population spikes by random numbers alone: its spikes are those of the first run in the others."""
    model = population._kernel_model() if "_kernel_model" not in vars(population) else population.model
    if model is None or model.spike is None or any(isinstance(e, OdeEquation) for e in model.equations):
        return False
    return _draws(model.spike.condition)


def _draws(expr: Expr) -> bool:
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
        return not (one._is_timed or is_random_source(one) or one._kernel_model() is None)

    event = population.model.spike
    if event is not None and event.reset and is_free(population) and population._number in spiking:
        return True
    arriving = [p for p in population._net._projections if p._post_population is population and p._connectivity]
    return any(is_free(p._pre_population) and p._pre_population._number in spiking for p in arriving)


def remarks(network: Network) -> Iterator[str]:
    """What a reader should know of the comparison."""
    given = [p.name for p in network._populations if is_random_source(p) and not p._is_hidden]
    if given:
        yield f"spikes of {', '.join(map(repr, given))} were those of the first run in all of them"
    if any(p._shortest == 1 for p in network._projections if p._connectivity is not None):
        yield f"delays of one step ({network.dt:g} ms) were kept as they are in ms"
    if network._callbacks and network._callbacks_on:
        yield "callbacks were not called"


def obstacles(network: Network) -> Iterator[str]:
    """Why runs with other steps are not runs of the same model."""
    for population in network._populations:
        model = population._kernel_model()
        if model is None or population._is_hidden or is_random_source(population):
            continue
        name = repr(population.name)
        if any(event is not None and _draws(event.condition) for event in (model.spike, model.axon_spike)):
            yield f"{name} spikes by chance in each step: with other steps, at other moments"
        drawn = [e.variable for e in model.equations if _draws(_value(e)) and _reads(_value(e), "dt")]
        if drawn:
            yield f"what {', '.join(drawn)} of {name} draws in a step depends on dt: other steps have other statistics"
        stepped = _step_by_step(model.equations)
        if stepped:
            yield f"{', '.join(stepped)} of {name} follow from their last values without dt: each step is the same"
        sudden = _sudden(population)
        if sudden:
            yield f"{', '.join(sudden)} of {name} has no equation: a spike acts for one step, more the longer it is"


def _value(equation: Equation) -> Expr:
    return equation.right if isinstance(equation, OdeEquation) else equation.value


def _reads(expr: Expr, name: str) -> bool:
    return any(isinstance(node, Name) and node.id == name for node in expr.walk())


def _step_by_step(equations: Collection[Equation]) -> list[str]:
    """Variables that are assigned from their own values, if only through others, where nothing reads dt or the time."""
    reads = {
        e.variable: {node.id for node in _value(e).walk() if isinstance(node, Name)}
        for e in equations
        if not isinstance(e, OdeEquation)
    }
    for _ in reads:
        for name, names in reads.items():
            reads[name] = names.union(*(reads[other] for other in names & reads.keys()))
    return [name for name, names in reads.items() if name in names and not names & {"dt", "t"}]


def _sudden(population: Population) -> list[str]:
    """Conductances without equation that synapses reach and ODEs read, not weighed by dt."""
    model = population.model
    if not model.is_spiking:
        return []
    reached = {f"g_{p.target}" for p in population._net._projections if p._post_population is population}
    read: set[str] = set()
    for equation in model.equations:
        if isinstance(equation, OdeEquation) and not _reads(equation.right, "dt"):
            read |= {node.id for node in equation.right.walk() if isinstance(node, Name)}
    return sorted(reached & read - {a.name for a in model.variables})
