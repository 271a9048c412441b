"""The loop body of a population's kernel: symbols bound to buffers, passes applied, lines of C."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy

from eqneuro.codegen.cprinter import CPrinter, is_condition
from eqneuro.codegen.draws import Stream, expand_draw
from eqneuro.codegen.layout import PropagatorLayout
from eqneuro.codegen.requests import PopulationRequest
from eqneuro.codegen.scope import Scope
from eqneuro.codegen.simplify import Code, Invariants, Line, Loop, flatten, lift_calls, map_values, share
from eqneuro.model.models import ModelAttribute
from eqneuro.numerics.rules import DelayedValue, Draw, Iterate, Let, Propagator, Store, UpdateRule

C_TYPES = {"float": "real", "int": "lane", "bool": "uint8_t"}
NUMBERS_BEFORE_RINGS = 3
"""Entries of a population's numbers before the sizes of its rings: size, padded size, identity."""


class Body:
    """Plans the statements of one kernel over neurons.

    Parameters
    ----------
    request
        The population's kernel.
    real
        ``double`` or ``float``.
    alone
        Whether this is the kernel of the global equations, which has no loop.
    """

    def __init__(self, request: PopulationRequest, real: str, *, alone: bool = False) -> None:
        self.request = request
        self.real = real
        self.suffix = "f" if real == "float" else ""
        self.alone = alone
        self.scope = Scope(real)
        self.block_lines: list[str] = []
        self.opening: list[str] = []
        self.ending: list[str] = []
        self.rings: list[str] = []
        self.reductions: list[str] = []
        self.scan_active = "1"
        self._attributes: dict[str, ModelAttribute] = {a.name: a for a in request.model.attributes}
        self._replaced: dict[sympy.Symbol, sympy.Expr] = {}
        self._streams: list[Stream] = []
        self._draws = 0
        self._code: list[Code] = []
        self._versions: dict[sympy.Symbol, str] = {}
        self._frozen: str | None = None
        self._loaded: list[sympy.Symbol] = []
        self._cleared: list[str] = []
        self._own: dict[sympy.Symbol, tuple[str, bool]] = {}
        total = sum((sympy.Symbol(n, real=True) for n in request.inputs if n.startswith("sum(")), sympy.Integer(0))
        self._replaced[sympy.Symbol("sum()", real=True)] = total

    # -- what symbols are -------------------------------------------------------------------------------------------

    def varies(self, symbol: sympy.Symbol) -> bool:
        """Whether the symbol's value differs between neurons."""
        name = symbol.name
        if symbol in self._versions or name.split(":")[0] in ("shared", "branch", "random"):
            return True
        if symbol in self._own:
            return self._own[symbol][1]
        if name in self._attributes:
            return self._attribute_varies(name)
        return name in self.request.inputs or name == "t_last"

    def _attribute_varies(self, name: str) -> bool:
        attribute = self._attributes[name]
        if attribute.is_parameter:
            return name in self.request.varying
        return attribute.locality == "local"

    def any_varying(self, expressions: Sequence[sympy.Expr]) -> bool:
        """Whether one of the expressions differs between neurons."""
        return any(self.varies(symbol) for expr in expressions for symbol in self.resolve(expr).free_symbols)

    def is_real(self, name: str) -> bool:
        """Whether an attribute is a floating-point number."""
        return self._attributes[name].type == "float"

    def bind(self, symbol: sympy.Symbol) -> str:
        """The C text of a symbol, whose buffer the kernel gets where it has none yet."""
        scope = self.scope
        if symbol in scope.text:
            return scope.text[symbol]
        name = symbol.name
        if symbol in self._versions:
            kind, base = self._versions[symbol].split(":", 1)
            if kind == "attribute":
                scope.text[symbol] = self.bind(sympy.Symbol(base, real=True))
            else:
                scope.text[symbol] = scope.names.allocate(_temporary(base))
        elif name in ("t", "dt"):
            scope.moment(symbol, *(("time", "t") if name == "t" else ("dt", "h")))
        elif name in self._attributes or name == "refractory":
            self._bind_attribute(symbol)
        elif name in self.request.inputs:
            scope.array(symbol, f"input:{name}", "real", name.replace("sum(", "sum_").rstrip(")"), const=False)
        elif name == "t_last":
            scope.array(symbol, "t_last", "real", "t_last", const=False)
        elif symbol in self._own:
            self._bind_own(symbol)
        elif "(" in name:
            self.reductions.append(name)
            scope.scalar(symbol, f"reduction:{name}", "real", name)
        elif ":" in name:
            scope.text[symbol] = scope.names.allocate(_temporary(name))
        else:
            scope.scalar(symbol, f"constant:{name}", "double", name)
        return scope.text[symbol]

    def _bind_attribute(self, symbol: sympy.Symbol) -> None:
        name = symbol.name
        if name not in self._attributes:  # the refractory time set on a population
            varying, c_type, is_parameter = name in self.request.varying, "real", True
        else:
            attribute = self._attributes[name]
            varying, c_type = self._attribute_varies(name), C_TYPES[attribute.type]
            is_parameter = attribute.is_parameter
        if varying or (self.alone and not is_parameter):
            self.scope.array(symbol, f"attribute:{name}", c_type, name, const=is_parameter)
        else:
            self.scope.scalar(symbol, f"attribute:{name}", c_type, name)

    def _bind_own(self, symbol: sympy.Symbol) -> None:
        key, varying = self._own[symbol]
        if varying and not self.alone:
            self.scope.array(symbol, key, "real", _temporary(symbol.name), const=True)
        else:
            self.scope.scalar(symbol, key, "real", _temporary(symbol.name))

    # -- what the rules bring -----------------------------------------------------------------------------------------

    def add_propagator(self, number: int, propagator: Propagator) -> PropagatorLayout:
        """Slots for the entries of P and Q of an exact system."""
        varying = self.any_varying([entry for row in propagator.matrix for entry in row])
        for letter, matrix in (("P", propagator.transition), ("Q", propagator.response)):
            for i, row in enumerate(matrix):
                for j, symbol in enumerate(row):
                    if symbol is not None:
                        fresh = sympy.Symbol(f"{letter}:{number}:{i}:{j}", real=True)
                        self._own[fresh] = (f"propagator:{letter}:{number}:{i}:{j}", varying)
                        self._replaced[symbol] = fresh
        transition, response = (
            tuple(tuple(s is not None for s in row) for row in matrix)
            for matrix in (propagator.transition, propagator.response)
        )
        return PropagatorLayout(number, len(propagator.variables), varying, transition, response)

    def add_draws(self, draws: Sequence[Draw]) -> None:
        """Streams for random numbers, which the block fills before its loop."""
        for draw in draws:
            arguments = tuple(self.resolve(a) for a in draw.arguments)
            value, stream = expand_draw(replace(draw, arguments=arguments), self._draws)
            self._replaced[draw.symbol] = value
            name = self._stream_name()
            if stream is None:  # drawn where it is needed
                self.scope.text[sympy.Symbol(f"random:{self._draws}", real=True)] = str(self._draws)
            self._draws += 1
            if stream is None:
                continue
            self._streams.append(stream)
            buffer = self.scope.names.allocate(f"random_{stream.number}")
            if self.alone:
                self.block_lines.append(
                    f"const double {buffer} = draw_{stream.kind}(now, {name} + {stream.number}, 0);"
                )
                self.scope.text[stream.symbol] = buffer
            else:
                self.block_lines.append(f"real {buffer}[BLOCK];")
                self.block_lines.append(
                    f"fill_{stream.kind}({buffer}, stop - block, now, {name} + {stream.number}, block);"
                )
                self.scope.text[stream.symbol] = f"{buffer}[i - block]"

    def _stream_name(self) -> str:
        line = "const uint32_t streams = (uint32_t)((const int64_t *)b[0])[2] << 8;"
        if line not in self.scope.declarations:
            self.scope.names.allocate("streams")
            self.scope.declarations.append(line)
        return "streams"

    def add_delayed(self, delayed: Sequence[DelayedValue]) -> None:
        """Histories of variables, one row a step."""
        for value in delayed:
            if value.variable not in self.rings:
                self.rings.append(value.variable)
            slot = NUMBERS_BEFORE_RINGS + self.rings.index(value.variable)
            ring = self.scope.pointer(f"ring:{value.variable}", "real", f"history_of_{value.variable}", const=True)
            delay = self.resolve(value.delay)
            varying = any(self.varies(s) for s in delay.free_symbols)
            time = CPrinter(_Binder(self)).number(delay)
            numbers = "((const int64_t *)b[0])"
            row = f"((now->tick - (int64_t)floor({time} / now->dt + 0.5)) & ({numbers}[{slot}] - 1)) * {numbers}[1]"
            if varying or self.alone:
                self._loaded += sorted((s for s in delay.free_symbols if self.varies(s)), key=lambda s: s.name)
                self.scope.text[value.symbol] = f"{ring}[{row} + i]"
            else:
                name = self.scope.names.allocate(f"delayed_{value.variable}")
                self.scope.declarations.append(f"const real *restrict const {name} = {ring} + {row};")
                self.scope.text[value.symbol] = f"{name}[i]"
            self._own[value.symbol] = ("", True)

    def resolve(self, expr: sympy.Expr) -> sympy.Expr:
        """The expression with draws, propagators and ``sum()`` written out."""
        return expr.xreplace(self._replaced) if self._replaced else expr

    def add_rules(self, rules: Sequence[UpdateRule], *, frozen_unless: str | None) -> None:
        """The statements of all rules, in order; variables other than conductances stay as they are unless active."""
        self._frozen = frozen_unless
        resolved = []
        for rule in rules:
            self.add_draws(rule.draws)
            self.add_delayed(rule.delayed)
            resolved.append(replace(rule, statements=tuple(self._resolve_statement(s) for s in rule.statements)))
        self._code, versions = flatten(resolved)
        self._versions.update(versions)
        self._last = {v.split(":", 1)[1]: s for s, v in versions.items() if v.startswith("attribute:")}

    def _resolve_statement(self, statement: Let | Store | Iterate) -> Let | Store | Iterate:
        if isinstance(statement, Iterate):
            return replace(
                statement,
                unknowns=tuple(replace(x, value=self.resolve(x.value)) for x in statement.unknowns),
                body=tuple(replace(x, value=self.resolve(x.value)) for x in statement.body),
                updates=tuple(replace(x, value=self.resolve(x.value)) for x in statement.updates),
                residual=self.resolve(statement.residual),
            )
        return replace(statement, value=self.resolve(statement.value))

    # -- what templates take ------------------------------------------------------------------------------------------

    def body_condition(self, expr: sympy.Expr) -> str:
        """A condition on the values after the update, inside the loop."""
        for symbol in expr.free_symbols:
            if self.varies(symbol):
                self._loaded.append(symbol)
        return CPrinter(_Binder(self, narrow=True), self.real).condition(expr)

    def scan_condition(self, expr: sympy.Expr) -> str:
        """The same on what the arrays hold."""
        return CPrinter(_Binder(self, direct=True, narrow=True), self.real).condition(expr)

    def value_of(self, name: str) -> str:
        """The loop's copy of a variable."""
        return self.bind(sympy.Symbol(name, real=True))

    def pointer_of(self, name: str) -> str:
        """The array of a variable."""
        self.value_of(name)
        return self.scope.arrays[sympy.Symbol(name, real=True)].pointer

    def clear_input(self, name: str) -> None:
        """A conductance without an equation lasts one step."""
        self.bind(sympy.Symbol(name, real=True))
        self._cleared.append(self.scope.arrays[sympy.Symbol(name, real=True)].pointer)

    def can_replay(self, condition: sympy.Expr) -> bool:
        """Whether the arrays alone decide the condition once the loop is over."""
        return not any(
            s.name in self.request.inputs or s.name.startswith("random:") or s.name == "t_last"
            for s in condition.free_symbols
        ) and not any(hasattr(type(n), "draw_kind") for n in sympy.preorder_traversal(condition))

    @property
    def uses_last_spike(self) -> bool:
        """Whether the time of the last spike is read."""
        return sympy.Symbol("t_last", real=True) in self.scope.text

    def scan(self, rules: Sequence[UpdateRule]) -> Scan:
        """What runs for one neuron that spiked."""
        return Scan(self, rules)

    def write_matrix(self, entries: Sequence[tuple[str, sympy.Expr]], *, local: bool) -> list[str]:
        """Stores of the entries of a matrix, and the loads they need."""
        lines: list[str] = []
        printer = CPrinter(_Binder(self))
        resolved = [(key, self.resolve(entry)) for key, entry in entries]
        used = sorted({s for _, e in resolved for s in e.free_symbols if self.varies(s)}, key=lambda s: s.name)
        for symbol in used:
            self.bind(symbol)
            lines.append(self.scope.load(symbol, "i", const=True))
        for key, entry in resolved:
            pointer = self.scope.pointer(key, "double", key.replace(":", "_"), const=False)
            lines.append(f"{pointer}[{'i' if local else '0'}] = {printer.number(entry)};")
        return lines

    def finish(self) -> tuple[list[str], list[str]]:
        """The lines of the loop and those before it."""
        code = lift_calls(self._code, _is_costly)
        invariants = Invariants(lambda s: not self.varies(s))
        if not self.alone:
            code = map_values(code, invariants.hoist)
        before = self._print_invariants(invariants)
        code = share(code)
        lines = self._print(code)
        lines += self.ending
        lines += [f"{pointer}[i] = 0;" for pointer in self._cleared]
        return lines, before

    def _print_invariants(self, invariants: Invariants) -> list[str]:
        lines = share([Line(symbol, value) for value, symbol in invariants.lines.items()])
        printer, result = CPrinter(_Binder(self)), []
        count = 0
        for line in lines:
            assert isinstance(line, Line)
            text = printer.number(line.value)
            is_shared = line.symbol.name.startswith("shared:")
            wanted = "part" if is_shared else _describe(line.value)
            if wanted in ("part", "factor"):
                wanted, count = f"{wanted}_{count}", count + 1
            name = self.scope.names.allocate(wanted)
            self.scope.text[line.symbol] = name
            kind = "double" if is_shared or self.real == "double" else "real"
            result.append(f"const {kind} {name} = {'(real)(' + text + ')' if kind == 'real' else text};")
        # `shared` symbols of the loop are other ones of the same name
        for line in lines:
            if isinstance(line, Line) and line.symbol.name.startswith("shared:"):
                del self.scope.text[line.symbol]
        return result

    def _print(self, code: Sequence[Code]) -> list[str]:
        printer = CPrinter(_Binder(self, narrow=True), self.real)
        read_first, stored = self._analyse(code)
        opening = [s for s in self._ordered(read_first)]
        lines = []
        for symbol in opening:
            self.bind(symbol)
            lines.append(self.scope.load(symbol, "i", const=symbol not in stored))
        lines += self.opening
        declared = set(opening)
        for item in code:
            lines += [f"/* {text} */" for text in item.comments]
            lines += (
                self._print_line(item, printer, declared) if isinstance(item, Line) else self._print_loop(item, printer)
            )
        return lines

    def _print_line(self, line: Line, printer: CPrinter, declared: set[sympy.Symbol]) -> list[str]:
        value = printer.number(line.value)
        if line.stored is None:
            return [f"const real {self.bind(line.symbol)} = {value};"]
        base = sympy.Symbol(line.stored, real=True)
        name = self.bind(base)
        if self._masked(line.stored):
            text = f"{name} = {self._frozen} ? {value} : {name};"
        elif base in declared:
            text = f"{name} = {value};"
        else:
            text = f"real {name} = {value};"
            declared.add(base)
        return [text, self.scope.store(base, "i")]

    def _print_loop(self, loop: Loop, printer: CPrinter) -> list[str]:
        lines = [f"real {self.bind(x.symbol)} = {printer.number(x.value)};" for x in loop.unknowns]
        lines.append(f"for (int round = 0; round < {loop.limit}; ++round) {{")
        lines += [f"  const real {self.bind(x.symbol)} = {printer.number(x.value)};" for x in loop.body]
        steps = [
            (self.bind(x.symbol), self.scope.names.allocate("next"), printer.number(x.value)) for x in loop.updates
        ]
        lines += [f"  const real {following} = {value};" for _, following, value in steps]
        lines.append(f"  const real residual = {printer.number(loop.residual)};")
        lines += [f"  {name} = {following};" for name, following, _ in steps]
        tolerance = max(loop.tolerance, 1e-6) if self.real == "float" else loop.tolerance
        lines += [f"  if (!(residual > {tolerance!r})) {{", "    break;", "  }", "}"]
        return lines

    def _masked(self, stored: str) -> bool:
        return self._frozen is not None and not stored.startswith("g_")

    def _analyse(self, code: Sequence[Code]) -> tuple[set[sympy.Symbol], set[sympy.Symbol]]:
        """Arrays that must be loaded before the first line, and those written."""
        read: set[sympy.Symbol] = set()
        stored: set[sympy.Symbol] = set()
        for symbol in self._loaded:
            kind, _, base = self._versions.get(symbol, "attribute::" + symbol.name).partition(":")
            read.add(sympy.Symbol(base.lstrip(":"), real=True))
        written = {sympy.Symbol(x.stored, real=True) for x in code if isinstance(x, Line) and x.stored}
        read -= {s for s in read if s in written}
        for item in code:
            lines = [item] if isinstance(item, Line) else [*item.unknowns, *item.body, *item.updates]
            symbols = {s for line in lines for s in line.value.free_symbols}
            symbols |= item.residual.free_symbols if isinstance(item, Loop) else set()
            read |= {s for s in symbols if s not in self._versions}
            if isinstance(item, Line) and item.stored:
                base = sympy.Symbol(item.stored, real=True)
                if self._masked(item.stored):
                    read.add(base)
                stored.add(base)
        for symbol in read:
            self.bind(symbol)
        return {s for s in read if s in self.scope.arrays}, stored

    def _ordered(self, symbols: set[sympy.Symbol]) -> list[sympy.Symbol]:
        order = list(self.scope.arrays)
        return sorted(symbols, key=order.index)


class Scan:
    """The lines that run for a single neuron in an event: scalar code on what the arrays hold."""

    def __init__(self, body: Body, rules: Sequence[UpdateRule]) -> None:
        self._body = body
        self._needed: list[sympy.Symbol] = []
        self._written: set[sympy.Symbol] = set()
        self.lines: list[str] = []
        for rule in rules:
            body.add_draws(rule.draws)
        resolved = [replace(r, statements=tuple(body._resolve_statement(s) for s in r.statements)) for r in rules]
        code, versions = flatten(resolved)
        body._versions.update(versions)
        for line in code:
            assert isinstance(line, Line)
            self._need(line.value)
            value = CPrinter(_Binder(body, narrow=True), body.real).number(line.value)
            self.lines += [f"/* {text} */" for text in line.comments]
            if line.stored is None:
                self.lines.append(f"const real {body.bind(line.symbol)} = {value};")
                continue
            base = sympy.Symbol(line.stored, real=True)
            self._need(base)
            self._written.add(base)
            self.lines += [f"{body.bind(base)} = {value};", body.scope.store(base, "i")]

    def _need(self, expr: sympy.Expr) -> None:
        for symbol in sorted(expr.free_symbols, key=lambda s: s.name):
            self._body.bind(symbol)
            if symbol in self._body.scope.arrays and symbol not in self._needed:
                self._needed.append(symbol)

    def number(self, expr: sympy.Expr) -> str:
        """An expression evaluated after the statements."""
        self._need(expr)
        return CPrinter(_Binder(self._body), "double").number(expr)

    def condition(self, expr: sympy.Expr) -> str:
        """A condition on what the arrays hold before the statements."""
        self._need(expr)
        return CPrinter(_Binder(self._body, narrow=True), self._body.real).condition(expr)

    @property
    def loads(self) -> list[str]:
        """The loads of all that is used."""
        return [self._body.scope.load(s, "i", const=s not in self._written) for s in self._needed]


class _Binder(dict[sympy.Symbol, str]):
    """A table of symbols that binds what it is asked for; ``direct`` reads arrays instead of the loop's copies."""

    def __init__(self, body: Body, *, direct: bool = False, narrow: bool = False) -> None:
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


def _is_costly(expr: sympy.Expr) -> bool:
    """Whether the expression is a call that a compiler will not evaluate for both branches by itself."""
    if expr.is_Pow:
        return not (expr.exp.is_Integer and abs(int(expr.exp)) <= 8)
    return bool(expr.is_Function) and not is_condition(expr) and type(expr).__name__ not in ("Ite", "Abs")


def _temporary(name: str) -> str:
    return name.split("@")[0].replace(":", "_")


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
