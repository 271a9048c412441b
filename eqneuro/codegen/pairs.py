"""What a text says about pairs of neurons, as C: the condition of `where`, a probability that depends on distance."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from eqneuro.codegen.as_written import Writer
from eqneuro.language.syntax import Call, Compare, Expr

DISTANCE = "d"
JUMPS = frozenset({"sign", "heaviside", "floor", "ceil", "round", "modulo", "isnan", "isfinite"})
"""Functions whose values a last bit may change by much."""


@dataclass(frozen=True)
class PairText:
    """A C expression, and what it is made of: equal texts are one library."""

    value: str
    type: str
    """``unsigned char`` for what is true or false, ``double`` for numbers."""
    pre: tuple[str, ...]
    """Names that have a value for each pre-synaptic neuron, in the order in which the function gets them."""
    post: tuple[str, ...]
    constants: tuple[str, ...]
    functions: tuple[str, ...]
    vector_functions: tuple[str, ...] = ()

    def digest(self, version: str) -> str:
        """Changes with whatever changes the library; names don't."""
        parts = (self.value, self.type, len(self.pre), len(self.post), len(self.constants), *self.functions)
        text = "\x1f".join(map(str, ("pairs", version, *parts, "functions", *self.vector_functions)))
        return hashlib.sha256(text.encode()).hexdigest()


def pair_text(
    expr: Expr,
    pre: Sequence[str],
    post: Sequence[str],
    constants: Sequence[str],
    axes: Sequence[tuple[str | None, str | None]],
    *,
    is_condition: bool,
) -> PairText:
    """The text of an expression.

    Parameters
    ----------
    pre, post
        Names that have a value for each neuron of a side.
    constants
        Names with one value.
    axes
        For each dimension of the distance `d` those of the coordinates on both sides, None for one that is 0.
    """
    names = {name: f"constant_{k}" for k, name in enumerate(constants)}
    names |= {name: f"pre_{k}[k]" for k, name in enumerate(pre)} | {name: f"post_{k}" for k, name in enumerate(post)}
    if axes:
        sides = [tuple("0.0" if name is None else names[name] for name in axis) for axis in axes]
        names[DISTANCE] = f"sqrt({' + '.join(f'square({a} - {b})' for a, b in sides)})"
    writer = Writer(names)
    value = writer.truth(expr) if is_condition else writer.number(expr)
    kind = "unsigned char" if is_condition else "double"
    quick = () if is_condition or any(map(_jumps, expr.walk())) else ("exp",)
    return PairText(value, kind, tuple(pre), tuple(post), tuple(constants), tuple(writer.functions.values()), quick)


def _jumps(node: Expr) -> bool:
    """Whether a comparison may decide: on both sides of it a function must then be the same to the last bit."""
    return isinstance(node, Compare) or (isinstance(node, Call) and node.function in JUMPS)
