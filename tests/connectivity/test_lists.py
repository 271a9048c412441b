"""Synapses added one post-synaptic neuron after the other: what is refused at once, and what they become."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from eqneuro import LILConnectivity, Uniform
from eqneuro.connectivity import lists
from eqneuro.connectivity.patterns import Ends


def whole(pre, post):
    return Ends(np.arange(pre, dtype=np.uint32), np.arange(post, dtype=np.uint32), pre, post, False)


def as_table(synapses):
    """{(post, pre): (weight, delay)}, in the order they stand in."""
    found = synapses.connectivity
    posts = found.post_ranks[found.rows()].tolist()
    values = zip(np.asarray(synapses.weights).tolist(), np.asarray(synapses.delays).tolist(), strict=True)
    return dict(zip(zip(posts, found.pre_ranks.tolist(), strict=True), values, strict=True))


@settings(max_examples=100, deadline=None)
@given(
    table=st.dictionaries(
        st.tuples(st.integers(0, 5), st.integers(0, 7)), st.tuples(st.floats(-9, 9), st.floats(0, 9)), max_size=30
    ),
    data=st.data(),
)
def test_synapses_come_out_sorted_whatever_the_order_they_were_added_in(table, data):
    made = LILConnectivity()
    for post, pre in data.draw(st.permutations(sorted(table))):
        made.add(post, [pre], [table[post, pre][0]], [table[post, pre][1]])
    synapses = lists.from_lists(made, whole(8, 6))
    assert as_table(synapses) == table
    assert list(as_table(synapses)) == sorted(table)
    assert made.nb_synapses == synapses.connectivity.synapses == len(table)
    assert (np.diff(synapses.connectivity.row_start) > 0).all()
    assert synapses.connectivity.row_start[-1] == len(table)


def test_numbers_stand_for_all_synapses_of_a_call_and_delays_may_be_left_out():
    made = LILConnectivity(dt=0.1)
    made.add(3, (4, 1), 0.5, 2.0)
    made.push_back(np.int64(0), np.array([2, 0], dtype=np.uint16), np.array([1.0, 2.0]))
    made.add(1, 6, -1)
    made.add(2, [], [], [])
    assert as_table(lists.from_lists(made, whole(8, 6))) == {
        (0, 0): (2.0, 0.0), (0, 2): (1.0, 0.0), (1, 6): (-1.0, 0.0), (3, 1): (0.5, 2.0), (3, 4): (0.5, 2.0)
    }  # fmt: skip
    assert repr(made) == "<LILConnectivity of 5 synapses>"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, [1, 2], [1.0], 0.0), "weights of post-synaptic neuron 0 must be one number or 2"),
        ((0, [1, 2], 1.0, [1.0, 1.0, 1.0]), "delays of post-synaptic neuron 0 must be one number or 2"),
        ((0, [1, 2], [[1.0, 2.0]], 0.0), "weights of post-synaptic neuron 0 must be one number or 2"),
        ((0, [1, 2], [1.0, np.nan], 0.0), "weights of post-synaptic neuron 0 must be finite numbers, not nan"),
        ((0, [1, 2], np.inf, 0.0), "weights of post-synaptic neuron 0 must be finite numbers, not inf"),
        ((0, [1, 2], "strong", 0.0), "weights of post-synaptic neuron 0 must be numbers, not 'strong'"),
        ((0, [1, 2], Uniform(0.0, 1.0), 0.0), r"must be numbers, not Uniform\(0, 1\)"),
        ((0, [1, 2], 1.0, [0.5, -0.5]), "delays of post-synaptic neuron 0 must not be negative, as -0.5 is"),
        ((0, [1, 2], 1.0, np.nan), "delays of post-synaptic neuron 0 must be finite"),
        ((0, [1, 2, 1], 1.0, 0.0), "post-synaptic neuron 0 gets two synapses from pre-synaptic neuron 1"),
        ((0, [1, -2], 1.0, 0.0), "pre-synaptic ranks of post-synaptic neuron 0 must be 0 or more, .* not -2"),
        ((0, [1, 2.5], 1.0, 0.0), "pre-synaptic ranks of post-synaptic neuron 0 must be whole numbers"),
        ((0, [True, False], 1.0, 0.0), "must be whole numbers"),
        ((0, [[1, 2]], 1.0, 0.0), "must be whole numbers"),
        ((0, ["a"], 1.0, 0.0), "must be whole numbers"),
        ((-1, [1, 2], 1.0, 0.0), "post-synaptic rank must be 0 or more, .* not -1"),
        ((0.5, [1, 2], 1.0, 0.0), "post-synaptic rank must be whole numbers"),
        (([0, 1], [1, 2], 1.0, 0.0), "post-synaptic rank must be one whole number"),
        ((2**40, [1, 2], 1.0, 0.0), "not 1099511627776"),
    ],
)
def test_what_can_be_no_synapse_is_refused_when_it_is_added(arguments, message):
    made = LILConnectivity()
    with pytest.raises(ValueError, match=message):
        made.add(*arguments)
    assert made.nb_synapses == 0


def test_a_second_synapse_of_a_pair_is_refused_in_a_later_call_too():
    made = LILConnectivity()
    made.add(4, [1, 2], 1.0)
    made.add(4, [0, 3], 1.0)
    made.add(5, [1, 2], 1.0)
    with pytest.raises(ValueError, match="post-synaptic neuron 4 gets two synapses from pre-synaptic neuron 3"):
        made.add(4, [7, 3], 1.0)
    assert made.nb_synapses == 6


def test_ranks_beyond_the_populations_or_views_are_refused():
    def made(post, pre):
        synapses = LILConnectivity()
        synapses.add(post, [pre], 1.0)
        return synapses

    view = Ends(np.array([2, 5], np.uint32), np.array([1, 3], np.uint32), 8, 6, False)
    assert as_table(lists.from_lists(made(3, 5), view)) == {(3, 5): (1.0, 0.0)}
    for post, pre, message in [
        (6, 2, "post-synaptic rank 6 is outside a population of 6 neurons"),
        (3, 8, "pre-synaptic rank 8 is outside a population of 8 neurons"),
        (2, 2, "post-synaptic rank 2 is not in the view"),
        (3, 4, "pre-synaptic rank 4 is not in the view"),
    ]:
        with pytest.raises(ValueError, match=message):
            lists.from_lists(made(post, pre), view)
    with pytest.raises(ValueError, match="neuron 0 gets two synapses from pre-synaptic neuron 1"):
        lists.from_table(np.array([0, 1, 0]), np.array([1, 1, 1]), 1.0, 0.0, whole(3, 3))


def test_a_method_that_does_not_tell_its_arguments_gets_what_the_user_gave():
    class Silent:
        __signature__ = "none"

        def __call__(self, *given, **named):
            assert named == {"w": 1}
            return LILConnectivity()

    assert isinstance(lists.call_method(Silent(), None, None, 0.1, {"w": 1}), LILConnectivity)
