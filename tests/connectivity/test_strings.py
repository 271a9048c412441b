"""Connection strings: what they mean, what they refuse, and the law of what is drawn."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from eqneuro import EquationError
from eqneuro.connectivity import strings
from eqneuro.connectivity.patterns import Ends
from eqneuro.connectivity.strings import Side
from eqneuro.language.parser import parse_functions
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import FunctionDefinition
from eqneuro.model.functions import resolve_functions

SIGNIFICANCE = 1e-3


def whole(pre, post, same=False):
    return Ends(np.arange(pre, dtype=np.uint32), np.arange(post, dtype=np.uint32), pre, post, same)


def pairs(found):
    return set(zip(found.pre_ranks.tolist(), found.post_ranks[found.rows()].tolist(), strict=True))


def where(text, pre=6, post=5, constants=None, **sides):
    sizes = int(np.prod(pre)), int(np.prod(post))
    ends = whole(*sizes)
    shapes = (np.atleast_1d(side).tolist() for side in (pre, post))
    pre_side, post_side = (Side(tuple(shape)) for shape in shapes)
    found = strings.where(ends, sides.get("a", pre_side), sides.get("b", post_side), text, constants or {}, True)
    return pairs(found)


def by_python(condition, pre=6, post=5):
    return {(i, j) for i in range(pre) for j in range(post) if condition(i, j)}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("i != j and (i + j) % 2 == 0", lambda i, j: i != j and (i + j) % 2 == 0),
        ("modulo(i + j, 2) == 0", lambda i, j: (i + j) % 2 == 0),
        ("(j - i) % N_pre < 3", lambda i, j: (j - i) % 6 < 3),
        ("i % 4 % 3 == 1", lambda i, j: i % 4 % 3 == 1),
        ("i / 2 % 2 < 1 or 7 - i % 3 * 2 > 5", lambda i, j: i / 2 % 2 < 1 or 7 - i % 3 * 2 > 5),
        ("-i % 4 == 1", lambda i, j: -i % 4 == 1),
        ("i == j % 3  # not 5%", lambda i, j: i == j % 3),
        ("(i  # 5%\n) / 2 == j", lambda i, j: i / 2 == j),
        ("not (i > j)", lambda i, j: i <= j),
        ("i^2 <= N_post * j", lambda i, j: i**2 <= 5 * j),
        ("if i > 2: j == 0 else: j == i", lambda i, j: j == 0 if i > 2 else j == i),
        ("ite(i > 2, j > 3, False)", lambda i, j: i > 2 and j > 3),
        ("d < 2", lambda i, j: abs(i - j) < 2),
        ("True", lambda i, j: True),
        ("False", lambda i, j: False),
        ("i == 3", lambda i, j: i == 3),
        ("x_pre > x_post", lambda i, j: i > j),
        ("isfinite(1 / i)", lambda i, j: i != 0),
        ("cos(pi * i) > 0", lambda i, j: i % 2 == 0),
        ("i is not j", lambda i, j: i != j),
    ],
)
@pytest.mark.parametrize("many", [strings.MANY, 1], ids=["numpy", "C"])
def test_a_condition_means_what_it_means_in_python(text, meaning, many, monkeypatch):
    monkeypatch.setattr(strings, "MANY", many)
    assert where(text) == by_python(meaning)


@settings(max_examples=200, deadline=None)
@given(st.integers(-(2**30), 2**30), st.integers(-(2**20), 2**20).filter(bool))
def test_the_rest_of_whole_numbers_is_exact(x, y):
    assert where(f"({x}) % ({y}) == {x % y}", 1, 1) == {(0, 0)}


def test_distances_are_euclidean_in_steps_of_the_geometry():
    pre, post = (3, 4), (4, 2, 2)
    a, b = (np.stack(np.unravel_index(np.arange(np.prod(shape)), shape), axis=1) for shape in (pre, post))
    distance = np.sqrt(((np.pad(a, ((0, 0), (0, 1)))[:, None] - b[None]) ** 2).sum(axis=2))
    assert where("d <= 2", pre, post) == set(zip(*np.nonzero(distance <= 2.0), strict=True))
    assert where("d == sqrt((x_pre - x_post)^2 + (y_pre - y_post)^2 + z_post^2)", pre, post) == by_python(
        lambda i, j: True, 12, 16
    )


def test_attributes_of_both_sides_are_read_by_rank():
    held = {"v": np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), "k": 2.0}
    a = Side((6,), ("v", "k"), held.__getitem__)
    b = Side((5,), ("u",), lambda name: np.array([[5.0, 4.0, 3.0, 2.0, 1.0]]))
    assert where("pre.v * pre.k == post.u", a=a, b=b) == by_python(lambda i, j: i * 2 == 5 - j)


def test_views_are_asked_for_the_ranks_of_their_populations():
    ends = Ends(np.array([2, 5, 7], np.uint32), np.array([1, 5, 9], np.uint32), 8, 10, True)
    side = Side((8,), ("v",), lambda name: np.arange(8.0) * 10)
    text = "i + j < 12 and pre.v == 10 * i and d == abs(i - j)"
    assert pairs(strings.where(ends, side, Side((10,)), text, {}, False)) == {
        (i, j) for i in (2, 5, 7) for j in (1, 5, 9) if i + j < 12 and i != j
    }


def test_constants_are_read_and_words_come_before_them():
    assert where("i < c and j < d + 9", constants=dict(c=2.0, d=-100.0)) == by_python(lambda i, j: i < 2)


def test_blocks_of_rows_do_not_show(monkeypatch):
    texts = "i != j and (3*i + j) % 7 < 2", "d < 4"
    ends, side = whole(40, 50), Side((40,))
    expected = [pairs(strings.where(ends, side, Side((50,)), text, {}, True)) for text in texts]
    drawn = strings.distance_probability(ends, side, Side((50,)), "exp(-d/9)", {}, True, 5, 1)
    for count in (1, 41, 85, 333):
        monkeypatch.setattr(strings, "PAIRS", count)
        assert [pairs(strings.where(ends, side, Side((50,)), text, {}, True)) for text in texts] == expected
        again = strings.distance_probability(ends, side, Side((50,)), "exp(-d/9)", {}, True, 5, 1)
        assert pairs(again) == pairs(drawn)


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("i + j", "no comparison", "i + j"),
        ("if i > 2: j else: i", "no comparison", "if i > 2: j else: i"),
        ("i != k", "unknown name 'k'", "k"),
        ("N_prre > i", "Did you mean 'N_pre'?", "N_prre"),
        ("y_pre > 3", "y_pre needs 2 dimensions", "y_pre"),
        ("t > 3", "unknown name 't'", "t"),
        ("i != j : init=3", "flag 'init'", "init"),
        ("pre.v > 3", "has no attribute 'v', read", "pre.v"),
        ("Uniform(0, 1) < 0.5", "random numbers", "Uniform(0, 1)"),
        ("sum(exc) > 3", "can't stand in a connection string", "sum(exc)"),
        ("max(i) > 3", "can't stand in a connection string", "max(i)"),
        ("sinus(i) > 1", "unknown function 'sinus'", "sinus"),
        ("mod(i, 2) == 0", "Did you mean modulo(x, y)?", "mod"),
        ("exp(i, 2) == 0", "exp takes 1 argument, not 2", "exp"),
        ("i % % 3 == 1", "before '%'", "%"),
        ("i / / 3 == 1", "before '/'", "/"),
        ("i ! 3", "'!' is not part of the language", "!"),
        ("i == 3\nj == 3", "more than one", "j == 3"),
        ("", "the text is empty", ""),
    ],
)
def test_wrong_text_is_shown_with_the_place_of_the_mistake(text, message, marked):
    with pytest.raises(EquationError) as caught:
        where(text)
    shown = str(caught.value)
    assert message in shown
    assert "in the condition of `where`" in shown
    line, carets = shown.splitlines()[1:3]
    assert line.split(" | ")[1:] == ([text.splitlines()[-1]] if text else [])
    assert carets.count("^") == max(1, len(marked))
    assert line[carets.index("^") : carets.rindex("^") + 1] == marked


def test_a_text_is_wanted():
    with pytest.raises(TypeError, match="must be a text, not bool"):
        where(True)


def test_functions_added_by_the_user_are_written_out(monkeypatch):
    added: dict[str, FunctionDefinition] = {}
    monkeypatch.setattr("eqneuro.connectivity.connection_text.ADDED_FUNCTIONS", added)
    added.update(resolve_functions(parse_functions(SourceText("gap(u, v) = abs(u - v)", "functions"))))
    assert where("gap(i, j + 1) < 2") == by_python(lambda i, j: abs(i - j - 1) < 2)
    monkeypatch.setattr("eqneuro.model.functions.DECLARED_CONSTANTS", {"d", "c"})
    monkeypatch.setattr("eqneuro.model.resolve.DECLARED_CONSTANTS", {"d", "c"})
    added.update(resolve_functions(parse_functions(SourceText("far(u) = u > d; big(u) = u > c", "functions"))))
    assert where(
        "big(i)",
        constants=dict(c=2.0),
    ) == by_python(lambda i, j: i > 2)
    for wrong in ("far(i) == 1", "big(i) == 1"):
        with pytest.raises(EquationError, match="which is unknown here"):
            where(wrong)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2*exp(-d)", "probability 2 of the pair i = 1, j = 1 is not between 0 and 1"),
        ("0.5 - d", "probability -0.5 of the pair i = 2, j = 1"),
        ("sqrt(1.5 - i)", "probability nan of the pair i = 2, j = 1"),
    ],
)
def test_a_probability_beyond_its_range_is_refused_with_its_pair(text, message):
    ranks = np.array([1, 2], dtype=np.uint32)
    with pytest.raises(EquationError) as caught:
        strings.distance_probability(Ends(ranks, ranks, 3, 3, True), Side((3,)), Side((3,)), text, {}, True, 1, 1)
    assert message in str(caught.value)


@pytest.mark.parametrize("threads", [1, 3])
def test_the_first_pair_that_is_wrong_is_told_on_any_number_of_threads(threads, monkeypatch):
    monkeypatch.setattr(strings, "PAIRS", 40)
    ends = Ends(*(np.arange(40, dtype=np.uint32),) * 2, 40, 40, True, threads)
    with pytest.raises(EquationError, match="probability 3 of the pair i = 4, j = 8 is not between 0 and 1"):
        strings.distance_probability(
            ends, Side((40,)), Side((40,)), "if j >= 8 and i >= 4: j - 5 else: 0.5", {}, True, 1, 1
        )


def test_probabilities_of_pairs_that_are_excluded_do_not_matter():
    found = strings.distance_probability(whole(4, 4, same=True), Side((4,)), Side((4,)), "1/d^9 > 0", {}, False, 1, 1)
    assert pairs(found) == by_python(lambda i, j: i != j, 4, 4)
    found = strings.distance_probability(whole(9, 9, same=True), Side((9,)), Side((9,)), "1/d", {}, False, 1, 1)
    assert {(i, j) for i in range(9) for j in range(9) if abs(i - j) == 1} <= pairs(found)


def test_pairs_are_connected_as_often_as_their_probability_says():
    size, runs = 12, 3000
    counts = np.zeros((size, size))
    for seed in range(runs):
        found = strings.distance_probability(
            whole(size, size), Side((size,)), Side((size,)), "exp(-d/3)", {}, True, seed, 2
        )
        counts[found.post_ranks[found.rows()], found.pre_ranks] += 1
    distance = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    expected = np.exp(-distance / 3.0)
    assert (counts[distance == 0] == runs).all()
    off = distance > 0
    z = (counts - runs * expected)[off] / np.sqrt(runs * expected * (1.0 - expected))[off]
    assert SIGNIFICANCE < stats.chi2.sf((z**2).sum(), off.sum()) < 1.0 - SIGNIFICANCE
    assert np.abs(z).max() < stats.norm.isf(SIGNIFICANCE / 2 / off.sum())


def test_neighbouring_pairs_are_drawn_independently():
    found = strings.distance_probability(whole(1000, 800), Side((1000,)), Side((800,)), "0.3", {}, True, 9, 4)
    drawn = np.zeros((800, 1000), dtype=int)
    drawn[found.post_ranks[found.rows()], found.pre_ranks] = 1
    for here, there in ((drawn[:, :-1], drawn[:, 1:]), (drawn[:-1], drawn[1:]), (drawn[:, ::2], drawn[:, 1::2])):
        table = [[np.sum((here == a) & (there == b)) for b in (0, 1)] for a in (0, 1)]
        assert stats.chi2_contingency(table).pvalue > SIGNIFICANCE
    degrees = stats.binom(1000, 0.3)
    z = (drawn.sum(axis=1) - degrees.mean()) / degrees.std()
    assert SIGNIFICANCE < stats.chi2.sf((z**2).sum(), 800) < 1.0 - SIGNIFICANCE


def test_a_pair_is_drawn_by_seed_projection_and_ranks_alone():
    def draw(ends, seed=7, stream=3, text="0.4"):
        return pairs(strings.distance_probability(ends, Side((60,)), Side((70,)), text, {}, True, seed, stream))

    full = draw(whole(60, 70))
    pre, post = [3, 4, 9, 10, 11, 58], [0, 5, 69]
    part = draw(Ends(np.array(pre, np.uint32), np.array(post, np.uint32), 60, 70, False))
    assert part == {(i, j) for i, j in full if i in pre and j in post}
    assert draw(whole(60, 70), text="0.3") < full  # less of the same
    assert draw(whole(60, 70), seed=8) != full
    assert draw(whole(60, 70), stream=4) != full


def test_a_probability_of_zero_or_one_is_certain():
    ends, side = whole(30, 30), Side((30,))
    assert strings.distance_probability(ends, side, side, "0", {}, True, 1, 1).synapses == 0
    assert strings.distance_probability(ends, side, side, "1", {}, True, 1, 1).synapses == 900
    assert strings.distance_probability(ends, side, side, "exp(-1000*(d+1))", {}, True, 1, 1).synapses == 0


def test_no_neurons_give_no_synapses():
    none = np.empty(0, dtype=np.uint32)
    for ends in (
        Ends(none, np.arange(3, dtype=np.uint32), 4, 3, False),
        Ends(np.arange(4, dtype=np.uint32), none, 4, 3, False),
    ):
        assert strings.where(ends, Side((4,)), Side((3,)), "d < 9", {}, True).synapses == 0
        assert strings.distance_probability(ends, Side((4,)), Side((3,)), "0.5", {}, True, 1, 1).synapses == 0


def test_one_row_longer_than_a_block_is_right(monkeypatch):
    monkeypatch.setattr(strings, "PAIRS", 16)
    assert where("i % 10 == 0", 100, 2) == {(i, j) for i in range(0, 100, 10) for j in range(2)}
    assert math.isclose(len(where("i < 50", 100, 3)), 150)
