"""Newton's iterations for the equations of implicit methods: X = base + κ·f(X, t + c·h), κ a part of the step.

The Jacobian is symbolic. Steps are damped (Deuflhard 2004): a step is taken if it brings the residual, or the size of
the next correction, down, and halved if not.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from eqneuro.numerics.elimination import solve
from eqneuro.numerics.rules import Iterate, Let, RuleStatement
from eqneuro.numerics.symbols import Absolute, And_, Ite, Less, LessEqual, Or_, symbol
from eqneuro.numerics.system import ZERO, System

TOLERANCE = 1e-13
"""Of the corrections, relative to the variables and to what the others contribute to them."""
NEAR = 1e-3
"""Corrections so small that each is expected to be much smaller than the one before: a solution is there, and where
rounding allows no better (single precision), it is found."""
ITERATIONS = 200
TINY = sympy.Float(1e-30)


@dataclass(frozen=True)
class Solution:
    """The lines that iterate, the values they end with, and whether these solve the equations."""

    statements: tuple[RuleStatement, ...]
    values: tuple[sympy.Symbol, ...]
    bases: tuple[sympy.Symbol, ...]
    is_found: sympy.Expr


def is_linear(system: System, jacobian: list[list[sympy.Expr]]) -> bool:
    """Whether the Jacobian does not depend on the variables, nor does a step function, whose derivative is 0."""
    unknown = set(system.variables)
    nodes = (node for right in system.rights for node in sympy.preorder_traversal(right) if node.is_Function)
    depends = any(entry.free_symbols & unknown for row in jacobian for entry in row)
    return not depends and not any(node.free_symbols & unknown for node in nodes)


def matrix_of(jacobian: list[list[sympy.Expr]], factor: sympy.Expr) -> list[list[sympy.Expr]]:
    """I − κ·J."""
    return [
        [sympy.Integer(int(i == j)) - factor * entry for j, entry in enumerate(row)] for i, row in enumerate(jacobian)
    ]


@dataclass(frozen=True)
class _Unknowns:
    """What Newton's iterations carry from round to round."""

    guesses: tuple[sympy.Symbol, ...]
    bases: tuple[sympy.Symbol, ...]
    """The last guesses that were accepted."""
    moves: tuple[sympy.Symbol, ...]
    """Newton's corrections there."""
    damping: sympy.Symbol
    best: sympy.Symbol
    """The residual there."""
    size: sympy.Symbol
    """The relative size of the corrections there."""


def iterate(
    system: System,
    begin: tuple[sympy.Expr, ...],
    factor: sympy.Expr,
    guess: tuple[sympy.Expr, ...] | None = None,
    stage: str = "",
) -> Solution:
    """X ← X − λ·(I − κ·J(X))⁻¹·(X − base − κ·f(X)).

    Parameters
    ----------
    system
        The equations, at the time of the stage.
    begin, factor
        The base, and κ.
    guess
        Where the iterations begin; None for the base.
    stage
        What distinguishes the names of temporaries from those of other stages.
    """
    variables, jacobian = system.variables, system.jacobian()
    starts = tuple(system.temporary(f"start{stage}", x) for x in variables)
    own = _Unknowns(
        guesses=tuple(system.temporary(f"next{stage}", x) for x in variables),
        bases=tuple(system.temporary(f"base{stage}", x) for x in variables),
        moves=tuple(system.temporary(f"move{stage}", x) for x in variables),
        damping=symbol(f"damping{stage}:{system.number}"),
        best=symbol(f"best{stage}:{system.number}"),
        size=symbol(f"size{stage}:{system.number}"),
    )
    body, corrections, residual, size = _correction(system, jacobian, starts, own, factor)
    accepted = symbol(f"accepted:{system.number}")
    closer = And_(Less(2 * size, own.size), Less(size, sympy.Float(NEAR)))  # rounding hides that in the residual
    better = And_(Or_(Less(residual, own.best), closer), Less(size, sympy.oo))  # and the Jacobian has a value
    body.append(Let(accepted, Ite(better, sympy.Integer(1), ZERO)))

    def choose(then: sympy.Expr, otherwise: sympy.Expr) -> sympy.Expr:
        return Ite(accepted, then, otherwise)

    half = own.damping / 2
    updates = [
        Let(guess, choose(guess - correction, base - half * move))
        for guess, base, move, correction in zip(own.guesses, own.bases, own.moves, corrections, strict=True)
    ]
    updates += [Let(base, choose(guess, base)) for base, guess in zip(own.bases, own.guesses, strict=True)]
    updates += [Let(move, choose(correction, move)) for move, correction in zip(own.moves, corrections, strict=True)]
    updates += [
        Let(own.damping, choose(sympy.Integer(1), half)),
        Let(own.best, choose(residual, own.best)),
        Let(own.size, choose(size, own.size)),
    ]
    unknowns = [Let(x, value) for x, value in zip(own.guesses, guess or starts, strict=True)]
    unknowns += [Let(x, value) for x, value in zip(own.bases, guess or starts, strict=True)]
    unknowns += [Let(move, ZERO) for move in own.moves]
    unknowns += [
        Let(own.damping, sympy.Integer(1)),
        Let(own.best, sympy.oo),
        Let(own.size, sympy.nan),
    ]  # the NaN ends them at once where the state is one
    loop = Iterate(
        unknowns=tuple(unknowns),
        body=tuple(body),
        updates=tuple(updates),
        residual=choose(size, half * own.size),
        tolerance=TOLERANCE,
        limit=ITERATIONS,
    )
    lets = tuple(Let(start, value) for start, value in zip(starts, begin, strict=True))
    return Solution((*lets, loop), own.guesses, starts, LessEqual(own.size, sympy.Float(NEAR)))


def _correction(
    system: System,
    jacobian: list[list[sympy.Expr]],
    starts: tuple[sympy.Symbol, ...],
    own: _Unknowns,
    factor: sympy.Expr,
) -> tuple[list[Let], list[sympy.Symbol], sympy.Symbol, sympy.Symbol]:
    """Lines that give Newton's corrections at the guesses, the residual, and the relative size of the corrections."""
    count, number = len(starts), system.number
    table = dict(zip(system.variables, own.guesses, strict=True))
    entries = [entry.xreplace(table) for row in jacobian for entry in row]
    shared, reduced = sympy.cse(
        [*system.at(own.guesses), *entries],
        symbols=(symbol(f"term:{number}:{k}") for k in range(10**6)),
        order="none",
    )
    lets = [Let(name, value) for name, value in shared]
    slopes, flat = reduced[:count], reduced[count:]
    rows = [flat[count * i : count * (i + 1)] for i in range(count)]

    def keep(what: str, place: int, value: sympy.Expr) -> sympy.Symbol:
        kept = system.temporary(what, system.variables[place])
        lets.append(Let(kept, value))
        return kept

    missing = [keep("missing", i, own.guesses[i] - starts[i] - factor * slopes[i]) for i in range(count)]
    more, solution = solve(matrix_of(rows, factor), missing, f"newton{number}")
    lets += more
    corrections = [keep("correction", i, value) for i, value in enumerate(solution)]
    sizes = []
    for i, row in enumerate(rows):
        others = [
            Absolute(entry * guess) for k, (entry, guess) in enumerate(zip(row, own.guesses, strict=True)) if k != i
        ]
        noise = factor * sympy.Add(*others) / (1 + factor * Absolute(row[i]))
        scale = sympy.Add(Absolute(starts[i]), Absolute(own.guesses[i]), noise, TINY)
        sizes.append(Absolute(corrections[i]) / scale)
    residual, size = symbol(f"residual:{number}"), symbol(f"relative:{number}")
    lets += [Let(residual, sympy.Add(*map(Absolute, missing))), Let(size, sympy.Add(*sizes))]
    return lets, corrections, residual, size
