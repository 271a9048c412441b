"""A reference interpreter of update rules: plain numpy, one statement after the other, with no C in between."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import sympy

from eqneuro.engine.kicks import kick_factor
from eqneuro.engine.propagators import propagate
from eqneuro.language.evaluate import evaluate as evaluate_tree
from eqneuro.model.models import NeuronModel
from eqneuro.model.neuron import Neuron
from eqneuro.numerics.error_control import INNER
from eqneuro.numerics.rules import Iterate, Let, Store, UpdateRule
from eqneuro.numerics.select import neuron_rules


def _relative(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """f(x)/x, 1 at 0."""

    def ratio(x: Any) -> Any:
        x = np.asarray(x, dtype=float)
        return np.where(x == 0, 1.0, function(x) / np.where(x == 0, 1.0, x))[()]

    return ratio


def _round(x: Any) -> Any:
    whole = np.trunc(x)
    return whole + np.where(np.abs(x - whole) >= 0.5, np.sign(x), 0.0)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Less": np.less, "LessEqual": np.less_equal, "Greater": np.greater, "GreaterEqual": np.greater_equal,
    "Equal": np.equal, "NotEqual": np.not_equal, "And_": np.logical_and, "Or_": np.logical_or, "Not_": np.logical_not,
    "IsNan": np.isnan, "IsFinite": np.isfinite, "Ite": lambda test, a, b: np.where(test, a, b)[()],
    "Exprel": _relative(np.expm1), "Log1prel": _relative(np.log1p), "Sinc": _relative(np.sin),
    "Sinhc": _relative(np.sinh), "Tanhc": _relative(np.tanh),
    "Sin": np.sin, "Cos": np.cos, "Tan": np.tan, "Asin": np.arcsin, "Acos": np.arccos, "Atan": np.arctan,
    "Atan2": np.arctan2, "Sinh": np.sinh, "Cosh": np.cosh, "Tanh": np.tanh, "Absolute": np.abs,
    "floor_": np.floor, "ceil_": np.ceil, "trunc_": np.trunc, "log10_": np.log10, "log2_": np.log2,
    "round_half_away_": _round, "modulo_": lambda x, y: np.fmod(np.trunc(x), np.trunc(y)),
}  # fmt: skip


def value_of(expr: sympy.Expr, names: Mapping[str, Any]) -> Any:
    """The value of an expression, computed as C does: in double precision, operation by operation."""
    if expr.is_Symbol:
        return names[expr.name]
    if expr.is_Number or expr.is_NumberSymbol:
        return float(expr)
    values = [value_of(argument, names) for argument in expr.args]
    if expr.is_Add:
        return sum(values[1:], start=values[0])
    if expr.is_Mul:
        result = values[0]
        for value in values[1:]:
            result = result * value
        return result
    if expr.is_Pow:
        return np.float_power(values[0], values[1])
    name = type(expr).__name__
    return FUNCTIONS.get(name, getattr(np, name, None))(*values)


def compile_expr(expr: sympy.Expr) -> Callable[[dict[str, Any]], Any]:
    """The expression as Python code that reads a dict: faster than `value_of` where steps are many."""
    text = io.StringIO()
    constants: dict[str, Any] = dict(FUNCTIONS)

    def write(node: sympy.Expr) -> None:
        if node.is_Symbol:
            text.write(f"names[{node.name!r}]")
            return
        if node.is_Number or node.is_NumberSymbol:
            key = f"c{len(constants)}"
            constants[key] = float(node)
            text.write(key)
            return
        joiner = " + " if node.is_Add else " * " if node.is_Mul else ", "
        if node.is_Pow:
            text.write("power")
            constants["power"] = np.float_power
        elif not node.is_Add and not node.is_Mul:
            name = type(node).__name__
            constants.setdefault(name, getattr(np, name, None))
            text.write(name)
        text.write("(")
        for k, argument in enumerate(node.args):
            text.write(joiner if k else "")
            write(argument)
        text.write(")")

    write(expr)
    return eval(compile(f"lambda names: {text.getvalue()}", "<rule>", "eval"), constants)  # type: ignore[no-any-return]


@dataclass
class Interpreter:
    """Runs the rules of a neuron.

    ``state`` holds parameters, variables and inputs, numbers or arrays; ``normal`` gives the random numbers of a draw.
    """

    rules: tuple[UpdateRule, ...]
    state: dict[str, Any]
    dt: float
    normal: Callable[[str], Any] | None = None
    t: float = 0.0
    rounds: int = 0
    """How many of Newton's iterations the last step took."""
    _steps: int = 0
    _code: dict[sympy.Expr, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)

    def value(self, expr: sympy.Expr, names: dict[str, Any]) -> Any:
        """An expression's value."""
        if expr not in self._code:
            self._code[expr] = compile_expr(expr)
        return self._code[expr](names)

    def step(self) -> None:
        """One step of all rules."""
        self.rounds = 0
        with np.errstate(all="ignore"):
            for rule in self.rules:
                self._run(rule)
        self._steps += 1
        self.t = self._steps * self.dt

    def _run(self, rule: UpdateRule) -> None:
        names = {**self.state, "t": self.t, "dt": self.dt}
        for draw in rule.draws:
            assert self.normal is not None
            self.state[draw.symbol.name] = names[draw.symbol.name] = self.normal(draw.symbol.name)
        for propagator in rule.propagators:
            stack = self._stack(propagator.matrix, names)
            for symbols, matrix in zip(
                (propagator.transition, propagator.response), propagate(stack, self.dt), strict=True
            ):
                for i, row in enumerate(symbols):
                    names |= {s.name: matrix[..., i, j] for j, s in enumerate(row) if s is not None}
            for kicks in propagator.kicks:
                own = stack[..., kicks.members, :][..., kicks.members]
                strengths = self._stack(kicks.strengths, names)
                shape = np.broadcast_shapes(own.shape[:-2], strengths.shape[:-2])
                pair = (
                    np.broadcast_to(x, (*shape, *x.shape[-2:])).reshape(-1, *x.shape[-2:]) for x in (own, strengths)
                )
                _, sources, numbers = kicks.shape
                factor = kick_factor(*pair, self.dt, numbers - sources)
                factor = factor.reshape(*shape, *factor.shape[-2:])
                for i, row in enumerate(kicks.factor):
                    names |= {s.name: factor[..., i, j] for j, s in enumerate(row)}
        for statement in rule.statements:
            match statement:
                case Let():
                    names[statement.symbol.name] = self.value(statement.value, names)
                case Store():
                    names[statement.symbol.name] = self.state[statement.symbol.name] = self.value(
                        statement.value, names
                    )
                case Iterate():
                    self._iterate(statement, names)

    def _stack(self, rows: Any, names: dict[str, Any]) -> Any:
        """A matrix of expressions, or one for each neuron."""
        flat = [self.value(entry, names) for row in rows for entry in row]
        entries = np.stack(np.broadcast_arrays(*flat), axis=-1).astype(float)
        return entries.reshape(*entries.shape[:-1], len(rows), len(rows[0]))

    def _iterate(self, loop: Iterate, names: dict[str, Any]) -> None:
        names |= {x.symbol.name: self.value(x.value, names) for x in loop.unknowns}
        for _ in range(loop.limit):
            self.rounds += 1
            for line in loop.body:
                names[line.symbol.name] = self.value(line.value, names)
            residual = self.value(loop.residual, names)
            names |= {x.symbol.name: self.value(x.value, names) for x in loop.updates}
            if not residual > loop.tolerance:
                return

    def run(self, steps: int) -> dict[str, Any]:
        """Some steps; the state after them."""
        for _ in range(steps):
            self.step()
        return self.state


Simulate = Callable[..., Interpreter]


@pytest.fixture(scope="session")
def interpret() -> Simulate:
    """``interpret(equations, method, dt, parameters=..., **values)`` makes an interpreter of a neuron's equations."""

    def make(
        equations: str | NeuronModel,
        method: str = "explicit",
        dt: float = 0.1,
        parameters: Mapping[str, float] | None = None,
        normal: Callable[[str], Any] | None = None,
        **values: Any,
    ) -> Interpreter:
        if isinstance(equations, NeuronModel):
            model = equations
        else:
            model = Neuron(parameters=dict(parameters or {}), equations=equations).model
        state: dict[str, Any] = {}
        for attribute in model.attributes:
            state[attribute.name] = float(evaluate_tree(attribute.init, state))
        rules = neuron_rules(model, method)
        stores = [s for rule in rules for s in rule.statements if isinstance(s, Store)]
        kept = {s.symbol.name: 0.0 for s in stores if s.symbol.name.startswith(INNER)}
        return Interpreter(rules, {**kept, **state, **(parameters or {}), **values}, dt, normal)

    return make


@pytest.fixture(scope="session")
def evaluate() -> Callable[[sympy.Expr, Mapping[str, Any]], Any]:
    """`value_of`; both branches of a conditional are evaluated, as in C, so that 1/0 may occur in the other one."""

    def evaluate_quietly(expr: sympy.Expr, names: Mapping[str, Any]) -> Any:
        with np.errstate(all="ignore"):
            return value_of(expr, names)

    return evaluate_quietly
