"""Linear equations solved symbolically: Gauss's elimination written out as straight lines."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from eqneuro.numerics.rules import Let
from eqneuro.numerics.symbols import symbol

ZERO = sympy.Integer(0)


@dataclass(frozen=True)
class Factors:
    """A matrix after elimination, for any number of right sides: ``lines`` work it out.

    ``upper`` is the triangle that is left, ``factors[row, pivot]`` what was taken of the pivot's row in each step.
    """

    lines: tuple[Let, ...]
    upper: tuple[tuple[sympy.Expr, ...], ...]
    factors: dict[tuple[int, int], sympy.Expr]

    def solve(self, right: list[sympy.Expr], name: str) -> tuple[list[Let], list[sympy.Expr]]:
        """The lines that substitute, and the solution of matrix·x = right."""
        size = len(right)
        lines: list[Let] = []
        values = list(right)
        for (row, pivot), factor in self.factors.items():
            value = values[row] - factor * values[pivot]
            values[row] = _kept(lines, value, f"{name}_entry_{row}{size}_{pivot}")
        solution: list[sympy.Expr] = [ZERO] * size
        for row in reversed(range(size)):
            known = sum((self.upper[row][k] * solution[k] for k in range(row + 1, size)), ZERO)
            value = (values[row] - known) / self.upper[row][row]
            solution[row] = _kept(lines, value, f"{name}_solution_{row}") if row else value
        return lines, solution


def factorise(matrix: list[list[sympy.Expr]], name: str) -> Factors:
    """The matrix eliminated.

    Pivots are taken on the diagonal, in order: the matrices are I − h·A, whose diagonal dominates for steps of
    sensible size.
    """
    rows = [list(row) for row in matrix]
    lines: list[Let] = []
    factors: dict[tuple[int, int], sympy.Expr] = {}
    for pivot in range(len(rows)):
        for row in range(pivot + 1, len(rows)):
            if rows[row][pivot] == 0:
                continue
            factor = _kept(lines, rows[row][pivot] / rows[pivot][pivot], f"{name}_factor_{row}{pivot}")
            for column in range(pivot + 1, len(rows)):
                value = rows[row][column] - factor * rows[pivot][column]
                rows[row][column] = _kept(lines, value, f"{name}_entry_{row}{column}_{pivot}")
            rows[row][pivot] = ZERO
            factors[row, pivot] = factor
    return Factors(tuple(lines), tuple(map(tuple, rows)), factors)


def solve(matrix: list[list[sympy.Expr]], right: list[sympy.Expr], name: str) -> tuple[list[Let], list[sympy.Expr]]:
    """The lines that eliminate, and the solution of matrix·x = right."""
    factors = factorise(matrix, name)
    lines, solution = factors.solve(right, name)
    return [*factors.lines, *lines], solution


def _kept(lines: list[Let], value: sympy.Expr, name: str) -> sympy.Expr:
    """The value, or the name of the line that works it out."""
    if value.is_Atom:
        return value
    kept = symbol(name)
    lines.append(Let(kept, value))
    return kept
