"""Runge–Kutta of order 5 with error control inside the step (Dormand & Prince 1980), for each neuron by itself.

A step of the network is divided into internal steps. Each gives two solutions, of order 5 and 4; their difference is
measured in units of what is tolerated, over all equations that share the method:

    err² = mean((xᵢ − x̂ᵢ)²/(atolᵢ + rtolᵢ·max(|xᵢ(before)|, |xᵢ(after)|))²)

A step with err ≤ 1 is taken, with the solution of order 5. The next one is longer or shorter by the factor
0.9·err^(−0.17)·err_before^(0.04), at most 5 (a PI controller: Hairer, Nørsett & Wanner 1993, II.4; Hairer & Wanner
1996, IV.2); one that is refused is tried again, shorter by 0.9·err^(−0.17), at least 0.2, and the one after it does not
grow. The last stage of a step is the first one of the next. What is left of the network's step is divided into equal
parts, so that no internal step is cut short. Neurons remember the length of their last one from step to step.

Where spikes reset a variable at a threshold, the first internal step that takes it there is the last one. Where the
solution goes to infinity within the step all the same, internal steps shrink until they advance the time no more: what
is left is taken as one explicit step, as by `implicit`. After `LIMIT` internal steps the
method gives up, and the network says so. Inputs are constant over the network's step; `t` is the time of each stage.
White noise is added after the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import count

import sympy

from eqneuro.numerics.error_control import ABSOLUTE, INNER, LIMIT, RELATIVE
from eqneuro.numerics.rules import Iterate, Let, RuleStatement, Store
from eqneuro.numerics.symbols import DT, Absolute, Ceiling, Equal, Ite, Less, LessEqual, Maximum, Minimum, Or_, symbol
from eqneuro.numerics.system import ZERO, Step, System

ORDER = 5

NODES = (Fraction(0), Fraction(1, 5), Fraction(3, 10), Fraction(4, 5), Fraction(8, 9), Fraction(1), Fraction(1))
WEIGHTS = (
    (),
    (Fraction(1, 5),),
    (Fraction(3, 40), Fraction(9, 40)),
    (Fraction(44, 45), Fraction(-56, 15), Fraction(32, 9)),
    (Fraction(19372, 6561), Fraction(-25360, 2187), Fraction(64448, 6561), Fraction(-212, 729)),
    (Fraction(9017, 3168), Fraction(-355, 33), Fraction(46732, 5247), Fraction(49, 176), Fraction(-5103, 18656)),
    (Fraction(35, 384), Fraction(0), Fraction(500, 1113), Fraction(125, 192), Fraction(-2187, 6784), Fraction(11, 84)),
)
"""Of the slopes of all stages before; the last row is the solution of order 5."""
ERROR = (
    Fraction(71, 57600), Fraction(0), Fraction(-71, 16695), Fraction(71, 1920), Fraction(-17253, 339200),
    Fraction(22, 525), Fraction(-1, 40),
)  # fmt: skip
"""What that differs by from the solution of order 4."""

SAFETY, LARGEST, SMALLEST = sympy.Float(0.9), sympy.Integer(5), sympy.Float(0.2)
GROWTH, MEMORY = sympy.Float(0.17 / 2), sympy.Float(0.04 / 2)
"""Exponents for err²."""
CALM = sympy.Float(1e-8)
"""err² before the first internal step, and the least that the controller looks back at."""
ONE = sympy.Integer(1)


class _Names:
    """The symbols of one system's internal steps."""

    def __init__(self, system: System) -> None:
        self.now = tuple(system.temporary("now", x) for x in system.variables)
        self.rates = tuple(system.temporary("rate", x) for x in system.variables)
        self.done, self.step, self.before, self.refused = (
            symbol(f"{name}:{system.number}") for name in ("done", "wanted", "before", "refused")
        )
        self.rest, self.parts, self.inner, self.square, self.shrinking, self.growing, self.longer, self.shorter = (
            symbol(f"{name}:{system.number}")
            for name in ("rest", "parts", "length", "error", "shrinking", "growing", "longer", "shorter")
        )


def step(system: System) -> Step:
    """One step of the network."""
    own = _Names(system)
    kept = symbol(f"{INNER}{system.variables[0].name}") if system.remembers else None
    start = Ite(Less(ZERO, kept), Minimum(kept, DT), DT) if kept is not None else DT
    starts = tuple(system.temporary("start", x) for x in system.variables)
    lets = [Let(rate, f) for rate, f in zip(starts, system.rights, strict=True)]
    unknowns = [Let(now, x) for now, x in zip(own.now, system.variables, strict=True)]
    unknowns += [Let(rate, f) for rate, f in zip(own.rates, starts, strict=True)]
    unknowns += [Let(own.done, ZERO), Let(own.step, start), Let(own.before, CALM), Let(own.refused, ZERO)]
    body, fresh, rates = _stages(system, own)
    updates, rest = _control(own, fresh, rates, system.limits())
    loop = Iterate(tuple(unknowns), tuple(body), tuple(updates), residual=rest, tolerance=0.0, limit=LIMIT)
    is_stuck = _is_stuck(own.step)
    gave_up = Ite(Equal(own.done, DT), ZERO, Ite(is_stuck, ZERO, ONE))
    values = tuple(now + (DT - own.done) * rate for now, rate in zip(own.now, own.rates, strict=True))
    statements: list[RuleStatement] = [*lets, loop]
    if kept is None:
        values = tuple(Ite(gave_up, sympy.nan, value) for value in values)
    else:
        statements.append(Store(kept, Ite(gave_up, sympy.nan, Ite(is_stuck, DT, own.step))))
    return Step(tuple(statements), values, order=ORDER, remark=_remark(system))


def _remark(system: System) -> str:
    pairs = dict.fromkeys(system.tolerances or ((RELATIVE, ABSOLUTE),) * len(system.variables))
    texts = [f"rtol = {relative:g}, atol = {absolute:g}" for relative, absolute in pairs]
    return f"Internal steps with error control, {' and '.join(texts)}."


def _stages(system: System, own: _Names) -> tuple[list[Let], tuple[sympy.Symbol, ...], tuple[sympy.Symbol, ...]]:
    """The lines of one internal step: its length, the stages, the error; the new values and the slopes there."""
    body = [
        Let(own.rest, DT - own.done),
        Let(own.parts, Ceiling(own.rest / own.step)),
        Let(own.inner, own.rest / own.parts),
    ]
    slopes = [own.rates]
    values = own.now
    for stage, (node, weights) in enumerate(zip(NODES[1:], WEIGHTS[1:], strict=True), start=2):
        values = tuple(system.temporary("after" if stage == len(NODES) else f"x{stage}", x) for x in system.variables)
        for place, (value, now) in enumerate(zip(values, own.now, strict=True)):
            body.append(Let(value, now + own.inner * _combined(weights, [k[place] for k in slopes])))
        shift = own.done + (own.inner if node == 1 else sympy.Float(float(node)) * own.inner)
        lines, rights = _evaluated(system, values, shift, stage)
        rates = tuple(system.temporary(f"k{stage}", x) for x in system.variables)
        body += [*lines, *(Let(rate, f) for rate, f in zip(rates, rights, strict=True))]
        slopes.append(rates)
    ratios = []
    tolerances = system.tolerances or ((RELATIVE, ABSOLUTE),) * len(values)
    for place, (relative, absolute) in enumerate(tolerances):
        size = Maximum(Absolute(own.now[place]), Absolute(values[place]))
        error = own.inner * _combined(ERROR, [k[place] for k in slopes])
        ratio = system.temporary("error", system.variables[place])
        body.append(Let(ratio, error / (sympy.Float(absolute) + sympy.Float(relative) * size)))
        ratios.append(ratio)
    body += [
        Let(own.square, sympy.Add(*(ratio**2 for ratio in ratios)) / len(ratios)),
        Let(own.shrinking, SAFETY * own.square**-GROWTH),
        Let(own.growing, own.shrinking * own.before**MEMORY),
        Let(
            own.longer,
            Ite(Less(own.growing, LARGEST), own.inner * own.growing, Maximum(own.step, own.inner * LARGEST)),
        ),
        Let(own.shorter, own.inner * Ite(Less(SMALLEST, own.shrinking), own.shrinking, SMALLEST)),
    ]
    return body, values, slopes[-1]


def _combined(weights: tuple[Fraction, ...], slopes: list[sympy.Symbol]) -> sympy.Expr:
    terms = [sympy.Float(float(w)) * k for w, k in zip(weights, slopes, strict=True) if w]
    return sympy.Add(*terms)


def _evaluated(
    system: System, values: tuple[sympy.Symbol, ...], shift: sympy.Expr, stage: int
) -> tuple[list[Let], list[sympy.Expr]]:
    """f at other values and a later time: what several equations share is worked out once."""
    names = (symbol(f"term{stage}:{system.number}:{k}") for k in count())
    shared, reduced = sympy.cse(system.at(values, shift), symbols=names, order="none")
    return [Let(name, value) for name, value in shared], reduced


def _is_stuck(length: sympy.Expr) -> sympy.Expr:
    """Whether internal steps of a length, or of half of it, no longer advance the time for certain."""
    return LessEqual(DT + length / 4, DT)


def _control(
    own: _Names,
    fresh: tuple[sympy.Symbol, ...],
    rates: tuple[sympy.Symbol, ...],
    limits: Sequence[tuple[int, sympy.Expr]],
) -> tuple[list[Let], sympy.Expr]:
    """What is carried on, and how much of the network's step is then left."""
    is_taken = LessEqual(own.square, ONE)  # not where it is not a number
    held = Ite(Less(ZERO, own.refused), Minimum(own.longer, own.inner), own.longer)
    is_last = LessEqual(own.parts, ONE)
    for place, limit in limits:
        is_last = Or_(is_last, Less(limit, fresh[place]))
    updates = [Let(now, Ite(is_taken, value, now)) for now, value in zip(own.now, fresh, strict=True)]
    updates += [Let(rate, Ite(is_taken, value, rate)) for rate, value in zip(own.rates, rates, strict=True)]
    updates += [
        Let(own.done, Ite(is_taken, Ite(is_last, DT, own.done + own.inner), own.done)),
        Let(own.step, Ite(is_taken, held, own.shorter)),
        Let(own.before, Ite(is_taken, Maximum(CALM, own.square), own.before)),
        Let(own.refused, Ite(is_taken, ZERO, ONE)),
    ]
    is_stuck = _is_stuck(own.shorter)
    left = Ite(is_taken, Ite(is_last, ZERO, own.rest), Ite(is_stuck, ZERO, own.rest))
    return updates, left
