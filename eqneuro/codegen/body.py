"""The loop body of a population's kernel: symbols bound to buffers, random numbers by block, the past, propagators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy

from eqneuro.codegen.binder import Binder, temporary_name
from eqneuro.codegen.cprinter import CPrinter
from eqneuro.codegen.draws import COUNTS, Stream
from eqneuro.codegen.layout import PropagatorLayout
from eqneuro.codegen.past import SUMS, PastReader
from eqneuro.codegen.requests import PopulationRequest
from eqneuro.codegen.statements import C_TYPES, Statements
from eqneuro.model.models import ModelAttribute
from eqneuro.numerics.delayed import SLOPE
from eqneuro.numerics.error_control import INNER
from eqneuro.numerics.rules import DelayedValue, Let, Propagator, RuleStatement, StagedInput, Store, UpdateRule
from eqneuro.numerics.symbols import Ite

LOCAL_STREAMS, GLOBAL_STREAMS, STOP_STREAMS = 0, 2048, 3072
"""Streams of random numbers of a population: of its neurons' equations, its global ones, its stop condition."""


class Body(Statements):
    """Plans the statements of one kernel over neurons.

    Parameters
    ----------
    request
        The population's kernel.
    real
        ``double`` or ``float``.
    alone
        Whether this is the kernel of the global equations, which has no loop.
    first_stream
        Number of the first stream of random numbers.
    """

    def __init__(
        self, request: PopulationRequest, real: str, *, alone: bool = False, first_stream: int = LOCAL_STREAMS
    ) -> None:
        super().__init__(real, alone=alone, first_stream=first_stream)
        self.request = request
        self.block_lines: list[str] = []
        self.past = PastReader(self)
        self._count = 0
        self.reductions: list[str] = []
        self.scan_active = "1"
        self._attributes: dict[str, ModelAttribute] = {a.name: a for a in request.model.attributes}
        self._own: dict[sympy.Symbol, tuple[str, bool]] = {}
        self._replaced[sympy.Symbol("sum()", real=True)] = self._total_input()

    def _total_input(self) -> sympy.Expr:
        """``sum()``: what all targets bring."""
        own = [n for n in self._attributes if n.startswith("g_") and n[2:] in self.request.model.targets]
        names = [*self.request.inputs, *(own if self.request.model.is_spiking else [])]
        return sum((sympy.Symbol(name, real=True) for name in names), sympy.Integer(0))

    # -- what symbols are -------------------------------------------------------------------------------------------

    def _name_varies(self, symbol: sympy.Symbol) -> bool:
        name = symbol.name
        if symbol in self._own:
            return self._own[symbol][1]
        if name in self._attributes:
            return self._attribute_varies(name)
        return name in self.request.inputs or name == "t_last" or name.startswith((INNER, SUMS))

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

    def is_wanted_anyway(self, name: str) -> bool:
        """Reals of neurons that are refractory: they are looked at for NaN."""
        return name in self._attributes and self.is_real(name)

    def _bind_name(self, symbol: sympy.Symbol) -> None:
        scope, name = self.scope, symbol.name
        if name in ("t", "dt"):
            scope.moment(symbol, *(("time", "t") if name == "t" else ("dt", "h")))
        elif name in self._attributes or name == "refractory":
            self._bind_attribute(symbol)
        elif name in self.request.inputs:
            scope.array(symbol, f"input:{name}", "real", name.replace("sum(", "sum_").rstrip(")"), const=False)
        elif name == "t_last":
            scope.array(symbol, "t_last", "real", "t_last", const=False)
        elif symbol in self._own:
            self._bind_own(symbol)
        elif name.startswith(SLOPE):
            self.past.bind_slope(symbol)
        elif name.startswith(SUMS):
            self.past.bind_sums(symbol)
        elif name.startswith(INNER):
            scope.array(symbol, name, "real", f"step_of_{name.removeprefix(INNER)}", const=False)
        elif "(" in name:
            self.reductions.append(name)
            scope.scalar(symbol, f"reduction:{name}", "real", name)
        elif ":" in name:
            scope.text[symbol] = scope.names.allocate(temporary_name(name))
        else:
            scope.scalar(symbol, f"constant:{name}", "double", name)

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
            self.scope.array(symbol, key, "real", temporary_name(symbol.name), const=True)
        else:
            self.scope.scalar(symbol, key, "real", temporary_name(symbol.name))

    # -- what the rules bring -----------------------------------------------------------------------------------------

    def add_propagator(self, number: int, propagator: Propagator) -> PropagatorLayout:
        """Slots for the entries of P and Q of an exact system, and of the factors of its noise."""
        varying = self.any_varying(propagator.entries)
        for letter, matrix in (("P", propagator.transition), ("Q", propagator.response)):
            for i, row in enumerate(matrix):
                for j, symbol in enumerate(row):
                    if symbol is not None:
                        self._add_entry(symbol, f"{letter}:{number}:{i}:{j}", varying=varying)
        for kick in propagator.kicks:
            for i, factors in zip(kick.members, kick.factor, strict=True):
                for j, factor in enumerate(factors):
                    self._add_entry(factor, f"F:{number}:{i}:{j}", varying=varying)
        transition, response = (
            tuple(tuple(s is not None for s in row) for row in matrix)
            for matrix in (propagator.transition, propagator.response)
        )
        kicks = tuple(kick.shape for kick in propagator.kicks)
        return PropagatorLayout(number, len(propagator.variables), varying, transition, response, kicks)

    def _add_entry(self, symbol: sympy.Symbol, name: str, *, varying: bool) -> None:
        fresh = sympy.Symbol(name, real=True)
        self._own[fresh] = (f"propagator:{name}", varying)
        self._replaced[symbol] = fresh

    def _draw_place(self, number: int) -> str:
        return f"{self._stream_name()} + {number}, i"

    def _are_shared(self, arguments: Sequence[sympy.Expr]) -> bool:
        known = {a.name for a in self.request.model.parameters} - set(self.request.varying)
        return not self.alone and all(s.name in known for a in arguments for s in a.free_symbols)

    def _open_stream(self, stream: Stream) -> None:
        name, buffer = self._stream_name(), self.scope.names.allocate(f"random_{stream.number}")
        if stream.mean is not None:
            self.block_lines.append(f"real {buffer}[BLOCK];")
            table = self.scope.text[sympy.Symbol(f"{COUNTS}:{stream.number}", real=True)]
            mean = CPrinter(Binder(self)).number(stream.mean)
            place = f"now, {name} + {stream.number}, block"
            self.block_lines.append(f"fill_count({buffer}, begin - block, stop - block, {place}, {table}, {mean});")
            self.scope.text[stream.symbol] = f"{buffer}[i - block]"
            return
        if self.alone:
            steps = ", 1" if stream.kind == "noise" else ""
            line = f"const double {buffer} = draw_{stream.kind}(now, {name} + {stream.number}, 0{steps});"
            self.block_lines.append(line)
            self.scope.text[stream.symbol] = buffer
            return
        self.block_lines.append(f"real {buffer}[BLOCK];")
        line = f"fill_{stream.kind}({buffer}, begin - block, stop - block, now, {name} + {stream.number}, block);"
        self.block_lines.append(line)
        self.scope.text[stream.symbol] = f"{buffer}[i - block]"

    def add_delayed(self, delayed: Sequence[DelayedValue]) -> list[Let]:
        """Histories of variables, one row a step; the lines that read their values."""
        lets = []
        for value in delayed:
            own = sympy.Symbol(f"past:{value.variable}:{self._count}", real=True)
            self._count += 1
            self.scope.text[own] = self.past.read(value, C_TYPES[self._attributes[value.variable].type])
            self._own[own] = ("", True)
            self._replaced[value.symbol] = own
            lets.append(Let(own, own))
        return lets

    def add_inputs(self, inputs: Sequence[StagedInput]) -> list[Let]:
        """Sums that arrived before; the lines that put those of a stage's time together."""
        lets = []
        for value in inputs:
            own = sympy.Symbol(f"stage:{value.name}:{self._count}", real=True)
            self._count += 1
            self._replaced[value.symbol] = own
            lets.append(Let(own, self.resolve(self.past.input_at(value, self.request.inputs))))
        return lets

    def add_neuron_rules(self, rules: Sequence[UpdateRule], *, frozen_unless: str | None) -> None:
        """The statements of all rules; a neuron that is not active keeps all but its conductances, unless flagged."""
        flagged = {e.variable for e in self.request.model.equations if "unless_refractory" in e.conditions}

        def mask(_: int, name: str) -> str:
            is_frozen = frozen_unless is not None and (not name.startswith("g_") or name in flagged)
            return frozen_unless or "" if is_frozen and not name.startswith(SLOPE) else ""

        def settle(rule: UpdateRule) -> UpdateRule:
            """The slope of a variable that is held is 0."""
            return replace(rule, statements=tuple(settled(statement) for statement in rule.statements))

        def settled(statement: RuleStatement) -> RuleStatement:
            if isinstance(statement, Store) and statement.symbol.name.startswith(SLOPE):
                active = mask(0, statement.symbol.name.removeprefix(SLOPE))
                if active:
                    return replace(statement, value=Ite(self._condition(active), statement.value, 0))
            return statement

        self.add_rules([settle(rule) for rule in rules], mask)

    def _condition(self, text: str) -> sympy.Symbol:
        """A symbol for a condition in C."""
        own = sympy.Symbol(f"condition:{text}", real=True)
        self.scope.text[own] = text
        self._own[own] = ("", True)
        return own

    # -- what templates take ------------------------------------------------------------------------------------------

    def body_condition(self, expr: sympy.Expr) -> str:
        """A condition on the values after the update, inside the loop."""
        self.loaded += sorted((s for s in expr.free_symbols if self.varies(s)), key=lambda s: s.name)
        return CPrinter(Binder(self, narrow=True), self.real).condition(expr)

    def scan_condition(self, expr: sympy.Expr) -> str:
        """The same on what the arrays hold."""
        return CPrinter(Binder(self, direct=True, narrow=True), self.real).condition(expr)

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
        self.cleared.append(self.scope.arrays[sympy.Symbol(name, real=True)].pointer)

    def can_replay(self, condition: sympy.Expr) -> bool:
        """Whether the arrays alone decide the condition once the loop is over."""
        return not any(
            s.name in self.request.inputs or s.name.startswith("random:") or s.name == "t_last"
            for s in condition.free_symbols
        ) and not any(hasattr(type(n), "draw_kind") for n in sympy.preorder_traversal(condition))

    def write_matrix(self, entries: Sequence[tuple[str, sympy.Expr]], *, local: bool) -> list[str]:
        """Stores of the entries of a matrix, and the loads they need."""
        lines: list[str] = []
        printer = CPrinter(Binder(self))
        resolved = [(key, self.resolve(entry)) for key, entry in entries]
        used = sorted({s for _, e in resolved for s in e.free_symbols if self.varies(s)}, key=lambda s: s.name)
        for symbol in used:
            self.bind(symbol)
            lines.append(self.scope.load(symbol, const=True))
        for key, entry in resolved:
            pointer = self.scope.pointer(key, "double", key.replace(":", "_"), const=False)
            lines.append(f"{pointer}[{'i' if local else '0'}] = {printer.number(entry)};")
        return lines


class StopBody(Body):
    """The stop condition, which looks at one neuron after the other: so are its random numbers drawn."""

    def _are_shared(self, arguments: Sequence[sympy.Expr]) -> bool:
        return False

    def _open_stream(self, stream: Stream) -> None:
        name = self._stream_name()
        self.scope.text[stream.symbol] = f"(real)draw_{stream.kind}(now, {name} + {stream.number}, i)"
