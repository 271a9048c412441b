"""Linear forms: Σ cᵢ·xᵢ + r, found by structure alone, so that no algebra system is needed to check a model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from eqneuro.language.rewrite import add, divide, multiply, negate, subtract
from eqneuro.language.syntax import (
    Attribute,
    Binary,
    Conditional,
    Delayed,
    Derivative,
    Draw,
    Expr,
    GlobalOperation,
    InputSum,
    Name,
    Number,
    Unary,
)  # fmt: skip

ZERO = Number(0)


@dataclass(frozen=True)
class LinearForm:
    """``coefficients[name]·name + … + rest``; names with coefficient zero are left out."""

    coefficients: dict[str, Expr]
    rest: Expr


class Nonlinear(Exception):
    """The expression is not linear in the names; ``node`` is the part where that shows."""

    def __init__(self, node: Expr) -> None:
        self.node = node
        super().__init__()


def linear_form(
    expr: Expr, names: Collection[str], *, derivatives: bool = False, frozen_tests: bool = False
) -> LinearForm:
    """The expression as a linear form in ``names``.

    Parameters
    ----------
    derivatives
        Whether the unknowns are gradients ``dNAME/dt`` rather than the names themselves.
    frozen_tests
        Whether the test of a conditional may read the unknowns (it then keeps its value over the step).

    Raises
    ------
    Nonlinear
        If it is none.
    """
    return _Reader(frozenset(names), derivatives, frozen_tests).read(expr)


@dataclass(frozen=True)
class _Reader:
    names: frozenset[str]
    derivatives: bool
    frozen_tests: bool

    def depends(self, expr: Expr) -> bool:
        return any(self._is_unknown(node) for node in expr.walk())

    def _is_unknown(self, node: Expr) -> bool:
        if self.derivatives:
            return isinstance(node, Derivative) and node.name in self.names
        return isinstance(node, Name) and node.id in self.names

    def read(self, expr: Expr) -> LinearForm:
        if not self.depends(expr):
            return LinearForm({}, expr)
        match expr:
            case Name(id=name) | Derivative(name=name):
                return LinearForm({name: Number(1)}, ZERO)
            case Unary(operator="+"):
                return self.read(expr.operand)
            case Unary(operator="-"):
                form = self.read(expr.operand)
                return LinearForm({k: negate(c) for k, c in form.coefficients.items()}, negate(form.rest))
            case Binary(operator="+" | "-"):
                return self._sum(expr)
            case Binary(operator="*"):
                return self._product(expr)
            case Binary(operator="/"):
                return self._quotient(expr)
            case Conditional():
                return self._conditional(expr)
        raise Nonlinear(expr)

    def _sum(self, expr: Binary) -> LinearForm:
        left, right = self.read(expr.left), self.read(expr.right)
        join = add if expr.operator == "+" else subtract
        names = sorted({*left.coefficients, *right.coefficients})
        coefficients = {k: join(left.coefficients.get(k, ZERO), right.coefficients.get(k, ZERO)) for k in names}
        return LinearForm(coefficients, join(left.rest, right.rest))

    def _product(self, expr: Binary) -> LinearForm:
        if self.depends(expr.left) and self.depends(expr.right):
            raise Nonlinear(expr)
        factor, other = (expr.right, expr.left) if self.depends(expr.left) else (expr.left, expr.right)
        form = self.read(other)
        return LinearForm({k: multiply(factor, c) for k, c in form.coefficients.items()}, multiply(factor, form.rest))

    def _quotient(self, expr: Binary) -> LinearForm:
        if self.depends(expr.right):
            raise Nonlinear(expr)
        form = self.read(expr.left)
        return LinearForm(
            {k: divide(c, expr.right) for k, c in form.coefficients.items()}, divide(form.rest, expr.right)
        )

    def _conditional(self, expr: Conditional) -> LinearForm:
        if self.depends(expr.test) and not self.frozen_tests:
            raise Nonlinear(expr.test)
        then, otherwise = self.read(expr.then), self.read(expr.otherwise)
        names = sorted({*then.coefficients, *otherwise.coefficients})
        coefficients: dict[str, Expr] = {
            k: Conditional(expr.test, then.coefficients.get(k, ZERO), otherwise.coefficients.get(k, ZERO))
            for k in names
        }
        return LinearForm(coefficients, Conditional(expr.test, then.rest, otherwise.rest))


@dataclass(frozen=True)
class LinearSystem:
    """x' = A·x + b: ``matrix[i][j]`` multiplies variable j in the equation of variable i."""

    variables: tuple[str, ...]
    matrix: tuple[tuple[Expr, ...], ...]
    inputs: tuple[Expr, ...]


def linear_system(equations: Sequence[tuple[str, Expr]], constants: Collection[str]) -> LinearSystem:
    """The system of some ODEs, whose coefficients may read only ``constants`` (what does not change within a run).

    Raises
    ------
    Nonlinear
        If one of them is nonlinear in the variables, or a coefficient may change from step to step.
    """
    variables = tuple(name for name, _ in equations)
    rows, inputs = [], []
    for _, right in equations:
        form = linear_form(right, variables)
        for coefficient in form.coefficients.values():
            for node in coefficient.walk():
                if not _is_constant(node, constants):
                    raise Nonlinear(node)
        rows.append(tuple(form.coefficients.get(name, ZERO) for name in variables))
        inputs.append(form.rest)
    return LinearSystem(variables, tuple(rows), tuple(inputs))


def _is_constant(node: Expr, constants: Collection[str]) -> bool:
    if isinstance(node, Name):
        return node.id in constants
    return not isinstance(node, Draw | Delayed | InputSum | GlobalOperation | Attribute)
