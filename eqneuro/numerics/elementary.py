"""The elementary functions as plain nodes with a derivative.

sympy's own look for signs, multiples of π and each other's inverses whenever a node is made; that costs time, and while
products are kept as the user wrote them, it does not always come to an end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import sympy


class Elementary(sympy.Function):  # type: ignore[misc]
    """A function of C's library; ``slopes`` are its partial derivatives."""

    c_name: ClassVar[str]
    slopes: ClassVar[tuple[Callable[..., sympy.Expr], ...]]

    def _eval_is_real(self) -> bool:
        return True

    @classmethod
    def c_form(cls, arguments: list[str], suffix: str) -> str:
        """The call in C."""
        return f"{cls.c_name}{suffix}({', '.join(arguments)})"

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The partial derivative."""
        return self.slopes[argindex - 1](*self.args)


def _make(name: str, *slopes: Callable[..., sympy.Expr]) -> type[Elementary]:
    members: dict[str, Any] = {"c_name": name, "slopes": slopes, "nargs": len(slopes), "__doc__": f"{name}."}
    return type(name.capitalize(), (Elementary,), members)


Sin: type[Elementary] = _make("sin", lambda x: Cos(x))
Cos: type[Elementary] = _make("cos", lambda x: -Sin(x))
Tan: type[Elementary] = _make("tan", lambda x: 1 + Tan(x) ** 2)
Asin: type[Elementary] = _make("asin", lambda x: 1 / sympy.sqrt(1 - x**2))
Acos: type[Elementary] = _make("acos", lambda x: -1 / sympy.sqrt(1 - x**2))
Atan: type[Elementary] = _make("atan", lambda x: 1 / (1 + x**2))
Sinh: type[Elementary] = _make("sinh", lambda x: Cosh(x))
Cosh: type[Elementary] = _make("cosh", lambda x: Sinh(x))
Tanh: type[Elementary] = _make("tanh", lambda x: 1 - Tanh(x) ** 2)
Atan2: type[Elementary] = _make("atan2", lambda y, x: x / (x**2 + y**2), lambda y, x: -y / (x**2 + y**2))

ELEMENTARY: dict[str, type[Elementary]] = {
    kind.c_name: kind for kind in (Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Atan2)
}
"""The functions by the names of the registry."""
