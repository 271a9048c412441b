"""Statements of a kernel, whatever they run over: symbols resolved, versions kept, random numbers drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import sympy

from eqneuro.codegen.binder import temporary_name
from eqneuro.codegen.draws import COUNTS, PLACE, Stream, expand_draw
from eqneuro.codegen.scope import Scope
from eqneuro.codegen.simplify import Code, flatten
from eqneuro.numerics.delayed import symbols_of
from eqneuro.numerics.rules import DelayedValue, Draw, Iterate, Let, RuleStatement, StagedInput, Store, UpdateRule

C_TYPES = {"float": "real", "int": "lane", "bool": "uint8_t"}

STREAM_BITS = 12
"""A population or projection has 2¹² streams of random numbers."""


class Statements:
    """The lines of one kernel while they are planned.

    Parameters
    ----------
    real
        ``double`` or ``float``.
    alone
        Whether there is no loop: one value for all.
    first_stream
        Number of the first stream of random numbers; kernels of one object must not share streams.
    """

    holds_bounds = False
    """Whether the loop works on one value after the other, where bounds that are numbers cost more than others."""

    def __init__(self, real: str, *, alone: bool = False, first_stream: int = 0) -> None:
        self.real = real
        self.suffix = "f" if real == "float" else ""
        self.alone = alone
        self.scope = Scope(real)
        self.opening: list[str] = []
        self.decided: list[str] = []
        self.ending: list[str] = []
        self.code: list[Code] = []
        self.versions: dict[sympy.Symbol, str] = {}
        self.loaded: list[sympy.Symbol] = []
        self.cleared: list[str] = []
        self._replaced: dict[sympy.Symbol, sympy.Expr] = {}
        self._draws = first_stream

    # -- what symbols are ---------------------------------------------------------------------------------------------

    def varies(self, symbol: sympy.Symbol) -> bool:
        """Whether the symbol's value differs within the loop."""
        if symbol in self.versions or symbol.name.split(":")[0] in ("shared", "branch", "random"):
            return True
        return self._name_varies(symbol)

    def is_wanted_anyway(self, name: str) -> bool:
        """Whether what an attribute would become is computed apart from the condition under which it is stored."""
        return False

    def _name_varies(self, symbol: sympy.Symbol) -> bool:
        raise NotImplementedError

    def bind(self, symbol: sympy.Symbol) -> str:
        """The C text of a symbol, whose buffer the kernel gets where it has none yet."""
        scope = self.scope
        if symbol in scope.text:
            return scope.text[symbol]
        if symbol in self.versions:
            kind, base = self.versions[symbol].split(":", 1)
            if kind == "attribute":
                scope.text[symbol] = self.bind(sympy.Symbol(base, real=True))
            else:
                scope.text[symbol] = scope.names.allocate(temporary_name(base))
        else:
            self._bind_name(symbol)
        return scope.text[symbol]

    def _bind_name(self, symbol: sympy.Symbol) -> None:
        """Gives a text to a symbol of the user's."""
        raise NotImplementedError

    # -- what the rules bring -----------------------------------------------------------------------------------------

    def add_rules(self, rules: Sequence[UpdateRule], masks: Callable[[int, str], str] = lambda rule, name: "") -> None:
        """The statements of all rules, in order; ``masks`` says under which condition a rule stores an attribute."""
        resolved = []
        for rule in rules:
            self.add_draws(rule.draws)
            past = [*self.add_delayed(rule.delayed), *self.add_inputs(rule.inputs)]
            statements = [self.resolve_statement(s) for s in rule.statements]
            resolved.append(replace(rule, statements=_recalled(statements, past) if past else tuple(statements)))
        self.code, versions = flatten(resolved, masks)
        self.versions.update(versions)

    def add_draws(self, draws: Sequence[Draw]) -> None:
        """Random numbers: a stream for each."""
        for draw in draws:
            arguments = tuple(self.resolve(a) for a in draw.arguments)
            low, high = (None if bound is None else self.resolve(bound) for bound in (draw.minimum, draw.maximum))
            resolved = replace(draw, arguments=arguments, minimum=low, maximum=high)
            value, stream = expand_draw(resolved, self._draws, is_shared=self._are_shared(arguments))
            self._replaced[draw.symbol] = value
            if draw.distribution == "Poisson":
                self._keep_counts(self._draws)
            if stream is None:  # drawn where it is needed
                self.scope.text[sympy.Symbol(f"random:{self._draws}", real=True)] = self._draw_place(self._draws)
            else:
                self._open_stream(stream)
            self._draws += 1

    def _are_shared(self, arguments: Sequence[sympy.Expr]) -> bool:
        """Whether they are the same for all that a loop runs over, known before it, and the loop draws in advance."""
        return False

    def _keep_counts(self, number: int) -> None:
        """A table of the counts of one mean, each thread's own, and the stream for means that are too large for it."""
        name, table = (self.scope.names.allocate(f"{word}_{number}") for word in ("counts", "table"))
        self.scope.declarations.append(f"static _Thread_local count_table {table};")
        self.scope.declarations.append(f"count_table *const {name} = known_counts(&{table});")
        self.scope.text[sympy.Symbol(f"{COUNTS}:{number}", real=True)] = name
        self.scope.text[sympy.Symbol(f"{PLACE}:{number}", real=True)] = self._draw_place(number)

    def _draw_place(self, number: int) -> str:
        """The stream and the index of a draw by rejection."""
        raise NotImplementedError

    def _open_stream(self, stream: Stream) -> None:
        """Makes a standard random number known."""
        raise NotImplementedError

    def _stream_name(self) -> str:
        line = f"const uint32_t streams = (uint32_t)((const int64_t *)b[0])[2] << {STREAM_BITS};"
        if line not in self.scope.declarations:
            self.scope.names.allocate("streams")
            self.scope.declarations.append(line)
        return "streams"

    def add_delayed(self, delayed: Sequence[DelayedValue]) -> list[Let]:
        """Values of the past: the lines that read them."""
        if delayed:
            raise NotImplementedError
        return []

    def add_inputs(self, inputs: Sequence[StagedInput]) -> list[Let]:
        """Inputs at the times of stages: the lines that read them."""
        if inputs:
            raise NotImplementedError
        return []

    def resolve(self, expr: sympy.Expr) -> sympy.Expr:
        """The expression with draws and the like written out."""
        return expr.xreplace(self._replaced) if self._replaced else expr

    def resolve_statement(self, statement: Let | Store | Iterate) -> Let | Store | Iterate:
        """A statement with draws and the like written out."""
        if isinstance(statement, Iterate):
            return replace(
                statement,
                unknowns=tuple(replace(x, value=self.resolve(x.value)) for x in statement.unknowns),
                body=tuple(replace(x, value=self.resolve(x.value)) for x in statement.body),
                updates=tuple(replace(x, value=self.resolve(x.value)) for x in statement.updates),
                residual=self.resolve(statement.residual),
            )
        return replace(statement, value=self.resolve(statement.value))


def _recalled(statements: Sequence[RuleStatement], past: Sequence[Let]) -> tuple[RuleStatement, ...]:
    """What is read of the past is read once, right before the first statement that needs it."""
    result: list[RuleStatement] = []
    waiting = list(past)
    for statement in statements:
        read = symbols_of(statement)
        result += [replace(let, text=statement.text) for let in waiting if let.symbol in read]
        waiting = [let for let in waiting if let.symbol not in read]
        result.append(statement)
    return tuple(result)
