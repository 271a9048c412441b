"""What runs for a single neuron in an event: scalar code on what the arrays hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy

from eqneuro.codegen.binder import Binder
from eqneuro.codegen.body import Body
from eqneuro.codegen.cprinter import CPrinter
from eqneuro.codegen.simplify import Line, flatten
from eqneuro.numerics.rules import UpdateRule


class Scan:
    """The lines that run for a single neuron in an event: scalar code on what the arrays hold."""

    def __init__(self, body: Body, rules: Sequence[UpdateRule]) -> None:
        self._body = body
        self._needed: list[sympy.Symbol] = []
        self._written: set[sympy.Symbol] = set()
        self.lines: list[str] = []
        for rule in rules:
            body.add_draws(rule.draws)
            body.add_delayed(rule.delayed)
        resolved = [replace(r, statements=tuple(body.resolve_statement(s) for s in r.statements)) for r in rules]
        code, versions = flatten(resolved)
        body.versions.update(versions)
        for line in code:
            assert isinstance(line, Line)
            self._need(line.value)
            value = CPrinter(Binder(body, narrow=True), body.real).number(line.value)
            self.lines += [f"/* {text} */" for text in line.comments]
            if line.stored is None:
                self.lines.append(f"const real {body.bind(line.symbol)} = {value};")
                continue
            base = sympy.Symbol(line.stored, real=True)
            self._need(base)
            self._written.add(base)
            self.lines += [f"{body.bind(base)} = {value};", body.scope.store(base)]

    def _need(self, expr: sympy.Expr) -> None:
        for symbol in sorted(expr.free_symbols, key=lambda s: s.name):
            self._body.bind(symbol)
            if symbol in self._body.scope.arrays and symbol not in self._needed:
                self._needed.append(symbol)

    def number(self, expr: sympy.Expr) -> str:
        """An expression evaluated after the statements."""
        self._need(expr)
        return CPrinter(Binder(self._body), "double").number(expr)

    def condition(self, expr: sympy.Expr) -> str:
        """A condition on what the arrays hold before the statements."""
        self._need(expr)
        return CPrinter(Binder(self._body, narrow=True), self._body.real).condition(expr)

    @property
    def loads(self) -> list[str]:
        """The loads of all that is used."""
        return [self._body.scope.load(s, const=s not in self._written) for s in self._needed]
