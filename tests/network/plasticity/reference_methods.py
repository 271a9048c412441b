"""What the interpreter of synapses computes with: names in expressions, and one step of ODEs by every method."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from eqneuro.language.evaluate import evaluate
from eqneuro.language.rewrite import map_children
from eqneuro.language.syntax import Attribute, Expr, GlobalOperation, InputSum, Name
from eqneuro.model.models import OdeEquation

SEEN: dict[int, tuple[Any, Any]] = {}
"""What was made of a thing, by its identity, and the thing itself, so that no other takes its place."""


def remembered(thing: Any, make: Callable[[Any], Any], kind: int) -> Any:
    """What ``make`` gives, worked out once for each thing."""
    key = 2 * id(thing) + kind
    if key not in SEEN:
        SEEN[key] = thing, make(thing)
    return SEEN[key][1]


def nodes(what: Any) -> Iterator[Expr]:
    """All expressions of some statements."""
    for item in what if isinstance(what, list) else [what]:
        yield from remembered(item, _nodes_of, 0)


def _nodes_of(item: Any) -> list[Expr]:
    if isinstance(item, Expr):
        return list(item.walk())
    value = item.right if isinstance(item, OdeEquation) else item.value
    return [*value.walk(), *(node for bound in item.bounds for node in bound.value.walk())]


def plain(expr: Expr) -> Expr:
    """``pre.x``, ``post.sum(T)`` and ``mean(pre.x)`` as names that are looked up as they are written."""
    found: Expr = remembered(expr, _plain, 1)
    return found


def _plain(expr: Expr) -> Expr:
    if isinstance(expr, Attribute):
        return Name(f"{expr.owner}.{expr.name}")
    if isinstance(expr, InputSum):
        return Name(f"{expr.owner}.sum({expr.target})")
    if isinstance(expr, GlobalOperation):
        assert isinstance(expr.argument, Attribute)
        return Name(f"{expr.operation}({expr.argument.owner}.{expr.argument.name})")
    return map_children(expr, _plain)


# -- numerical methods -------------------------------------------------------------------------------------------------


def slopes(odes: Sequence[OdeEquation], names: dict[str, Any], changed: dict[str, Any], late: float = 0.0) -> Any:
    """The right sides where some variables have other values, ``late`` ms after the beginning of the step."""
    seen = names | changed | {"t": names["t"] + late}
    return np.array([float(evaluate(plain(e.right), seen)) for e in odes])


def linear(odes: Sequence[OdeEquation], names: dict[str, Any], late: float = 0.0) -> tuple[Any, Any, Any]:
    """A and b of x' = A·x + b, read off the right sides, and x."""
    zero = dict.fromkeys((e.variable for e in odes), 0.0)
    offset = slopes(odes, names, zero, late)
    matrix = np.array([slopes(odes, names, zero | {e.variable: 1.0}, late) - offset for e in odes]).T
    return matrix, offset, np.array([float(names[e.variable]) for e in odes])


def advance(odes: Sequence[OdeEquation], names: dict[str, Any], h: float) -> list[float]:
    """One step of neighbouring ODEs, each by its method, all from the same old state."""
    fresh: dict[str, float] = {}
    for method in dict.fromkeys(e.method or "explicit" for e in odes):
        own = [e for e in odes if (e.method or "explicit") == method]
        fresh |= dict(zip((e.variable for e in own), METHODS[method](own, names, h), strict=True))
    return [fresh[e.variable] for e in odes]


def explicit(odes: Sequence[OdeEquation], names: dict[str, Any], h: float) -> Any:
    x = np.array([names[e.variable] for e in odes], dtype=float)
    return x + h * slopes(odes, names, {})


def runge_kutta(odes: Sequence[OdeEquation], names: dict[str, Any], h: float, nodes: Any, weights: Any) -> Any:
    x = np.array([names[e.variable] for e in odes], dtype=float)
    k = np.zeros_like(x)
    total = np.zeros_like(x)
    for node, weight in zip(nodes, weights, strict=True):
        k = slopes(odes, names, dict(zip((e.variable for e in odes), x + node * h * k, strict=True)), node * h)
        total += weight * k
    return x + h * total


def implicit(odes: Sequence[OdeEquation], names: dict[str, Any], h: float) -> Any:
    matrix, offset, old = linear(odes, names, h)
    fresh = np.linalg.solve(np.eye(len(old)) - h * matrix, old + h * offset)
    for _ in range(200):
        before = fresh
        fresh = old + h * slopes(odes, names, dict(zip((e.variable for e in odes), before, strict=True)), h)
        if np.allclose(fresh, before, rtol=1e-14, atol=1e-15):  # at once, where the system is linear
            break
    return fresh


def semiimplicit(odes: Sequence[OdeEquation], names: dict[str, Any], h: float) -> Any:
    matrix, _, x = linear(odes, names, h)
    return x + h * slopes(odes, names, {}, h) / (1 - h * np.diag(matrix))


def exponential(odes: Sequence[OdeEquation], names: dict[str, Any], h: float) -> Any:
    matrix, _, x = linear(odes, names)
    rate = np.diag(matrix)
    factor = np.array([np.expm1(a * h) / a if a else h for a in rate])
    return x + factor * slopes(odes, names, {})


METHODS: dict[str, Callable[..., Any]] = {
    "explicit": explicit,
    "midpoint": lambda odes, names, h: runge_kutta(odes, names, h, (0.0, 0.5), (0.0, 1.0)),
    "heun": lambda odes, names, h: runge_kutta(odes, names, h, (0.0, 1.0), (0.5, 0.5)),
    "rk4": lambda odes, names, h: runge_kutta(odes, names, h, (0.0, 0.5, 0.5, 1.0), (1 / 6, 1 / 3, 1 / 3, 1 / 6)),
    "implicit": implicit,
    "semiimplicit": semiimplicit,
    "exponential": exponential,
    "exact": exponential,
}
