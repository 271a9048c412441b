"""Texts about very many pairs are compiled: C finds what numpy finds, and what is drawn is the same."""

import numpy as np
import pytest

from eqneuro import EquationError
from eqneuro.build.toolchain import NoCompilerError
from eqneuro.codegen.pairs import pair_text
from eqneuro.connectivity import _sampling, pair_kernel, strings
from eqneuro.connectivity.patterns import Ends
from eqneuro.connectivity.strings import Side
from eqneuro.language.evaluate import evaluate
from eqneuro.language.functions import FUNCTIONS
from eqneuro.language.parser import parse_value
from eqneuro.language.source import SourceText

SPECIAL = np.array(
    [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -2.5, 3.0, 8.0, 0.1, -7.3, 1e-300, 1e300, np.inf, -np.inf, np.nan]
)
ROUNDED = ("exp", "log", "ln", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "atan2", "log10",
           "log2", "pow", "power", "sigmoid")  # fmt: skip
"""Functions of which C libraries and numpy may have other last digits."""


def expression(text):
    return parse_value(SourceText(text, "a test")).expr


def both(text, *, is_condition=False):
    """Values of a text about ``a`` of one side and ``b`` of the other for all pairs of `SPECIAL`: C's and numpy's."""
    expr = expression(text)
    sides = {"a": SPECIAL}, {"b": SPECIAL}
    kernel = pair_kernel.PairKernel(pair_text(expr, ["a"], ["b"], [], [], is_condition=is_condition), *sides, {})
    found = kernel.values((0, len(SPECIAL)), len(SPECIAL))
    expected = evaluate(expr, {"a": SPECIAL[np.newaxis], "b": SPECIAL[:, np.newaxis]})
    expected = np.broadcast_to(np.asarray(expected, dtype=bool if is_condition else float), found.shape)
    return found, expected


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_that_of_numpy(name):
    arguments = ("a", "b", "a - b")[: len(FUNCTIONS[name].arguments)]
    found, expected = both(f"{name}({', '.join(arguments)})")
    if name in ROUNDED:
        np.testing.assert_allclose(found, expected, rtol=1e-15)
    else:
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "text",
    [
        "a + b * 3 - a / b",
        "-a^2 + b^3 - a^4 + b^8",
        "+a - (-b)",
        "(a < b) + 2 * (a >= b) + 4 * (a == b) + 8 * (a != b) + 16 * (a <= b) + 32 * (a > b)",
        "if a and b: a else: if not a or b: b else: 7",
        "(if a < b: a == 1 else: True) + isnan(b)",
        "clip(a, -1, 1) * max(a, b) - min(b, 1e30)",
        "True + False",
        "9007199254740993 + a",
        "pi * a",
    ],
)
def test_operations_are_those_of_numpy_in_its_order(text):
    found, expected = both(text)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "text", ["a < b and not (a == 1)", "isnan(a) or b > 0", "if a: b < a else: False", "a - b > 0"]
)
def test_conditions_are_those_of_numpy(text):
    found, expected = both(text, is_condition=True)
    np.testing.assert_array_equal(found, expected)
    assert 0 < found.sum() < found.size


def test_equal_texts_are_one_library_whatever_names_they_have():
    texts = [pair_text(expression(f"{x} < {y} * c"), [x], [y], ["c"], [], is_condition=True) for x, y in ("ij", "uv")]
    other = pair_text(expression("i <= j * c"), ["i"], ["j"], ["c"], [], is_condition=True)
    assert texts[0].digest("1") == texts[1].digest("1") != other.digest("1")
    assert texts[0].digest("1") != texts[0].digest("2")


def test_exponentials_are_vectors_unless_a_comparison_may_hang_on_their_last_bit():
    def quick(text, **kind):
        return pair_text(expression(text), ["a"], [], [], [], **(dict(is_condition=False) | kind)).vector_functions

    assert quick("clip(exp(-a), 0, 1)") == ("exp",)
    assert quick("if exp(-a) >= exp(-1): 0.5 else: 0") == quick("heaviside(exp(-a) - exp(-1))") == ()
    assert quick("exp(-a) > 0.5", is_condition=True) == ()


SHAPES = (4, 5, 3), (7, 9)


@pytest.fixture
def by_both(monkeypatch):
    """What a connector finds by numpy, in C, and in C on three threads with many parts."""

    def find(connect):
        pre, post = (np.arange(np.prod(shape), dtype=np.uint32) for shape in SHAPES)
        sides = (
            Side(SHAPES[0], ("k",), lambda name: np.array([3.0])),
            Side(SHAPES[1], ("v",), lambda name: post * 0.5),
        )
        for many, room, threads in ((strings.MANY, 2**20, 1), (1, 2**20, 1), (1, 100, 3)):
            monkeypatch.setattr(strings, "MANY", many)
            monkeypatch.setattr(pair_kernel, "BYTES_AT_ONCE", room)
            yield connect(Ends(pre[2:], post[1:], len(pre), len(post), True, threads), *sides)

    return find


def assert_alike(found):
    first, *others = found
    assert 0 < first.synapses < first.pre_size * first.post_size
    for other in others:
        for name in ("post_ranks", "row_start", "pre_ranks"):
            np.testing.assert_array_equal(getattr(first, name), getattr(other, name))


@pytest.mark.parametrize(
    "text",
    [
        "d < 4 and i != j",
        "d == c",
        "pre.k + i < post.v * c or x_pre + y_pre > z_pre * y_post",
        "(i + j) % N_pre < N_post/9",
    ],
)
def test_pairs_that_c_finds_are_those_of_numpy(by_both, text):
    assert_alike(list(by_both(lambda ends, pre, post: strings.where(ends, pre, post, text, {"c": 5.0}, False))))


@pytest.mark.parametrize("text", ["exp(-d/3)", "if d < c: 0.9 else: 0.1", "clip(1.2*exp(-d^2/8), 0, 1)"])
def test_pairs_that_are_drawn_are_the_same(by_both, text):
    def connect(ends, pre, post):
        return strings.distance_probability(ends, pre, post, text, {"c": 2.0}, False, 5, 3)

    assert_alike(list(by_both(connect)))


def test_a_probability_beyond_its_range_is_told_as_by_numpy(by_both):
    messages = []

    def connect(ends, pre, post):
        with pytest.raises(EquationError) as caught:
            strings.distance_probability(ends, pre, post, "0.4*d", {}, True, 1, 1)
        messages.append(str(caught.value))

    list(by_both(connect))
    assert len(messages) == 3
    assert len(set(messages)) == 1
    assert "is not between 0 and 1" in messages[0]


def test_numpy_does_it_where_there_is_no_compiler(by_both, monkeypatch):
    def refuse(text):
        raise NoCompilerError

    monkeypatch.setattr(pair_kernel, "compile_pairs", refuse)
    assert_alike(list(by_both(lambda ends, pre, post: strings.where(ends, pre, post, "d < 4", {}, True))))


@pytest.mark.parametrize("first", [0, 1, 2, 3, 1000])
def test_many_pairs_at_once_are_accepted_as_one_by_one(first):
    """Ranks one after the other are drawn together; with a rank left out, one by one."""
    rng = np.random.default_rng(first)
    rows, columns = np.arange(3, dtype=np.uint32), np.arange(first, first + 1001, dtype=np.uint32)
    chances = rng.random((3, 1001)) * rng.integers(0, 2, (3, 1001))
    chances[0, ::7] = 1.0
    marked = rng.integers(0, 2, (3, 1001)).astype(np.uint8)
    together, apart = marked.copy(), marked.copy()
    assert _sampling.accept_pairs(chances, rows, columns, 3, 4, together) == -1
    for column in range(1001):
        part = np.ascontiguousarray(apart[:, [column, column]])
        part[:, 1] = 0
        ranks = columns[[column, column]]
        assert _sampling.accept_pairs(np.ascontiguousarray(chances[:, [column, column]]), rows, ranks, 3, 4, part) == -1
        apart[:, column] = part[:, 0]
    np.testing.assert_array_equal(together, apart)
    assert (together <= marked).all()
    np.testing.assert_array_equal(together[0, ::7], marked[0, ::7])


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0])
def test_marked_pairs_are_listed(share):
    for shape in ((5, 1000), (1, 7), (3, 0), (0, 4)):
        marked = np.random.default_rng(1).random(shape) < share
        columns, counts = _sampling.columns_of(marked.view(np.uint8))
        np.testing.assert_array_equal(columns, np.nonzero(marked)[1])
        np.testing.assert_array_equal(counts, marked.sum(axis=1))
