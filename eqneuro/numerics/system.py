"""A system of neighbouring ODEs that share a method: what every method's `step` takes, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy

from eqneuro.numerics.rules import Propagator, RuleStatement
from eqneuro.numerics.symbols import DT, T, symbol


@dataclass(frozen=True)
class System:
    """x' = f(x, t): ``rights[i]`` is the deterministic right side of ``variables[i]``.

    ``number`` distinguishes the system from others in the names of its temporaries.
    """

    variables: tuple[sympy.Symbol, ...]
    rights: tuple[sympy.Expr, ...]
    number: int = 0

    def at(self, values: tuple[sympy.Expr, ...], shift: sympy.Expr | int = 0) -> tuple[sympy.Expr, ...]:
        """f at other values of the variables and at time t + shift."""
        table: dict[sympy.Expr, sympy.Expr] = dict(zip(self.variables, values, strict=True))
        if shift != 0:
            table[T] = T + shift
        return tuple(right.xreplace(table) for right in self.rights)

    def temporary(self, what: str, variable: sympy.Symbol) -> sympy.Symbol:
        """A temporary's symbol: ``k1_v``."""
        return symbol(f"{what}_{variable.name}")

    def jacobian(self) -> list[list[sympy.Expr]]:
        """∂fᵢ/∂xⱼ."""
        return [[right.diff(variable) for variable in self.variables] for right in self.rights]


@dataclass(frozen=True)
class Step:
    """One step of a method: temporaries, and the new value of each variable of the system."""

    statements: tuple[RuleStatement, ...]
    values: tuple[sympy.Expr, ...]
    propagator: Propagator | None = None
    order: int = 1
    reason: str = field(default="")


def euler(system: System) -> tuple[sympy.Expr, ...]:
    """x + dt·f(x)."""
    return tuple(x + DT * f for x, f in zip(system.variables, system.rights, strict=True))
