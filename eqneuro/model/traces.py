"""Traces: variables of synapses that are one number for each pre-synaptic, or for each post-synaptic, neuron.

A trace that decays by itself and changes only where its pre-synaptic neuron's spikes arrive, by what all synapses of
the neuron share, is the same in all of them: it is kept once for the neuron, and so is one that only post-synaptic
spikes change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from eqneuro.language.syntax import Attribute, Delayed, Draw, Expr, GlobalOperation, InputSum, Name
from eqneuro.model.models import AssignmentEquation, Equation, OdeEquation, SynapseModel

Side = Literal["pre", "post"]
DRIVEN = ("event-driven", "exact")
"""Methods of equations that are brought up to date at events."""
KNOWN = ("t", "dt", "pi")
LAST_SPIKE = {"pre": "t_pre", "post": "t_post"}


def find_traces(model: SynapseModel, varying: Collection[str]) -> dict[str, Side]:
    """The traces of a synapse whose spikes all take equally long, and whose neuron each belongs to.

    Parameters
    ----------
    varying
        Attributes that have one value a synapse; its variables may be among them.
    """
    driven = {e.variable: e for e in model.equations if isinstance(e, OdeEquation) and e.method in DRIVEN}
    local = {a.name for a in model.variables if a.locality == "local" and a.type == "float"} - {"w"}
    if model.pre_axon_spike or _runs_between(model, driven.keys() & local):
        return {}
    fixed = {a.name for a in model.parameters if a.locality != "semiglobal" and a.name not in varying}
    found: dict[str, Side] = {}
    for name in driven.keys() & local:
        side = _side(model, name)
        if side is not None and not (driven[name].bounds or driven[name].conditions):
            found[name] = side
    while True:  # what reads a variable that is none of them is none either, and so is what such a one reads
        wrong = {name for name in found if not _is_trace(model, driven, name, found, fixed)}
        if not wrong:
            return dict(sorted(found.items()))
        found = {name: side for name, side in found.items() if name not in wrong}


def coefficients_of(model: SynapseModel, traces: Collection[str]) -> frozenset[str]:
    """Names that the equations of traces read, but for the traces themselves."""
    equations = (e for e in model.equations if isinstance(e, OdeEquation) and e.variable in traces)
    return frozenset(name for e in equations for name in _names(e.right)) - frozenset(traces)


def _runs_between(model: SynapseModel, driven: Collection[str]) -> bool:
    """Whether anything reads such variables between events: all are brought up to date for it."""
    others = [e for e in model.equations if not (isinstance(e, OdeEquation) and e.method in DRIVEN)]
    found = [expr for equation in others for expr in _expressions(equation)]
    found += [] if model.psp is None else [model.psp]
    return any(not _names(expr).isdisjoint(driven) for expr in found)


def _expressions(equation: Equation) -> list[Expr]:
    value = equation.right if isinstance(equation, OdeEquation) else equation.value
    return [value, *(bound.value for bound in equation.bounds)]


def _names(expr: Expr) -> set[str]:
    return {node.id for node in expr.walk() if isinstance(node, Name)}


def _assignments(model: SynapseModel, name: str) -> dict[Side, list[AssignmentEquation]]:
    events: tuple[tuple[Side, Sequence[AssignmentEquation]], ...] = (
        ("pre", model.pre_spike),
        ("post", model.post_spike),
    )
    chosen: dict[Side, list[AssignmentEquation]] = {}
    for side, statements in events:
        own = [s for s in statements if s.variable == name]
        if own:
            chosen[side] = own
    return chosen


def _side(model: SynapseModel, name: str) -> Side | None:
    """The event that changes a variable, if there is only one."""
    changed = _assignments(model, name)
    others = [e for e in model.equations if e.variable == name]
    return next(iter(changed)) if len(changed) == 1 and len(others) == 1 else None


def _is_trace(
    model: SynapseModel,
    driven: Mapping[str, OdeEquation],
    name: str,
    found: Mapping[str, Side],
    fixed: Collection[str],
) -> bool:
    side = found[name]
    together = {other for other, its in found.items() if its == side}
    if not _names(driven[name].right) <= {*fixed, *together, "pi"}:
        return False  # constants of the network may change without notice
    if any(name in _names(e.right) and other not in together for other, e in driven.items()):
        return False
    constants = {free.name for free in model.constants}
    readable = {*fixed, *together, *constants, *KNOWN, LAST_SPIKE[side]}
    return all(
        not statement.conditions and all(_is_of_neuron(expr, side, readable) for expr in _expressions(statement))
        for statement in _assignments(model, name)[side]
    )


def _is_of_neuron(expr: Expr, side: Side, readable: Collection[str]) -> bool:
    """Whether an expression has one value for all synapses of a neuron."""
    for node in expr.walk():
        if isinstance(node, Draw | GlobalOperation | InputSum | Delayed):
            return False
        if isinstance(node, Attribute) and (node.owner != side or node.name.startswith(("g_", "sum("))):
            return False
        if isinstance(node, Name) and node.id not in readable:
            return False
    return True
