"""Thresholds that a variable never passes within a step: where a spike resets it there.

The upstroke of a neuron such as AdEx runs off to infinity within a step. Methods that look at several places in the
step would see potentials there that the neuron never has, and what reads them, such as the adaptation, would be spoilt.
"""

from __future__ import annotations

from eqneuro.language.syntax import Binary, Compare, Expr, Name, Number, Unary
from eqneuro.model.equations import neighbours
from eqneuro.model.linear import Nonlinear, linear_form
from eqneuro.model.models import NeuronModel, OdeEquation


def ceilings(model: NeuronModel) -> dict[str, Expr]:
    """For each variable that spikes reset at a threshold, and that accelerates by itself, the threshold.

    The spike condition compares the variable alone with what does not change within a run; equations that are linear in
    it have no upstroke, and need no ceiling.
    """
    if model.spike is None or not isinstance(model.spike.condition, Compare):
        return {}
    test = model.spike.condition
    pair = {">": (test.left, test.right), ">=": (test.left, test.right), "<": (test.right, test.left)}
    variable, threshold = {**pair, "<=": (test.right, test.left)}.get(test.operator, (None, None))
    if not isinstance(variable, Name) or threshold is None or not _is_constant(threshold, model):
        return {}
    if all(line.variable != variable.id for line in model.spike.reset):
        return {}
    systems = [run for run in neighbours(model.equations) if any(e.variable == variable.id for e in run)]
    return {variable.id: threshold} if any(_accelerates(variable.id, e) for run in systems for e in run) else {}


def _is_constant(expr: Expr, model: NeuronModel) -> bool:
    return all(
        isinstance(node, Number | Binary | Unary) or (isinstance(node, Name) and node.id in model.unchanging)
        for node in expr.walk()
    )


def _accelerates(variable: str, equation: OdeEquation) -> bool:
    try:
        linear_form(equation.right, [variable], frozen_tests=True)
    except Nonlinear:
        return True
    return False
