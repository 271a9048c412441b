"""The equations of models as update rules, each system by the method it gets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import ParamSpec, TypeVar

import sympy

from eqneuro.language.errors import EquationError
from eqneuro.language.syntax import Expr
from eqneuro.model.flags import STRATONOVICH
from eqneuro.model.models import AssignmentEquation, Bound, Equation, NeuronModel, OdeEquation, SynapseModel
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
from eqneuro.numerics.choice import WITH_STAGES, choose_methods
from eqneuro.numerics.delayed import (
    delayed_variables,
    inputs_of_stages,
    read_past,
    slope_of,
    staged,
)  # fmt: skip
from eqneuro.numerics.error_control import ABSOLUTE, RELATIVE
from eqneuro.numerics.exact_noise import couple_kicks
from eqneuro.numerics.noise import Noise, NonlinearNoise, split_noise
from eqneuro.numerics.rules import Choice, DelayedValue, Draw, Let, RuleStatement, Store, UpdateRule
from eqneuro.numerics.singularities import remove_singularities
from eqneuro.numerics.symbols import (
    And_,
    GreaterEqual,
    Ite,
    Less,
    LessEqual,
    Maximum,
    Minimum,
    NotEqual,
    Translator,
    Truncate,
    Truth,
    symbol,
)
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
EVENT_DRIVEN = ("event-driven", "exact")
"""Flags of a synapse's equations: the second is the old spelling."""
DECAYING = ("exponential", "exact")
"""Methods that carry additive noise through the step as they do the variable."""

P = ParamSpec("P")
R = TypeVar("R")


def as_written(make: Callable[P, R]) -> Callable[P, R]:
    """Runs a function while products of numbers and sums stay as the user wrote them: their roots remain exact."""

    @wraps(make)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        with sympy.core.parameters.distribute(False):
            return make(*args, **kwargs)

    return wrapped


@as_written
def translate(expr: Expr, prefix: str = "draw") -> tuple[sympy.Expr, tuple[Draw, ...], tuple[DelayedValue, ...]]:
    """An expression for sympy, with the random numbers and past values it reads."""
    translator = Translator(prefix)
    value = remove_singularities(translator.translate(expr))
    return value, tuple(translator.draws), tuple(translator.delayed)


@as_written
def neuron_rules(model: NeuronModel, default: str, inputs: Collection[str] = ()) -> tuple[UpdateRule, ...]:
    """The rules of all equations of a neuron, in the order of evaluation.

    ``default`` is the network's method, for ODEs that name none; ``inputs`` are names of those, as ``sum(exc)``, that
    stages read at their own times.
    """
    return _rules(model, model.equations, default, inputs=inputs)


@as_written
def synapse_rules(model: SynapseModel, default: str, *, events: bool = True) -> tuple[UpdateRule, ...]:
    """The rules of the equations of a synapse that run in each step, in the order written.

    A linear equation gets `exponential` where a neuron's would get `exact`: by itself it is the same. Between neurons
    without events, equations that would be brought up to date there are so in each step, over `event_driven.ELAPSED`.
    """
    if events:
        chosen = [e for e in model.equations if getattr(e, "method", None) not in EVENT_DRIVEN]
    else:
        chosen = [_driven(e) if isinstance(e, OdeEquation) else e for e in model.equations]
    return _rules(model, chosen, default, propagators=False)


def _driven(equation: OdeEquation) -> OdeEquation:
    return replace(equation, method="event-driven") if equation.method in EVENT_DRIVEN else equation


@as_written
def event_driven_rules(model: SynapseModel) -> tuple[UpdateRule, ...]:
    """The rules that bring event-driven equations up to date, `event_driven.ELAPSED` ms after that was last done."""
    chosen = [
        replace(e, method="event-driven")
        for e in model.equations
        if isinstance(e, OdeEquation) and e.method in EVENT_DRIVEN
    ]
    return _rules(model, chosen, "event-driven")


def _rules(
    model: NeuronModel | SynapseModel,
    equations: Iterable[Equation],
    default: str,
    *,
    propagators: bool = True,
    inputs: Collection[str] = (),
) -> tuple[UpdateRule, ...]:
    """Neighbouring ODEs of one locality are a system; an assignment stands alone."""
    types = {a.name: a.type for a in model.attributes}
    locality = {a.name: a.locality for a in model.attributes}
    constants = frozenset(a.name for a in model.parameters) | {f.name for f in model.constants} | {"dt", "pi"}
    past = delayed_variables(model.equations)
    rules: list[UpdateRule] = []
    run: list[OdeEquation] = []

    def close() -> None:
        if run:
            chosen = choose_methods(run, default, constants, propagators=propagators)
            is_global = _is_global(run[0])
            remembers = isinstance(model, NeuronModel)
            rule = _system_rule(
                run, len(rules), chosen, past, constants, inputs, is_global=is_global, remembers=remembers
            )
            rules.append(rule)
            run.clear()

    def _is_global(equation: Equation) -> bool:
        return locality[equation.variable] != "local"

    for equation in equations:
        if run and locality[run[0].variable] != locality[equation.variable]:
            close()
        if isinstance(equation, OdeEquation):
            run.append(equation)
        else:
            close()
            rules.append(_assignment_rule([equation], types, f"line{len(rules)}", _is_global(equation)))
    close()
    return _with_common_noise(read_past(rules), locality)


def _with_common_noise(rules: Sequence[UpdateRule], locality: Mapping[str, str]) -> tuple[UpdateRule, ...]:
    """A source that several systems of one locality name is drawn by the first of them: each locality runs by itself."""
    seen: set[tuple[str, sympy.Symbol]] = set()
    result = []
    for rule in rules:
        place = locality[rule.variables[0]]
        own = tuple(draw for draw in rule.draws if (place, draw.symbol) not in seen)
        seen.update((place, draw.symbol) for draw in own)
        result.append(replace(rule, draws=own) if len(own) < len(rule.draws) else rule)
    return tuple(result)


@as_written
def event_rule(assignments: Sequence[AssignmentEquation], types: Mapping[str, str] | None = None) -> UpdateRule:
    """The statements of `reset` and of events, one after the other."""
    return _assignment_rule(assignments, types or {}, "event", is_global=False)


def _assignment_rule(
    assignments: Sequence[AssignmentEquation], types: Mapping[str, str], prefix: str, is_global: bool
) -> UpdateRule:
    translator = Translator(prefix)
    statements: list[RuleStatement] = []
    for equation in assignments:
        value = remove_singularities(translator.translate(equation.value))
        value = _bounded(value, equation.bounds, translator)
        value = _typed(value, types.get(equation.variable, "float"))
        statements.append(Store(symbol(equation.variable), value, equation.text))
    variables = tuple(dict.fromkeys(e.variable for e in assignments))
    return UpdateRule(
        variables=variables,
        statements=tuple(statements),
        choices=tuple(Choice(v, "assignment", "", 0) for v in variables),
        texts=tuple(e.text for e in assignments),
        draws=tuple(translator.draws),
        delayed=tuple(translator.delayed),
        is_global=is_global,
    )


def _bounded(value: sympy.Expr, bounds: Sequence[Bound], translator: Translator) -> sympy.Expr:
    for bound in bounds:
        limit = remove_singularities(translator.translate(bound.value))
        value = Maximum(value, limit) if bound.side == "min" else Minimum(value, limit)
    return value


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


def _typed(value: sympy.Expr, kind: str) -> sympy.Expr:
    if kind == "int" and not value.is_Integer:
        return Truncate(value)
    if kind == "bool" and not isinstance(value, Truth):
        return NotEqual(value, sympy.Integer(0))
    return value


def _system_rule(
    equations: Sequence[OdeEquation],
    number: int,
    chosen: Sequence[tuple[str, str]],
    past: Collection[str],
    constants: Collection[str],
    inputs: Collection[str],
    *,
    is_global: bool,
    remembers: bool,
) -> UpdateRule:
    """Neighbouring ODEs: each method takes its own, all from the same old state; ``past`` are variables whose slopes
    are wanted later, ``constants`` names of what does not change within a run; ``inputs`` those that stages read at
    their own times; ``remembers`` says whether methods may keep numbers of their own from step to step.
    """
    translator = Translator(f"line{number}")
    variables = tuple(symbol(e.variable) for e in equations)
    rights, noise = _split_noise(equations, variables, [translator.translate(e.right) for e in equations])
    if inputs and not is_global:
        at_stages = staged(rights, inputs)
        rights = tuple(
            b if method in WITH_STAGES else a for a, b, (method, _) in zip(rights, at_stages, chosen, strict=True)
        )
    statements: list[RuleStatement] = []
    values: dict[int, sympy.Expr] = {}
    choices: dict[int, Choice] = {}
    propagators, more = [], []
    for part, method in enumerate(dict.fromkeys(name for name, _ in chosen)):
        members = [k for k, (name, _) in enumerate(chosen) if name == method]
        step = _step(method, members, variables, rights, noise, 10 * number + part, equations, constants, remembers)
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
        if equation.variable in past and choices[k].order > 1 and not noise.strengths[k]:
            slope = _resting(variables[k], rights[k], equation.bounds, translator)
            slopes.append(Store(slope_of(equation.variable), slope, equation.text))
        value = _bounded(values[k], equation.bounds, translator)
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
        inputs=inputs_of_stages(rights, inputs),
        propagators=tuple(propagators),
        is_global=is_global,
    )


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


def _step(
    method: str,
    members: Sequence[int],
    variables: Sequence[sympy.Symbol],
    rights: Sequence[sympy.Expr],
    noise: Noise,
    number: int,
    equations: Sequence[OdeEquation],
    constants: Collection[str],
    remembers: bool,
) -> Step:
    """One method's share of a system, with its noise."""
    if method in stochastic_heun.ORDERS and any(noise.needs_means(k) for k in members):
        return stochastic_heun.step(System(tuple(variables), tuple(rights), number), noise, members, method)
    own = System(tuple(variables[k] for k in members), tuple(rights[k] for k in members), number)
    own = replace(own, tolerances=_tolerances([equations[k] for k in members]), remembers=remembers)
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
