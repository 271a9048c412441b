"""Flags behind the colon: read, checked, and told apart by where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eqneuro.language.errors import EquationError
from eqneuro.language.evaluate import Unknown, evaluate
from eqneuro.language.names import FLAG_SYNONYMS, suggest
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Expr, Flag
from eqneuro.model.attributes import LOCALITIES
from eqneuro.model.models import Bound, Locality, TypeName

METHODS = (
    "explicit", "implicit", "semiimplicit", "exponential", "exact", "midpoint", "rk4", "heun", "event-driven", "auto",
)  # fmt: skip
"""Numerical methods that an ODE may ask for."""
TYPE_NAMES: dict[str, TypeName] = {"int": "int", "bool": "bool", "float": "float"}
CONDITIONS = ("unless_post", "unless_refractory")
STRATONOVICH = "stratonovich"
"""Flag of ODEs whose white noise is meant in Stratonovich's sense, in place of Itô's."""
VALUED = ("init", "min", "max", "unit")
ALL_FLAGS = (*VALUED, *LOCALITIES, *TYPE_NAMES, *METHODS, *CONDITIONS, STRATONOVICH)


@dataclass(frozen=True)
class Settings:
    """What the flags of one line say."""

    init: Expr | None = None
    unit: Expr | None = None
    bounds: tuple[Bound, ...] = ()
    locality: Locality | None = None
    type: TypeName | None = None
    method: str | None = None
    method_flag: Flag | None = None
    conditions: tuple[str, ...] = ()


def read_flags(flags: Sequence[Flag], source: SourceText, allowed: Sequence[str], what: str) -> Settings:
    """The settings of one line; ``allowed`` are the flags that ``what`` (a parameter, an ODE, …) takes.

    Raises
    ------
    EquationError
        For flags that are unknown, out of place, contradictory, without their value or with one too many.
    """
    groups: dict[str, Flag] = {}
    bounds: list[Bound] = []
    conditions: list[str] = []
    for flag in flags:
        _check_flag(flag, source, allowed, what)
        group = _group(flag.name)
        if group in groups:
            before = groups[group].name
            message = (
                f"flag {flag.name!r} stands twice"
                if before == flag.name
                else f"flag {flag.name!r} contradicts {before!r}"
            )
            raise EquationError(message, source, flag.span)
        groups[group] = flag
        if flag.name in ("min", "max"):
            assert flag.value is not None
            bounds.append(Bound(flag.name, flag.value))  # type: ignore[arg-type]
        elif flag.name in (*CONDITIONS, STRATONOVICH):
            conditions.append(flag.name)
    _check_order(groups, source)
    method = groups.get("method")
    locality, kind, init = groups.get("locality"), groups.get("type"), groups.get("init")
    unit = groups.get("unit")
    return Settings(
        init=init.value if init else None,
        unit=unit.value if unit else None,
        bounds=tuple(bounds),
        locality=LOCALITIES[locality.name] if locality else None,
        type=TYPE_NAMES[kind.name] if kind else None,
        method=method.name if method else None,
        method_flag=method,
        conditions=tuple(conditions),
    )


def _group(name: str) -> str:
    if name in LOCALITIES:
        return "locality"
    if name in TYPE_NAMES:
        return "type"
    return "method" if name in METHODS else name


def _check_flag(flag: Flag, source: SourceText, allowed: Sequence[str], what: str) -> None:
    if flag.name not in allowed:
        if not allowed:
            raise EquationError(f"flag {flag.name!r}", source, flag.span, f"`{what}` takes no flags.")
        if flag.name in ALL_FLAGS:
            message = f"flag {flag.name!r} makes no sense for {what}"
            raise EquationError(message, source, flag.span, _home(flag.name))
        near = FLAG_SYNONYMS.get(flag.name, "")
        hint = f"Did you mean {near!r}?" if near in allowed else suggest(flag.name, allowed)
        raise EquationError(f"unknown flag {flag.name!r}", source, flag.span, hint or f"Known are {_listed(allowed)}.")
    takes_value = flag.name in (*VALUED, "proba", "w", "d")
    if takes_value and flag.value is None:
        value = "mV" if flag.name == "unit" else "0.0"
        raise EquationError(f"flag {flag.name!r} needs a value", source, flag.span, f"Write `{flag.name}={value}`.")
    if not takes_value and flag.value is not None:
        hint = "Did you mean `init`?" if flag.name == "int" else f"Write `{flag.name}`."
        raise EquationError(f"flag {flag.name!r} takes no value", source, flag.span, hint)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _home(name: str) -> str:
    """Where a flag belongs."""
    if name in METHODS:
        return "A method belongs to an ODE."
    if name == STRATONOVICH:
        return "It belongs to ODEs with white noise."
    if name == "unless_refractory":
        return "It belongs to equations of a neuron."
    if name == "unless_post":
        return "It belongs to statements of pre_spike."
    if name in ("semiglobal", "postsynaptic", "projection"):
        return "It belongs to synapses."
    if name == "init":
        return "An initial value belongs to what an equation defines."
    return "It belongs to what `parameters` and `equations` define."


def _check_order(groups: dict[str, Flag], source: SourceText) -> None:
    if "min" in groups and "max" in groups:
        low, high = groups["min"].value, groups["max"].value
        assert low is not None
        assert high is not None
        try:
            if evaluate(low, {}) > evaluate(high, {}):
                raise EquationError("min is larger than max", source, groups["min"].span)
        except Unknown:
            return  # names: their values are known only later
