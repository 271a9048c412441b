"""Conditions over pairs of neurons, with a synapse or without one, computed by numpy at the end of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.language.distributions import DISTRIBUTIONS, Distribution
from eqneuro.language.evaluate import evaluate
from eqneuro.language.rewrite import is_number, map_children
from eqneuro.language.syntax import Attribute, Draw, Expr, GlobalOperation, InputSum, Name
from eqneuro.model.linear import linear_system
from eqneuro.model.models import OdeEquation, SynapseModel
from eqneuro.model.traces import DRIVEN
from eqneuro.network.configuration import TICK

if TYPE_CHECKING:
    from eqneuro.network.projection import Projection

Values = NDArray[Any]
OPERATIONS: dict[str, Callable[[Values], Any]] = {
    "mean": np.mean,
    "min": np.min,
    "max": np.max,
    "norm1": lambda values: np.abs(values).sum(),
    "norm2": lambda values: np.sqrt(np.square(values).sum()),
}


class Streams:
    """Generators of random numbers that follow from what they are for, not from what was drawn before.

    Each use has one of its own, so that pairs may be looked at in blocks of any size.
    """

    CHANCE, VALUES, FIRST_DRAW = 0, 1, 2

    def __init__(self, *key: int) -> None:
        self._key = key
        self._known: dict[int, np.random.Generator] = {}

    def __getitem__(self, use: int) -> np.random.Generator:
        if use not in self._known:
            self._known[use] = np.random.default_rng([*self._key, use])
        return self._known[use]


class Pairs(Mapping[str, Any]):
    """The values of names for some pairs, looked up when they are asked for.

    Parameters
    ----------
    projection
        Whose neurons and synapses they are.
    pre, post
        Ranks of the pairs, of shapes that fit together.
    own
        Gives what an attribute of the synapses, ``w`` or ``d`` is there.
    time
        In ms.
    streams
        What random numbers are drawn from.
    """

    def __init__(
        self,
        projection: Projection,
        pre: Values,
        post: Values,
        own: Callable[[Pairs, str], Any],
        time: float,
        streams: Streams,
    ) -> None:
        self.projection = projection
        self.pre, self.post = pre, post
        self.shape = np.broadcast_shapes(pre.shape, post.shape)
        self._streams = streams
        self._draws = 0
        self._own = own
        self._time = time
        self._nodes: dict[str, Expr] = {}
        self._names = {attribute.name for attribute in projection.model.attributes} | {"w", "d"}
        self._constants = {constant.name: constant.value for constant in projection._net._constants}

    def holds(self, condition: Expr) -> NDArray[np.bool_]:
        """Where the condition holds."""
        return np.broadcast_to(np.asarray(self.value(condition)) != 0, self.shape)

    def value(self, expr: Expr) -> Any:
        """The value of an expression: a number, or an array."""
        return evaluate(self._named(expr), self)

    def _named(self, expr: Expr) -> Expr:
        """The expression with a name for each part that is more than a name; each draw gets one of its own."""
        match expr:
            case Attribute() | InputSum():
                return Name(expr.label)
            case GlobalOperation() | Draw():
                name = f"part:{len(self._nodes)}"
                self._nodes[name] = expr
                return Name(name)
        return map_children(expr, self._named)

    # -- names --------------------------------------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Any:
        projection = self.projection
        owner, dot, attribute = name.partition(".")
        if dot:
            population = getattr(projection, f"_{owner}_population")
            ranks = self.pre if owner == "pre" else self.post
            values = population._recordable(attribute)
            return values[ranks] if population._is_local(attribute) else values[0].item()
        if name in self._nodes:
            node = self._nodes[name]
            return self._draw(node) if isinstance(node, Draw) else self._reduced(node)
        match name:
            case "t":
                return self._time
            case "dt":
                return projection._net.dt
            case "t_pre":
                return projection._pre_population._t_last[self.pre]
            case "t_post":
                return projection._post_population._t_last[self.post]
            case "g_target":
                return projection._post_population._input_of_target(projection.target)[self.post]
        return self._own(self, name) if name in self._names else self._constants[name]

    def __contains__(self, name: object) -> bool:
        fixed = ("t", "dt", "t_pre", "t_post", "g_target")
        return (
            name in fixed or name in self._nodes or name in self._names or name in self._constants or "." in str(name)
        )

    def __iter__(self) -> Iterator[str]:
        return iter({*self._names, *self._constants})

    def __len__(self) -> int:
        return len({*self._names, *self._constants})

    def _reduced(self, node: Expr) -> float:
        assert isinstance(node, GlobalOperation)
        assert isinstance(node.argument, Attribute)
        population = getattr(self.projection, f"_{node.argument.owner}_population")
        return float(OPERATIONS[node.operation](population._recordable(node.argument.name)[: population.size]))

    def _draw(self, node: Draw) -> Values:
        """One number for each pair."""
        kind = DISTRIBUTIONS[node.distribution]
        rng = self._streams[Streams.FIRST_DRAW + self._draws]
        self._draws += 1
        arguments = [self.value(argument) for argument in node.arguments]
        bounds = [None if bound is None else self.value(bound) for bound in (node.minimum, node.maximum)]
        if all(np.ndim(a) == 0 for a in (*arguments, *bounds)):
            clipped: dict[str, Any] = {
                key: float(b) for key, b in zip(("min", "max"), bounds, strict=True) if b is not None
            }
            return kind(*map(float, arguments), **clipped).sample(rng, self.shape)
        drawn = np.asarray(_sampler(kind, arguments)._draw(rng, self.shape), dtype=float)
        low, high = bounds
        return drawn if low is None and high is None else np.clip(drawn, low, high)


def _sampler(kind: type[Distribution], arguments: list[Any]) -> Distribution:
    """A distribution whose arguments differ from pair to pair, which the users' constructor does not take."""
    sampler = kind.__new__(kind)
    sampler._arguments = tuple(arguments)
    return sampler


class Synapses:
    """What the synapses at some places hold, event-driven variables brought up to date."""

    def __init__(self, projection: Projection, places: slice, updated: NDArray[np.int32] | None) -> None:
        self.projection = projection
        self.places = places
        self._updated = updated
        self._driven = event_driven(projection.model) if updated is not None else {}

    def own(self, pairs: Pairs, name: str) -> Any:
        """The value of one of the synapses' own names."""
        projection = self.projection
        if name == "d" and name not in projection._values:
            delays = projection._delays_in_ms
            return delays[self.places] if np.ndim(delays) else delays
        if name in self._driven:
            return self._present(pairs, name)
        return self._stored(pairs, name)

    def _stored(self, pairs: Pairs, name: str) -> Any:
        projection = self.projection
        values = projection._values[name]
        if projection._is_single(name):
            return values[0].item()
        if projection._attribute(name).locality == "semiglobal":
            return values[np.searchsorted(projection._built.post_ranks, pairs.post)]
        return values[self.places]

    def _elapsed(self, pairs: Pairs, locality: str) -> Any:
        """How long ago variables of a locality were brought up to date, in ms."""
        assert self._updated is not None
        plastic, net = self.projection._plastic, self.projection._net
        then: Any = self._updated[self.places]
        if locality != "local":
            then = plastic.updated_rows[pairs.post] if locality == "semiglobal" else int(plastic.updated_all[0])
        return (int(net._clock[TICK]) - np.asarray(then, dtype=np.float64)) * net.dt

    def _present(self, pairs: Pairs, name: str) -> Any:
        """The closed solution over the time since the last event: see `eqneuro.numerics.event_driven`."""
        elapsed = self._elapsed(pairs, self.projection._attribute(name).locality)
        value = after(elapsed, name, self._driven, lambda source: self._stored(pairs, source), pairs.value)
        for bound in self._driven[name][0].bounds:
            value = (np.maximum if bound.side == "min" else np.minimum)(value, pairs.value(bound.value))
        return np.asarray(value, dtype=self.projection._net._real)


Driven = dict[str, tuple[OdeEquation, dict[str, Expr], Expr]]
"""Event-driven variables: their equation, the coefficients of the variables in it, and its input."""


def event_driven(model: SynapseModel) -> Driven:
    """The event-driven equations of the synapses as linear forms, those of a locality as one system."""
    locality = {attribute.name: attribute.locality for attribute in model.attributes}
    found: Driven = {}
    for kind in ("local", "semiglobal", "global"):
        chosen = [
            equation
            for equation in model.equations
            if isinstance(equation, OdeEquation) and equation.method in DRIVEN and locality[equation.variable] == kind
        ]
        system = linear_system([(equation.variable, equation.right) for equation in chosen], model.unchanging)
        for k, equation in enumerate(chosen):
            row = dict(zip(system.variables, system.matrix[k], strict=True))
            found[equation.variable] = (equation, row, system.inputs[k])
    return found


def after(
    elapsed: Any, name: str, driven: Driven, stored: Callable[[str], Any], value_of: Callable[[Expr], Any]
) -> Any:
    """What an event-driven variable is, so many ms after it was stored: see `eqneuro.numerics.event_driven`."""
    _, row, entry = driven[name]
    rate = value_of(row[name])
    value = stored(name) * np.exp(rate * elapsed)
    if not is_number(entry, 0):
        value = value + value_of(entry) * elapsed * _exprel(rate * elapsed)
    for source, factor in row.items():
        if source != name and not is_number(factor, 0):
            other = value_of(driven[source][1][source])
            fed = elapsed * np.exp(other * elapsed) * _exprel((rate - other) * elapsed)
            value = value + value_of(factor) * stored(source) * fed
    return value


def _exprel(x: Any) -> Any:
    """(eˣ − 1)/x, 1 at 0."""
    safe = np.where(x == 0.0, 1.0, x)
    return np.where(x == 0.0, 1.0, np.expm1(safe) / safe)
