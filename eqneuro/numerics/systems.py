"""Systems of neighbouring ODEs as update rules: each method takes its own equations, all from the same old state."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sympy

from eqneuro.language.errors import EquationError
from eqneuro.language.syntax import Expr
from eqneuro.model.flags import STRATONOVICH
from eqneuro.model.models import Bound, OdeEquation
from eqneuro.numerics import (
    event_driven,
    exact,
    explicit,
    exponential,
    heun,
    implicit,
    midpoint,
    rk4,
    rk45,
    sdirk2,
    semiimplicit,
    stochastic_heun,
)  # fmt: skip
from eqneuro.numerics.assignments import bounded
from eqneuro.numerics.choice import WITH_STAGES
from eqneuro.numerics.delayed import inputs_of_stages, slope_of, staged
from eqneuro.numerics.error_control import ABSOLUTE, RELATIVE
from eqneuro.numerics.exact_noise import couple_kicks
from eqneuro.numerics.noise import Noise, NonlinearNoise, split_noise
from eqneuro.numerics.rules import Choice, Draw, Let, Propagator, RuleStatement, Store, UpdateRule
from eqneuro.numerics.singularities import remove_singularities
from eqneuro.numerics.symbols import And_, GreaterEqual, Ite, Less, LessEqual, Translator, symbol
from eqneuro.numerics.system import ZERO, Step, System

METHODS: dict[str, Callable[[System], Step]] = {
    "explicit": explicit.step,
    "midpoint": midpoint.step,
    "heun": heun.step,
    "rk4": rk4.step,
    "exponential": exponential.step,
    "implicit": implicit.step,
    "sdirk2": sdirk2.step,
    "rk45": rk45.step,
    "semiimplicit": semiimplicit.step,
    "exact": exact.step,
    "event-driven": event_driven.step,
}
STAGED = ("midpoint", "heun", "rk4")
"""Methods whose stages hold what spikes reset at the threshold."""
DECAYING = ("exponential", "exact")
"""Methods that carry additive noise through the step as they do the variable."""


@dataclass(frozen=True)
class Surroundings:
    """What a system must know of its model.

    ``constants`` are names of what does not change within a run; ``past`` variables whose slopes are wanted later;
    ``inputs`` those that stages read at their own times; ``ceilings`` thresholds at which spikes reset variables;
    ``remembers`` says whether methods may keep numbers of their own from step to step.
    """

    constants: frozenset[str]
    past: Collection[str] = ()
    inputs: Collection[str] = ()
    ceilings: Mapping[str, Expr] = field(default_factory=dict)
    remembers: bool = True


def system_rule(
    equations: Sequence[OdeEquation],
    number: int,
    chosen: Sequence[tuple[str, str]],
    around: Surroundings,
    *,
    is_global: bool,
) -> UpdateRule:
    """The rule of neighbouring ODEs; ``chosen`` are the method of each and why, ``number`` distinguishes the system."""
    translator = Translator(f"line{number}")
    variables = tuple(symbol(e.variable) for e in equations)
    rights, noise = _split_noise(equations, variables, [translator.translate(e.right) for e in equations])
    if around.inputs and not is_global:
        at_stages = staged(rights, around.inputs)
        rights = tuple(
            b if method in WITH_STAGES else a for a, b, (method, _) in zip(rights, at_stages, chosen, strict=True)
        )
    statements: list[RuleStatement] = []
    values: dict[int, sympy.Expr] = {}
    choices: dict[int, Choice] = {}
    propagators: list[Propagator] = []
    more: list[Draw] = []
    for part, method in enumerate(dict.fromkeys(name for name, _ in chosen)):
        members = [k for k, (name, _) in enumerate(chosen) if name == method]
        own = _system(members, variables, rights, 10 * number + part, equations, around)
        step = _step(method, members, System(variables, rights, number), own, noise, equations, around.constants)
        statements += _commented(step, equations[members[0]].text)
        propagators += [step.propagator] if step.propagator else []
        more += step.draws
        values |= dict(zip(members, step.values, strict=True))
        for k in members:
            reason = " ".join(filter(None, (chosen[k][1], step.remark)))
            choices[k] = Choice(equations[k].variable, method, reason, step.order)
    stores: list[RuleStatement] = []
    slopes: list[RuleStatement] = []
    for k, equation in enumerate(equations):
        if equation.variable in around.past and choices[k].order > 1 and not noise.strengths[k]:
            slope = _resting(variables[k], rights[k], equation.bounds, translator)
            slopes.append(Store(slope_of(equation.variable), slope, equation.text))
        value = bounded(values[k], equation.bounds, translator)
        if len(equations) == 1:
            stores.append(Store(variables[k], value, equation.text))
        else:  # all are computed before any is stored: bounds read the old state too
            fresh = symbol(f"new:{equation.variable}")
            statements.append(Let(fresh, value, equation.text))
            stores.append(Store(variables[k], fresh))
    return UpdateRule(
        variables=tuple(e.variable for e in equations),
        statements=(*slopes, *statements, *stores),
        choices=tuple(choices[k] for k in range(len(equations))),
        texts=tuple(e.text for e in equations),
        draws=(*translator.draws, *noise.draws, *more),
        delayed=tuple(translator.delayed),
        inputs=inputs_of_stages(rights, around.inputs),
        propagators=tuple(propagators),
        is_global=is_global,
    )


def _resting(variable: sympy.Symbol, slope: sympy.Expr, bounds: Sequence[Bound], translator: Translator) -> sympy.Expr:
    """The slope of a variable, 0 where it rests at one of its bounds."""
    for bound in bounds:
        limit = remove_singularities(translator.translate(bound.value))
        if bound.side == "min":
            rests = And_(LessEqual(variable, limit), Less(slope, ZERO))
        else:
            rests = And_(GreaterEqual(variable, limit), Less(ZERO, slope))
        slope = Ite(rests, ZERO, slope)
    return slope


def _split_noise(
    equations: Sequence[OdeEquation], variables: Sequence[sympy.Symbol], rights: Sequence[sympy.Expr]
) -> tuple[tuple[sympy.Expr, ...], Noise]:
    try:
        quiet, noise = split_noise(variables, rights, [STRATONOVICH in e.conditions for e in equations])
    except NonlinearNoise as error:
        equation = equations[error.place]
        message = f"white noise {error} must stand as a factor: `g*{error}`"
        raise EquationError(message, equation.source, equation.span) from None
    return tuple(map(remove_singularities, quiet)), noise.without_singularities()


def _system(
    members: Sequence[int],
    variables: Sequence[sympy.Symbol],
    rights: Sequence[sympy.Expr],
    number: int,
    equations: Sequence[OdeEquation],
    around: Surroundings,
) -> System:
    """The equations that share a method."""
    translator = Translator("ceiling")
    limits = [around.ceilings.get(variables[k].name) for k in members]
    return System(
        tuple(variables[k] for k in members),
        tuple(rights[k] for k in members),
        number,
        tolerances=_tolerances([equations[k] for k in members]),
        remembers=around.remembers,
        ceilings=tuple(None if limit is None else translator.translate(limit) for limit in limits),
    )


def _step(
    method: str,
    members: Sequence[int],
    whole: System,
    own: System,
    noise: Noise,
    equations: Sequence[OdeEquation],
    constants: Collection[str],
) -> Step:
    """One method's share of a system, with its noise."""
    if method in stochastic_heun.ORDERS and any(noise.needs_means(k) for k in members):
        return stochastic_heun.step(replace(whole, number=own.number), noise, members, method)
    kicks = tuple(noise.kick(k) for k in members)
    if method in DECAYING and any(kicks):
        kicks = tuple(noise.decaying_kick(k, rate) for k, rate in zip(members, own.own_rates(), strict=True))
    coupled = couple_kicks(own, noise, members if method == "exact" else (), constants)
    kicks = tuple(coupled.values.get(place, kick) for place, kick in enumerate(kicks))
    system = replace(own, kicks=kicks if any(kicks) else ())
    try:
        step = coupled.added_to(METHODS[method](system))
    except event_driven.TooCoupled as error:
        equation = equations[members[error.place]]
        message = "an event-driven equation can read another one only where that one decays by itself"
        raise EquationError(message, equation.source, equation.span, "Use `exponential`.") from None
    held = [own.variables[place].name for place, _ in own.limits()] if method in STAGED else []
    if held:
        remark = f"Within a step {held[0]} is held at the threshold where spikes reset it."
        step = replace(step, remark=" ".join(filter(None, (step.remark, remark))))
    if step.has_noise or not system.kicks:
        return step
    return replace(step, values=tuple(v + kick for v, kick in zip(step.values, kicks, strict=True)))


def _tolerances(equations: Sequence[OdeEquation]) -> tuple[tuple[float, float], ...]:
    """Relative and absolute ones of each equation."""
    return tuple(
        (
            RELATIVE if e.relative_tolerance is None else e.relative_tolerance,
            ABSOLUTE if e.absolute_tolerance is None else e.absolute_tolerance,
        )
        for e in equations
    )


def _commented(step: Step, text: str) -> list[RuleStatement]:
    statements = list(step.statements)
    if statements:
        statements[0] = replace(statements[0], text=text)
    return statements
