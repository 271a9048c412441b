"""Where spikes may happen: at the ends of steps, or at the moments within steps at which the condition comes true."""

from __future__ import annotations

from eqneuro.language.functions import is_noise
from eqneuro.language.names import suggest
from eqneuro.language.syntax import Delayed, Draw, Expr, Name, is_condition
from eqneuro.model.models import AssignmentEquation, NeuronModel, OdeEquation

GRID, INTERPOLATED = "grid", "interpolated"
MODES = (GRID, INTERPOLATED)


def read_mode(value: object, owner: str) -> str:
    """One of `MODES`.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if value not in MODES:
        hint = suggest(value, MODES) if isinstance(value, str) else ""
        message = f"spike_times of {owner} must be 'grid' or 'interpolated', not {value!r}"
        raise ValueError(f"{message}. {hint}" if hint else message)
    return str(value)


def refuse_interpolation(model: NeuronModel, owner: str) -> None:
    """Says what of a model has no meaning between the ends of steps.

    Raises
    ------
    ValueError
        If there is something.
    """
    reason = _why_not(model)
    if reason:
        raise ValueError(f"{owner} can't have spike_times='interpolated': {reason}")


def has_crossings(model: NeuronModel) -> bool:
    """Whether spikes are crossings of a threshold, rather than events that are drawn at random."""
    return model.spike is not None and not _is_random(model.spike.condition)


def _why_not(model: NeuronModel) -> str:
    """What of a model has no meaning between the ends of steps, as a clause; empty where there is nothing."""
    if model.spike is None:
        return "it has no spike condition"
    if _is_random(model.spike.condition):
        return "its spike condition is random"
    if model.axon_spike is not None:
        return "an axon_spike is emitted at the end of a step"
    for equation in model.equations:
        value = _value(equation)
        if _is_random(value):
            return f"`{equation.text.strip()}` is random, which is drawn once a step"
        if any(isinstance(node, Delayed) for node in value.walk()):
            return f"`{equation.text.strip()}` reads the past, which is kept step by step"
        if isinstance(equation, AssignmentEquation) and Name(equation.variable) in value.walk():
            return f"`{equation.text.strip()}` counts steps: write it as an ODE or in `reset`"
    if model.refractory is not None and is_condition(model.refractory):
        return "its refractory time is a condition; give it a time in ms"
    return ""


def _value(equation: OdeEquation | AssignmentEquation) -> Expr:
    return equation.right if isinstance(equation, OdeEquation) else equation.value


def _is_random(expr: Expr) -> bool:
    return any(isinstance(node, Draw) or (isinstance(node, Name) and is_noise(node.id)) for node in expr.walk())
