"""How the kernel of a population reads the past: which rows of which histories, and what lies between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sympy

from eqneuro.codegen.binder import Binder
from eqneuro.codegen.cprinter import CPrinter
from eqneuro.codegen.layout import KEPT_SUMS
from eqneuro.numerics.delayed import SLOPE, lagrange
from eqneuro.numerics.rules import CURVE, LINE, OPEN_CURVE, POINTS, DelayedValue, StagedInput

if TYPE_CHECKING:
    from eqneuro.codegen.body import Body

NUMBERS_BEFORE_RINGS = 3
"""Entries of a population's numbers before the sizes of its rings: size, padded size, identity."""
NUMBERS = "((const int64_t *)b[0])"
SUMS = "sums:"
"""Symbols of the sums of steps before: ``sums:2:sum(exc)``."""
KINDS = {LINE: "PAST_LINE", CURVE: "PAST_CURVE", OPEN_CURVE: "PAST_OPEN_CURVE"}
"""What past.h.j2 calls them."""


class PastReader:
    """Histories that one kernel reads or keeps.

    ``rings`` are variables whose values it reads; ``slopes`` those whose slopes it reads or writes; ``sums`` the inputs
    that it reads as they were in steps before.
    """

    def __init__(self, body: Body) -> None:
        self._body = body
        self.rings: list[str] = []
        self.slopes: list[str] = []
        self.sums: list[str] = []

    def read(self, value: DelayedValue, c_type: str) -> str:
        """The C text of a past value; declares what it needs before the loop."""
        body, name = self._body, value.variable
        history = body.scope.pointer(f"ring:{name}", c_type, f"history_of_{name}", const=True)
        slots = self._slots(name)
        delay = body.resolve(value.delay)
        varying = sorted((s for s in delay.free_symbols if body.varies(s)), key=lambda s: s.name)
        is_inside = bool(varying) or body.alone
        body.loaded += varying if is_inside else []
        time = CPrinter(Binder(body)).number(delay)
        if c_type != "real":  # whole numbers and truth values: the nearest grid point
            row = f"((now->tick - (int64_t)floor({time} / now->dt + 0.5)) & ({slots} - 1)) * {NUMBERS}[1]"
            return f"{history}[{row} + i]"
        start = body.scope.pointer("past_start", "int64_t", "past_start", const=True)
        place = f"now, {time}, {float(value.shift)!r}, {start}[0], {slots}, {NUMBERS}[1]"
        if value.between == POINTS:
            at = self._at("past_rows", f"find_past_rows({place})", name, inside=is_inside)
            return f"past_on_points{at}, {history}, i)"
        at = self._at("past_time", f"find_past({place}, {KINDS[value.between]})", name, inside=is_inside)
        if value.between == LINE:
            return f"past_on_line{at}, {history}, i)"
        return f"past_on_curve{at}, {history}, {self._slope_pointer(name)}, i)"

    def _at(self, kind: str, text: str, variable: str, *, inside: bool) -> str:
        """The first argument, where the past lies: by address once a step, by value for each neuron where delays
        differ."""
        if inside:
            return f"_at({text}"
        name = self._body.scope.names.allocate(f"when_{variable}")
        self._body.scope.declarations.append(f"const {kind} {name} = {text};")
        return f"(&{name}"

    def _slots(self, variable: str) -> str:
        if variable not in self.rings:
            self.rings.append(variable)
        return f"{NUMBERS}[{NUMBERS_BEFORE_RINGS + self.rings.index(variable)}]"

    def _slope_pointer(self, variable: str) -> str:
        """Slopes are read after they are written in the same turn of the loop, so the pointer is not restricted."""
        if variable not in self.slopes:
            self.slopes.append(variable)
        return self._body.scope.pointer(
            f"slopes:{variable}", "real", f"slopes_of_{variable}", const=False, restrict=False
        )

    def bind_slope(self, symbol: sympy.Symbol) -> None:
        """The entry that a variable's slope of this step gets."""
        variable = symbol.name.removeprefix(SLOPE)
        self._slope_pointer(variable)
        row = self._body.scope.names.allocate("this_row")
        slots = self._slots(variable)
        self._body.scope.declarations.append(f"const int64_t {row} = (now->tick & ({slots} - 1)) * {NUMBERS}[1];")
        self._body.scope.array(
            symbol, f"slopes:{variable}", "real", f"slope_of_{variable}", const=False, index=f"{row} + i"
        )

    def input_at(self, value: StagedInput, inputs: Sequence[str]) -> sympy.Expr:
        """An input at the time of a stage: the sums of a step are those of its end, those before of its start."""
        ages = [sympy.Integer(age) for age in range(KEPT_SUMS)]
        if value.shift in (0, 1):
            weights = {1 - int(value.shift): sympy.S.One}
        else:
            weights = dict(enumerate(lagrange(ages, 1 - value.shift)))
        names = inputs if value.name == "sum()" else (value.name,)
        return sympy.Add(*(w * self._sums(name, age) for name in names for age, w in weights.items()))

    def _sums(self, name: str, age: int) -> sympy.Symbol:
        if age and name not in self.sums:
            self.sums.append(name)
        return sympy.Symbol(f"{SUMS}{age}:{name}" if age else name, real=True)

    def bind_sums(self, symbol: sympy.Symbol) -> None:
        """The sums of an input some steps ago."""
        _, age, name = symbol.name.split(":", 2)
        scope, plain = self._body.scope, name.replace("sum(", "sum_").rstrip(")")
        line = f"const int64_t row_{age} = ((now->tick - {age}) & {KEPT_SUMS - 1}) * {NUMBERS}[1];"
        if line not in scope.declarations:
            scope.names.allocate(f"row_{age}")
            scope.declarations.append(line)
        scope.array(symbol, f"sums:{name}", "real", f"{plain}_{age}", const=True, index=f"row_{age} + i")
