"""What one synapse adds to the input of its post-synaptic neuron."""

from __future__ import annotations

from eqneuro.language.syntax import Attribute, Binary, Expr, Name
from eqneuro.model.models import SynapseModel

DEFAULT_PSP = Binary("*", Name("w"), Attribute("pre", "r"))


def contribution(model: SynapseModel, *, events: bool) -> tuple[Expr, str]:
    """What one synapse adds, and the user's text of it."""
    if not events:
        return model.psp or DEFAULT_PSP, f"psp = {model.psp_text or 'w * pre.r'}"
    total: Expr = Name("w")
    text = "g_target += w"
    for statement in model.pre_spike:
        if statement.variable == "g_target":
            assert isinstance(statement.value, Binary)
            total, text = statement.value.right, statement.text
    return total, text
