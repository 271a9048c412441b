"""Which method each ODE gets, and why: the equation's own, else the network's where the equation admits it.

``auto`` takes `exact` where the equation is linear with constant coefficients, together with those of its neighbours
that are; else `exponential` where it is linear in its own variable while all else is frozen over the step; else
`rk4`, which takes along what is coupled with it both ways: frozen over the step, that would cost its order. A network's
method that an equation does not admit gives way in the same manner. (An equation that itself names such a method was
refused when the model was made.)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from eqneuro.language.syntax import Expr, Name, Number
from eqneuro.model.linear import Nonlinear, linear_form, linear_system
from eqneuro.model.models import OdeEquation

WITH_STAGES = ("midpoint", "heun", "rk4", "sdirk2", "rk45")
"""Methods that read what they are given at several times within a step."""
HIGH_ORDER = ("rk4", "rk45")
"""Methods of an order above 2."""
CONSTANT_RATE = "linear with constant coefficients"


def choose_methods(
    equations: Sequence[OdeEquation], default: str, constants: Collection[str], *, propagators: bool = True
) -> list[tuple[str, str]]:
    """For each of some neighbouring equations its method, and a sentence that says why.

    Parameters
    ----------
    default
        The network's method.
    constants
        Names of what does not change within a run.
    propagators
        Whether `exact` can be chosen; a synapse has no place for propagators.
    """
    wanted = [e.method or default for e in equations]
    candidates = [e for e, method in zip(equations, wanted, strict=True) if method in ("exact", "auto")]
    exact = _exact_subset(candidates, constants) if propagators else None
    chosen = [_choose(e, method, exact, constants) for e, method in zip(equations, wanted, strict=True)]
    return _keep_together(equations, wanted, chosen)


def _keep_together(
    equations: Sequence[OdeEquation], wanted: Sequence[str], chosen: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """By auto, what reads an equation of `rk4` and is read by it, if only through others, gets `rk4` too."""
    free = [e.variable for e, method in zip(equations, wanted, strict=True) if method == "auto"]
    read = _reached({e.variable: _names(e.right) for e in equations if e.variable in free})
    methods = {e.variable: method for e, (method, _) in zip(equations, chosen, strict=True)}
    result = list(chosen)
    for k, equation in enumerate(equations):
        name = equation.variable
        coupled = [other for other in free if other in read.get(name, ()) and name in read[other] and other != name]
        leader = next((other for other in coupled if methods[other] == "rk4"), None)
        if name in free and methods[name] != "rk4" and leader is not None:
            result[k] = ("rk4", f"Chosen by auto: the equation is coupled with that of {leader}, which is not linear.")
    return result


def _names(expr: Expr) -> set[str]:
    return {node.id for node in expr.walk() if isinstance(node, Name)}


def _reached(read: dict[str, set[str]]) -> dict[str, set[str]]:
    """For each variable those that it depends on, directly or through others."""
    reached = {name: names & read.keys() for name, names in read.items()}
    for middle in read:
        for name in read:
            if middle in reached[name]:
                reached[name] |= reached[middle]
    return reached


def _choose(
    equation: OdeEquation, wanted: str, exact: Collection[str] | None, constants: Collection[str]
) -> tuple[str, str]:
    name = equation.variable
    if equation.method is not None and equation.method != "auto":
        return wanted, "The equation asks for it."
    if wanted in ("exact", "auto"):
        if exact is not None and name in exact:
            if wanted == "exact":
                return wanted, f"The network's method: the equation is {CONSTANT_RATE}."
            return "exact", f"Chosen by auto: the equation is {CONSTANT_RATE}."
        by = "Chosen by auto" if wanted == "auto" else "In place of the network's method, exact"
        if is_conditionally_linear(equation):
            refusal = "" if exact is None else f", but {_why_not_exact(equation, constants)}"
            return "exponential", f"{by}: the equation is linear in {name} while the rest is frozen{refusal}."
        return "rk4", f"{by}: the equation is not linear in {name}."
    if wanted == "exponential" and not is_conditionally_linear(equation):
        return "explicit", f"In place of the network's method, exponential: the equation is not linear in {name}."
    return wanted, "The network's method."


def is_conditionally_linear(equation: OdeEquation) -> bool:
    """Whether an equation is linear in its own variable while all else is frozen, tests of conditionals too."""
    try:
        linear_form(equation.right, [equation.variable], frozen_tests=True)
    except Nonlinear:
        return False
    return True


def _exact_subset(equations: Sequence[OdeEquation], constants: Collection[str]) -> set[str]:
    """The variables whose equations are linear, with constant coefficients, in those of the subset itself.

    Those that name the method stay in it: the model was refused if they could not.
    """
    named = {e.variable for e in equations if e.method == "exact"}
    names = {e.variable for e in equations}
    while names != named:
        pairs = [(e.variable, e.right) for e in equations if e.variable in names]
        refused = {name for name, right in pairs if not _is_linear(name, right, pairs, constants)}
        if not refused:
            break
        names = named if refused & named else names - refused
    return names


def _is_linear(name: str, right: Expr, pairs: Sequence[tuple[str, Expr]], constants: Collection[str]) -> bool:
    others = [(n, Number(0)) for n, _ in pairs if n != name]  # their own equations are looked at in their own turn
    try:
        linear_system([(name, right), *others], constants)
    except Nonlinear:
        return False
    return True


def _why_not_exact(equation: OdeEquation, constants: Collection[str]) -> str:
    """What makes the equation other than linear with constant coefficients."""
    try:
        linear_system([(equation.variable, equation.right)], constants)
    except Nonlinear as error:
        part = equation.source.text[error.node.span.start : error.node.span.stop].strip()
        if part and len(part) <= 40 and "\n" not in part:
            return f"`{part}` in its coefficient may change from step to step"
    return "not together with its neighbours"
