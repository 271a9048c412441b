"""What reports say of the objects of a network: the values they hold in a few numbers, and the methods of equations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection


@dataclass(frozen=True)
class Spread:
    """Values of one attribute: their number, the least, the greatest and the mean."""

    count: int
    least: Any
    greatest: Any
    mean: float

    @property
    def is_uniform(self) -> bool:
        """Whether all are the same."""
        return bool(self.least == self.greatest)


def counted(number: int, what: str) -> str:
    """``1 population``, ``2 populations``, ``2 synapses``."""
    return f"{number} {what if number == 1 else what + 's'}"


def span_of(lengths: NDArray[np.int64]) -> str:
    """The smallest and the largest of some lengths, one number where these are the same."""
    low, high = int(lengths.min(initial=0)), int(lengths.max(initial=0))
    return str(low) if low == high else f"{low} to {high}"


def spread(values: Any) -> Spread:
    """The spread of an array or number."""
    array = np.atleast_1d(np.asarray(values)).ravel()
    if array.size == 0:
        return Spread(0, float("nan"), float("nan"), float("nan"))
    return Spread(array.size, array.min().item(), array.max().item(), float(array.mean()))


def present_values(population: Population, name: str) -> Spread:
    """What neurons hold now."""
    return spread(population._store.peek(name))


def initial_values(population: Population, name: str) -> Spread:
    """What `reset` brings back; of a network that was never compiled, what neurons hold now."""
    store = population._store
    if name not in store.saved:
        return present_values(population, name)
    saved = store.saved[name]
    return spread(saved[: store.size] if name in store.local else saved[0])


def synaptic_values(projection: Projection, name: str) -> Spread:
    """What synapses hold now."""
    values = projection._values[name]
    return spread(values[0] if projection._is_single(name) else values)


def delays(projection: Projection) -> Spread:
    """The delays of synapses in ms."""
    return spread(projection._delays_in_ms)


@dataclass(frozen=True)
class Method:
    """The numerical method of a variable's ODE, and why it was chosen."""

    name: str
    reason: str


def neuron_methods(population: Population) -> dict[str, Method]:
    """The methods of the ODEs of a population's neurons, by variable."""
    from eqneuro.numerics.select import neuron_rules

    return _methods(neuron_rules(population.model, population._net._method))


def synapse_methods(projection: Projection) -> dict[str, Method]:
    """The methods of the ODEs of a projection's synapses, by variable."""
    from eqneuro.numerics.select import event_driven_rules, synapse_rules

    model, events = projection.model, projection._is_event_based()
    rules = synapse_rules(model, projection._net._method, events=events)
    return _methods([*rules, *(event_driven_rules(model) if events else ())])


def _methods(rules: Any) -> dict[str, Method]:
    choices = [choice for rule in rules for choice in rule.choices if choice.order]
    return {choice.variable: Method(choice.method, choice.reason) for choice in choices}
