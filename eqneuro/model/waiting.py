"""Post-synaptic spikes that may wait: what they do to a synapse is done when its next pre-synaptic spike arrives."""

from __future__ import annotations

from collections.abc import Mapping

from eqneuro.language.rewrite import is_number
from eqneuro.language.syntax import Attribute, Delayed, Draw, Expr, GlobalOperation, InputSum, Name
from eqneuro.model.linear import linear_form
from eqneuro.model.models import OdeEquation, SynapseModel
from eqneuro.model.traces import DRIVEN, Side

CONSTANT = ("dt", "pi")


def may_wait(model: SynapseModel, traces: Mapping[str, Side]) -> bool:
    """Whether nobody sees the difference, where only spikes that arrive read the synapses.

    Parameters
    ----------
    traces
        Variables that are kept with neurons.

    Notes
    -----
    The statements of ``post_spike`` must change nothing but variables of the synapse and traces of its post-synaptic
    neuron, which don't wait; and read nothing but these variables, traces of the pre-synaptic neuron, and what is
    constant during a run. What a trace was at an earlier time is its value at the last event times a decay, the same
    number whoever computes it; sums of several products are rounded in several ways, so such traces don't wait.
    """
    local = {a.name for a in model.variables if a.locality == "local"} - traces.keys()
    driven = {e.variable: e for e in model.equations if isinstance(e, OdeEquation) and e.method in DRIVEN}
    statements = [s for s in model.post_spike if s.variable not in traces]
    if not statements or driven.keys() - traces.keys():
        return False
    decaying = {name for name, side in traces.items() if side == "pre" and _only_decays(driven[name])}
    readable = local | decaying | {a.name for a in model.parameters if a.locality != "semiglobal"}
    readable |= {free.name for free in model.constants} | {*CONSTANT}
    values = [value for s in statements for value in (s.value, *(bound.value for bound in s.bounds))]
    return all(s.variable in local and not s.conditions for s in statements) and all(
        _is_known(node, readable) for value in values for node in value.walk()
    )


def _only_decays(equation: OdeEquation) -> bool:
    return is_number(linear_form(equation.right, [equation.variable]).rest, 0)


def _is_known(node: Expr, readable: set[str]) -> bool:
    if isinstance(node, Draw | GlobalOperation | InputSum | Delayed | Attribute):
        return False
    return not isinstance(node, Name) or node.id in readable
