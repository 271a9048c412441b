"""Steps that are too large: the modes of each system against the stability region of its method.

The modes are eigenvalues of the Jacobian of the equations that share a method, what other methods compute being frozen
over the step, by finite differences of the right sides: no algebra system is needed, so a network that is found in the
cache is checked as fast as it is loaded. Modes with a positive real part are left out: there the solution itself grows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.language.evaluate import Unknown
from eqneuro.model.models import NeuronModel, OdeEquation
from eqneuro.numerics.dynamics import Dynamics, Names
from eqneuro.numerics.stability_regions import POLYNOMIALS, edge, largest_steps

LIMITS = {method: edge(method, np.pi) for method in POLYNOMIALS}
"""Largest h·|λ| for a negative real λ; the other methods have none."""
MOST = 2000
"""Neurons whose eigenvalues are worked out: those with the largest entries."""


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
            f"the largest stable step is {rounded_down(self.largest):g} ms. "
            "The methods exponential, exact and implicit have no such limit."
        )


@dataclass(frozen=True)
class Modes:
    """What some equations that share a method do at one state."""

    rates: NDArray[np.complex128]
    """λ, shape (neurons, n)."""
    vectors: NDArray[np.complex128]

    def fastest(self) -> tuple[float, int] | None:
        """The shortest time constant of a decay, 1/|Re λ| in ms, and the place of the equation that it is most in."""
        decays = np.where(self.rates.real < 0.0, -self.rates.real, 0.0)
        if not decays.size or decays.max() == 0.0:
            return None
        neuron, place = np.unravel_index(decays.argmax(), decays.shape)
        return float(1.0 / decays[neuron, place]), self._main(int(neuron), int(place))

    def largest_step(self, method: str) -> tuple[float, int]:
        """The largest step in ms at which all modes are stable, and the place of the equation that decides."""
        steps = largest_steps(method, self.rates)
        if not steps.size or not np.isfinite(steps).any():
            return np.inf, 0
        neuron, place = np.unravel_index(steps.argmin(), steps.shape)
        return float(steps[neuron, place]), self._main(int(neuron), int(place))

    def _main(self, neuron: int, place: int) -> int:
        return int(np.abs(self.vectors[neuron, :, place]).argmax())


def find_modes(dynamics: Dynamics, members: Sequence[OdeEquation], names: Names) -> Modes | None:
    """The modes of some equations of all neurons, None where a name has no value before the network runs."""
    try:
        jacobian = dynamics.jacobian(names, members)
    except Unknown:
        return None
    jacobian = jacobian[np.isfinite(jacobian).all(axis=(1, 2))]
    if len(jacobian) > 1 and (jacobian == jacobian[:1]).all():
        jacobian = jacobian[:1]
    if len(jacobian) > MOST:
        sizes = np.abs(jacobian).sum(axis=2).max(axis=1)
        jacobian = jacobian[np.argpartition(sizes, -MOST)[-MOST:]]
    rates, vectors = np.linalg.eig(jacobian)
    return Modes(rates.astype(complex), vectors.astype(complex))


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
    dynamics = Dynamics(model, default)
    groups = [(method, members) for method, members in dynamics.groups() if method in POLYNOMIALS]
    if not groups:
        return None
    names = dynamics.names(values, dt)
    worst: UnstableStep | None = None
    for method, members in groups:
        modes = find_modes(dynamics, members, names)
        if modes is None:
            continue
        largest, place = modes.largest_step(method)
        if largest < dt and (worst is None or largest < worst.largest):
            worst = UnstableStep(members[place], method, dt, largest)
    return worst


def rounded_down(value: float) -> float:
    """Two digits, not more than the value."""
    unit = 10.0 ** (np.floor(np.log10(value)) - 1.0)
    return float(np.floor(value / unit + 1e-9) * unit)
