"""What symbols are called inside one C function, and which buffers it therefore reads."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from eqneuro.codegen.cprinter import CPrinter
from eqneuro.codegen.layout import Slot
from eqneuro.codegen.names import Names


@dataclass(frozen=True)
class Array:
    """A buffer with one entry a neuron or synapse.

    ``value`` is the name of the loop's own copy, ``index`` the entry that is copied.
    """

    pointer: str
    c_type: str
    value: str
    index: str


class Scope:
    """Gives out buffer slots and names while a function is planned.

    Parameters
    ----------
    real
        ``double`` or ``float``.
    """

    def __init__(self, real: str) -> None:
        self.real = real
        self.names = Names()
        self.slots: list[Slot] = [Slot("numbers", "int64_t")]
        self.declarations: list[str] = []
        self.text: dict[sympy.Symbol, str] = {}
        self._narrow: dict[sympy.Symbol, str] = {}
        self._scalars: set[sympy.Symbol] = set()
        self.arrays: dict[sympy.Symbol, Array] = {}
        self._pointers: dict[str, str] = {}

    def slot(self, key: str, c_type: str) -> int:
        """The number of a buffer in the kernel's table, which gets it if it is new."""
        for number, slot in enumerate(self.slots):
            if slot.key == key:
                return number
        self.slots.append(Slot(key, c_type))
        return len(self.slots) - 1

    def pointer(self, key: str, c_type: str, wanted: str, *, const: bool, restrict: bool = True) -> str:
        """A declared pointer to a buffer."""
        if key not in self._pointers:
            name = self.names.allocate(wanted)
            self._pointers[key] = name
            qualifier = "const " if const else ""
            alone = "restrict " if restrict else ""
            self.declarations.append(f"{qualifier}{c_type} *{alone}const {name} = b[{self.slot(key, c_type)}];")
        return self._pointers[key]

    def scalar(self, symbol: sympy.Symbol, key: str, c_type: str, wanted: str) -> None:
        """A symbol that is one number for the whole loop."""
        name = self.names.allocate(wanted)
        cast = "" if c_type == self.real_type else "(double)"
        self.declarations.append(f"const double {name} = {cast}*(const {c_type} *)b[{self.slot(key, c_type)}];")
        self.text[symbol] = name
        self._scalars.add(symbol)

    def moment(self, symbol: sympy.Symbol, field: str, wanted: str) -> None:
        """A symbol that is told with the step: t or dt."""
        name = self.names.allocate(wanted)
        self.declarations.append(f"const double {name} = now->{field};")
        self.text[symbol] = name
        self._scalars.add(symbol)

    def note_scalar(self, symbol: sympy.Symbol) -> None:
        """Notes that a symbol's text is a double that does not change in the loop."""
        self._scalars.add(symbol)

    def narrow(self, symbol: sympy.Symbol) -> str:
        """The name of a scalar as a real: what loops in single precision read."""
        if self.real == "double" or symbol not in self._scalars:
            return self.text[symbol]
        if symbol not in self._narrow:
            wide = self.text[symbol]
            self._narrow[symbol] = self.names.allocate(f"{wide}_f")
            self.declarations.append(f"const real {self._narrow[symbol]} = (real){wide};")
        return self._narrow[symbol]

    def held(self, number: sympy.Expr) -> sympy.Symbol:
        """A number of the equations that compilers take for a variable (eqneuro/codegen/bounds.py)."""
        symbol = sympy.Symbol(f"held:{number}", real=True)
        if symbol not in self.text:
            self.text[symbol] = self.names.allocate("bound")
            self.declarations.append(
                f"const real {self.text[symbol]} = not_folded({CPrinter({}, self.real).number(number)});"
            )
        return symbol

    @property
    def real_type(self) -> str:
        """The C type of state variables."""
        return "real"

    def array(
        self,
        symbol: sympy.Symbol,
        key: str,
        c_type: str,
        wanted: str,
        *,
        const: bool,
        index: str = "i",
        restrict: bool = True,
    ) -> Array:
        """A symbol that is one number a neuron or synapse."""
        pointer = self.pointer(key, c_type, f"all_{wanted}", const=const, restrict=restrict)
        entry = Array(pointer, c_type, self.names.allocate(wanted), index)
        self.arrays[symbol] = entry
        self.text[symbol] = entry.value
        return entry

    def load(self, symbol: sympy.Symbol, *, const: bool) -> str:
        """The line that copies an array's entry into the loop."""
        entry = self.arrays[symbol]
        cast = "" if entry.c_type == "real" else "(real)"
        return f"{'const ' if const else ''}real {entry.value} = {cast}{entry.pointer}[{entry.index}];"

    def store(self, symbol: sympy.Symbol) -> str:
        """The line that writes it back."""
        entry = self.arrays[symbol]
        if entry.c_type == "uint8_t":
            return f"{entry.pointer}[{entry.index}] = {entry.value} != 0;"
        cast = "" if entry.c_type == "real" else f"({entry.c_type})"
        return f"{entry.pointer}[{entry.index}] = {cast}{entry.value};"
