"""Linear equations solved symbolically: Gauss's elimination written out as straight lines."""

from __future__ import annotations

import sympy

from eqneuro.numerics.rules import Let
from eqneuro.numerics.symbols import symbol


def solve(matrix: list[list[sympy.Expr]], right: list[sympy.Expr], name: str) -> tuple[list[Let], list[sympy.Expr]]:
    """The lines that eliminate, and the solution of matrix·x = right.

    Pivots are taken on the diagonal, in order: the matrices are I − h·A, whose diagonal dominates for steps of
    sensible size.
    """
    size = len(right)
    rows = [[*matrix[i], right[i]] for i in range(size)]
    lets: list[Let] = []

    def keep(value: sympy.Expr, what: str) -> sympy.Expr:
        if value.is_Atom:
            return value
        kept = symbol(f"{name}_{what}")
        lets.append(Let(kept, value))
        return kept

    for pivot in range(size):
        for row in range(pivot + 1, size):
            if rows[row][pivot] == 0:
                continue
            factor = keep(rows[row][pivot] / rows[pivot][pivot], f"factor_{row}{pivot}")
            for column in range(pivot + 1, size + 1):
                value = rows[row][column] - factor * rows[pivot][column]
                rows[row][column] = keep(value, f"entry_{row}{column}_{pivot}")
            rows[row][pivot] = sympy.Integer(0)
    solution: list[sympy.Expr] = [sympy.Integer(0)] * size
    for row in reversed(range(size)):
        known = sum((rows[row][k] * solution[k] for k in range(row + 1, size)), sympy.Integer(0))
        value = (rows[row][size] - known) / rows[row][row]
        solution[row] = keep(value, f"solution_{row}") if row else value
    return lets, solution
