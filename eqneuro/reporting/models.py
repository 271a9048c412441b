"""Neuron and synapse models as sections of a report: their equations as they were written, flags, methods."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from eqneuro.language.latex import print_definition, print_expression, print_name, print_statement
from eqneuro.language.parser import parse_equations
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Attribute, Binary, Expr, FunctionDefinition, Name
from eqneuro.reporting.document import Block, Equations, Formula, Paragraph, Piece, Section, Table

if TYPE_CHECKING:
    from eqneuro.model.models import Equation, ModelAttribute, NeuronModel, StructuralRule, SynapseModel
    from eqneuro.network.summary import Method

LOCALITIES = {
    "neuron": {"local": "one a neuron", "global": "one a population"},
    "synapse": {"local": "one a synapse", "semiglobal": "one a post-synaptic neuron", "global": "one a projection"},
}
LONGEST = 100
"""Characters of LaTeX that fit a cell."""


def neuron_section(model: NeuronModel, title: str, users: Sequence[str], methods: Mapping[str, Method]) -> Section:
    """All of a neuron; ``users`` are the populations made of it."""
    kind = "Spiking" if model.is_spiking else "Rate-coded"
    blocks: list[Block] = [*_introduction(model.description, f"{kind} neuron of {_listed(users)}.")]
    names = [a.name for a in model.attributes]
    blocks += _functions(model.functions)
    blocks += _equations("Equations", model.equations, names)
    for title_of, event in (("spike", model.spike), ("axonal spike", model.axon_spike)):
        if event is not None:
            blocks += [Equations(f"Condition of a {title_of}", (print_expression(event.condition),))]
            blocks += _equations(f"At a {title_of}", event.reset, names, is_event=True)
    if model.refractory is not None:
        blocks += [Equations("Refractory period", (print_expression(model.refractory),))]
    blocks += _attributes(model, "neuron", methods)
    return Section(title, tuple(blocks))


def synapse_section(
    model: SynapseModel, title: str, users: Sequence[str], methods: Mapping[str, Method], *, transmits_rates: bool
) -> Section:
    """All of a synapse; ``users`` are the projections made of it."""
    is_spiking = not transmits_rates and (model.is_spiking or model.psp is None)
    kind = "Spiking" if is_spiking else "Rate-coded" if transmits_rates else "Continuously transmitting"
    blocks: list[Block] = [*_introduction(model.description, f"{kind} synapse of {_listed(users)}.")]
    names = [a.name for a in model.attributes]
    blocks += _functions(model.functions)
    blocks += _equations("Equations", model.equations, names)
    psp = Binary("*", Name("w"), Attribute("pre", "r")) if model.psp is None and transmits_rates else model.psp
    if psp is not None:
        blocks += [Equations("Transmission", (_joined(print_expression(psp), model.operation),))]
    events = (("pre", model.pre_spike), ("axonal pre", model.pre_axon_spike), ("post", model.post_spike))
    for side, assignments in events:
        blocks += _equations(f"At a {side}-synaptic spike", assignments, names, is_event=True)
    for word, rule in (("removed", model.pruning), ("made", model.creating)):
        if rule is not None:
            blocks += _structural(word, rule)
    blocks += _attributes(model, "synapse", methods)
    return Section(title, tuple(blocks))


def _listed(users: Sequence[str]) -> str:
    return ", ".join(users)


def _introduction(description: str, use: str) -> Iterator[Paragraph]:
    for paragraph in re.split(r"\n\s*\n", description.strip()):
        if re.match(r"\s*(\.\. |\w+\n\s*---)", paragraph):  # the rest of a docstring
            break
        if paragraph:
            yield Paragraph((" ".join(paragraph.split()),))
    yield Paragraph((use,))


def _functions(functions: Sequence[FunctionDefinition]) -> list[Equations]:
    return [Equations("Functions", tuple(map(print_definition, functions)))] if functions else []


def _equations(
    title: str, equations: Sequence[Equation], names: Sequence[str], *, is_event: bool = False
) -> list[Equations]:
    """Equations as the user wrote them; a model holds them solved for their gradients."""
    lines = []
    for equation in equations:
        (written,) = parse_equations(SourceText(equation.text, equation.source.where), names)
        line = print_statement(written, is_event=is_event)
        if equation.conditions:
            line += rf" \quad \text{{({', '.join(c.replace('_', ' ') for c in equation.conditions)})}}"
        lines.append(line)
    return [Equations(title, tuple(lines))] if lines else []


def _joined(psp: str, operation: str) -> str:
    """What a neuron gets of all its synapses."""
    sign = r"\sum" if operation == "sum" else rf"\operatorname*{{{operation}}}"
    return rf"{sign}_{{\mathrm{{synapses}}}} \left[ {psp} \right]"


def _structural(word: str, rule: StructuralRule) -> Iterator[Equations]:
    lines = [print_expression(rule.condition)]
    if rule.probability != 1.0:
        lines.append(rf"\text{{with probability }} {rule.probability:g}")
    if rule.weight is not None:
        lines.append(f"w = {print_expression(rule.weight)}")
    if rule.delay is not None:
        lines.append(rf"d = {rule.delay:g} \, \mathrm{{ms}}")
    yield Equations(f"Synapses are {word} where", tuple(lines))


def _attributes(model: NeuronModel | SynapseModel, kind: str, methods: Mapping[str, Method]) -> Iterator[Table]:
    if model.parameters:
        header = ("Parameter", "Value of the model", "Locality", "Type")
        yield Table(header, tuple((*_described(a, kind), a.type) for a in model.parameters))
    if model.variables:
        bounds = {e.variable: e.bounds for e in _all_equations(model) if e.bounds}
        rows: list[tuple[Piece, ...]] = []
        for a in model.variables:
            limits = ", ".join(rf"\{b.side} = {print_expression(b.value)}" for b in bounds.get(a.name, ()))
            method = methods.get(a.name)
            how = "" if method is None else f"{method.name}: {method.reason}" if method.reason else method.name
            rows.append((*_described(a, kind), Formula(limits) if limits else "", how))
        yield Table(("Variable", "Initial value", "Locality", "Bounds", "Method"), tuple(rows))


def _all_equations(model: NeuronModel | SynapseModel) -> Iterator[Equation]:
    """Those of each step and those of events."""
    yield from model.equations
    for name in ("pre_spike", "pre_axon_spike", "post_spike"):
        yield from getattr(model, name, ())
    for name in ("spike", "axon_spike"):
        event = getattr(model, name, None)
        yield from () if event is None else event.reset


def _described(attribute: ModelAttribute, kind: str) -> tuple[Piece, Piece, Piece]:
    return Formula(print_name(attribute.name)), _value(attribute.init), LOCALITIES[kind][attribute.locality]


def _value(expr: Expr) -> Piece:
    latex = print_expression(expr)
    return Formula(latex) if len(latex) <= LONGEST else "computed: see the values of populations and projections"
