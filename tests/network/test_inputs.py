"""Populations that hold, play back or draw their activity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import eqneuro as ann

RATES = np.arange(1.0, 13.0).reshape(4, 3)


def recorded(population: Any, duration: float, variable: str = "r", dt: float = 1.0, seed: int = 1) -> Any:
    net = ann.Network(dt=dt, seed=seed)
    m = net.monitor(net.create(population), variable)
    net.simulate(duration)
    return m.get(variable)


# -- rates -------------------------------------------------------------------------------------------------------------


def test_an_input_array_holds_what_it_is_given() -> None:
    net = ann.Network()
    inputs = net.create(ann.InputArray((2, 2), name="inputs"))
    post = net.create(1, ann.Neuron(equations="r = sum(exc)"))
    net.connect(inputs, post, "exc").all_to_all(1.0)
    inputs.r = [[1.0, 2.0], [3.0, 4.0]]
    net.simulate(1.0)
    assert post.r[0] == 10.0
    inputs[0, :].r = 0.0
    net.simulate(1.0)
    assert post.r[0] == 7.0
    net.reset()
    np.testing.assert_array_equal(inputs.r, [[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ValueError, match="geometry"):
        ann.InputArray()


@pytest.mark.parametrize(
    ("how", "letters"),
    [
        ({}, "abcddddddddd"),
        (dict(schedule=2.0), "aabbccdddddd"),
        (dict(schedule=[0.0, 2.0, 3.0]), "aabccccccccc"),
        (dict(schedule=[1.0, 3.0]), ".aabbbbbbbbb"),
        (dict(period=4.0), "abcdabcdabcd"),
        (dict(period=3.0), "abcabcabcabc"),
        (dict(schedule=2.0, period=5.0), "aabbcaabbcaa"),
        (dict(schedule=[2.0, 3.0], period=4.0), "..ab..ab..ab"),
    ],
)
@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_a_timed_array_plays_its_rows(how: dict[str, Any], letters: str, dt: float) -> None:
    rows = recorded(ann.TimedArray(RATES, **dict(dict(schedule=1.0), **how)), 12.0, dt=dt)
    expected = np.array([np.zeros(3) if letter == "." else RATES["abcd".index(letter)] for letter in letters])
    np.testing.assert_array_equal(rows, np.repeat(expected, round(1.0 / dt), axis=0))


def test_a_timed_array_without_schedule_has_one_row_a_step() -> None:
    np.testing.assert_array_equal(recorded(ann.TimedArray(RATES), 1.0, dt=0.25), RATES)


def test_rows_have_the_geometry_or_one_number_for_all() -> None:
    square = ann.TimedArray(np.arange(24.0).reshape(2, 3, 4))
    assert square.geometry == (3, 4)
    np.testing.assert_array_equal(recorded(square, 2.0), np.arange(24.0).reshape(2, 3, 4))
    flat = ann.TimedArray(np.arange(24.0).reshape(2, 12), geometry=(3, 4))
    np.testing.assert_array_equal(recorded(flat, 2.0), np.arange(24.0).reshape(2, 3, 4))
    np.testing.assert_array_equal(
        recorded(ann.TimedArray([1.0, 2.0], geometry=(2, 2)), 2.0), np.full((2, 2, 2), 1.0) * [[[1.0]], [[2.0]]]
    )
    assert recorded(ann.TimedArray([1.0, 2.0]), 2.0).tolist() == [[1.0], [2.0]]


@pytest.mark.parametrize("threads", [1, 3])
def test_a_row_that_stays_is_put_back_where_somebody_wrote(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQNEURO_FIXED_THREADS", "1")
    net = ann.Network(dt=1.0, num_threads=threads)
    rows = np.random.default_rng(1).uniform(size=(3, 500))
    inputs = net.create(ann.TimedArray(rows, schedule=5.0, period=15.0))
    m = net.monitor(inputs, "r")
    net.simulate(3.0)
    inputs.r = 7.0
    net.simulate(1.0)
    net.simulate(30.0)
    expected = rows[np.arange(34) % 15 // 5]
    np.testing.assert_array_equal(m.get("r"), expected)


def test_a_timed_array_is_updated_with_or_without_its_place_and_reset() -> None:
    net = ann.Network(dt=0.5)
    inputs = net.create(ann.TimedArray(RATES, schedule=1.0))
    m = net.monitor(inputs, "r")

    def played(duration: float) -> list[float]:
        net.simulate(duration)
        return m.get("r")[:, 0].tolist()

    assert (inputs.schedule, inputs.period) == ([0.0, 1.0, 2.0, 3.0], -1.0)
    np.testing.assert_array_equal(inputs.rates, RATES)
    assert played(1.5) == [1, 1, 4]
    inputs.update(10 * RATES, reset=False)
    assert played(1.0) == [40, 70]
    inputs.update(100 * RATES)
    assert played(1.0) == [100, 100]
    inputs.update(RATES, schedule=[0.0, 0.5], period=1.0)
    assert played(2.0) == [1, 4, 1, 4]
    inputs.reset()
    assert played(0.5) == [1]
    net.reset()
    assert played(3.0) == [1, 1, 4, 4, 7, 7], "as it was made"
    np.testing.assert_array_equal(inputs.r, RATES[2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "rates"),
        (dict(rates=[]), "at least one row"),
        (dict(rates=3.0), "at least one row"),
        (dict(rates=[[1.0, np.nan, 2.0]]), "finite"),
        (dict(rates=RATES, geometry=(2, 2)), "geometry"),
        (dict(rates=RATES, schedule=[0.0, 1.0, 2.0, 3.0, 4.0]), "schedule has 5 times"),
        (dict(rates=RATES, schedule=[0.0, 2.0, 1.0]), "increase"),
        (dict(rates=RATES, schedule=[-1.0, 2.0]), "not negative"),
        (dict(rates=RATES, schedule=-1.0), "not negative"),
        (dict(rates=RATES, schedule=np.nan), "not negative"),
    ],
)
def test_schedules_that_make_no_sense_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ann.TimedArray(**arguments)
    if "rates" in arguments and "geometry" not in arguments:
        inputs = ann.Network().create(ann.TimedArray(RATES))
        with pytest.raises(ValueError, match=message):
            inputs.update(arguments["rates"], arguments.get("schedule"))
        np.testing.assert_array_equal(inputs.rates, RATES)


def test_rows_of_another_size_are_refused_at_an_update() -> None:
    inputs = ann.Network().create(ann.TimedArray(RATES))
    with pytest.raises(ValueError, match=r"shape \(5,\), which is not the geometry \(3,\)"):
        inputs.update(np.ones((4, 5)))
    with pytest.raises(RuntimeError, match="belongs to no network yet"):
        ann.TimedArray(RATES).update(RATES)


# -- spikes ------------------------------------------------------------------------------------------------------------


def test_spikes_come_at_the_nearest_step_of_their_times_each_once() -> None:
    spikes = recorded(
        ann.SpikeSourceArray([[5.0, 1.0, 1.1, 0.0], [0.3, 0.74, 0.76], [], [7.0, 100.0]]), 8.0, "spike", dt=0.5
    )
    assert spikes == {0: [0, 2, 10], 1: [1, 2], 2: [], 3: [14]}


@pytest.mark.parametrize("times", [[1.0, 2.0], np.array([1.0, 2.0]), (1, 2), np.array([1, 2])])
def test_one_list_is_one_neuron(times: Any) -> None:
    source = ann.SpikeSourceArray(times)
    assert source.size == 1
    assert recorded(source, 5.0, "spike") == {0: [1, 2]}


def test_spike_times_of_many_forms() -> None:
    assert ann.SpikeSourceArray(np.array([[1.0, 2.0], [3.0, 4.0]])).size == 2
    assert ann.SpikeSourceArray([np.array([1.0]), [], (2.0, 3.0)]).spike_times == [[1.0], [], [2.0, 3.0]]
    assert recorded(ann.SpikeSourceArray([]), 2.0, "spike") == {0: []}
    for wrong in ([[-1.0]], [[np.nan]], [[np.inf]]):
        with pytest.raises(ValueError, match="finite numbers of ms"):
            ann.SpikeSourceArray(wrong)
    for wrong in (5.0, ["a"], [[[1.0], [2.0, 3.0]]]):
        with pytest.raises(ValueError, match="list of times"):
            ann.SpikeSourceArray(wrong)


def test_a_million_times_that_fit_between_multiples_of_dt_are_exact() -> None:
    times = np.arange(20_000) * 0.1
    spikes = recorded(ann.SpikeSourceArray([times]), 2000.0, "spike", dt=0.1)
    assert spikes[0] == list(range(20_000))


def test_spike_times_are_changed_and_reset() -> None:
    net = ann.Network()
    source = net.create(ann.SpikeSourceArray([[1.0], [3.0]]))
    m = net.monitor(source, "spike")
    net.simulate(4.0)
    source.spike_times = [[4.0, 5.0, 0.0], []]
    net.simulate(4.0)
    assert m.get("spike") == {0: [1, 4, 5], 1: [3]}, "times are those of the network"
    source.reset()
    net.simulate(4.0)
    assert m.get("spike") == {0: [8], 1: []}, "after a reset they count from then"
    net.reset()
    net.simulate(6.0)
    assert m.get("spike") == {0: [0, 4, 5], 1: []}
    with pytest.raises(ValueError, match="must hold 2 lists, not 1"):
        source.spike_times = [[1.0]]


def rate_of(population: Any, duration: float, dt: float = 0.5, **more: Any) -> np.ndarray:
    spikes = recorded(population, duration, "spike", dt=dt, **more)
    return np.array([len(train) for train in spikes.values()]) / duration * 1000.0


def test_poisson_neurons_spike_at_their_rates_independently() -> None:
    rates = np.repeat([0.0, 20.0, 100.0], 200)
    found = rate_of(ann.PoissonPopulation(600, rates=rates), 2000.0).reshape(3, 200)
    assert (found[0] == 0.0).all()
    for row, rate in zip(found[1:], (20.0, 100.0), strict=True):
        deviation = np.sqrt(rate * (1.0 - rate * 0.5e-3) / 2.0)  # of a binomial count over 2 s
        assert abs(row.mean() - rate) < 5.0 * deviation / np.sqrt(200)
        assert 0.7 < row.var() / deviation**2 < 1.4
    with pytest.warns(UserWarning, match="spikes once in a step of 0.5 ms at most"):
        assert (rate_of(ann.PoissonPopulation(10, rates=1e6), 100.0) == 2000.0).all()


def test_poisson_rates_are_numbers_equations_or_sums() -> None:
    net = ann.Network(dt=0.5, seed=1)
    wave = net.create(
        ann.PoissonPopulation((10, 10), name="wave", rates="base * (t < half)", parameters=dict(base=100.0, half=100.0))
    )
    m = net.monitor(wave, "spike")
    rates = net.create(1, ann.Neuron(parameters="x = 50.0", equations="r = x"))
    driven = net.create(ann.PoissonPopulation(200, target="exc"))
    net.connect(rates, driven, "exc").all_to_all(1.0)
    n = net.monitor(driven, ["spike", "rates"])
    net.simulate(200.0)
    steps = np.concatenate(list(m.get("spike").values()))
    assert steps.max() < 200
    assert abs(len(steps) - 1000) < 5 * np.sqrt(1000)
    data = n.get()
    assert (data["rates"][1:] == 50.0).all()
    assert abs(sum(map(len, data["spike"].values())) - 2000) < 5 * np.sqrt(2000)
    assert wave.geometry == (10, 10)
    wave.base = 0.0
    net.reset()


def test_a_poisson_population_with_refractory_time_keeps_its_distance() -> None:
    spikes = recorded(ann.PoissonPopulation(50, rates=500.0, refractory=5.0), 500.0, "spike", dt=0.5)
    assert min(int(np.diff(train).min()) for train in spikes.values()) == 11


def test_poisson_populations_without_or_with_wrong_rates_are_refused() -> None:
    for wrong in ({}, dict(rates=10.0, target="exc")):
        with pytest.raises(ValueError, match="either `rates` or `target`"):
            ann.PoissonPopulation(3, **wrong)
    for wrong in (-1.0, np.nan, [1.0, -1.0]):
        with pytest.raises(ValueError, match="in Hz, 0 or more"):
            ann.PoissonPopulation(2, rates=wrong)
    with pytest.raises(ValueError, match="shape"):
        ann.Network().create(ann.PoissonPopulation(2, rates=[1.0, 2.0, 3.0]))


def test_timed_poisson_populations_follow_their_schedule() -> None:
    net = ann.Network(dt=0.5, seed=2)
    population = net.create(
        ann.TimedPoissonPopulation(500, rates=[100.0, 0.0, 50.0], schedule=[0.0, 100.0, 200.0], period=300.0)
    )
    m = net.monitor(population, "spike")
    net.simulate(600.0)
    counts = m.histogram(m.get("spike"), bins=100.0, recording_window=(0.0, 600.0))[:6]
    expected = np.array([5000, 0, 2500, 5000, 0, 2500])
    assert (np.abs(counts - expected) <= 5 * np.sqrt(expected)).all()
    population.update([0.0, 100.0], schedule=[0.0, 50.0])
    net.simulate(100.0)
    counts = m.histogram(m.get("spike"), bins=50.0, recording_window=(600.0, 700.0))
    assert counts[0] == 0
    assert abs(counts[1] - 2500) < 5 * np.sqrt(2500)
    by_neuron = ann.TimedPoissonPopulation(2, rates=[[1000.0, 0.0], [0.0, 1000.0]], schedule=10.0)
    first, second = recorded(by_neuron, 20.0, "spike", dt=1.0).values()
    assert (first, second) == (list(range(10)), list(range(10, 20)))


@pytest.mark.parametrize(("rate", "corr", "tau"), [(10.0, 0.3, 10.0), (40.0, 0.1, 20.0)])
def test_correlated_trains_have_the_rate_and_the_total_correlation(rate: float, corr: float, tau: float) -> None:
    """Counts in windows T much longer than tau: covariance / variance of a Poisson count tends to the correlation, and
    for finite T the covariance of the doubly stochastic rate is c·rate·T·(1 − tau/T·(1 − e^(−T/tau))), corr = c.
    """
    net = ann.Network(dt=1.0, seed=7)
    population = net.create(ann.HomogeneousCorrelatedSpikeTrains(100, rates=rate, corr=corr, tau=tau))
    m = net.monitor(population, "spike")
    duration, window = 100_000.0, 500.0
    net.simulate(duration)
    counts = m.histogram(m.get("spike"), bins=window, per_neuron=True, recording_window=(0.0, duration))[:, :-1]
    assert counts.mean() / window * 1000.0 == pytest.approx(rate, rel=0.05)
    covariance = np.cov(counts)
    shared = covariance[~np.eye(100, dtype=bool)].mean()
    expected = corr * rate * window / 1000.0 * (1.0 - tau / window * (1.0 - np.exp(-window / tau)))
    assert shared == pytest.approx(expected, rel=0.25)


def test_correlated_trains_without_correlation_are_poisson_and_follow_updates() -> None:
    net = ann.Network(dt=1.0, seed=3)
    population = net.create(
        ann.HomogeneousCorrelatedSpikeTrains((10, 10), rates=50.0, corr=0.0, tau=10.0, refractory=2.0)
    )
    m = net.monitor(population, ["spike", "x"])
    net.simulate(100.0)
    assert (m.get("x") == 50.0).all()
    assert min(np.diff(train).min() for train in m.get("spike").values() if len(train) > 1) >= 3
    population.update(rates=[0.0, 100.0], corr=[0.0, 0.0], schedule=[0.0, 50.0], tau=20.0)
    net.simulate(100.0)
    x = m.get("x")
    assert x[0] == pytest.approx(50.0 * np.exp(-1.0 / 20.0))
    assert x[-1] > 80.0
    net.reset()
    assert (population.tau, population.mu) == (10.0, 50.0)


@pytest.mark.parametrize(
    "wrong", [dict(rates=-1.0), dict(corr=1.5), dict(corr=-0.1), dict(tau=0.0), dict(rates=np.nan)]
)
def test_correlated_trains_that_can_not_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="rates must not be negative"):
        ann.HomogeneousCorrelatedSpikeTrains(3, **dict(dict(rates=10.0, corr=0.1, tau=5.0), **wrong))
