"""The loop over neurons written out: passes applied, loads and stores placed, one line of C after the other."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from eqneuro.codegen.binder import Binder
from eqneuro.codegen.bounds import hold_bounds
from eqneuro.codegen.cprinter import CPrinter, is_condition
from eqneuro.codegen.scheduling import calls_first
from eqneuro.codegen.simplify import Code, Invariants, Line, Loop, lift_calls, map_values, share
from eqneuro.codegen.statements import Statements


class LoopWriter:
    """Writes the lines of a planned body."""

    def __init__(self, body: Statements) -> None:
        self._body = body

    def finish(self) -> tuple[list[str], list[str]]:
        """The lines of the loop and those before it."""
        code, before = self._prepare()
        return [*self._print(calls_first(code, _is_costly)), *self._finish()], before

    def _prepare(self) -> tuple[list[Code], list[str]]:
        """The lines after all passes, and the invariants printed."""
        code, before = self._prepare_unshared()
        return share(code), before

    def _prepare_unshared(self) -> tuple[list[Code], list[str]]:
        """The lines before what they have in common is found."""
        code = lift_calls(self._body.code, _is_costly)
        invariants = Invariants(lambda s: not self._body.varies(s))
        if not self._body.alone:
            code = map_values(code, invariants.hoist)
        if self._body.holds_bounds:
            code = map_values(code, lambda value: hold_bounds(value, self._body.scope))
        return code, self._print_invariants(invariants)

    def _finish(self) -> list[str]:
        return [*self._body.ending, *(f"{pointer}[i] = 0;" for pointer in self._body.cleared)]

    def _print_invariants(self, invariants: Invariants) -> list[str]:
        lines = share([Line(symbol, value) for value, symbol in invariants.lines.items()])
        printer, result = CPrinter(Binder(self._body)), []
        count = 0
        for line in lines:
            assert isinstance(line, Line)
            text = printer.number(line.value)
            if line.value.is_Symbol and self._body.real == "double":  # a part of others, and all of this one
                self._body.scope.text[line.symbol] = text
                continue
            is_shared = line.symbol.name.startswith("shared:")
            wanted = "part" if is_shared else _describe(line.value)
            if wanted in ("part", "factor"):
                wanted, count = f"{wanted}_{count}", count + 1
            name = self._body.scope.names.allocate(wanted)
            self._body.scope.text[line.symbol] = name
            kind = "double" if is_shared or self._body.real == "double" else "real"
            result.append(f"const {kind} {name} = {'(real)(' + text + ')' if kind == 'real' else text};")
        # `shared` symbols of the loop are other ones of the same name
        for line in lines:
            if isinstance(line, Line) and line.symbol.name.startswith("shared:"):
                del self._body.scope.text[line.symbol]
        return result

    def _print(self, code: Sequence[Code]) -> list[str]:
        printer = CPrinter(Binder(self._body, narrow=True), self._body.real)
        read_first, stored = self._analyse(code)
        opening = self._ordered(read_first)
        lines = []
        for symbol in opening:
            self._body.bind(symbol)
            lines.append(self._body.scope.load(symbol, const=symbol not in stored))
        lines += self._body.opening
        declared = set(opening)
        above = ""
        for item in code:
            lines += [f"/* {text} */" for text in item.comments if text != above]
            above = item.comments[-1] if item.comments else above
            lines += (
                self._print_line(item, printer, declared) if isinstance(item, Line) else self._print_loop(item, printer)
            )
        return lines

    def _print_line(self, line: Line, printer: CPrinter, declared: set[sympy.Symbol]) -> list[str]:
        value = printer.number(line.value)
        if line.stored is None:
            return [f"const real {self._body.bind(line.symbol)} = {value};"]
        base = sympy.Symbol(line.stored, real=True)
        name = self._body.bind(base)
        if line.mask:
            lines: list[str] = []
            if not line.value.is_Symbol and self._body.is_wanted_anyway(line.stored):
                new = self._body.scope.names.allocate(f"new_{name}")
                lines, value = [f"const real {new} = {value};"], new
            return [*lines, f"{name} = {line.mask} ? {value} : {name};", self._body.scope.store(base)]
        if base in declared:
            text = f"{name} = {value};"
        else:
            text = f"real {name} = {value};"
            declared.add(base)
        return [text, self._body.scope.store(base)]

    def _print_loop(self, loop: Loop, printer: CPrinter) -> list[str]:
        lines = [f"real {self._body.bind(x.symbol)} = {printer.number(x.value)};" for x in loop.unknowns]
        lines.append(f"for (int round = 0; round < {loop.limit}; ++round) {{")
        lines += [f"  const real {self._body.bind(x.symbol)} = {printer.number(x.value)};" for x in loop.body]
        steps = [
            (self._body.bind(x.symbol), self._body.scope.names.allocate("next"), printer.number(x.value))
            for x in loop.updates
        ]
        residual = self._body.scope.names.allocate("residual")
        lines += [f"  const real {following} = {value};" for _, following, value in steps]
        lines.append(f"  const real {residual} = {printer.number(loop.residual)};")
        lines += [f"  {name} = {following};" for name, following, _ in steps]
        lines += [f"  if (!({residual} > {self._tolerance(loop)})) {{", "    break;", "  }", "}"]
        return lines

    def _tolerance(self, loop: Loop) -> str:
        """What is attained in single precision is less."""
        return repr(max(loop.tolerance, 1e-6) if self._body.real == "float" and loop.tolerance else loop.tolerance)

    def _analyse(self, code: Sequence[Code]) -> tuple[set[sympy.Symbol], set[sympy.Symbol]]:
        """Arrays that must be loaded before the first line, and those written."""
        read: set[sympy.Symbol] = set()
        stored: set[sympy.Symbol] = set()
        for symbol in self._body.loaded:
            _, _, base = self._body.versions.get(symbol, "attribute::" + symbol.name).partition(":")
            read.add(sympy.Symbol(base.lstrip(":"), real=True))
        written = {sympy.Symbol(x.stored, real=True) for x in code if isinstance(x, Line) and x.stored}
        read -= {s for s in read if s in written}
        for item in code:
            lines = [item] if isinstance(item, Line) else [*item.unknowns, *item.body, *item.updates]
            symbols = {s for line in lines for s in line.value.free_symbols}
            symbols |= item.residual.free_symbols if isinstance(item, Loop) else set()
            read |= {s for s in symbols if s not in self._body.versions}
            if isinstance(item, Line) and item.stored:
                base = sympy.Symbol(item.stored, real=True)
                if item.mask:
                    read.add(base)
                stored.add(base)
        for symbol in sorted(read, key=lambda s: s.name):
            self._body.bind(symbol)
        return {s for s in read if s in self._body.scope.arrays}, stored

    def _ordered(self, symbols: set[sympy.Symbol]) -> list[sympy.Symbol]:
        order = list(self._body.scope.arrays)
        return sorted(symbols, key=order.index)


def _is_costly(expr: sympy.Expr) -> bool:
    """Whether the expression is a call that a compiler will not evaluate for both branches by itself."""
    if expr.is_Pow:
        return not (expr.exp.is_Integer and abs(int(expr.exp)) <= 8)
    return bool(expr.is_Function) and not is_condition(expr) and type(expr).__name__ not in ("Ite", "Absolute")


def _describe(expr: sympy.Expr) -> str:
    """A name that says what an invariant is, where it is short enough: ``h_per_tau``."""
    above, below = [], []
    factors = expr.args if expr.is_Mul else (expr,)
    for factor in factors:
        if factor.is_Symbol:
            above.append("h" if factor.name == "dt" else factor.name)
        elif factor.is_Pow and factor.base.is_Symbol and factor.exp == -1:
            below.append(factor.base.name)
        else:
            return "factor"
    if not above and not below:
        return "factor"
    text = "_".join(above) or "one"
    text += "".join(f"_per_{name}" for name in below)
    return text if len(text) <= 30 and ":" not in text else "factor"
