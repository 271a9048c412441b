"""Neurons that iterate side by side, in the lanes of vector registers: the loop over a group is cut into stages.

A stage of straight lines, then rounds of an iteration in which all neurons of the group take part until none of them
needs another one, then straight lines again. A neuron that is done keeps what it has while the others go on: its
numbers do not depend on its neighbours. What one stage computes and another one reads stands in arrays of one group.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import sympy

from eqneuro.codegen.binder import Binder
from eqneuro.codegen.cprinter import CPrinter
from eqneuro.codegen.plan import StagePlan
from eqneuro.codegen.simplify import Code, Line, Loop
from eqneuro.codegen.writer import LoopWriter

Part = list[Code]
"""Straight lines, or one loop."""


def iterates(code: Sequence[Code]) -> bool:
    """Whether there is anything to iterate."""
    return any(isinstance(item, Loop) for item in code)


class LaneWriter(LoopWriter):
    """Writes the stages of a planned body whose neurons iterate.

    After `write`, ``stages`` are the loops before the last one, ``lanes`` the declarations of what they hand over.
    """

    stages: tuple[StagePlan, ...] = ()
    lanes: tuple[str, ...] = ()

    def write(self, ends: Sequence[str]) -> tuple[list[str], list[str]]:
        """The lines of the last loop and those before all of them; ``ends`` are attributes that the ending reads."""
        code, before = self._prepare()
        parts = _parts(code)
        handed = _handed_over(parts)
        self._going = self._body.scope.names.allocate("going")
        self.lanes = (self._declare(handed), f"lane {self._going}[GROUP]; /* 0 where the iteration is over */")
        printer = CPrinter(Binder(self._body, narrow=True), self._body.real)
        self._carry_opening(len(parts))
        stages = []
        for place, part in enumerate(parts[:-1]):
            reads = self._reads(part, self._body.loaded)  # `_loads` leaves out what the lines do not name
            if isinstance(part[0] if part else None, Loop):
                stages.append(self._rounds(part[0], reads, printer))  # type: ignore[arg-type]
                continue
            lines = [*self._opening_of(place), *self._straight(part, reads, handed, printer), f"{self._going}[k] = 1;"]
            stages.append(StagePlan((*self._loads(part, reads, lines), *lines)))
        self.stages = tuple(stages)
        last = parts[-1]
        reads = self._reads(last, [*self._body.loaded, *(sympy.Symbol(name, real=True) for name in ends)])
        lines = [*self._opening_of(1), *self._straight(last, reads, handed, printer), *self._finish()]
        return [*self._loads(last, reads, lines), *lines], before

    # -- what stages hand over ----------------------------------------------------------------------------------------

    def _declare(self, handed: Sequence[sympy.Symbol]) -> str:
        """Arrays of one group for temporaries that several stages read."""
        names = [self._body.bind(symbol) for symbol in handed]
        self._body.scope.text.update((symbol, f"{name}[k]") for symbol, name in zip(handed, names, strict=True))
        return f"real {', '.join(f'{name}[GROUP]' for name in names)};"

    def _carry_opening(self, count: int) -> None:
        """What the first stage decides of a neuron holds in the others, though its variables have changed."""
        self._carried = []
        for name in self._body.decided if count > 1 else ():
            array = self._body.scope.names.allocate(f"was_{name}")
            self.lanes += (f"lane {array}[GROUP];",)
            self._carried.append((name, array))

    def _opening_of(self, place: int) -> list[str]:
        if place == 0:
            return [*self._body.opening, *(f"{array}[k] = {name};" for name, array in self._carried)]
        return [f"const lane {name} = {array}[k];" for name, array in self._carried]

    # -- stages -------------------------------------------------------------------------------------------------------

    def _reads(self, part: Part, more: Iterable[sympy.Symbol]) -> set[sympy.Symbol]:
        """The attributes that a stage reads before it stores them itself, and those that ``more`` names."""
        reads: set[sympy.Symbol | None] = {self._base(s) for s in more}
        stored: set[sympy.Symbol | None] = set()
        for item in part:
            lines = [item] if isinstance(item, Line) else [*item.body, *item.updates]
            symbols = {self._base(s) for line in lines for s in line.value.free_symbols}
            if isinstance(item, Loop):
                symbols |= {self._base(s) for s in item.residual.free_symbols}
            own = sympy.Symbol(item.stored, real=True) if isinstance(item, Line) and item.stored else None
            if isinstance(item, Line) and item.mask:
                symbols.add(own)
            reads |= symbols - stored
            stored |= {own} if own is not None else set()
        found = sorted((s for s in reads if s is not None), key=lambda s: s.name)
        for symbol in found:
            self._body.bind(symbol)
        return {s for s in found if s in self._body.scope.arrays}

    def _loads(self, part: Part, reads: set[sympy.Symbol], lines: Sequence[str]) -> list[str]:
        """Copies of those that the lines name."""
        stored = {item.stored for item in part if isinstance(item, Line)}
        words = set(re.findall(r"\w+", " ".join(lines)))
        scope = self._body.scope
        named = [s for s in self._ordered(reads) if scope.arrays[s].value in words]
        return [scope.load(s, const=s.name not in stored) for s in named]

    def _base(self, symbol: sympy.Symbol) -> sympy.Symbol | None:
        """The attribute of which a symbol is a version; itself, if it is none; None for a temporary."""
        kind, _, name = self._body.versions.get(symbol, f"attribute:{symbol.name}").partition(":")
        return sympy.Symbol(name, real=True) if kind == "attribute" else None

    def _straight(
        self, part: Part, reads: set[sympy.Symbol], handed: Sequence[sympy.Symbol], printer: CPrinter
    ) -> list[str]:
        declared = set(reads)
        lines: list[str] = []
        above = ""
        for item in part:
            assert isinstance(item, Line)
            lines += [f"/* {text} */" for text in item.comments if text != above]
            above = item.comments[-1] if item.comments else above
            if item.symbol in handed:
                lines.append(f"{self._body.bind(item.symbol)} = {printer.number(item.value)};")
            else:
                lines += self._print_line(item, printer, declared)
        return lines

    def _rounds(self, loop: Loop, reads: set[sympy.Symbol], printer: CPrinter) -> StagePlan:
        """One round for one neuron: what it updates stays as it is where the neuron was done before."""
        names = self._body.scope.names
        lines = [f"/* {text} */" for text in loop.comments]
        lines += [f"const real {self._body.bind(x.symbol)} = {printer.number(x.value)};" for x in loop.body]
        steps = []
        for line in loop.updates:
            name = self._body.bind(line.symbol)
            steps.append((name, names.allocate(f"following_{name[: -len('[k]')]}"), printer.number(line.value)))
        residual, left = names.allocate("residual"), names.allocate("left")
        lines += [f"const real {following} = {value};" for _, following, value in steps]
        lines.append(f"const real {residual} = {printer.number(loop.residual)};")
        lines += [f"{name} = {self._going}[k] ? {following} : {name};" for name, following, _ in steps]
        again = f"{self._going}[k] & ({residual} > {self._tolerance(loop)})"
        lines.append(f"{left} |= {self._going}[k] = {again};")
        return StagePlan((*self._loads([loop], reads, lines), *lines), loop.limit, left)


def _parts(code: Sequence[Code]) -> list[Part]:
    """Straight parts and loops in turn; the first and the last part are straight."""
    parts: list[Part] = [[]]
    for item in code:
        if isinstance(item, Loop):
            parts[-1] += item.unknowns
            parts += [[item], []]
        else:
            parts[-1].append(item)
    return parts


def _handed_over(parts: Sequence[Part]) -> list[sympy.Symbol]:
    """Temporaries that another stage than their own reads, and all unknowns."""
    home: dict[sympy.Symbol, int] = {}
    handed: dict[sympy.Symbol, None] = {}
    for place, part in enumerate(parts):
        for item in part:
            lines = [item] if isinstance(item, Line) else [*item.body, *item.updates]
            symbols = {s for line in lines for s in line.value.free_symbols}
            symbols |= item.residual.free_symbols if isinstance(item, Loop) else set()
            reads = sorted((s for s in symbols if home.get(s, place) != place), key=lambda s: s.name)
            handed.update(dict.fromkeys(reads))
            if isinstance(item, Line) and item.stored is None:
                home[item.symbol] = place
            if isinstance(item, Loop):
                handed.update(dict.fromkeys(x.symbol for x in item.unknowns))
    order = list(home)
    return sorted(handed, key=order.index)
