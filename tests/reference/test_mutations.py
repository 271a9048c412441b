"""The comparison of random models notices what is broken on purpose, and nothing where nothing is."""

from __future__ import annotations

import pytest

from .mutations import MUTATIONS, NETWORKS, Mutation, is_noticed


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_broken_code_generator_is_noticed(mutation: Mutation) -> None:
    assert is_noticed(mutation, models=300)


@pytest.mark.slow
@pytest.mark.parametrize("test", ["test_random_neurons.py", NETWORKS])
def test_a_copy_in_which_nothing_is_broken_agrees(test: str) -> None:
    assert not is_noticed(None, models=20, test=test)
