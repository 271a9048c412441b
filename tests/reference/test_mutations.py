"""The comparison of random models notices what is broken on purpose: two breaks here, all by `make opinion`."""

from __future__ import annotations

from pathlib import Path

import pytest

import eqneuro

from .mutations import MUTATIONS, NETWORKS, Mutation, is_noticed

NEURON = next(mutation for mutation in MUTATIONS if mutation.name == "missing reset")
NETWORK = next(mutation for mutation in MUTATIONS if mutation.test == NETWORKS)


@pytest.mark.slow
@pytest.mark.parametrize("mutation", [NEURON, NETWORK], ids=lambda mutation: mutation.name)
def test_a_broken_code_generator_is_noticed(mutation: Mutation) -> None:
    assert is_noticed(mutation, models=300)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_what_is_to_be_broken_is_there(mutation: Mutation) -> None:
    package = Path(eqneuro.__file__).parent
    places = (package / mutation.file, package.parent / mutation.file)
    text = next(place for place in places if place.exists()).read_text(encoding="utf-8")
    assert text.count(mutation.before) == 1
