"""Tables of symbols that bind what they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

if TYPE_CHECKING:
    from eqneuro.codegen.statements import Statements


class Binder(dict[sympy.Symbol, str]):
    """A table of symbols that binds what it is asked for; ``direct`` reads arrays instead of the loop's copies."""

    def __init__(self, body: Statements, *, direct: bool = False, narrow: bool = False) -> None:
        super().__init__()
        self._body = body
        self._direct = direct
        self._narrow = narrow

    def __missing__(self, symbol: sympy.Symbol) -> str:
        text = self._body.bind(symbol)
        if self._narrow:
            text = self._body.scope.narrow(symbol)
        if self._direct and symbol in self._body.scope.arrays:
            return f"{self._body.scope.arrays[symbol].pointer}[i]"
        return text


def temporary_name(name: str) -> str:
    """What a temporary is called in C."""
    return name.split("@")[0].replace(":", "_")
