"""Random small networks give the same in C and by the interpreter."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, given, settings

from .agreement import assert_agree
from .random_networks import NetworkText, networks

NETWORKS = max(1, int(os.environ.get("EQNEURO_RANDOM_MODELS", "300")) // 10)
"""How many networks are compared, beside as many neurons as `test_random_neurons` says."""


@settings(
    max_examples=NETWORKS,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
@given(text=networks())
def test_random_networks_agree_on_both_backends(text: NetworkText) -> None:
    assert_agree(text.build)
