"""Which names are taken for slips of the pen."""

import pytest

from eqneuro.language.names import find_slip, is_slip, suggest


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("tua", "tau"), ("taus", "tau"), ("Tau", "tau"), ("thrshold", "threshold"), ("thresholt", "threshold"),
     ("v_th", "V_th"), ("wegiht", "weight"), ("g_excc", "g_exc")],
)  # fmt: skip
def test_one_wrong_letter_is_a_slip(typed, meant):
    assert is_slip(typed, meant)
    assert find_slip(typed, ["other", meant]) == meant
    assert suggest(typed, ["other", meant]) == f"Did you mean {meant!r}?"


@pytest.mark.parametrize(
    ("typed", "known"),
    [("v", "u"), ("v2", "v1"), ("x1", "x"), ("tau_a", "tau_b1"), ("Vm", "Vr"), ("tau1", "tau2"), ("g_exc", "g_inh")],
)
def test_names_that_only_look_alike_are_no_slips(typed, known):
    assert not is_slip(typed, known)
    assert find_slip(typed, [known]) is None


def test_swapped_letters_are_likelier_than_a_superfluous_one():
    assert find_slip("tahn", ["tan", "tanh"]) == "tanh"


def test_nothing_is_suggested_where_nothing_is_near():
    assert suggest("completely", ["v", "tau"]) == ""


def test_words_of_the_field_are_understood():
    assert find_slip("weight", ["w", "d"]) == "w"
    assert find_slip("wieght", ["w", "d"]) == "w"
    assert find_slip("timestep", ["t", "dt"]) == "dt"
    assert find_slip("weight", ["v"]) is None
