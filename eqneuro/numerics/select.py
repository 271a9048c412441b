"""Which method each equation gets, and the update rules that come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import sympy

from eqneuro.language.errors import EquationError
from eqneuro.language.syntax import Expr, Number
from eqneuro.model.linear import Nonlinear, linear_form, linear_system
from eqneuro.model.models import AssignmentEquation, Bound, NeuronModel, OdeEquation
from eqneuro.numerics import (
    event_driven,
    exact,
    explicit,
    exponential,
    heun,
    implicit,
    midpoint,
    rk4,
    semiimplicit,
)  # fmt: skip
from eqneuro.numerics.noise import NonlinearNoise, split_noise
from eqneuro.numerics.rules import Choice, DelayedValue, Draw, Let, RuleStatement, Store, UpdateRule
from eqneuro.numerics.singularities import remove_singularities
from eqneuro.numerics.symbols import Maximum, Minimum, NotEqual, Translator, Truncate, Truth, symbol
from eqneuro.numerics.system import Step, System

METHODS: dict[str, Callable[[System], Step]] = {
    "explicit": explicit.step,
    "midpoint": midpoint.step,
    "heun": heun.step,
    "rk4": rk4.step,
    "exponential": exponential.step,
    "implicit": implicit.step,
    "semiimplicit": semiimplicit.step,
    "exact": exact.step,
    "event-driven": event_driven.step,
}


def translate(expr: Expr, prefix: str = "draw") -> tuple[sympy.Expr, tuple[Draw, ...], tuple[DelayedValue, ...]]:
    """An expression for sympy, with the random numbers and past values it reads."""
    translator = Translator(prefix)
    value = remove_singularities(translator.translate(expr))
    return value, tuple(translator.draws), tuple(translator.delayed)


def neuron_rules(model: NeuronModel, default: str) -> tuple[UpdateRule, ...]:
    """The rules of all equations of a neuron, in the order of evaluation.

    ``default`` is the network's method, for ODEs that name none.
    """
    types = {a.name: a.type for a in model.attributes}
    local = {a.name for a in model.attributes if a.locality == "local"}
    constants = frozenset(a.name for a in model.parameters) | {f.name for f in model.constants} | {"dt", "pi"}
    rules: list[UpdateRule] = []
    run: list[OdeEquation] = []

    def close() -> None:
        if run:
            rules.append(_system_rule(run, len(rules), default, constants, is_global=run[0].variable not in local))
            run.clear()

    for equation in model.equations:
        if run and (run[0].variable in local) != (equation.variable in local):
            close()
        if isinstance(equation, OdeEquation):
            run.append(equation)
        else:
            close()
            rules.append(_assignment_rule([equation], types, f"line{len(rules)}", equation.variable not in local))
    close()
    return tuple(rules)


def event_rule(assignments: Sequence[AssignmentEquation], types: dict[str, str] | None = None) -> UpdateRule:
    """The statements of `reset` and of events, one after the other."""
    return _assignment_rule(assignments, types or {}, "event", is_global=False)


def _assignment_rule(
    assignments: Sequence[AssignmentEquation], types: dict[str, str], prefix: str, is_global: bool
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


def _typed(value: sympy.Expr, kind: str) -> sympy.Expr:
    if kind == "int" and not value.is_Integer:
        return Truncate(value)
    if kind == "bool" and not isinstance(value, Truth):
        return NotEqual(value, sympy.Integer(0))
    return value


def _system_rule(
    equations: Sequence[OdeEquation], number: int, default: str, constants: frozenset[str], *, is_global: bool
) -> UpdateRule:
    """Neighbouring ODEs: each method takes its own, all from the same old state."""
    translator = Translator(f"line{number}")
    chosen = choose_methods(equations, default, constants)
    rights, noises = [], []
    for equation in equations:
        try:
            right, noise = split_noise(symbol(equation.variable), translator.translate(equation.right))
        except NonlinearNoise as error:
            message = f"white noise {error} must stand as a product: `g*{error}`"
            raise EquationError(message, equation.source, equation.span) from None
        rights.append(remove_singularities(right))
        noises.append(noise)
    statements: list[RuleStatement] = []
    values: dict[str, sympy.Expr] = {}
    choices: dict[str, Choice] = {}
    propagators = []
    for part, method in enumerate(dict.fromkeys(name for name, _ in chosen)):
        members = [k for k, (name, _) in enumerate(chosen) if name == method]
        system = System(
            tuple(symbol(equations[k].variable) for k in members), tuple(rights[k] for k in members), 10 * number + part
        )
        step = METHODS[method](system)
        statements += _commented(step, equations[members[0]].text)
        propagators += [step.propagator] if step.propagator else []
        for k, value in zip(members, step.values, strict=True):
            name = equations[k].variable
            values[name] = value
            reason = "; ".join(filter(None, (chosen[k][1], step.reason)))
            choices[name] = Choice(name, method, reason, step.order)
    stores: list[RuleStatement] = []
    alone = len(equations) == 1
    for equation, noise in zip(equations, noises, strict=True):
        value = _bounded(values[equation.variable] + noise.term, equation.bounds, translator)
        if alone:
            stores.append(Store(symbol(equation.variable), value, equation.text))
        else:
            fresh = symbol(f"new_{equation.variable}")
            statements.append(Let(fresh, value, equation.text))
            stores.append(Store(symbol(equation.variable), fresh))
    return UpdateRule(
        variables=tuple(e.variable for e in equations),
        statements=(*statements, *stores),
        choices=tuple(choices[e.variable] for e in equations),
        texts=tuple(e.text for e in equations),
        draws=(*translator.draws, *{d.symbol: d for noise in noises for d in noise.draws}.values()),
        delayed=tuple(translator.delayed),
        propagators=tuple(propagators),
        is_global=is_global,
    )


def _commented(step: Step, text: str) -> list[RuleStatement]:
    statements = list(step.statements)
    if statements:
        statements[0] = replace(statements[0], text=text)
    return statements


def choose_methods(equations: Sequence[OdeEquation], default: str, constants: frozenset[str]) -> list[tuple[str, str]]:
    """For each equation its method, and why."""
    wanted = [e.method or default for e in equations]
    reasons = ["as the equation says" if e.method else "the network's method" for e in equations]
    undecided = [k for k, method in enumerate(wanted) if method == "auto"]
    linear = _linear_subset([equations[k] for k in undecided], constants)
    for k in undecided:
        name = equations[k].variable
        if name in linear:
            wanted[k], reasons[k] = "exact", "auto: linear with constant coefficients"
        elif _is_conditionally_linear(equations[k]):
            wanted[k], reasons[k] = "exponential", f"auto: linear in {name} while the rest is frozen"
        else:
            wanted[k], reasons[k] = "rk4", f"auto: not linear in {name}"
    for k, equation in enumerate(equations):
        if wanted[k] == "exponential" and not _is_conditionally_linear(equation):
            wanted[k] = "explicit"
            reasons[k] = f"the network's method needs an equation linear in {equation.variable}"
        if (
            wanted[k] == "exact"
            and equation.method is None
            and equation.variable not in _linear_subset([equation], constants)
        ):
            fits = _is_conditionally_linear(equation)
            wanted[k] = "exponential" if fits else "rk4"
            reasons[k] = "the network's method needs a linear equation with constant coefficients"
    return list(zip(wanted, reasons, strict=True))


def _linear_subset(equations: Sequence[OdeEquation], constants: frozenset[str]) -> set[str]:
    """The variables whose equations are linear, with constant coefficients, in those of the subset itself."""
    names = {e.variable for e in equations}
    while names:
        pairs = [(e.variable, e.right) for e in equations if e.variable in names]
        refused = {name for name, right in pairs if not _is_linear(name, right, pairs, constants)}
        if not refused:
            return names
        names -= refused
    return names


def _is_linear(name: str, right: Expr, pairs: Sequence[tuple[str, Expr]], constants: frozenset[str]) -> bool:
    others = [(n, Number(0)) for n, _ in pairs if n != name]  # their own equations are looked at in their own turn
    try:
        linear_system([(name, right), *others], constants)
    except Nonlinear:
        return False
    return True


def _is_conditionally_linear(equation: OdeEquation) -> bool:
    try:
        linear_form(equation.right, [equation.variable], frozen_tests=True)
    except Nonlinear:
        return False
    return True
