"""Backward Euler of the whole system: X = x + h·f(X, t + h). Order 1, stable for every h where Re λ < 0.

Linear systems are solved symbolically; nonlinear ones by Newton's iterations with a symbolic Jacobian, which start at
the old state. White noise kicks the old state (drift-implicit Euler and Maruyama).

Newton's steps are damped (Deuflhard 2004): a step is taken if it brings the residual, or the size of the next
correction, down, and halved if not. Where the equation has no solution, as in the upstroke of a spike that is faster
than the step, the explicit step is taken instead: the state leaves that region rather than being stuck in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from eqneuro.numerics.elimination import solve
from eqneuro.numerics.rules import Iterate, Let
from eqneuro.numerics.symbols import DT, Absolute, And_, Ite, Less, LessEqual, Or_, symbol
from eqneuro.numerics.system import ZERO, Step, System, euler

ORDER = 1
TOLERANCE = 1e-13
"""Of the corrections, relative to the variables and to what the others contribute to them."""
NEAR = 1e-3
"""Corrections so small that each is expected to be much smaller than the one before: a solution is there, and where
rounding allows no better (single precision), it is found."""
ITERATIONS = 200
TINY = sympy.Float(1e-30)


def step(system: System) -> Step:
    """One step."""
    later = System(system.variables, system.at(system.variables, DT), system.number)
    start = [x + kick for x, kick in zip(system.variables, system.kicks, strict=True)] if system.kicks else None
    begin = tuple(start or system.variables)
    jacobian = later.jacobian()
    unknown = set(system.variables)
    if any(entry.free_symbols & unknown for row in jacobian for entry in row):
        return _newton(system, later, jacobian, begin)
    at_zero = later.at(tuple(ZERO for _ in system.variables))
    matrix = [[_unit(i, j) - DT * entry for j, entry in enumerate(row)] for i, row in enumerate(jacobian)]
    right = [x + DT * b for x, b in zip(begin, at_zero, strict=True)]
    lets, values = solve(matrix, right, f"linear{system.number}")
    return Step(tuple(lets), tuple(values), order=ORDER, remark="It is linear, and solved directly.", has_noise=True)


def _unit(i: int, j: int) -> sympy.Expr:
    return sympy.Integer(int(i == j))


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


def _newton(system: System, later: System, jacobian: list[list[sympy.Expr]], begin: tuple[sympy.Expr, ...]) -> Step:
    """X ← X − λ·(I − h·J(X))⁻¹·(X − x − h·f(X))."""
    starts = tuple(system.temporary("start", x) for x in system.variables)
    own = _Unknowns(
        guesses=tuple(system.temporary("next", x) for x in system.variables),
        bases=tuple(system.temporary("base", x) for x in system.variables),
        moves=tuple(system.temporary("move", x) for x in system.variables),
        damping=symbol(f"damping:{system.number}"),
        best=symbol(f"best:{system.number}"),
        size=symbol(f"size:{system.number}"),
    )
    body, corrections, residual, size = _correction(later, jacobian, starts, own)
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
    unknowns = [Let(guess, start) for guess, start in zip(own.guesses, starts, strict=True)]
    unknowns += [Let(base, start) for base, start in zip(own.bases, starts, strict=True)]
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
    solved = LessEqual(own.size, sympy.Float(NEAR))
    explicit = [e + start - x for e, start, x in zip(euler(system), starts, system.variables, strict=True)]
    values = tuple(Ite(solved, guess, other) for guess, other in zip(own.guesses, explicit, strict=True))
    lets = tuple(Let(start, value) for start, value in zip(starts, begin, strict=True))
    remark = "It is not linear, and solved by Newton's iterations."
    return Step((*lets, loop), values, order=ORDER, remark=remark, has_noise=True)


def _correction(
    later: System, jacobian: list[list[sympy.Expr]], starts: tuple[sympy.Symbol, ...], own: _Unknowns
) -> tuple[list[Let], list[sympy.Symbol], sympy.Symbol, sympy.Symbol]:
    """Lines that give Newton's corrections at the guesses, the residual, and the relative size of the corrections."""
    count, number = len(starts), later.number
    table = dict(zip(later.variables, own.guesses, strict=True))
    entries = [entry.xreplace(table) for row in jacobian for entry in row]
    shared, reduced = sympy.cse(
        [*later.at(own.guesses), *entries],
        symbols=(symbol(f"term:{number}:{k}") for k in range(10**6)),
        order="none",
    )
    lets = [Let(name, value) for name, value in shared]
    slopes, flat = reduced[:count], reduced[count:]
    rows = [flat[count * i : count * (i + 1)] for i in range(count)]

    def keep(what: str, place: int, value: sympy.Expr) -> sympy.Symbol:
        kept = later.temporary(what, later.variables[place])
        lets.append(Let(kept, value))
        return kept

    missing = [keep("missing", i, own.guesses[i] - starts[i] - DT * slopes[i]) for i in range(count)]
    matrix = [[_unit(i, j) - DT * entry for j, entry in enumerate(row)] for i, row in enumerate(rows)]
    more, solution = solve(matrix, missing, f"newton{number}")
    lets += more
    corrections = [keep("correction", i, value) for i, value in enumerate(solution)]
    sizes = []
    for i, row in enumerate(rows):
        others = [
            Absolute(entry * guess) for k, (entry, guess) in enumerate(zip(row, own.guesses, strict=True)) if k != i
        ]
        noise = DT * sympy.Add(*others) / (1 + DT * Absolute(row[i]))
        scale = sympy.Add(Absolute(starts[i]), Absolute(own.guesses[i]), noise, TINY)
        sizes.append(Absolute(corrections[i]) / scale)
    residual, size = symbol(f"residual:{number}"), symbol(f"relative:{number}")
    lets += [Let(residual, sympy.Add(*map(Absolute, missing))), Let(size, sympy.Add(*sizes))]
    return lets, corrections, residual, size
