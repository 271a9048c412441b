"""Names that are close to one the user typed: what 'Did you mean' suggests."""

from __future__ import annotations

import difflib
from collections.abc import Collection

SYNONYMS = {
    "weight": "w", "weights": "w", "delay": "d", "time": "t", "timestep": "dt", "g_syn": "g_target",
    "true": "True", "false": "False",
}  # fmt: skip
"""Words of the field, and what they are called in the language."""

FLAG_SYNONYMS = {
    "initial": "init", "start": "init", "minimum": "min", "maximum": "max", "euler": "explicit", "forward": "explicit",
    "backward": "implicit", "exponential_euler": "exponential", "exponential-euler": "exponential", "rk": "rk4",
    "runge_kutta": "rk4", "rungekutta": "rk4", "adaptive": "auto", "shared": "population", "scalar": "population",
    "post": "postsynaptic", "integer": "int", "boolean": "bool", "double": "float", "p": "proba",
    "probability": "proba", "weight": "w", "delay": "d",
}  # fmt: skip
"""Other words for flags."""

FUNCTION_SYNONYMS = {
    "arctan": "atan(x)", "arcsin": "asin(x)", "arccos": "acos(x)", "arctan2": "atan2(y, x)", "mod": "modulo(x, y)",
    "fmod": "modulo(x, y)", "step": "heaviside(x)", "theta": "heaviside(x)", "sgn": "sign(x)", "where": "ite(c, x, y)",
    "clamp": "clip(x, lo, hi)", "minimum": "min(x, y)", "maximum": "max(x, y)", "rectify": "pos(x)", "logistic":
    "sigmoid(x)", "expit": "sigmoid(x)", "square": "x^2", "sqr": "x^2", "cbrt": "x^(1/3)", "rand": "Uniform(0.0, 1.0)",
    "random": "Uniform(0.0, 1.0)", "randn": "Normal(0.0, 1.0)", "gauss": "Normal(mu, sigma)", "noise": "xi", "int":
    "floor(x)", "trunc": "floor(x)", "norm": "norm2(x)", "average": "mean(x)",
}  # fmt: skip
"""Functions of other languages, and what they are called here."""

C_WORDS = frozenset(
    {"auto", "break", "case", "char", "const", "continue", "default", "do", "double", "enum", "extern", "float", "for"}
    | {"goto", "inline", "int", "long", "main", "register", "restrict", "return", "short", "signed", "sizeof", "static"}
    | {"struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while"}
)
"""Words of C: as names of the user's they get an underscore at the end in the generated code."""


def is_slip(name: str, other: str) -> bool:
    """Whether one wrong, missing, superfluous or swapped letter, or the case, makes the difference."""
    if name == other or min(len(name), len(other)) < 2:
        return False
    if name.lower() == other.lower():
        return True
    if abs(len(name) - len(other)) > 1 or max(len(name), len(other)) < 3:
        return False
    start = 0
    while start < min(len(name), len(other)) and name[start] == other[start]:
        start += 1
    rest, wanted = name[start:], other[start:]
    if len(rest) == len(wanted):
        swapped = len(rest) > 1 and rest[0] == wanted[1] and rest[1] == wanted[0] and rest[2:] == wanted[2:]
        replaced = rest[1:] == wanted[1:] and len(name) > 3
        return (swapped or replaced) and not (rest[0].isdigit() or wanted[0].isdigit())
    longer, shorter = (rest, wanted) if len(rest) > len(wanted) else (wanted, rest)
    return longer[1:] == shorter and not longer[0].isdigit() and max(len(name), len(other)) > 3


def find_slip(name: str, known: Collection[str]) -> str | None:
    """The known name that was most likely meant, if ``name`` looks like a slip of the pen."""
    for other in sorted(known, key=lambda other: (sorted(other) != sorted(name), other)):  # swapped letters first
        if is_slip(name, other):
            return other
    for word, meant in SYNONYMS.items():
        if meant in known and (name == word or is_slip(name, word)):
            return meant
    return None


def suggest(name: str, known: Collection[str]) -> str:
    """A sentence that names the nearest known name, or all where they are few; empty if nothing helps."""
    slip = find_slip(name, known)
    if slip is not None:
        return f"Did you mean {slip!r}?"
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"Did you mean {near[0]!r}?" if near else ""
