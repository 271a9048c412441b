"""Passes over straight-line code: versions, invariants out of the loop, common subexpressions, calls out of branches.

Each pass takes lines and gives lines. A `Line` defines one symbol; a variable that is stored twice gets a new version
(a new symbol printed with the same C name), so that every symbol is defined once and passes need not track time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count

import sympy

from eqneuro.codegen.cprinter import is_condition
from eqneuro.numerics.rules import Iterate, Let, Store, UpdateRule


@dataclass(frozen=True)
class Line:
    """``symbol = value``; ``stored`` names the attribute that keeps the value, None for a temporary.

    ``mask`` is a C condition without which the attribute stays as it is.
    """

    symbol: sympy.Symbol
    value: sympy.Expr
    stored: str | None = None
    comments: tuple[str, ...] = ()
    mask: str = ""


@dataclass(frozen=True)
class Loop:
    """Newton's iterations in the midst of the lines."""

    unknowns: tuple[Line, ...]
    body: tuple[Line, ...]
    updates: tuple[Line, ...]
    residual: sympy.Expr
    tolerance: float
    limit: int
    comments: tuple[str, ...] = ()


Code = Line | Loop


def flatten(
    rules: Sequence[UpdateRule], masks: Callable[[int, str], str] = lambda rule, name: ""
) -> tuple[list[Code], dict[sympy.Symbol, str]]:
    """All rules as one list of lines with versioned symbols, and what each version is of.

    ``masks`` gives the condition under which a rule stores an attribute.
    """
    lines: list[Code] = []
    current: dict[sympy.Symbol, sympy.Symbol] = {}
    printed: dict[sympy.Symbol, str] = {}
    counter = 0

    def fresh(symbol: sympy.Symbol, kind: str) -> sympy.Symbol:
        nonlocal counter
        counter += 1
        version = sympy.Symbol(f"{symbol.name}@{counter}", real=True)
        printed[version] = f"{kind}:{symbol.name}"
        return version

    for number, rule in enumerate(rules):
        local = dict(current)
        for statement in rule.statements:
            comments = (statement.text,) if statement.text else ()
            if isinstance(statement, Iterate):
                lines.append(_loop(statement, local, fresh, comments))
            else:
                kind = "attribute" if isinstance(statement, Store) else "temporary"
                value = statement.value.xreplace(local)
                version = fresh(statement.symbol, kind)
                stored = statement.symbol.name if isinstance(statement, Store) else None
                lines.append(Line(version, value, stored, comments, masks(number, stored) if stored else ""))
                local[statement.symbol] = version
                if stored:
                    current[statement.symbol] = version
    return lines, printed


def _loop(
    statement: Iterate,
    local: dict[sympy.Symbol, sympy.Symbol],
    fresh: Callable[[sympy.Symbol, str], sympy.Symbol],
    comments: tuple[str, ...],
) -> Loop:
    unknowns = []
    for let in statement.unknowns:
        value = let.value.xreplace(local)
        unknowns.append((let.symbol, Line(fresh(let.symbol, "unknown"), value)))
    local.update((symbol, line.symbol) for symbol, line in unknowns)
    inner = dict(local)

    def rename(lets: Iterable[Let]) -> tuple[Line, ...]:
        renamed = []
        for let in lets:
            value = let.value.xreplace(inner)
            version = fresh(let.symbol, "temporary")
            renamed.append(Line(version, value))
            inner[let.symbol] = version
        return tuple(renamed)

    body = rename(statement.body)
    updates = tuple(Line(local[let.symbol], let.value.xreplace(inner)) for let in statement.updates)
    residual = statement.residual.xreplace(inner)
    return Loop(tuple(x for _, x in unknowns), body, updates, residual, statement.tolerance, statement.limit, comments)


class Invariants:
    """Collects what is constant over the step and over the neurons; those lines run before the loop."""

    def __init__(self, is_uniform: Callable[[sympy.Symbol], bool]) -> None:
        self._is_uniform = is_uniform
        self.lines: dict[sympy.Expr, sympy.Symbol] = {}

    def _uniform(self, expr: sympy.Expr) -> bool:
        return all(self._is_uniform(symbol) for symbol in expr.free_symbols)

    def _keep(self, expr: sympy.Expr) -> sympy.Expr:
        if expr.is_Atom or (expr.is_Mul and len(expr.args) == 2 and expr.args[0] == -1 and expr.args[1].is_Atom):
            return expr
        if not expr.free_symbols and expr.is_Rational:
            return expr
        if expr not in self.lines:
            self.lines[expr] = sympy.Symbol(f"invariant:{len(self.lines)}", real=True)
        return self.lines[expr]

    def hoist(self, expr: sympy.Expr) -> sympy.Expr:
        """The expression with its largest uniform parts replaced by symbols."""
        if expr.is_Atom:
            return expr
        if self._uniform(expr):
            if is_condition(expr):
                return expr.func(*(self.hoist(argument) for argument in expr.args))
            return self._keep(expr)
        if expr.is_Add or expr.is_Mul:
            uniform = [a for a in expr.args if self._uniform(a)]
            varying = [self.hoist(a) for a in expr.args if not self._uniform(a)]
            if uniform:
                varying.append(self._keep(expr.func(*uniform)))
            return expr.func(*varying)
        return expr.func(*(self.hoist(argument) for argument in expr.args))


def map_values(lines: Iterable[Code], change: Callable[[sympy.Expr], sympy.Expr]) -> list[Code]:
    """The same code with every expression changed."""
    result: list[Code] = []
    for line in lines:
        if isinstance(line, Line):
            result.append(replace(line, value=change(line.value)))
        else:
            result.append(
                replace(
                    line,
                    unknowns=tuple(replace(x, value=change(x.value)) for x in line.unknowns),
                    body=tuple(replace(x, value=change(x.value)) for x in line.body),
                    updates=tuple(replace(x, value=change(x.value)) for x in line.updates),
                    residual=change(line.residual),
                )
            )
    return result


def share(lines: Sequence[Code]) -> list[Code]:
    """Common subexpressions are computed once, right before they are first needed."""
    straight = [line for line in lines if isinstance(line, Line)]
    if not straight:
        return list(lines)
    found, reduced = sympy.cse(
        [line.value for line in straight],
        symbols=(sympy.Symbol(f"shared:{k}", real=True) for k in range(10**6)),
        order="none",
    )
    waiting, reduced = _without_signs(found, reduced)
    emitted: set[sympy.Symbol] = set()
    values = iter(reduced)
    result: list[Code] = []

    def require(expr: sympy.Expr) -> None:
        for symbol in sorted(expr.free_symbols, key=lambda s: s.name):
            if symbol in waiting and symbol not in emitted:
                require(waiting[symbol])
                emitted.add(symbol)
                result.append(Line(symbol, waiting[symbol]))

    for line in lines:
        if isinstance(line, Line):
            value = next(values)
            before = len(result)
            require(value)
            comments = line.comments
            if comments and len(result) > before:  # the comment stands above all that the equation needs
                result[before] = replace(result[before], comments=comments)
                comments = ()
            result.append(replace(line, value=value, comments=comments))
        else:
            result.append(line)
    return result


def _without_signs(
    found: Sequence[tuple[sympy.Symbol, sympy.Expr]], reduced: Sequence[sympy.Expr]
) -> tuple[dict[sympy.Symbol, sympy.Expr], list[sympy.Expr]]:
    """Common subexpressions without those that only change a sign: they cost nothing where they stand."""
    signs: dict[sympy.Symbol, sympy.Expr] = {}
    kept: dict[sympy.Symbol, sympy.Expr] = {}
    for symbol, value in found:
        value = value.xreplace(signs)
        if value.is_Mul and len(value.args) == 2 and value.args[0] == -1 and value.args[1].is_Symbol:
            signs[symbol] = value
        else:
            kept[symbol] = value
    return kept, [value.xreplace(signs) for value in reduced]


def lift_calls(lines: Sequence[Code], is_costly: Callable[[sympy.Expr], bool]) -> list[Code]:
    """Calls of library functions inside the branches of conditionals become lines of their own: evaluated for every
    neuron, they keep the loop free of branches."""
    table: dict[sympy.Expr, sympy.Symbol] = {}
    numbers = count()

    def lift(
        expr: sympy.Expr, lifted: dict[sympy.Expr, sympy.Symbol], pending: list[Line], *, inside: bool = False
    ) -> sympy.Expr:
        if expr.is_Atom:
            return expr
        branches = type(expr).__name__ == "Ite"
        arguments = [lift(a, lifted, pending, inside=inside or (branches and k > 0)) for k, a in enumerate(expr.args)]
        rebuilt = expr.func(*arguments)
        if inside and is_costly(rebuilt):
            if rebuilt not in lifted:
                lifted[rebuilt] = sympy.Symbol(f"branch:{next(numbers)}", real=True)
                pending.append(Line(lifted[rebuilt], rebuilt))
            return lifted[rebuilt]
        return rebuilt

    def lift_lines(lines: Sequence[Line], lifted: dict[sympy.Expr, sympy.Symbol]) -> list[Line]:
        result: list[Line] = []
        for line in lines:
            pending: list[Line] = []
            value = lift(line.value, lifted, pending)
            if pending and line.comments:
                pending[0] = replace(pending[0], comments=line.comments)
                line = replace(line, comments=())
            result += [*pending, replace(line, value=value)]
        return result

    def lift_loop(loop: Loop) -> Loop:
        own: dict[sympy.Expr, sympy.Symbol] = {}
        body = lift_lines(loop.body, own)
        updates = [replace(x, value=lift(x.value, own, body)) for x in loop.updates]
        return replace(loop, body=tuple(body), updates=tuple(updates), residual=lift(loop.residual, own, body))

    result: list[Code] = []
    for item in lines:
        result += lift_lines([item], table) if isinstance(item, Line) else [lift_loop(item)]
    return result
