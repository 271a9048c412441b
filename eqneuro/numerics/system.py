"""A system of neighbouring ODEs that share a method: what every method's `step` takes, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from eqneuro.numerics.delayed import later
from eqneuro.numerics.rules import Draw, Propagator, RuleStatement
from eqneuro.numerics.symbols import DT, Minimum, T, symbol

ZERO = sympy.Integer(0)


@dataclass(frozen=True)
class System:
    """x' = f(x, t) + noise: ``rights[i]`` is the deterministic right side of ``variables[i]``.

    ``kicks[i]`` is what white noise adds over a step (`numerics.noise`); methods leave it to be added to their
    values, but for those that say otherwise in `Step`. ``number`` distinguishes the system from others in the names
    of its temporaries.
    """

    variables: tuple[sympy.Symbol, ...]
    rights: tuple[sympy.Expr, ...]
    number: int = 0
    kicks: tuple[sympy.Expr, ...] = ()
    tolerances: tuple[tuple[float, float], ...] = ()
    """Relative and absolute ones of the variables, for methods that control their error; empty for the defaults."""
    remembers: bool = True
    """Whether a method may keep numbers of its own from step to step."""
    ceilings: tuple[sympy.Expr | None, ...] = ()
    """Thresholds at which spikes reset the variables, where they do."""

    def at(self, values: tuple[sympy.Expr, ...], shift: sympy.Expr | int = 0) -> tuple[sympy.Expr, ...]:
        """f at other values of the variables and at time t + shift, past values too."""
        table: dict[sympy.Expr, sympy.Expr] = dict(zip(self.variables, values, strict=True))
        if shift != 0:
            table[T] = T + shift
            table |= later(self.rights, shift / DT)
        return tuple(right.xreplace(table) for right in self.rights)

    def within(self, values: tuple[sympy.Expr, ...], shift: sympy.Expr | int = 0) -> tuple[sympy.Expr, ...]:
        """The same for a stage within the step, in which no variable is beyond the threshold where spikes reset it."""
        held = list(values)
        for place, limit in self.limits():
            held[place] = Minimum(values[place], limit)
        return self.at(tuple(held), shift)

    def limits(self) -> list[tuple[int, sympy.Expr]]:
        """The thresholds with the places of their variables."""
        return [(place, limit) for place, limit in enumerate(self.ceilings) if limit is not None]

    def after(self, shift: sympy.Expr) -> System:
        """The same system at time t + shift."""
        return System(self.variables, self.at(self.variables, shift), self.number)

    def kicked(self) -> tuple[sympy.Expr, ...]:
        """The old state with the kick of white noise added, where there is any."""
        if not self.kicks:
            return self.variables
        return tuple(x + kick for x, kick in zip(self.variables, self.kicks, strict=True))

    def temporary(self, what: str, variable: sympy.Symbol) -> sympy.Symbol:
        """A temporary's symbol, ``k1:v``: no name of the user's holds a colon."""
        return symbol(f"{what}:{variable.name}")

    def own_rates(self) -> tuple[sympy.Expr, ...]:
        """∂fᵢ/∂xᵢ; the tests of conditionals keep their value."""
        return tuple(derivative(right, x) for x, right in zip(self.variables, self.rights, strict=True))

    def jacobian(self) -> list[list[sympy.Expr]]:
        """∂fᵢ/∂xⱼ."""
        return [[derivative(right, variable) for variable in self.variables] for right in self.rights]


def derivative(expr: sympy.Expr, variable: sympy.Symbol) -> sympy.Expr:
    """∂expr/∂variable; what does not hold the variable is not looked at."""
    return _without_quotients(expr.diff(variable)) if variable in expr.free_symbols else ZERO


def _without_quotients(slope: sympy.Expr) -> sympy.Expr:
    """Powers as p·x^(p − 1), which has a value at x = 0, where sympy writes p·x^p/x."""
    if slope.is_Atom:
        return slope
    arguments = [_without_quotients(argument) for argument in slope.args]
    rebuilt = slope.func(*arguments) if any(a is not b for a, b in zip(arguments, slope.args, strict=True)) else slope
    if not rebuilt.is_Mul:
        return rebuilt
    for below in rebuilt.args:
        for power in rebuilt.args if below.is_Pow and below.exp == -1 else ():
            if power.is_Pow and power.base == below.base and power.exp.free_symbols:
                rest = [factor for factor in rebuilt.args if factor is not below and factor is not power]
                return sympy.Mul(*rest, power.base ** (power.exp - 1))
    return rebuilt


@dataclass(frozen=True)
class Step:
    """One step of a method: temporaries, and the new value of each variable of the system."""

    statements: tuple[RuleStatement, ...]
    values: tuple[sympy.Expr, ...]
    propagator: Propagator | None = None
    order: int = 1
    remark: str = ""
    """What the method has to say of this system, a sentence for `Network.explain`."""
    has_noise: bool = False
    """Whether the values hold the kicks already."""
    draws: tuple[Draw, ...] = ()
    """Random numbers beside those of the sources."""


def euler(system: System) -> tuple[sympy.Expr, ...]:
    """x + dt·f(x)."""
    return tuple(x + DT * f for x, f in zip(system.variables, system.rights, strict=True))
