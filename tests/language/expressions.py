"""Random expressions, written twice: in the language with as few brackets as it allows, and in Python with all."""

import math

from hypothesis import strategies as st

NAMES = ("x", "y", "tau_m")
LEVEL = {
    "or": 1, "and": 2, "not": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "==": 4, "!=": 4, "+": 5, "-": 5, "*": 6, "/": 6,
    "negative": 7, "^": 8,
}  # fmt: skip
"""How tightly the operators bind, from the language's reference."""
ATOM = 9
FUNCTIONS = {"exp": 1, "sin": 1, "tanh": 1, "abs": 1, "floor": 1, "sqrt": 1, "pos": 1, "sign": 1, "min": 2, "max": 2}


def numbers():
    return st.one_of(
        st.integers(0, 40).map(lambda n: ("number", str(n))),
        st.floats(0, 50).map(lambda x: ("number", repr(round(x, 3)))),
        st.sampled_from(["1e-3", "2.5E2", ".5", "3."]).map(lambda text: ("number", text)),
    )


def trees():
    """Nested tuples: an operator and its operands."""
    leaves = st.one_of(numbers(), st.sampled_from(NAMES).map(lambda name: ("name", name)))

    def grow(below):
        binary = st.tuples(st.sampled_from([*"+-*/^", "<", "<=", ">", ">=", "==", "!=", "and", "or"]), below, below)
        unary = st.tuples(st.sampled_from(["negative", "not"]), below)
        calls = st.sampled_from(sorted(FUNCTIONS)).flatmap(lambda f: st.tuples(st.just(f), *[below] * FUNCTIONS[f]))
        return st.one_of(binary, unary, calls, st.tuples(st.just("if"), below, below, below))

    return st.recursive(leaves, grow, max_leaves=12)


def language(tree):
    """The expression with as few brackets as possible."""
    return _language(tree)[0]


def _language(tree):
    kind, *below = tree
    if kind in ("number", "name"):
        return below[0], ATOM
    if kind == "if":
        test, then, otherwise = (language(part) for part in below)
        return f"if {test}: {then} else: {otherwise}", 0
    if kind in FUNCTIONS:
        return f"{kind}({', '.join(language(part) for part in below)})", ATOM
    level = LEVEL[kind]
    if kind == "negative":
        return f"-{_inside(below[0], level)}", level
    if kind == "not":
        return f"not {_inside(below[0], level)}", level
    left, right = below
    if kind == "^":  # binds to the right, and takes a sign in the exponent
        return f"{_inside(left, ATOM)}^{_inside(right, LEVEL['negative'])}", level
    if level == LEVEL["<"]:  # can't be chained
        return f"{_inside(left, level + 1)} {kind} {_inside(right, level + 1)}", level
    return f"{_inside(left, level)} {kind} {_inside(right, level + 1)}", level


def _inside(tree, level):
    text, own = _language(tree)
    return text if own >= level else f"({text})"


def python(tree):
    """The expression as Python computes it from numpy's doubles, each operation in brackets of its own."""
    kind, *below = tree
    if kind == "number":
        return f"real({float(below[0])!r})"
    if kind == "name":
        return below[0]
    parts = [python(part) for part in below]
    if kind == "if":
        return f"({parts[1]} if {parts[0]} else {parts[2]})"
    if kind in FUNCTIONS:
        return f"{kind}({', '.join(parts)})"
    if kind == "negative":
        return f"(-{parts[0]})"
    if kind == "not":
        return f"real(not {parts[0]})"
    if kind in ("and", "or"):
        return f"real(bool({parts[0]}) {kind} bool({parts[1]}))"
    if kind == "^":
        return f"power({parts[0]}, {parts[1]})"
    return f"real({parts[0]} {kind} {parts[1]})"


def power(base, exponent):
    """C's pow, from Python's, which raises where C has a value."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        if base != 0.0:
            return math.nan
        return math.copysign(math.inf, base) if exponent % 2 == 1 else math.inf
