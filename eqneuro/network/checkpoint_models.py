"""What a saved network says of its models, and how they are compared when it is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from eqneuro.model.models import AssignmentEquation, ModelAttribute, NeuronModel, SynapseModel
from eqneuro.network.checkpoint_format import Part

Line = list[str]
"""What an equation is of, its text, and a digest of its meaning."""


def describe_attributes(attributes: Iterable[ModelAttribute]) -> dict[str, list[str]]:
    """Where attributes are held and their types: ``{"v": ["local", "float"]}``."""
    return {a.name: [a.locality, a.type] for a in attributes}


def describe_equations(model: NeuronModel | SynapseModel) -> list[Line]:
    """Equations and events; values of parameters are no part of them."""
    return [
        [label, text, hashlib.sha256(repr(meaning).encode()).hexdigest()[:16]]
        for label, text, meaning in _statements(model)
    ]


def _statements(model: NeuronModel | SynapseModel) -> Iterator[tuple[str, str, Any]]:
    for equation in model.equations:
        value = equation.value if isinstance(equation, AssignmentEquation) else equation.right
        method = None if isinstance(equation, AssignmentEquation) else equation.method
        yield f"the equation of {equation.variable!r}", equation.text, (value, method, equation.bounds)
    if isinstance(model, NeuronModel):
        for name, event in (("spike", model.spike), ("axon_spike", model.axon_spike)):
            if event is not None:
                yield f"the condition of {name}", "", event.condition
                yield from _event(f"the reset of {name}", event.reset)
        return
    if model.psp is not None:
        yield "psp", model.psp_text, (model.psp, model.operation)
    for name in ("pre_spike", "post_spike", "pre_axon_spike"):
        yield from _event(name, getattr(model, name))
    for name in ("pruning", "creating"):
        if getattr(model, name) is not None:
            yield name, "", getattr(model, name)


def _event(label: str, statements: tuple[AssignmentEquation, ...]) -> Iterator[tuple[str, str, Any]]:
    for statement in statements:
        yield label, statement.text, (statement.variable, statement.value, statement.bounds, statement.conditions)


def check_attributes(part: Part, owner: str, attributes: Iterable[ModelAttribute]) -> None:
    """Refuses a file whose attributes are others, or of other kinds.

    Raises
    ------
    ValueError
        For the first that does not fit.
    """
    here, there = describe_attributes(attributes), part.header["attributes"]
    for name, kind in here.items():
        if name not in there:
            part.refuse(f"{owner} has the attribute {name!r}, which the file has not")
        if there[name] != kind:
            part.refuse(f"{name!r} of {owner} is {' '.join(kind)}, in the file {' '.join(there[name])}")
    for name in there:
        if name not in here:
            part.refuse(f"the file has the attribute {name!r}, which {owner} has not")


def check_equations(part: Part, owner: str, model: NeuronModel | SynapseModel) -> None:
    """Refuses a file that was written by other equations.

    Raises
    ------
    ValueError
        For the first that differs.
    """
    here, there = describe_equations(model), part.header["equations"]
    for (label, text, digest), (other_label, other_text, other_digest) in zip(here, there, strict=False):
        if label != other_label:
            part.refuse(f"{owner} has {label} where the file has {other_label}")
        if digest != other_digest:
            quoted = f": `{text}` here, `{other_text}` in the file" if text != other_text else ""
            part.refuse(f"{label} of {owner} is another{quoted}")
    if len(here) != len(there):
        label = (here[len(there) :] or there[len(here) :])[0][0]
        side = "it has" if len(here) > len(there) else "the file has"
        part.refuse(f"{owner} has other equations: only {side} {label}")
