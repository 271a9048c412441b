"""The registry of functions: one entry is all that a function of the language takes.

An entry says how many arguments a function has, how numpy computes it and what it is in equations, in one of three
ways: ``definition``, its value in the language itself; ``sympy``, the name of the function there; or ``c``, the C
function that computes it (then ``derivatives`` give its partial derivatives in the language, for implicit methods).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Function:
    """One function of the language; ``arguments`` are the names that ``definition`` and ``derivatives`` use."""

    name: str
    arguments: tuple[str, ...]
    definition: str | None = None
    sympy: str | None = None
    c: str | None = None
    evaluate: Callable[..., Any] | None = None
    derivatives: tuple[str, ...] = ()


FUNCTIONS: dict[str, Function] = {}


def register(entry: Function) -> Function:
    """Adds a function to the language.

    Raises
    ------
    ValueError
        If an entry says its meaning in no way, or can't be computed by numpy.
    """
    if entry.definition is None and entry.evaluate is None:
        raise ValueError(f"function {entry.name!r} needs `evaluate`, what computes it for numpy arrays")
    if (entry.definition, entry.sympy, entry.c).count(None) != 2:
        raise ValueError(f"function {entry.name!r} needs exactly one of `definition`, `sympy` and `c`")
    FUNCTIONS[entry.name] = entry
    return entry


def _round(x: Any) -> Any:
    return np.trunc(x) + np.where(np.abs(x - np.trunc(x)) >= 0.5, np.sign(x), 0.0)


def _modulo(x: Any, y: Any) -> Any:
    return np.fmod(np.trunc(x), np.trunc(y))


for _name, _numpy in [
    ("exp", np.exp), ("log", np.log), ("sqrt", np.sqrt), ("sin", np.sin), ("cos", np.cos), ("tan", np.tan),
    ("asin", np.arcsin), ("acos", np.arccos), ("atan", np.arctan), ("sinh", np.sinh), ("cosh", np.cosh),
    ("tanh", np.tanh),
]:  # fmt: skip
    register(Function(_name, ("x",), sympy=_name, evaluate=_numpy))

for _entry in [
    Function("ln", ("x",), definition="log(x)"),
    Function("abs", ("x",), sympy="Abs", evaluate=np.abs),
    Function("fabs", ("x",), sympy="Abs", evaluate=np.abs),
    Function("atan2", ("y", "x"), sympy="atan2", evaluate=np.arctan2),
    Function("log10", ("x",), c="log10", evaluate=np.log10, derivatives=("1/(x*log(10))",)),
    Function("log2", ("x",), c="log2", evaluate=np.log2, derivatives=("1/(x*log(2))",)),
    Function("floor", ("x",), c="floor", evaluate=np.floor, derivatives=("0",)),
    Function("ceil", ("x",), c="ceil", evaluate=np.ceil, derivatives=("0",)),
    Function("round", ("x",), c="round_half_away", evaluate=_round, derivatives=("0",)),
    Function("modulo", ("x", "y"), c="modulo", evaluate=_modulo, derivatives=("0", "0")),
    Function("pow", ("x", "y"), definition="x^y"),
    Function("power", ("x", "y"), definition="x^y"),
    Function("sign", ("x",), definition="if x > 0.0: 1.0 else: if x < 0.0: -1.0 else: x"),
    Function("pos", ("x",), definition="if x < 0.0: 0.0 else: x"),
    Function("positive", ("x",), definition="if x < 0.0: 0.0 else: x"),
    Function("neg", ("x",), definition="if x > 0.0: 0.0 else: x"),
    Function("negative", ("x",), definition="if x > 0.0: 0.0 else: x"),
    Function("clip", ("x", "lo", "hi"), definition="max(min(x, hi), lo)"),
    Function("min", ("x", "y"), definition="if y < x: y else: x"),
    Function("max", ("x", "y"), definition="if y > x: y else: x"),
    Function("heaviside", ("x",), definition="if x < 0.0: 0.0 else: 1.0"),
    Function("sigmoid", ("x",), definition="1.0 / (1.0 + exp(-x))"),
    Function("relu", ("x",), definition="if x < 0.0: 0.0 else: x"),
    Function("isnan", ("x",), sympy="IsNan", evaluate=np.isnan),
    Function("isfinite", ("x",), sympy="IsFinite", evaluate=np.isfinite),
]:
    register(_entry)

GLOBAL_OPERATIONS = ("mean", "min", "max", "norm1", "norm2")
"""Operations over a whole population: `min` and `max` of one name are these, of two arguments the functions above."""

KEYWORDS = frozenset(["if", "else", "and", "or", "not", "is", "True", "False"])
SYMBOLS = frozenset(["t", "dt", "pi"])
RESERVED = KEYWORDS | SYMBOLS | {"sum", "t_last", "xi"}
"""Names of the language's own that a user can't declare."""


def is_noise(name: str) -> bool:
    """Whether a name is white noise: ``xi``, or ``xi_NAME`` for a source of its own."""
    return name == "xi" or name.startswith("xi_")
