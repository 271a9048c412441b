"""Calls of functions that don't wait for each other stand side by side; what is read and stored stays the same."""

import sympy

from eqneuro.codegen.scheduling import calls_first
from eqneuro.codegen.simplify import Line


def symbol(name: str) -> sympy.Symbol:
    return sympy.Symbol(name, real=True)


def costly(expr: sympy.Expr) -> bool:
    return isinstance(expr, sympy.exp)


v, x, y, a, b, c, d, e, v_1 = (symbol(name) for name in "v x y a b c d e v@1".split())


def names(code: list[Line]) -> list[str]:
    return [line.symbol.name for line in code]


def test_calls_that_wait_for_no_other_call_come_first():
    code = [Line(a, sympy.exp(v)), Line(b, sympy.exp(a + x)), Line(c, sympy.exp(x)), Line(d, sympy.exp(c * y))]
    assert names(calls_first(code, costly)) == ["a", "c", "b", "d"]


def test_what_a_call_needs_goes_with_it():
    code = [Line(a, v * v), Line(b, x + 1), Line(c, sympy.exp(v)), Line(d, sympy.exp(a * c))]
    assert names(calls_first(code, costly)) == ["a", "c", "d", "b"]


def test_what_reads_a_new_value_stays_behind_its_store():
    code = [Line(v_1, v + x, stored="v"), Line(a, sympy.exp(v_1)), Line(b, a + x), Line(c, sympy.exp(x))]
    assert names(calls_first(code, costly)) == ["c", "v@1", "a", "b"]


def test_stores_keep_their_order():
    code = [Line(v_1, sympy.exp(v), stored="v"), Line(a, x + y), Line(e, sympy.exp(a), stored="x")]
    assert names(calls_first(code, costly)) == ["v@1", "a", "e"]


def test_without_calls_nothing_moves():
    code = [Line(a, v * v), Line(v_1, a + x, stored="v"), Line(b, x + v_1)]
    assert calls_first(code, costly) == code


def test_what_is_read_from_elsewhere_is_read_where_it_was():
    past = symbol("past:v:0")
    code = [Line(v_1, v + x, stored="v"), Line(a, past), Line(b, sympy.exp(a)), Line(c, sympy.exp(x))]
    assert names(calls_first(code, costly)) == ["c", "v@1", "a", "b"]
