"""Flags behind the colon: read, checked, and told apart by where they stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from eqneuro.language.errors import EquationError
from eqneuro.language.evaluate import Unknown, evaluate
from eqneuro.language.names import FLAG_SYNONYMS, suggest
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Expr, Flag
from eqneuro.model.attributes import LOCALITIES
from eqneuro.model.models import Bound, Locality, TypeName
from eqneuro.model.units import find_unit

METHODS = (
    "explicit", "implicit", "semiimplicit", "exponential", "exact", "midpoint", "rk4", "heun", "sdirk2", "rk45",
    "event-driven", "auto",
)  # fmt: skip
"""Numerical methods that an ODE may ask for."""
TYPE_NAMES: dict[str, TypeName] = {"int": "int", "bool": "bool", "float": "float"}
CONDITIONS = ("unless_post", "unless_refractory")
STRATONOVICH = "stratonovich"
"""Flag of ODEs whose white noise is meant in Stratonovich's sense, in place of Itô's."""
CONTROLLED = "rk45"
"""The method that controls its error."""
TOLERANCES = ("rtol", "atol")
"""Flags of ODEs whose method controls its error: relative and absolute tolerance."""
VALUED = ("init", "min", "max", "unit", *TOLERANCES)
SHORT_WORDS = frozenset("mvolt uvolt amp mamp uamp namp pamp msiemens usiemens nsiemens msecond".split())
"""Units as other languages write them behind the colon."""
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
    relative_tolerance: float | None = None
    absolute_tolerance: float | None = None
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
    relative, absolute = (_read_tolerance(groups, name, source) for name in TOLERANCES)
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
        relative_tolerance=relative,
        absolute_tolerance=absolute,
        conditions=tuple(conditions),
    )


def _read_tolerance(groups: dict[str, Flag], name: str, source: SourceText) -> float | None:
    """The number that a tolerance is: for the one method that controls its error."""
    flag = groups.get(name)
    if flag is None:
        return None
    assert flag.value is not None
    method = groups.get("method")
    if method is None or method.name != CONTROLLED:
        message = (
            f"flag {name!r} needs the method {CONTROLLED!r}"
            if method is None
            else (f"flag {name!r} makes no sense with the method {method.name!r}")
        )
        hint = f"Only {CONTROLLED!r} controls its error: write `{CONTROLLED}, {name}=1e-6`."
        raise EquationError(message, source, flag.span, hint)
    try:
        value = float(evaluate(flag.value, {}))
    except Unknown:
        raise EquationError(f"{name} must be a number", source, flag.span, f"Write `{name}=1e-6`.") from None
    if not 0.0 < value < math.inf:
        raise EquationError(f"{name} must be a positive number", source, flag.span)
    return value


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
        if flag.value is None and (flag.name in SHORT_WORDS or find_unit(flag.name) is not None):
            hint = "Units may be left out; one that is to be checked is written `unit=mV`."
        raise EquationError(f"unknown flag {flag.name!r}", source, flag.span, hint or f"Known are {_listed(allowed)}.")
    takes_value = flag.name in (*VALUED, "proba", "w", "d")
    if takes_value and flag.value is None:
        value = {"unit": "mV", **dict.fromkeys(TOLERANCES, "1e-6")}.get(flag.name, "0.0")
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
    if name in TOLERANCES:
        return f"A tolerance belongs to an ODE with the method {CONTROLLED}."
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
