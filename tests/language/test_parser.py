"""Text to syntax: every form of declaration, equation, condition and function."""

import pytest

from eqneuro.language.errors import EquationError
from eqneuro.language.parser import (
    parse_condition,
    parse_declarations,
    parse_equations,
    parse_expression,
    parse_functions,
)
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Assignment,
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Derivative,
    Draw,
    Flag,
    GlobalOperation,
    InputSum,
    Logical,
    Name,
    Number,
    Ode,
    Unary,
)  # fmt: skip


def source(text):
    return SourceText(text, "test")


def expression(text):
    return parse_expression(source(text))


def equation(text, names=()):
    [statement] = parse_equations(source(text), names)
    return statement


A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("3", Number(3)),
        ("3.", Number(3.0)),
        (".5e-3", Number(0.0005)),
        ("1E3", Number(1000.0)),
        ("True", Number(True)),
        ("a + b*c", Binary("+", A, Binary("*", B, C))),
        ("(a + b)*c", Binary("*", Binary("+", A, B), C)),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a^b^c", Binary("^", A, Binary("^", B, C))),
        ("a**b", Binary("^", A, B)),
        ("-a^b", Unary("-", Binary("^", A, B))),
        ("a^-b", Binary("^", A, Unary("-", B))),
        ("-a*b", Binary("*", Unary("-", A), B)),
        ("a and b or c", Logical("or", Logical("and", A, B), C)),
        ("not a and b", Logical("and", Unary("not", A), B)),
        ("not a == b", Unary("not", Compare("==", A, B))),
        ("a is b", Compare("==", A, B)),
        ("a is not b", Compare("!=", A, B)),
        ("a + 1 < b", Compare("<", Binary("+", A, Number(1)), B)),
        ("if a: b else: c", Conditional(A, B, C)),
        ("if a: b else: if b: c else: a", Conditional(A, B, Conditional(B, C, A))),
        ("if a: if b: c else: a else: b", Conditional(A, Conditional(B, C, A), B)),
        ("1.0*(if a: b else: c)", Binary("*", Number(1.0), Conditional(A, B, C))),
        ("ite(a, b, c)", Conditional(A, B, C)),
        ("f(a, b)", Call("f", (A, B))),
        ("f()", Call("f", ())),
        ("sum(exc)", InputSum("exc")),
        ("sum()", InputSum(None)),
        ("pre.sum(exc)", InputSum("exc", "pre")),
        ("post.sum()", InputSum(None, "post")),
        ("pre.r - post.r", Binary("-", Attribute("pre", "r"), Attribute("post", "r"))),
        ("mean(a)", GlobalOperation("mean", A)),
        ("norm2(pre.r)", GlobalOperation("norm2", Attribute("pre", "r"))),
        ("max(a)", GlobalOperation("max", A)),
        ("max(a, b)", Call("max", (A, B))),
        ("Uniform(0, a)", Draw("Uniform", (Number(0), A))),
        ("Gamma(a)", Draw("Gamma", (A, Number(1.0)))),
        ("Normal(sigma=a, mu=b, max=c)", Draw("Normal", (B, A), None, C)),
        ("dv/dt", Derivative("v")),
        ("dv / dt", Derivative("v")),
        ("dv/dtau", Binary("/", Name("dv"), Name("dtau"))),
        ("lambda + register", Binary("+", Name("lambda"), Name("register"))),
    ],
)
def test_an_expression_has_its_tree(text, tree):
    assert expression(text) == tree


def test_equal_distributions_in_a_line_are_two_nodes():
    difference = expression("Normal(0, 1) - Normal(0, 1)")
    assert difference.left == difference.right
    assert difference.left is not difference.right


@pytest.mark.parametrize("text", ["tau*dv/dt + v = I", "dv/dt = (I - v)/tau", "C*dv/dt - I = 0", "I = tau * dv/dt + v"])
def test_an_ode_holds_its_gradient_anywhere(text):
    ode = equation(text)
    assert isinstance(ode, Ode)
    assert (ode.name, ode.text) == ("v", text)


@pytest.mark.parametrize("operator", ["=", "+=", "-=", "*=", "/="])
def test_an_assignment_keeps_its_operator(operator):
    assert equation(f"v {operator} a + b") == Assignment("v", operator, Binary("+", A, B), source=source(""))


def test_brackets_may_stand_on_the_left_of_an_assignment():
    assert equation("(v) = a").name == "v"


def test_a_name_that_begins_with_d_is_divided_by_dt_where_it_is_known():
    assert isinstance(equation("x = delta/dt", ["delta"]), Assignment)
    assert isinstance(equation("x = delta/dt"), Ode)
    two = parse_equations(source("dx = 3.0\ny = dx/dt"))  # dx is a variable of this text
    assert [type(statement) for statement in two] == [Assignment, Assignment]


def test_flags_are_read_in_their_order_with_their_values():
    ode = equation("dv/dt = a : min=0.0, init = -b, exponential, event-driven")
    assert ode.flags == (
        Flag("min", Number(0.0)),
        Flag("init", Unary("-", B)),
        Flag("exponential", None),
        Flag("event-driven", None),
    )


def test_flags_follow_the_last_branch_of_a_conditional():
    statement = equation("v = if a: b else: c : max=2.0")
    assert statement.value == Conditional(A, B, C)
    assert statement.flags == (Flag("max", Number(2.0)),)


@pytest.mark.parametrize("text", ["a = 1; b = 2", "a = 1\nb = 2", "\n\n  a = 1 ;; \n\t b = 2;", "a = 1 # b = 3\nb = 2"])
def test_statements_end_at_lines_and_semicolons(text):
    assert [(d.name, d.value) for d in parse_declarations(source(text))] == [("a", Number(1)), ("b", Number(2))]


@pytest.mark.parametrize(
    "text",
    [
        "v = max(a,\n b)\nu = c",
        "v = (a\n + b)\nu = c",
        "v = a +\n b\nu = c",
        "v = a + # why\n\n  # and what\n b\nu = c",
        "v = \n a\nu = c",
        "v = a and\n not\n b\nu = c",
        "v = if a:\n  b\nelse:\n  c\nu = c",
        "v = if a: b\n  else: if b: c\n  else: a\nu = c",
        "v = 1\r\nu = c\r\n",
    ],
)
def test_a_statement_goes_on_over_lines_while_it_is_open(text):
    assert [statement.name for statement in parse_equations(source(text))] == ["v", "u"]


def test_the_text_of_a_statement_is_that_of_the_user_on_one_line():
    text = "tau*dv/dt = if v > 0:\n      a   # twice\n    else: b : init=0.0"
    assert equation(text).text == "tau*dv/dt = if v > 0: a # twice else: b : init=0.0"


def test_a_condition_has_flags():
    condition = parse_condition(source("v > a : all"))
    assert (condition.expr, condition.flags) == (Compare(">", Name("v"), A), (Flag("all", None),))


def test_functions_have_arguments():
    one, two = parse_functions(source("f(x, y) = x*y\ng() = 3"))
    assert (one.name, one.arguments, one.body) == ("f", ("x", "y"), Binary("*", Name("x"), Name("y")))
    assert (two.arguments, two.body) == ((), Number(3))


def test_spans_are_offsets_into_the_whole_text():
    text = "a = 1.0\n\n  b = exp( a ) # c\n"
    second = parse_equations(source(text))[1]
    assert text[second.span.start : second.span.stop] == "b = exp( a )"
    call = second.value
    assert text[call.span.start : call.span.stop] == "exp( a )"
    assert text[call.name_span.start : call.name_span.stop] == "exp"


def test_the_caret_stands_below_the_right_characters_behind_tabs_and_in_long_lines():
    assert source("\tv = a").show(expression_span(1, 2)) == "  1 | \tv = a\n      \t^"
    long = "v = " + "a + " * 200 + "b"
    shown, caret = source(long).show(expression_span(len(long) - 1, len(long))).split("\n")
    assert len(shown) < 150
    assert shown[caret.index("^")] == "b"
    assert shown.startswith("  1 | … ")


def expression_span(start, stop):
    from eqneuro.language.syntax import Span

    return Span(start, stop)


def test_characters_that_can_not_be_shown_are_replaced():
    assert source("v = \x1b[1m").show(expression_span(4, 5)) == "  1 | v = \N{REPLACEMENT CHARACTER}[1m\n          ^"


def test_an_expression_stands_alone():
    for text in ("", "a; b", "a = b"):
        with pytest.raises(EquationError):
            expression(text)


def test_trees_are_compared_and_printed_by_meaning():
    one, two = expression("a + b"), expression("  a +  b")
    assert one == two
    assert hash(one) == hash(two)
    assert repr(one) == repr(two)
    assert one.span != two.span


def test_parsing_in_several_threads_gives_each_its_own_tree():
    from concurrent.futures import ThreadPoolExecutor

    texts = [f"x{k} = {' + '.join(['a', 'b'] * 20)} + {k}" for k in range(200)]
    with ThreadPoolExecutor(4) as pool:
        statements = list(pool.map(lambda text: parse_equations(source(text))[0], texts))
    assert [s.name for s in statements] == [f"x{k}" for k in range(200)]
    assert [s.value.right for s in statements] == [Number(k) for k in range(200)]
