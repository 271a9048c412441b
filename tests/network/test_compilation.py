"""What asks for the compiler, and what does not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import eqneuro as ann

Count = Callable[[ann.Network], int]

SPIKING = ann.Neuron(
    parameters=dict(tau=10.0, E=1.2),
    equations="tau*dv/dt = E - v + g_exc : init=0.0",
    spike="v > 1.0",
    reset="v = 0.0",
    refractory=1.0,
)


def spiking_network(
    size: int = 20, dt: float = 0.5, seed: int = 1, weight: Any = 0.1, delay: float = 1.0, p: float = 0.3
):
    net = ann.Network(dt=dt, seed=seed)
    population = net.create(size, SPIKING)
    projection = net.connect(population, population, "exc").fixed_probability(p, weights=weight, delays=delay)
    return net, population, projection


def test_sizes_values_weights_probabilities_delays_dt_seeds_and_threads_share_one_library(compilations: Count) -> None:
    net, population, projection = spiking_network()
    assert compilations(net) == 1
    population.tau, population.E, population.refractory = 12.0, 1.4, 2.0
    population.v = np.linspace(0.0, 1.0, 20)
    projection.w = 0.2
    projection.delay = 3.0
    assert compilations(net) == 1
    net.config(num_threads=2)
    assert compilations(net) == 1
    for other in (
        dict(size=1),
        dict(size=3000, p=0.01),
        dict(dt=0.1),
        dict(seed=7),
        dict(weight=2.0),
        dict(delay=10.0),
    ):
        assert compilations(spiking_network(**other)[0]) == 1, other


def test_populations_and_projections_of_one_model_share_code(compilations: Count) -> None:
    net, population, _ = spiking_network()
    assert compilations(net) == 1
    other = net.create(7, SPIKING)
    net.connect(other, population, "exc").all_to_all(0.3, delays=2.0)
    assert compilations(net) == 1, "what is added later has the kernels that are there"


def test_one_value_a_neuron_compiles_once_and_says_so_once(
    compilations: Count, caplog: pytest.LogCaptureFixture
) -> None:
    net, population, _ = spiking_network()
    assert compilations(net) == 1
    with caplog.at_level(logging.INFO, logger="eqneuro"):
        population.tau = np.linspace(8.0, 12.0, 20)
        assert compilations(net) == 2
        said = [record.message for record in caplog.records if "'tau'" in record.message or "tau" in record.message]
        assert len(said) == 1
        assert "pop0" in said[0]
        for value in (15.0, np.linspace(1.0, 2.0, 20), 10.0):
            population.tau = value
            assert compilations(net) == 2, "back to one value, and to others, with the code that is there"
        assert len([r for r in caplog.records if "tau" in r.message]) == 1


def test_one_weight_a_synapse_compiles_once(compilations: Count) -> None:
    net, _, projection = spiking_network()
    assert compilations(net) == 1
    projection.w = ann.Uniform(0.0, 0.1)
    assert compilations(net) == 2
    projection.w = ann.Uniform(0.0, 0.2)
    projection.w = 0.1
    projection.dendrite(projection.post_ranks[0]).w = 0.3
    assert compilations(net) == 2


def test_a_value_written_into_the_array_of_a_uniform_parameter_counts(compilations: Count) -> None:
    net = ann.Network()
    population = net.create(4, ann.Neuron(parameters="inc = 1.0", equations="v = v + inc : init=0.0\nr = v"))
    held = population.inc
    assert compilations(net) == 1
    held[:] = 2.0
    assert compilations(net) == 1, "still the same for all"
    np.testing.assert_array_equal(population.v, 2 * 1.0 + 2 * 2.0)
    held[2] = 10.0
    assert compilations(net) == 2
    np.testing.assert_array_equal(population.v, [10.0, 10.0, 26.0, 10.0])


def test_a_known_network_is_found_and_clean_compiles_it_anew(compiler: Any) -> None:
    net, *_ = spiking_network()
    compiler.compile(net)
    again, *_ = spiking_network()
    compiler.compile(again)
    assert compiler.count == 1
    assert net.directory == again.directory == str(compiler.folder)
    net.compile(directory=compiler.folder, compiler=str(compiler.path), clean=True, silent=True)
    assert compiler.count == 2


def test_compile_is_called_by_the_first_simulate_and_again_keeps_the_state(counter: ann.Neuron) -> None:
    net = ann.Network()
    population = net.create(2, counter)
    assert not net.compiled
    net.simulate(3.0)
    assert net.compiled
    net.compile()
    assert population.v.tolist() == [3.0, 3.0], "not initialised anew"
    net.simulate(1.0)
    assert population.v.tolist() == [4.0, 4.0]
    net.reset()
    assert population.v.tolist() == [0.0, 0.0], "the first compilation decides what reset brings back"


def test_objects_made_after_compile_run_and_are_reset(clock: ann.Neuron) -> None:
    net = ann.Network()
    first = net.create(2, clock)
    net.simulate(4.0)
    second = net.create(2, ann.Neuron(equations="a += g_exc : init=5.0", spike="a > 100.0", reset=""))
    net.connect(first, second, "exc").all_to_all(0.5, delays=1.0)
    second.a = 1.0
    net.simulate(4.0)
    assert second.a.tolist() == [2.0, 2.0], "the spikes of step 3 arrive in step 4, those of step 7 later"
    net.simulate(1.0)
    assert second.a.tolist() == [3.0, 3.0]
    net.reset()
    assert second.a.tolist() == [1.0, 1.0]


def test_the_generated_c_is_shown() -> None:
    net, *_ = spiking_network()
    text = net.source()
    assert "tau*dv/dt = E - v + g_exc" in text
    assert net.compiled


def test_compile_takes_the_arguments_of_older_scripts(tmp_path: Any) -> None:
    net, *_ = spiking_network()
    net.compile(
        directory=str(tmp_path / "annarchy"), compiler="default", compiler_flags="default", silent=True,
        add_sources="", extra_libs="", profile_enabled=False,
    )  # fmt: skip
    assert net.directory == str(tmp_path / "annarchy")
    assert list((tmp_path / "annarchy").glob("*.c"))
