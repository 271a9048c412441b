"""Networks whose spikes happen within steps: settings, what is refused, delivery, recordings, the same bits."""

import numpy as np
import pytest

from eqneuro import (
    STDP,
    Izhikevich,
    Network,
    Neuron,
    PoissonPopulation,
    SpikeSourceArray,
    Synapse,
    Uniform,
    float32,
)

LIF = dict(
    parameters="tau = 10.0; I = 20.0",
    equations="tau*dv/dt = I - v + g_exc : exact\n3.0*dg_exc/dt = -g_exc : exact",
    spike="v > 15.0",
    reset="v = 0.0",
)
INTERVAL = 10.0 * np.log(20.0 / 5.0)


def integrator(**changes):
    return Neuron(**{**LIF, **changes})


# -- asking for it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("network", "neuron", "expected"),
    [
        (None, None, False),
        (None, "interpolated", True),
        ("interpolated", None, True),
        ("interpolated", "grid", False),
        ("grid", "interpolated", True),
    ],
)
def test_the_neuron_decides_and_else_the_network(network, neuron, expected):
    net = Network(dt=1.0, spike_times=network)
    monitor = net.monitor(net.create(1, integrator(spike_times=neuron)), "spike")
    net.simulate(20.0)
    [step] = monitor.get("spike")[0]
    assert isinstance(step, float) == expected
    assert step == (pytest.approx(INTERVAL, rel=1e-12) if expected else np.floor(INTERVAL))


def test_the_c_of_neurons_on_the_grid_is_what_it_was():
    net = Network(dt=1.0)
    net.create(1, integrator())
    assert "MOST_SPIKES" not in net.source()
    assert "MOST_SPIKES" in _compiled(spike_times="interpolated").source()


def _compiled(**settings):
    net = Network(dt=1.0, **settings)
    net.create(1, integrator())
    return net


@pytest.mark.parametrize("make", [lambda mode: Network(spike_times=mode), lambda mode: integrator(spike_times=mode)])
def test_another_word_is_refused_with_the_nearest(make):
    with pytest.raises(ValueError, match=r"must be 'grid' or 'interpolated', not 'interpolate'. Did you mean"):
        make("interpolate")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (dict(spike=None, reset=None, equations="v = sum(exc)"), "it has no spike condition"),
        (dict(spike="v > Uniform(10.0, 15.0)"), "its spike condition is random"),
        (dict(equations="tau*dv/dt = I - v + xi"), "is random, which is drawn once a step"),
        (dict(equations="tau*dv/dt = I - v + Normal(0.0, 1.0)"), "is random, which is drawn once a step"),
        (dict(equations="tau*dv/dt = I - v(t - 2.0)"), "reads the past, which is kept step by step"),
        (dict(equations="tau*dv/dt = I - v\nn = n + 1"), "`n = n \\+ 1` counts steps"),
        (dict(axon_spike="v > 14.0"), "an axon_spike is emitted at the end of a step"),
        (dict(refractory="v < 1.0"), "its refractory time is a condition; give it a time in ms"),
    ],
)
def test_models_that_have_no_moments_within_a_step_are_refused(changes, reason):
    with pytest.raises(ValueError, match=reason):
        integrator(spike_times="interpolated", name="LIF", **changes)


def test_a_network_refuses_a_neuron_that_can_not_follow_it():
    net = Network(spike_times="interpolated")
    with pytest.raises(ValueError, match=r"population 'cells' can't have spike_times='interpolated': .* is random"):
        net.create(1, Izhikevich(noise=1.0), name="cells")
    assert not net.get_populations()


def test_neurons_that_spike_at_random_stay_on_the_grid():
    net = Network(dt=1.0, seed=1, spike_times="interpolated")
    monitor = net.monitor(net.create(PoissonPopulation(10, rates=100.0)), "spike")
    net.simulate(100.0)
    assert all(isinstance(step, int) for train in monitor.get("spike").values() for step in train)


def test_the_setting_is_made_before_there_are_populations():
    net = _compiled()
    with pytest.raises(ValueError, match="spike_times can't be changed once there are populations"):
        net.config(spike_times="interpolated")


@pytest.mark.parametrize(
    "synapse",
    [
        Synapse(pre_spike="g_target += w*t"),
        STDP(tau_plus=20.0, tau_minus=20.0, A_plus=0.01, A_minus=0.01, w_max=1.0),
        Synapse(pre_spike="g_target += pre.v"),
    ],
)
def test_synapses_that_need_more_than_a_weight_are_refused_when_they_connect(synapse):
    net = Network(spike_times="interpolated")
    cells = net.create(2, integrator())
    with pytest.raises(ValueError, match=r"spikes .*happen within steps|but spikes arrive within them"):
        net.connect(cells, cells, "exc", synapse)


def test_conductances_that_last_one_step_are_refused():
    net = Network(spike_times="interpolated")
    cells = net.create(2, integrator(equations="tau*dv/dt = I - v + g_exc"))
    with pytest.raises(ValueError, match="g_exc of population 'pop0' has no equation, so it lasts one step"):
        net.connect(cells, cells, "exc")


def test_synapses_that_change_may_join_neurons_on_the_grid_beside_them():
    net = Network(dt=1.0, spike_times="interpolated")
    net.create(1, integrator())
    cells = net.create(2, integrator(spike_times="grid"))
    net.connect(cells, cells, "exc", STDP).all_to_all(1.0)
    net.simulate(20.0)


# -- spikes and what they do ------------------------------------------------------------------------------------------


def test_several_spikes_of_one_step_are_all_recorded_in_order():
    """With I = 1000 the neuron fires every 10·ln(1000/985) = 0.15 ms."""
    interval = 10.0 * np.log(1000.0 / 985.0)
    net = Network(dt=0.5, spike_times="interpolated")
    cell = net.create(1, integrator(parameters="tau = 10.0; I = 1000.0"))
    monitor = net.monitor(cell, "spike")
    net.simulate(10.0)
    times = monitor.spike_times()[0]
    assert len(times) == int(10.0 / interval)
    np.testing.assert_allclose(times, interval * np.arange(1, len(times) + 1), rtol=1e-11)


def test_a_neuron_that_never_leaves_its_threshold_spikes_once_a_step():
    net = Network(dt=1.0, spike_times="interpolated")
    monitor = net.monitor(net.create(1, integrator(reset="v = 16.0")), "spike")
    net.simulate(20.0)
    first, *others = monitor.get("spike")[0]
    assert first == pytest.approx(INTERVAL, rel=1e-12)
    assert others == list(range(14, 20))


def test_more_spikes_than_a_step_may_have_go_on_in_the_next_one():
    """4 of them; with dt = 1 and 0.15 ms between spikes there would be 6."""
    net = Network(dt=1.0, spike_times="interpolated")
    monitor = net.monitor(net.create(1, integrator(parameters="tau = 10.0; I = 1000.0")), "spike")
    net.simulate(10.0)
    counts = np.bincount(np.floor(monitor.get("spike")[0]).astype(int))
    assert (counts == 4).all()


def test_a_reset_and_the_time_of_the_last_spike_are_of_the_true_moment():
    neuron = integrator(
        equations=LIF["equations"] + "\nage = t + dt - t_last\nlast = last_ : init=0.0\nlast_ = last : init=0.0",
        reset="v = 0.0\nlast_ = t",
    )
    net = Network(dt=1.0, spike_times="interpolated")
    cell = net.create(1, neuron)
    net.simulate(15.0)
    assert cell.last_[0] == pytest.approx(INTERVAL, rel=1e-12)
    net.step()
    assert cell.age[0] == pytest.approx(16.0 - INTERVAL, rel=1e-12)
    assert cell.v[0] == pytest.approx(20.0 * (1.0 - np.exp(-(16.0 - INTERVAL) / 10.0)), rel=1e-12)


@pytest.mark.parametrize("delay", [1.0, 4.0])
def test_a_spike_from_within_a_step_reaches_neurons_on_the_grid_in_the_step_of_its_arrival(delay):
    """At the beginning of that step, as a spike on the grid does."""
    trace = Neuron(equations="dg_exc/dt = 0.0", spike="g_exc > 1e9")
    net = Network(dt=1.0)
    source = net.create(SpikeSourceArray([[2.25, 2.5], [5.75]], interpolated=True))
    cell = net.create(2, trace)
    net.connect(source, cell, "exc").one_to_one(1.0, delays=delay)
    monitor = net.monitor(cell, "g_exc")
    net.simulate(12.0)
    arrived = [np.flatnonzero(np.diff(g, prepend=0.0)).tolist() for g in monitor.get("g_exc").T]
    assert arrived == [[2 + delay], [5 + delay]]
    assert cell.g_exc.tolist() == [2.0, 1.0]


def test_a_spike_on_the_grid_reaches_neurons_within_steps_at_the_beginning_of_one():
    """The integral of 3·dg/dt = -g from the arrival on, exactly."""
    net = Network(dt=1.0)
    source = net.create(SpikeSourceArray([4.0], interpolated=False))
    cell = net.create(1, integrator(spike_times="interpolated"))
    net.connect(source, cell, "exc").all_to_all(1.0, delays=2.0)
    net.simulate(7.0)
    assert cell.g_exc[0] == pytest.approx(np.exp(-1.0 / 3.0), rel=1e-14)


def test_delays_of_each_synapse_are_added_to_the_true_time():
    delays = np.array([1.0, 3.0, 2.0, 5.0])
    net = Network(dt=1.0, spike_times="interpolated")
    source = net.create(SpikeSourceArray([1.3]))
    cells = net.create(4, integrator(spike="v > 1000.0"))
    projection = net.connect(source, cells, "exc").all_to_all(1.0, delays=Uniform(1.0, 5.0))
    projection.delay = [[delay] for delay in delays]
    net.simulate(9.0)
    np.testing.assert_allclose(cells.g_exc, np.exp(-(9.0 - 1.3 - delays) / 3.0), rtol=1e-13)


def test_a_neuron_that_rests_still_hears():
    net = Network(dt=1.0, spike_times="interpolated")
    source = net.create(SpikeSourceArray([14.6]))
    cell = net.create(1, integrator(refractory=5.25))
    net.connect(source, cell, "exc").all_to_all(6.0, delays=1.0)
    net.simulate(19.0)
    assert cell.v[0] == 0.0
    assert cell.g_exc[0] == pytest.approx(6.0 * np.exp(-(19.0 - 15.6) / 3.0), rel=1e-13)


def test_a_source_may_spike_several_times_in_a_step():
    times = [0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0, 3.5]
    net = Network(dt=1.0, spike_times="interpolated")
    source = net.create(SpikeSourceArray(times))
    cell = net.create(1, integrator(spike="v > 1000.0"))
    net.connect(source, cell, "exc").all_to_all(1.0, delays=1.0)
    monitor = net.monitor(source, "spike")
    net.simulate(6.0)
    np.testing.assert_allclose(monitor.spike_times()[0], times, rtol=1e-15)
    assert cell.g_exc[0] == pytest.approx(np.exp(-(5.0 - np.array(times)) / 3.0).sum(), rel=1e-13)
    source.spike_times = [6.0 + 0.05 * k for k in range(12)]
    net.simulate(1.0)
    assert len(monitor.get("spike", keep=True)[0]) == 12


# -- recordings -------------------------------------------------------------------------------------------------------


def recorded():
    net = Network(dt=2.0, spike_times="interpolated")
    cells = net.create(3, integrator())
    cells.I = [20.0, 0.0, 30.0]
    monitor = net.monitor(cells, "spike")
    net.simulate(60.0)
    return net, monitor, monitor.get("spike")


def test_statistics_are_those_of_the_true_times():
    _, monitor, spikes = recorded()
    interval = 10.0 * np.log(30.0 / 15.0)
    times, ranks = monitor.raster_plot(spikes)
    assert times[ranks == 0] == pytest.approx(INTERVAL * np.arange(1, 5), rel=1e-12)
    assert monitor.inter_spike_interval(spikes, ranks=[2]) == pytest.approx([interval] * 7, rel=1e-11)
    assert monitor.coefficient_of_variation(spikes) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert monitor.mean_fr(spikes) == pytest.approx((4 + 8) / 3 / 0.06)
    assert monitor.population_rate(spikes).sum() * 2.0 / 1000.0 * 3 == pytest.approx(12)
    assert monitor.smoothed_rate(spikes).max() == pytest.approx(1000.0 / interval)
    first = times.min()
    assert monitor.histogram(spikes, bins=10.0).tolist() == np.bincount(((times - first) / 10.0).astype(int)).tolist()
    assert sum(map(len, monitor.spike_times(spikes).values())) == 12


def test_a_view_is_recorded_alone():
    net = Network(dt=2.0, spike_times="interpolated")
    cells = net.create(3, integrator())
    monitor = net.monitor(cells[1:], "spike")
    net.simulate(20.0)
    assert {rank: len(train) for rank, train in monitor.get("spike").items()} == {1: 1, 2: 1}


def test_rates_count_the_spikes():
    net = Network(dt=0.5, spike_times="interpolated")
    cell = net.create(1, integrator(parameters="tau = 10.0; I = 1000.0"))
    cell.compute_firing_rate(window=10.0)
    net.simulate(10.0)
    assert cell.r[0] == pytest.approx(1000.0 * int(10.0 / (10.0 * np.log(1000.0 / 985.0))) / 10.0)


# -- the same bits ----------------------------------------------------------------------------------------------------


def random_network(threads=1, seed=3, **settings):
    """Two populations with exponential currents, a delay for each synapse, and a source within steps."""
    cell = integrator(
        equations=LIF["equations"].replace("+ g_exc", "+ g_exc - g_inh") + "\n8.0*dg_inh/dt = -g_inh : exact",
        refractory=2.2,
    )
    net = Network(dt=0.5, seed=seed, num_threads=threads, spike_times="interpolated", **settings)
    many, few = net.create(600, cell, name="many"), net.create(100, cell, name="few")
    for population in (many, few):
        population.I = Uniform(12.0, 18.0)
        population.tau = Uniform(8.0, 12.0)
        population.v = Uniform(0.0, 15.0)
    delays = Uniform(0.5, 5.0)
    for pre, target, weight in ((many, "exc", 0.5), (few, "inh", 2.0)):
        for post in (many, few):
            net.connect(pre, post, target).fixed_probability(0.05, weights=weight, delays=delays)
    source = net.create(SpikeSourceArray(np.random.default_rng(1).uniform(0.0, 60.0, 100)))
    net.connect(source, many, "exc").all_to_all(1.0, delays=1.0)
    return net, [net.monitor(many, ["spike", "v"], period=5.0), net.monitor(few, "spike")]


def state_of(net, monitors):
    found = [net.get_population(name).v.tobytes() for name in ("many", "few")]
    return found, [monitor.get() for monitor in monitors]


def same(one, other):
    np.testing.assert_equal(one[1], other[1])
    return one[0] == other[0]


def test_any_number_of_threads_and_any_split_of_a_run_gives_the_same_bits():
    net, monitors = random_network()
    net.simulate(60.0)
    expected = state_of(net, monitors)
    assert sum(map(len, expected[1][0]["spike"].values())) > 500
    for threads in (2, 3, 4):
        net, monitors = random_network(threads)
        for duration in (30.5, 0.5, 29.0):
            net.simulate(duration)
        assert same(state_of(net, monitors), expected)


def test_a_network_that_is_reset_runs_again_with_the_same_bits():
    net, monitors = random_network()
    net.simulate(40.0)
    expected = state_of(net, monitors)
    net.reset()
    net.simulate(40.0)
    assert same(state_of(net, monitors), expected)


def test_a_network_that_was_saved_under_way_goes_on_with_the_same_bits(tmp_path):
    net, monitors = random_network()
    net.simulate(30.5)
    net.save(tmp_path / "half.npz")
    for monitor in monitors:
        monitor.reset()
    net.simulate(20.0)
    expected = state_of(net, monitors)
    other, monitors = random_network(threads=2, seed=3)
    other.load(tmp_path / "half.npz")
    other.simulate(20.0)
    assert same(state_of(other, monitors), expected)


def test_a_file_of_the_other_kind_of_spike_times_is_refused(tmp_path):
    net = _compiled(spike_times="interpolated")
    net.simulate(20.0)
    net.save(tmp_path / "moments.npz")
    with pytest.raises(ValueError, match="spike times of population 'pop0' are interpolated in it, and on the grid"):
        _compiled().load(tmp_path / "moments.npz")


def test_a_copy_keeps_the_setting():
    copied = _compiled(spike_times="interpolated").copy()
    monitor = copied.monitor(copied.get_populations()[0], "spike")
    copied.simulate(20.0)
    assert monitor.spike_times()[0] == pytest.approx([INTERVAL], rel=1e-12)


def test_single_precision_keeps_moments_in_double_precision():
    net, monitors = random_network(dtype=float32)
    net.simulate(30.0)
    other, others = random_network(threads=3, dtype=float32)
    other.simulate(30.0)
    assert same(state_of(net, monitors), state_of(other, others))


@pytest.mark.parametrize(
    "method", ["explicit", "exponential", "midpoint", "heun", "rk4", "implicit", "semiimplicit", "exact"]
)
def test_every_method_brings_a_neuron_over_a_part_of_a_step(method):
    """With dt = 0.05 each is near the closed form, those that are exact for a constant input at it."""
    neuron = Neuron("I = 20.0", f"10.0*dv/dt = I - v : {method}", spike="v > 15.0", reset="v = 0.0", refractory=1.0)
    net = Network(dt=0.05, spike_times="interpolated")
    monitor = net.monitor(net.create(1, neuron), "spike")
    net.simulate(40.0)
    exact = method in ("exact", "exponential")
    limit = 1e-12 if exact else 1e-9 if method == "rk4" else 1e-2
    assert monitor.spike_times()[0] == pytest.approx([INTERVAL, 2 * INTERVAL + 1.0], rel=limit)


def test_nonlinear_equations_by_newton_s_method_spike_within_steps():
    """Backward Euler of first order, towards what rk4 gives."""

    def first_spike(method, dt):
        neuron = Neuron(
            "I = 30.0", f"10.0*dv/dt = I - v + exp((v - 12.0)/2.0) : {method}", spike="v > 15.0", reset="v = 0.0"
        )
        net = Network(dt=dt, spike_times="interpolated")
        monitor = net.monitor(net.create(1, neuron), "spike")
        net.simulate(10.0)
        return monitor.spike_times()[0][0]

    reference = first_spike("rk4", 0.01)
    errors = [abs(first_spike("implicit", dt) - reference) for dt in (0.2, 0.1, 0.05)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(1.0, abs=0.15)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(1.0, abs=0.15)
