"""The order of lines: calls of functions that do not wait for each other stand side by side.

A compiler moves nothing across a call of the vector library. Where the rates of one equation, its update, then the
rates of the next one follow each other, a processor waits for each of them; calls that are begun one after the other
overlap, as do the divisions between them (Hodgkin and Huxley's neuron: a step takes 0.86 of its time).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy

from eqneuro.codegen.simplify import Code, Line


def calls_first(code: Sequence[Code], is_costly: Callable[[sympy.Expr], bool]) -> list[Code]:
    """The same lines, with temporaries that call a function as early as what they need allows.

    Among them, those come first whose calls wait for no other call. What is stored stays in its order, and nothing is
    moved behind another line: each line reads the versions of variables that it read before. What comes from elsewhere,
    as the past, which has a slope of this step in it, is read where it was.
    """
    lines = [item for item in code if isinstance(item, Line)]
    if len(lines) < len(code):  # Newton's iterations
        return list(code)
    known = {line.symbol for line in lines}
    temporaries = {
        line.symbol: line for line in lines if line.stored is None and (line.value in known or not line.value.is_Symbol)
    }
    depth = _depths(lines, is_costly)
    wanted = _needed([s for s, item in temporaries.items() if _calls(item, is_costly)], temporaries)
    early: dict[int, list[Line]] = {}
    place: dict[sympy.Symbol, int] = {}
    for number, line in enumerate(lines):
        if line.symbol in wanted:
            place[line.symbol] = max((place[s] for s in line.value.free_symbols if s in place), default=-1)
            early.setdefault(place[line.symbol], []).append(line)
        else:
            place[line.symbol] = number
    result: list[Code] = []
    for number in range(-1, len(lines)):
        if number >= 0 and lines[number].symbol not in wanted:
            result.append(lines[number])
        moved: list[Line] = sorted(early.get(number, []), key=lambda line: depth[line.symbol])
        result += moved
    return result


def _depths(lines: Sequence[Line], is_costly: Callable[[sympy.Expr], bool]) -> dict[sympy.Symbol, int]:
    """How many calls, one waiting for the other, each line is away from what is loaded."""
    depth: dict[sympy.Symbol, int] = {}
    for line in lines:
        before = max((depth[s] for s in line.value.free_symbols if s in depth), default=0)
        depth[line.symbol] = before + _calls(line, is_costly)
    return depth


def _calls(line: Line, is_costly: Callable[[sympy.Expr], bool]) -> bool:
    return any(is_costly(part) for part in sympy.preorder_traversal(line.value))


def _needed(symbols: Sequence[sympy.Symbol], temporaries: dict[sympy.Symbol, Line]) -> set[sympy.Symbol]:
    """These temporaries, and the ones that they are computed from."""
    found: set[sympy.Symbol] = set()
    waiting = list(symbols)
    while waiting:
        symbol = waiting.pop()
        if symbol not in found:
            found.add(symbol)
            waiting += [s for s in temporaries[symbol].value.free_symbols if s in temporaries]
    return found
