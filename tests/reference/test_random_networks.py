"""Random small networks give the same in C and by the interpreter."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from .agreement import assert_agree
from .random_networks import NetworkText, networks

NETWORKS = max(1, int(os.environ.get("EQNEURO_RANDOM_MODELS", "300")) // 10)
"""How many networks are compared, beside as many neurons as `test_random_neurons` says."""
PARTS = min(5, NETWORKS)
"""Tests that share them, for as many processors."""


@pytest.mark.parametrize("part", range(PARTS))
def test_random_networks_agree_on_both_backends(part: int) -> None:
    @seed(part)
    @settings(
        max_examples=max(1, NETWORKS // PARTS),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(text=networks())
    def agree(text: NetworkText) -> None:
        assert_agree(text.build)

    agree()
