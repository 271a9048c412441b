"""Expressions as C just as they are written: numpy's operations in numpy's order, in double precision, without sympy.

What comparisons decide must not depend on whether numpy or C computes them, so nothing is simplified here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from eqneuro.language.evaluate import definition_of, is_truth
from eqneuro.language.functions import FUNCTIONS
from eqneuro.language.syntax import Binary, Call, Compare, Conditional, Expr, Logical, Name, Number, Unary

POWERS = {2: "square", 3: "cube"} | {n: f"power{n}" for n in range(4, 9)}
"""templates/functions.h.j2: exact where the result is, which `pow` need not be."""
OTHER_NAMES = {"Abs": "fabs", "IsNan": "isnan", "IsFinite": "isfinite"}


class Writer:
    """Writes expressions with these names in C; ``functions`` are C texts of the functions that they call."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = {"pi": repr(math.pi), **names}
        self.functions: dict[str, str] = {}

    def number(self, expr: Expr) -> str:
        """The text where a number is wanted."""
        if is_truth(expr):
            return f"({self._truth(expr)} ? 1.0 : 0.0)"
        match expr:
            case Number():
                return repr(float(expr.value))
            case Name():
                return self._names[expr.id]
            case Unary():
                return f"(-{self.number(expr.operand)})" if expr.operator == "-" else self.number(expr.operand)
            case Binary("^", base, Number(exponent)) if exponent in POWERS:
                return f"{POWERS[int(exponent)]}({self.number(base)})"
            case Binary("^"):
                return f"pow({self.number(expr.left)}, {self.number(expr.right)})"
            case Binary():
                return f"({self.number(expr.left)} {expr.operator} {self.number(expr.right)})"
            case Conditional():
                arms = f"{self.number(expr.then)} : {self.number(expr.otherwise)}"
                return f"({self.truth(expr.test)} ? {arms})"
            case Call():
                return self._call(expr)
        raise TypeError(f"no C text for {type(expr).__name__}")

    def truth(self, expr: Expr) -> str:
        """The text where 0 or 1 is wanted: NaN is true."""
        return self._truth(expr) if is_truth(expr) else f"({self.number(expr)} != 0.0)"

    def _truth(self, expr: Expr) -> str:
        match expr:
            case Number():
                return str(int(expr.value))
            case Unary():
                return f"!{self.truth(expr.operand)}"
            case Compare():
                return f"({self.number(expr.left)} {expr.operator} {self.number(expr.right)})"
            case Logical():  # both sides are computed: loops with branches don't become vectors
                return f"({self.truth(expr.left)} {'&' if expr.operator == 'and' else '|'} {self.truth(expr.right)})"
            case Conditional():
                return f"({self.truth(expr.test)} ? {self.truth(expr.then)} : {self.truth(expr.otherwise)})"
            case Call():
                return f"({self._call(expr)} != 0)"
        raise TypeError(f"no truth of {type(expr).__name__}")

    def _call(self, expr: Call) -> str:
        entry = FUNCTIONS[expr.function]
        arguments = ", ".join(map(self.number, expr.arguments))
        if entry.definition is None:
            name = entry.c or entry.sympy or ""
            return f"{OTHER_NAMES.get(name, name)}({arguments})"
        if entry.name not in self.functions:
            self._define(entry.name, entry.arguments)
        return f"language_{entry.name}({arguments})"

    def _define(self, name: str, arguments: tuple[str, ...]) -> None:
        inner = Writer({argument: argument for argument in arguments})
        inner.functions = self.functions
        value = inner.number(definition_of(name))  # what it calls is written before it
        declared = ", ".join(f"double {argument}" for argument in arguments)
        self.functions[name] = f"static inline double language_{name}({declared})\n{{\n  return {value};\n}}"
