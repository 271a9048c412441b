"""The equations of models as update rules, each system by the method it gets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import ParamSpec, TypeVar

import sympy

from eqneuro.language.syntax import Expr
from eqneuro.model.ceilings import ceilings
from eqneuro.model.models import AssignmentEquation, Equation, NeuronModel, OdeEquation, SynapseModel
from eqneuro.numerics.assignments import assignment_rule
from eqneuro.numerics.choice import choose_methods
from eqneuro.numerics.delayed import delayed_variables, read_past
from eqneuro.numerics.rules import DelayedValue, Draw, UpdateRule
from eqneuro.numerics.singularities import remove_singularities
from eqneuro.numerics.symbols import Translator
from eqneuro.numerics.systems import Surroundings, system_rule

EVENT_DRIVEN = ("event-driven", "exact")
"""Flags of a synapse's equations: the second is the old spelling."""
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
def neuron_rules(
    model: NeuronModel,
    default: str,
    inputs: Collection[str] = (),
    *,
    smooth: Collection[str] = (),
    on_grid: bool = True,
) -> tuple[UpdateRule, ...]:
    """The rules of all equations of a neuron, in the order of evaluation.

    ``default`` is the network's method, for ODEs that name none; ``inputs`` are names of those, as ``sum(exc)``, that
    stages read at their own times; ``smooth`` are variables whose slopes are kept for others; ``on_grid`` says whether
    spikes happen at the ends of steps, so that what they reset is held at the threshold until then.
    """
    held = ceilings(model) if on_grid else {}
    return _rules(model, model.equations, default, inputs=inputs, held=held, smooth=smooth)


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
    held: Mapping[str, Expr] | None = None,
    smooth: Collection[str] = (),
) -> tuple[UpdateRule, ...]:
    """Neighbouring ODEs of one locality are a system; an assignment stands alone."""
    types = {a.name: a.type for a in model.attributes}
    locality = {a.name: a.locality for a in model.attributes}
    constants = model.unchanging
    past = delayed_variables(model.equations).union(smooth)
    around = Surroundings(constants, past, inputs, held or {}, remembers=isinstance(model, NeuronModel))
    rules: list[UpdateRule] = []
    run: list[OdeEquation] = []

    def close() -> None:
        if run:
            chosen = choose_methods(run, default, constants, propagators=propagators)
            rules.append(system_rule(run, len(rules), chosen, around, is_global=_is_global(run[0])))
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
            rules.append(assignment_rule([equation], types, f"line{len(rules)}", is_global=_is_global(equation)))
    close()
    return _with_common_noise(read_past(rules), locality)


def _with_common_noise(rules: Sequence[UpdateRule], locality: Mapping[str, str]) -> tuple[UpdateRule, ...]:
    """A source that several systems of one locality name is drawn by the first of them: localities run apart."""
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
    return assignment_rule(assignments, types or {}, "event", is_global=False)
