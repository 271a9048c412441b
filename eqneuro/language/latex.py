"""Syntax tree to LaTeX: expressions, equations and names as a paper would print them.

Everything is understood by LaTeX with amsmath, by KaTeX and by MathJax; no ``|`` occurs, so that formulas may stand in
tables of Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from eqneuro.language.syntax import (
    Assignment,
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Delayed,
    Derivative,
    Draw,
    Expr,
    FunctionDefinition,
    GlobalOperation,
    InputSum,
    Logical,
    Name,
    Number,
    Ode,
    Unary,
)

CHOICE, OR, AND, NOT, COMPARISON, SUM, SIGN, PRODUCT, POWER, ATOM = range(10)
"""How tightly a form binds."""

GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi"
    " omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
)
COMPARISONS = {"<": "<", ">": ">", "<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne"}
WORD = re.compile(r"(^|[ (])\\mathrm\{[^{}]*\}$")
"""A factor, the last of several, that is a word and would run into the next one."""
LOGIC = {"and": (r"\land", AND), "or": (r"\lor", OR)}
COMMANDS = {
    "asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan", "heaviside": r"\Theta", "log2": r"\log_{2}",
    "log10": r"\log_{10}",
    **{name: rf"\{name}" for name in ("exp", "log", "ln", "sin", "cos", "tan", "sinh", "cosh", "tanh", "min", "max")},
}  # fmt: skip
FENCES = {
    "abs": (r"\left\lvert ", r" \right\rvert"),
    "fabs": (r"\left\lvert ", r" \right\rvert"),
    "floor": (r"\left\lfloor ", r" \right\rfloor"),
    "ceil": (r"\left\lceil ", r" \right\rceil"),
    "sqrt": (r"\sqrt{", "}"),
    **dict.fromkeys(("pos", "positive", "relu"), (r"\left[", r"\right]^{+}")),
    **dict.fromkeys(("neg", "negative"), (r"\left[", r"\right]^{-}")),
}


def print_name(name: str) -> str:
    """A name: Greek letters as such, what follows an underscore as a subscript, words upright.

    >>> print_name("tau_exc")
    '\\\\tau_{\\\\mathrm{exc}}'
    """
    head, *indices = name.split("_")
    if not head or not all(indices):  # x__y, _x: distinct names must look distinct
        return r"\mathrm{" + name.replace("_", r"\_") + "}"
    subscript = ",".join(map(_word, indices))
    return _word(head) + (f"_{{{subscript}}}" if subscript else "")


def _word(text: str) -> str:
    if text in GREEK:
        return f"\\{text}"
    return text if len(text) == 1 or text.isdigit() else rf"\mathrm{{{text}}}"


def print_number(value: float) -> str:
    """A number, with a power of ten where Python prints one."""
    if isinstance(value, bool):
        return rf"\mathrm{{{str(value).lower()}}}"
    text = repr(value).removesuffix(".0")
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text.replace("inf", r"\infty").replace("nan", r"\mathrm{NaN}")
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \times {power}"


def print_expression(expr: Expr) -> str:
    """An expression."""
    return _PRINTERS[type(expr)](expr)[0]


def print_statement(statement: Ode | Assignment, *, is_event: bool = False) -> str:
    """An equation as it was written, its two sides parted by ``&`` for an alignment; in an event, an arrow."""
    if isinstance(statement, Ode):
        return f"{print_expression(statement.left)} &= {print_expression(statement.right)}"
    name, value = Name(statement.name), statement.value
    arrow = r"&\leftarrow" if is_event or statement.operator != "=" else "&="
    if statement.operator != "=":
        operator: Any = statement.operator[0]
        value = Binary(operator, name, value)
    return f"{print_name(statement.name)} {arrow} {print_expression(value)}"


def print_definition(function: FunctionDefinition) -> str:
    """A function of the user's."""
    arguments = ", ".join(map(print_name, function.arguments))
    return f"{_function(function.name)}({arguments}) &= {print_expression(function.body)}"


# -- one function for each kind of node: its text, and how tightly it binds --------------------------------------------

Printed = tuple[str, int]


def _within(expr: Expr, least: int) -> str:
    """An operand, in parentheses where it binds less tightly than asked."""
    text, level = _PRINTERS[type(expr)](expr)
    return text if level >= least else rf"\left({text}\right)"


def _function(name: str) -> str:
    printed = print_name(name)
    return printed.replace(r"\mathrm", r"\operatorname", 1) if printed.startswith(r"\mathrm") else printed


def _number(node: Number) -> Printed:
    text = print_number(node.value)
    return text, SIGN if text.startswith("-") else PRODUCT if "times" in text else POWER if "^" in text else ATOM


def _attribute(node: Attribute) -> Printed:
    return rf"{print_name(node.name)}^{{\mathrm{{{node.owner}}}}}", POWER


def _input(node: InputSum) -> Printed:
    owner = "" if node.owner is None else rf"^{{\mathrm{{{node.owner}}}}}"
    target = "" if node.target is None else print_name(node.target)
    return rf"\operatorname{{sum}}{owner}({target})", ATOM


def _global(node: GlobalOperation) -> Printed:
    argument = print_expression(node.argument)
    if node.operation.startswith("norm"):
        return rf"\left\lVert {argument} \right\rVert_{{{node.operation[-1]}}}", POWER
    return rf"\operatorname{{{node.operation}}}({argument})", ATOM


def _call(node: Call) -> Printed:
    if node.function in ("pow", "power"):
        return _binary(Binary("^", *node.arguments))
    if node.function in FENCES:
        before, after = FENCES[node.function]
        return before + ", ".join(map(print_expression, node.arguments)) + after, POWER if "^" in after else ATOM
    command = COMMANDS.get(node.function) or _function(node.function)
    return rf"{command}\left({', '.join(map(print_expression, node.arguments))}\right)", ATOM


def _draw(node: Draw) -> Printed:
    parts = [print_expression(argument) for argument in node.arguments]
    bounds = ((r"\min", node.minimum), (r"\max", node.maximum))
    parts += [f"{word} = {print_expression(bound)}" for word, bound in bounds if bound is not None]
    return rf"\operatorname{{{node.distribution}}}\left({', '.join(parts)}\right)", ATOM


def _delayed(node: Delayed) -> Printed:
    return rf"{print_name(node.name)}\left(t - {_within(node.delay, PRODUCT)}\right)", ATOM


def _derivative(node: Derivative) -> Printed:
    return rf"\frac{{d {print_name(node.name)}}}{{d t}}", POWER


def _unary(node: Unary) -> Printed:
    if node.operator == "not":
        return rf"\neg {_within(node.operand, SUM)}", NOT
    return f"{node.operator}{_within(node.operand, PRODUCT)}", SIGN


def _binary(node: Binary) -> Printed:
    if node.operator == "/":
        return rf"\frac{{{print_expression(node.left)}}}{{{print_expression(node.right)}}}", POWER
    if node.operator == "^":
        return f"{_within(node.left, ATOM)}^{{{print_expression(node.right)}}}", POWER
    if node.operator == "*":
        left, right = _within(node.left, SIGN), _within(node.right, PRODUCT)
        run_together = right[0].isdigit() or right.startswith(r"\mathrm") or WORD.search(left)
        return left + (r" \cdot " if run_together else " ") + right, PRODUCT
    return f"{_within(node.left, SUM)} {node.operator} {_within(node.right, PRODUCT)}", SUM


def _compare(node: Compare) -> Printed:
    return f"{_within(node.left, SUM)} {COMPARISONS[node.operator]} {_within(node.right, SUM)}", COMPARISON


def _logical(node: Logical) -> Printed:
    sign, level = LOGIC[node.operator]
    return f"{_within(node.left, level)} {sign} {_within(node.right, level)}", level


def _conditional(node: Conditional) -> Printed:
    rows, last = [], node.otherwise
    rows.append((node.then, node.test))
    while isinstance(last, Conditional):
        rows.append((last.then, last.test))
        last = last.otherwise
    lines = [rf"{print_expression(value)} & \text{{if }} {print_expression(test)}" for value, test in rows]
    lines.append(rf"{print_expression(last)} & \text{{otherwise}}")
    return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}", CHOICE


_PRINTERS: dict[type[Expr], Callable[[Any], Printed]] = {
    Number: _number,
    Name: lambda node: (r"\Delta t", PRODUCT) if node.id == "dt" else (print_name(node.id), ATOM),
    Attribute: _attribute,
    InputSum: _input,
    GlobalOperation: _global,
    Call: _call,
    Draw: _draw,
    Delayed: _delayed,
    Derivative: _derivative,
    Unary: _unary,
    Binary: _binary,
    Compare: _compare,
    Logical: _logical,
    Conditional: _conditional,
}
