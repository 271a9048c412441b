"""The networks of the benchmarks, too, find the same bits on 1, 2, 3 and 4 threads."""

from __future__ import annotations

from pathlib import Path

import pytest

from .halves import assert_same_bits

BENCHMARKS = (
    "coba:4,000",
    "coba:4,000, exponential Euler",
    "coba:40,000",
    "cuba:4,000",
    "cuba:40,000",
    "brunel:2,500",
    "brunel:12,500",
    "hh_coba:4,000",
    "izhikevich:1,000",
    "izhikevich:10,000",
    "stdp:1,000 to 1, 100 s",
    "stdp:10,000 to 100, 10 s",
    "rate_network:1,000 dense",
    "rate_network:1,000 sparse",
    "rate_network:4,000 dense",
    "rate_network:4,000 sparse",
    "reservoir:1,000 units, 10,000 steps",
    "single_neuron:1 neuron, 10,000,000 steps",
    "microcircuit:scale 0.1",
    "unequal:100,000 with 5,000 hubs",
)
"""All but those that build, compile or call the network of another one, and the microcircuit with more neurons."""


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_the_network_of_a_benchmark_has_the_same_bits_on_other_threads(benchmark: str, tmp_path: Path) -> None:
    assert_same_bits(Path(__file__).parent / "benchmark_case.py", tmp_path, EQNEURO_BENCHMARK=benchmark)
