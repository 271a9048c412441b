"""The equations of a neuron by themselves, computed by numpy: right sides, Jacobians, and steps of many runs at once.

Inputs, global operations and past values keep the value they are given, random numbers and noise are 0. Nothing here
needs an algebra system or a compiler: it is what says how large steps may be, before anything runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.language.evaluate import evaluate
from eqneuro.language.functions import is_noise
from eqneuro.language.rewrite import map_children
from eqneuro.language.syntax import (
    Attribute,
    Delayed,
    Draw,
    Expr,
    GlobalOperation,
    InputSum,
    Name,
    Number,
    is_condition,
)
from eqneuro.model.models import AssignmentEquation, Bound, Equation, NeuronModel, OdeEquation
from eqneuro.numerics.choice import choose_methods

Names = dict[str, Any]

DIFFERENCE = 6e-6
"""Of central differences, relative: the cube root of the rounding of a double."""
LANES = 10_000
"""Neurons whose Jacobians are worked out together."""


class Dynamics:
    """A neuron model as a dynamical system.

    Parameters
    ----------
    model
        The neuron.
    default
        The network's method.
    """

    def __init__(self, model: NeuronModel, default: str) -> None:
        self.model = model
        self.parts = list(_parts(model))
        self.methods: dict[str, str] = {}
        for part in self.parts:
            if isinstance(part, list):
                chosen = choose_methods(part, default, model.unchanging)
                self.methods |= {e.variable: method for e, (method, _) in zip(part, chosen, strict=True)}
        self.odes = [e for part in self.parts if isinstance(part, list) for e in part]
        self.values = {e.variable: frozen(e.right if isinstance(e, OdeEquation) else e.value) for e in model.equations}
        self._bounds = {e.variable: _frozen_bounds(e.bounds) for e in model.equations}
        self._events = [
            (frozen(event.condition), [(a.variable, frozen(a.value)) for a in event.reset])
            for event in (model.spike, model.axon_spike)
            if event is not None and not any(isinstance(node, Draw) for node in event.condition.walk())
        ]
        self._refractory = None if model.refractory is None or model.spike is None else frozen(model.refractory)

    def groups(self) -> Iterator[tuple[str, list[OdeEquation]]]:
        """Neighbouring equations that share a method."""
        for part in self.parts:
            if isinstance(part, list):
                for method in dict.fromkeys(self.methods[e.variable] for e in part):
                    yield method, [e for e in part if self.methods[e.variable] == method]

    def names(self, values: Mapping[str, Any], dt: float) -> Names:
        """Every name with a value; what is not given and can only be known by a network is 0."""
        used = [e for expr in self.values.values() for e in expr.walk() if isinstance(e, Name)]
        known: Names = {e.id: 0.0 for e in used if is_noise(e.id) or "(" in e.id}
        known |= {f"g_{target}": 0.0 for target in self.model.targets} | {"t": 0.0, "t_last": -np.inf}
        known |= {k: np.asarray(v, dtype=float) for k, v in values.items()} | {"dt": dt}
        known |= {f"past({e.variable})": known[e.variable] for e in self.model.equations if e.variable in known}
        return known

    # -- right sides --------------------------------------------------------------------------------------------------

    def right_sides(self, names: Names, members: Sequence[OdeEquation]) -> list[Any]:
        """The gradients of some variables; assignments take their values first, in the order of evaluation."""
        state = dict(names)
        found = {}
        wanted = {e.variable for e in members}
        for equation in self.model.equations:
            name = equation.variable
            if isinstance(equation, AssignmentEquation):
                state[name] = self._bounded(name, evaluate(self.values[name], state), state)
            elif name in wanted:
                found[name] = evaluate(self.values[name], state)
        return [found[e.variable] for e in members]

    def jacobian(self, names: Names, members: Sequence[OdeEquation]) -> NDArray[np.float64]:
        """∂fᵢ/∂xⱼ of some equations for each neuron, shape (neurons, n, n), by central differences."""
        count, size = len(members), max(np.size(value) for value in names.values())
        whole = {k: v for k, v in names.items() if np.size(v) == 1}
        parts = []
        for begin in range(0, size, LANES):
            chosen = slice(begin, min(begin + LANES, size))
            part = whole | {k: np.ravel(v)[chosen] for k, v in names.items() if np.size(v) > 1}
            parts.append(self._differences(part, members, count, chosen.stop - begin))
        return np.concatenate(parts)

    def _differences(self, names: Names, members: Sequence[OdeEquation], count: int, lanes: int) -> NDArray[np.float64]:
        state, widths = dict(names), []
        for place, equation in enumerate(members):
            value = np.broadcast_to(np.asarray(names[equation.variable], dtype=float), (2 * count, lanes)).copy()
            delta = DIFFERENCE * np.maximum(np.abs(value[0]), 1.0)
            value[2 * place] += delta
            value[2 * place + 1] -= delta
            state[equation.variable] = value
            widths.append(2.0 * delta)
        rights = [np.broadcast_to(np.asarray(f, float), (2 * count, lanes)) for f in self.right_sides(state, members)]
        with np.errstate(invalid="ignore"):  # infinite ones have none
            slopes = [[(f[2 * j] - f[2 * j + 1]) / widths[j] for j in range(count)] for f in rights]
        return np.moveaxis(np.array(slopes).reshape(count, count, lanes), -1, 0)

    # -- steps --------------------------------------------------------------------------------------------------------

    def step(self, names: Names, h: Any, *, method: str | None = None) -> Names:
        """The state one step of ``h`` ms later, by the methods of the equations, or by one for all; no events yet."""
        state = dict(names)
        active = self._active(names)
        for part in self.parts:
            if isinstance(part, list):
                new: Names = {}
                for own in dict.fromkeys(method or self.methods[e.variable] for e in part):
                    members = [e.variable for e in part if (method or self.methods[e.variable]) == own]
                    new |= self._advance(own, members, state, h)
            else:
                new = {part.variable: evaluate(self.values[part.variable], state)}
            before = dict(state)
            for name, value in new.items():
                value = self._bounded(name, value, before | {name: value})
                is_held = active is not None and not name.startswith("g_")
                state[name] = np.where(active, value, before[name]) if is_held else value
        state["t"] = names["t"] + h
        return state

    def _advance(self, method: str, members: Sequence[str], state: Names, h: Any) -> Names:
        start = [np.asarray(state[name], dtype=float) for name in members]

        def f(values: Sequence[Any], shift: Any = 0.0) -> list[Any]:
            at = state | dict(zip(members, values, strict=True)) | {"t": state["t"] + shift}
            return [evaluate(self.values[name], at) for name in members]

        with np.errstate(all="ignore"):
            return dict(zip(members, _ADVANCES.get(method, _frozen_rates)(f, start, h), strict=True))

    def events(self, names: Names, refractory_step: Any) -> tuple[Names, Any]:
        """After a step: resets where a spike condition holds, and where that is."""
        state: Names = names
        spiked: Any = False
        active = self._active(names)
        for condition, reset in self._events:
            holds = np.asarray(evaluate(condition, state), dtype=bool)
            holds = holds if active is None else holds & active
            if not holds.any():
                continue
            spiked = holds if spiked is False else spiked | holds
            after = dict(state)
            for name, value in reset:
                after[name] = np.where(holds, evaluate(value, after), after[name])
            after["t_last"] = np.where(holds, state["t"], state["t_last"])
            if self._refractory is not None and not is_condition(self._refractory):
                last = state["t"] + evaluate(self._refractory, after) - 0.5 * refractory_step
                after["until"] = np.where(holds, last, state.get("until", -np.inf))
            state = after
        return state, spiked

    def _active(self, names: Names) -> Any:
        if self._refractory is None:
            return None
        if is_condition(self._refractory):
            return ~np.asarray(evaluate(self._refractory, names), dtype=bool)
        return names["t"] >= names["until"] if "until" in names else None

    def _bounded(self, name: str, value: Any, names: Names) -> Any:
        for side, bound in self._bounds[name]:
            value = (np.maximum if side == "min" else np.minimum)(value, evaluate(bound, names))
        return value


def frozen(expr: Expr) -> Expr:
    """The expression with what does not follow the variables within a step as a name, or 0 where it is drawn."""
    match expr:
        case Draw():
            return Number(0)
        case InputSum() | GlobalOperation() | Attribute():
            return Name(expr.label)
        case Delayed():
            return Name(f"past({expr.name})")
    return map_children(expr, frozen)


def _frozen_bounds(bounds: Sequence[Bound]) -> list[tuple[str, Expr]]:
    return [(bound.side, frozen(bound.value)) for bound in bounds]


def _parts(model: NeuronModel) -> Iterator[list[OdeEquation] | AssignmentEquation]:
    """Systems of neighbouring ODEs of one locality, and assignments, in the order of evaluation."""
    locality = {a.name: a.locality for a in model.variables}

    def key(equation: Equation) -> Any:
        return locality[equation.variable] if isinstance(equation, OdeEquation) else equation.variable + "="

    for _, run in groupby(model.equations, key=key):
        found = list(run)
        odes = [e for e in found if isinstance(e, OdeEquation)]
        if odes:
            yield odes
        else:
            yield from (e for e in found if isinstance(e, AssignmentEquation))


# -- methods ----------------------------------------------------------------------------------------------------------


def _along(start: Sequence[Any], slopes: Sequence[Any], h: Any) -> list[Any]:
    return [x + h * k for x, k in zip(start, slopes, strict=True)]


def _explicit(f: Any, start: Sequence[Any], h: Any) -> list[Any]:
    return _along(start, f(start), h)


def _midpoint(f: Any, start: Sequence[Any], h: Any) -> list[Any]:
    return _along(start, f(_along(start, f(start), 0.5 * h), 0.5 * h), h)


def _heun(f: Any, start: Sequence[Any], h: Any) -> list[Any]:
    first = f(start)
    second = f(_along(start, first, h), h)
    return _along(start, [0.5 * (a + b) for a, b in zip(first, second, strict=True)], h)


def _rk4(f: Any, start: Sequence[Any], h: Any) -> list[Any]:
    k1 = f(start)
    k2 = f(_along(start, k1, 0.5 * h), 0.5 * h)
    k3 = f(_along(start, k2, 0.5 * h), 0.5 * h)
    k4 = f(_along(start, k3, h), h)
    return _along(start, [(a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4, strict=True)], h)


def _frozen_rates(f: Any, start: Sequence[Any], h: Any) -> list[Any]:
    """Exponential Euler in each variable by itself: what stands for the methods that have no limit."""
    now, new = f(start), []
    for place, (x, slope) in enumerate(zip(start, now, strict=True)):
        delta = DIFFERENCE * np.maximum(np.abs(x), 1.0)
        moved = list(start)
        moved[place] = x + delta
        z = h * (f(moved)[place] - slope) / delta
        ratio = np.where(np.abs(z) < 1e-9, 1.0, np.expm1(z) / np.where(np.abs(z) < 1e-9, 1.0, z))
        new.append(x + h * ratio * slope)
    return new


_ADVANCES: dict[str, Callable[[Any, Sequence[Any], Any], list[Any]]] = {
    "explicit": _explicit,
    "midpoint": _midpoint,
    "heun": _heun,
    "rk4": _rk4,
}
