"""Events of synapses whose traces are kept with neurons: lines for the neurons at both ends, and for the synapses.

The neuron whose event it is has its traces brought up to date and changed once, before the loop over its synapses,
which sees each version in a name of its own. Traces of the neurons at the other ends are only read there: as they are
now, from an array that is filled before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy

from eqneuro.codegen.binder import Binder
from eqneuro.codegen.cprinter import CPrinter
from eqneuro.codegen.simplify import Code, Line, share
from eqneuro.codegen.synapses import PLACES, PRESENT, SynapseStatements
from eqneuro.codegen.writer import LoopWriter

Lines = list[str]
SIDES = {"deliver": ("pre", "post"), "post": ("post", "pre"), "catch_up": ("post", "pre")}
"""At which end of a synapse the neuron is whose event a part runs at, and at which the others are."""


class TraceWriter(LoopWriter):
    """Writes the lines of an event."""

    _body: SynapseStatements

    def finish_all(self) -> tuple[Lines, Lines, Lines, Lines]:
        """The lines for the neuron whose event it is, for each neuron at the other end, for a synapse, and those before
        all."""
        code, before = self._prepare_unshared()
        own_side, other_side = SIDES[self._body.request.part]
        own = self._required(code, self._stored(code, own_side))
        other = self._required(code, self._stored(code, other_side))
        rest = [item for item in code if item not in own and item not in other]
        last = {item.stored: item.symbol for item in other if item.stored}
        present = {version: sympy.Symbol(PRESENT + str(name), real=True) for name, version in last.items()}
        rest = [replace(x, value=x.value.xreplace(present)) if isinstance(x, Line) else x for x in rest]
        read = {symbol for item in rest if isinstance(item, Line) for symbol in item.value.free_symbols}
        other = self._required(other, {v for v, symbol in present.items() if symbol in read})
        printed_other = self._section(
            other, {v: self._body.bind(present[v]) for v in last.values() if present[v] in read}
        )
        printed_own = self._section(own, {})
        return printed_own, printed_other, [*self._print(share(rest)), *(self._finish() if rest else [])], before

    def _stored(self, code: Sequence[Code], side: str) -> set[sympy.Symbol]:
        """All versions of the traces of a side."""
        traces = self._body.traces
        return {item.symbol for item in code if isinstance(item, Line) and traces.get(item.stored or "") == side}

    def _required(self, code: Sequence[Code], wanted: set[sympy.Symbol]) -> list[Line]:
        """The lines that define some symbols, and those that these need."""
        chosen: list[Line] = []
        needed = set(wanted)
        for item in reversed(code):
            if isinstance(item, Line) and item.symbol in needed:
                needed |= item.value.free_symbols
                chosen.append(item)
        return chosen[::-1]

    def _section(self, code: Sequence[Line], kept: dict[sympy.Symbol, str]) -> Lines:
        """Lines for one neuron; without ``kept`` its traces are stored, else the present values of those in it."""
        if not code:
            return []
        body = self._body
        last = {str(line.stored): line.symbol for line in code if line.stored}
        for line in code:
            if line.stored:  # each version has a name of its own, which the loop may read
                body.versions[line.symbol] = f"temporary:{line.stored}"
        straight = [replace(line, stored=None) for line in code]
        read, _ = self._analyse(straight)
        lines = []
        for symbol in self._ordered(read):
            body.bind(symbol)
            lines.append(body.scope.load(symbol, const=True))
        printer, above = CPrinter(Binder(body, narrow=True), body.real), ""
        for item in share(straight):
            assert isinstance(item, Line)
            lines += [f"/* {text} */" for text in item.comments if text != above]
            above = item.comments[-1] if item.comments else above
            lines += self._print_line(item, printer, set())
        for name, version in last.items():
            symbol = sympy.Symbol(PRESENT + name if kept else name, real=True)
            if not kept or version in kept:
                body.bind(symbol)
                entry = body.scope.arrays[symbol]
                lines.append(f"{entry.pointer}[{entry.index}] = {body.bind(version)};")
        for symbol in [s for s in body.scope.text if s.name.startswith("shared:")]:
            del body.scope.text[symbol]  # others of the same name are to come
        return lines


def clock_of(part: str) -> str:
    """The tick at which a part's events happen: after the update of the neurons, it is that of the next step."""
    return {"post": "now->tick + 1", "catch_up": "came"}.get(part, "now->tick")


def with_clocks(part: str, own: Lines, other: Lines) -> tuple[Lines, Lines]:
    """The lines of both ends with the times at which traces were last brought up to date."""
    clock = clock_of(part)
    result = []
    for end, side, lines in zip(("own", "other"), SIDES[part], (own, other), strict=True):
        updated = f"updated_{side}[{PLACES[side]}]"
        opening = [
            f"const int64_t passed_{end} = {clock} - (int64_t){updated};",
            f"const real elapsed_{end} = (real)((double)passed_{end} * now->dt);",
        ]
        result.append([*(opening if lines else []), *lines])
    if part == "catch_up":  # the neuron's own traces did not wait
        return result[0], result[1]
    side = SIDES[part][0]
    result[0].append(f"updated_{side}[{PLACES[side]}] = (int32_t)({clock});")
    return result[0], result[1]
