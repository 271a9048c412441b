"""Steps that are too large: h·|λ| against the stability limit of the method, at the state a network starts from.

λ are the eigenvalues of the Jacobian of the equations that share a method, by finite differences of the right sides:
no algebra system is needed, so a network that is found in the cache is checked as fast as it is loaded. Eigenvalues
with a positive real part are left out: there the solution itself grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.language.evaluate import Unknown, evaluate
from eqneuro.language.functions import is_noise
from eqneuro.language.rewrite import map_children
from eqneuro.language.syntax import Delayed, Draw, Expr, GlobalOperation, InputSum, Name, Number
from eqneuro.model.equations import neighbours
from eqneuro.model.models import NeuronModel, OdeEquation
from eqneuro.numerics.choice import choose_methods

LIMITS = {"explicit": 2.0, "midpoint": 2.0, "heun": 2.0, "rk4": 2.785293563405282}
"""Largest h·|λ| for a negative real λ; the other methods have none."""
DIFFERENCE = 6e-6
"""Of central differences, relative: the cube root of the rounding of a double."""


@dataclass(frozen=True)
class UnstableStep:
    """A system whose step is too large."""

    equation: OdeEquation
    """The one that changes fastest."""
    method: str
    dt: float
    largest: float
    """The largest step in ms that is stable."""

    def __str__(self) -> str:
        return (
            f"dt = {self.dt:g} ms is too large for `{self.equation.text.strip()}` by method {self.method}: "
            f"the largest stable step is {_rounded_down(self.largest):g} ms. "
            "The methods exponential, exact and implicit have no such limit."
        )


def find_unstable(model: NeuronModel, default: str, dt: float, values: Mapping[str, Any]) -> UnstableStep | None:
    """The system with the smallest stable step, if that is less than ``dt``.

    Parameters
    ----------
    default
        The network's method.
    dt
        The step in ms.
    values
        Parameters, variables and constants of the network: numbers, or arrays with one value a neuron.
    """
    constants = frozenset(a.name for a in model.parameters) | {f.name for f in model.constants} | {"dt", "pi"}
    names = _known(model, values, dt)
    worst: UnstableStep | None = None
    for system in _systems(model):
        methods = [method for method, _ in choose_methods(system, default, constants)]
        for method in LIMITS.keys() & set(methods):
            members = [e for e, own in zip(system, methods, strict=True) if own == method]
            found = _check(members, method, dt, names)
            if found is not None and (worst is None or found.largest < worst.largest):
                worst = found
    return worst


def _systems(model: NeuronModel) -> Iterator[list[OdeEquation]]:
    locality = {a.name: a.locality for a in model.variables}
    for run in neighbours(model.equations):
        for _, system in groupby(run, key=lambda e: locality[e.variable]):
            yield list(system)


def _known(model: NeuronModel, values: Mapping[str, Any], dt: float) -> dict[str, Any]:
    """Every name with a value: inputs and noise are 0 at the start."""
    names: dict[str, Any] = {f"g_{target}": 0.0 for target in model.targets}
    sources = {n.id for e in _odes(model) for n in e.right.walk() if isinstance(n, Name) and is_noise(n.id)}
    names |= dict.fromkeys(sources, 0.0) | {"t": 0.0, "t_last": -np.inf}
    return names | {k: np.asarray(v, dtype=float) for k, v in values.items()} | {"dt": dt}


def _odes(model: NeuronModel) -> list[OdeEquation]:
    return [e for e in model.equations if isinstance(e, OdeEquation)]


def _check(members: Sequence[OdeEquation], method: str, dt: float, names: dict[str, Any]) -> UnstableStep | None:
    try:
        jacobian = _jacobian(members, names)
    except Unknown:  # a name that only the running network has
        return None
    jacobian = jacobian[np.isfinite(jacobian).all(axis=(1, 2))]
    suspect = jacobian[np.abs(jacobian).sum(axis=2).max(axis=1, initial=0.0) * dt > LIMITS[method]]
    if not len(suspect):  # no eigenvalue is larger than the largest sum of a row
        return None
    rates, vectors = np.linalg.eig(suspect)
    sizes = np.where(rates.real < 0.0, np.abs(rates), 0.0)
    neuron, place = np.unravel_index(sizes.argmax(), sizes.shape)
    largest = LIMITS[method] / float(sizes[neuron, place]) if sizes[neuron, place] > 0.0 else np.inf
    if largest >= dt:
        return None
    fastest = int(np.abs(vectors[neuron, :, place]).argmax())
    return UnstableStep(members[fastest], method, dt, largest)


def _jacobian(members: Sequence[OdeEquation], names: dict[str, Any]) -> NDArray[np.float64]:
    """∂fᵢ/∂xⱼ for each neuron, shape (neurons, n, n)."""
    rights = [_frozen(e.right) for e in members]
    columns = []
    for equation in members:
        value = np.asarray(names[equation.variable], dtype=float)
        delta = DIFFERENCE * np.maximum(np.abs(value), 1.0)
        ends = [{**names, equation.variable: value + side * delta} for side in (1.0, -1.0)]
        columns.append([(evaluate(right, ends[0]) - evaluate(right, ends[1])) / (2.0 * delta) for right in rights])
    flat = np.broadcast_arrays(*(np.asarray(entry, dtype=float) for column in columns for entry in column))
    size = len(members)
    return np.stack([np.ravel(x) for x in flat], axis=-1).reshape(-1, size, size).swapaxes(1, 2)


def _frozen(expr: Expr) -> Expr:
    """The expression with what does not follow the variables within a step set to 0."""
    if isinstance(expr, InputSum | GlobalOperation | Draw | Delayed):
        return Number(0)
    return map_children(expr, _frozen)


def _rounded_down(value: float) -> float:
    """Two digits, not more than the value."""
    unit = 10.0 ** (np.floor(np.log10(value)) - 1.0)
    return float(np.floor(value / unit + 1e-9) * unit)
