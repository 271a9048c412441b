"""Structural plasticity: the conditions of `pruning` and `creating`, with their flags."""

from __future__ import annotations

from dataclasses import replace

from eqneuro.language.errors import EquationError
from eqneuro.language.evaluate import Unknown, evaluate
from eqneuro.language.parser import parse_condition
from eqneuro.language.rewrite import substitute
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Condition, Expr, Flag
from eqneuro.model.attributes import Creating, Pruning
from eqneuro.model.equations import check_condition
from eqneuro.model.flags import read_flags
from eqneuro.model.models import StructuralRule
from eqneuro.model.reading import read_text, to_expression
from eqneuro.model.resolve import Resolver

FLAGS = {"pruning": ("proba",), "creating": ("proba", "w", "d")}


def read_rule(
    given: str | Creating | Pruning | None, what: str, owner: str, resolver: Resolver, booleans: frozenset[str]
) -> StructuralRule | None:
    """The checked rule; ``what`` is ``pruning`` or ``creating``."""
    if given is None:
        return None
    condition = _condition(given, f"{what} of {owner}")
    source = condition.source
    read_flags(condition.flags, source, FLAGS[what], what)
    check_condition(condition, booleans)
    flags = {flag.name: flag for flag in condition.flags}
    resolver.texts.append((what, condition))
    probability = _number(flags.get("proba"), source, 0.0, 1.0)
    weight = flags["w"].value if "w" in flags else None
    return StructuralRule(
        condition=resolver.resolve(condition.expr, source),
        probability=1.0 if probability is None else probability,
        weight=None if weight is None else resolver.resolve(weight, source),
        delay=_number(flags.get("d"), source, 0.0, float("inf")),
    )


def _condition(given: str | Creating | Pruning, where: str) -> Condition:
    source = read_text(given.equation if isinstance(given, Pruning | Creating) else given, where)
    condition = parse_condition(source)
    if isinstance(given, str):
        return condition
    values: dict[str, object] = {"proba": given.proba}
    if isinstance(given, Creating):
        values |= {"w": given.w, "d": given.d}
    added = [
        Flag(name, substitute(to_expression(value, f"{name} of {where}"), {}, condition.span), span=condition.span)
        for name, value in values.items()
        if value is not None
    ]
    return replace(condition, flags=(*condition.flags, *added))


def _number(flag: Flag | None, source: SourceText, low: float, high: float) -> float | None:
    if flag is None:
        return None
    assert flag.value is not None
    value = _constant(flag.value)
    if value is None or not low <= value <= high:
        what = f"a number between {low:g} and {high:g}" if high < float("inf") else "a time in ms, 0 or more"
        raise EquationError(f"flag {flag.name!r} must be {what},", source, flag.span)
    return value


def _constant(expr: Expr) -> float | None:
    try:
        return float(evaluate(expr, {}))
    except Unknown:
        return None
