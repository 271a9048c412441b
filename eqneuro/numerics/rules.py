"""Update rules: what a numerical method makes of a system of equations, and what `codegen` turns into C.

Symbols carry plain names: an attribute is ``Symbol("v")``, a weighted sum ``Symbol("sum(exc)")``, ``pre.r`` is
``Symbol("pre.r")``, a global operation ``Symbol("mean(v)")``; `numerics.symbols` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy


@dataclass(frozen=True)
class Let:
    """A temporary: ``symbol`` is seen by the statements below it in its own rule; ``text`` is the user's equation."""

    symbol: sympy.Symbol
    value: sympy.Expr
    text: str = ""


@dataclass(frozen=True)
class Store:
    """An attribute gets a new value; statements below see it."""

    symbol: sympy.Symbol
    value: sympy.Expr
    text: str = ""


@dataclass(frozen=True)
class Iterate:
    """Newton's iterations: ``unknowns`` start at their values, ``body`` is run, ``updates`` are applied together.

    They end when ``residual`` (≥ 0, read before the updates) is at most ``tolerance``, or not a number, or after
    ``limit`` rounds; what follows sees the unknowns as they are then.
    """

    unknowns: tuple[Let, ...]
    body: tuple[Let, ...]
    updates: tuple[Let, ...]
    residual: sympy.Expr
    tolerance: float
    limit: int
    text: str = ""


RuleStatement = Let | Store | Iterate


@dataclass(frozen=True)
class Draw:
    """A random number of the rule: ``symbol`` stands for it; one site is one stream of the counter-based generator.

    The distribution ``Noise`` is the increment of a white noise over the step, divided by the root of its length: a
    standard normal number which networks of other steps can follow.
    """

    symbol: sympy.Symbol
    distribution: str
    arguments: tuple[sympy.Expr, ...]
    minimum: sympy.Expr | None = None
    maximum: sympy.Expr | None = None


LINE, CURVE, OPEN_CURVE, POINTS = "line", "curve", "open curve", "points"
"""How a past value is read between grid points: on the straight line, on the cubic through values and slopes, the same
where the slope of the present is not known yet, on the cubic through four grid points."""


@dataclass(frozen=True)
class DelayedValue:
    """``symbol`` stands for ``variable`` at t + ``shift``·dt − ``delay``; ``between`` grid points as it says."""

    symbol: sympy.Symbol
    variable: str
    delay: sympy.Expr
    shift: sympy.Expr = sympy.S.Zero
    between: str = LINE


@dataclass(frozen=True)
class StagedInput:
    """``symbol`` stands for the input ``name`` at t + ``shift``·dt: what arrives in a step is that of its end."""

    symbol: sympy.Symbol
    name: str
    shift: sympy.Expr


@dataclass(frozen=True)
class Kicks:
    """What white noise adds to some variables of a linear system: F·N, N standard normal numbers.

    ``members`` are the variables' places in the system; ``strengths`` (G, a row for each of them, a column a source)
    are expressions of parameters and constants alone; the engine fills what ``factor`` (F) names, so that F·Fᵀ =
    ∫₀^dt exp(A·s)·G·Gᵀ·exp(Aᵀ·s) ds.
    """

    members: tuple[int, ...]
    strengths: tuple[tuple[sympy.Expr, ...], ...]
    factor: tuple[tuple[sympy.Symbol, ...], ...]

    @property
    def shape(self) -> tuple[tuple[int, ...], int, int]:
        """The places of the variables, how many sources they have, how many random numbers there are in all."""
        return self.members, len(self.strengths[0]), len(self.factor[0])


@dataclass(frozen=True)
class Propagator:
    """x(t+dt) = P·x + Q·b for x' = A·x + b with A constant over the run: P = exp(A·dt), Q = ∫₀^dt exp(A·s) ds.

    ``matrix[i][j]`` are expressions of parameters and constants alone; the engine evaluates them and fills what
    ``transition[i][j]`` (P) and ``response[i][j]`` (Q) name. A None stands for an entry that is zero whatever the
    parameters, or that no value needs.
    """

    variables: tuple[str, ...]
    matrix: tuple[tuple[sympy.Expr, ...], ...]
    transition: tuple[tuple[sympy.Symbol | None, ...], ...]
    response: tuple[tuple[sympy.Symbol | None, ...], ...]
    kicks: tuple[Kicks, ...] = ()

    @property
    def entries(self) -> list[sympy.Expr]:
        """All that the engine evaluates: A, and the strengths of noise."""
        rows = [*self.matrix, *(row for kick in self.kicks for row in kick.strengths)]
        return [entry for row in rows for entry in row]


@dataclass(frozen=True)
class Choice:
    """Which method one variable got, and why: what `Network.explain` says."""

    variable: str
    method: str
    """``assignment`` where the line is none of the ODEs."""
    reason: str
    order: int


@dataclass(frozen=True)
class UpdateRule:
    """How one system of neighbouring ODEs, or one assignment, is brought from t to t + dt."""

    variables: tuple[str, ...]
    statements: tuple[RuleStatement, ...]
    choices: tuple[Choice, ...]
    texts: tuple[str, ...]
    """The user's lines."""
    draws: tuple[Draw, ...] = ()
    delayed: tuple[DelayedValue, ...] = ()
    inputs: tuple[StagedInput, ...] = ()
    propagators: tuple[Propagator, ...] = ()
    is_global: bool = False
