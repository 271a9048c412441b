"""Interpolated spike times against closed forms and SciPy, and the order of their error in dt."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from eqneuro import Network, Neuron, SpikeSourceArray

TAU, THETA = 10.0, 15.0


def spike_times(neuron, dt, duration, mode="interpolated", *, size=1, method=None, **values):
    """Spike times (ms) of unconnected neurons."""
    net = Network(dt=dt, spike_times=mode, method=method)
    population = net.create(size, neuron)
    population.set(values)
    monitor = net.monitor(population, "spike")
    net.simulate(duration)
    return list(monitor.spike_times().values())


def test_spike_times_on_a_coarse_and_a_fine_grid_are_those_of_the_closed_form():
    """T = t_ref + τ·ln((RI + E − V_r)/(RI + E − θ)) for each current and time constant, to 1e-11, whatever dt is."""
    rest, reset, resistance, refractory = -65.0, -70.0, 0.1, 1.7
    threshold = rest + THETA
    current = np.array([152.0, 160.0, 200.0, 333.0, 1000.0])
    tau = np.array([10.0, 20.0, 15.0, 5.0, 30.0])
    neuron = Neuron(
        f"tau = 10.0; E = {rest}; R = {resistance}; I = 0.0",
        f"tau*dv/dt = E - v + R*I : init={reset}, exact",
        spike=f"v > {threshold}",
        reset=f"v = {reset}",
        refractory=refractory,
        spike_times="interpolated",
    )
    drive = resistance * current + rest
    climb = tau * np.log((drive - reset) / (drive - threshold))
    for dt in (2.0, 1.0, 0.1, 0.03):
        trains = spike_times(neuron, dt, 400.0, size=5, I=current, tau=tau)
        for train, first in zip(trains, climb, strict=True):
            assert len(train) == 1 + int((400.0 - first) / (first + refractory))
            assert train[0] == pytest.approx(first, rel=1e-11)
            np.testing.assert_allclose(np.diff(train), first + refractory, rtol=1e-11)


def integrate_in_pieces(right, state, arrivals, duration, refractory, *, free, threshold=THETA, limit=1e-12):
    """Spike times by SciPy: `right(t, x)`, x[0] the potential, arrivals (time, place, weight) add to x[place];
    x[free:] go on while the neuron is refractory."""
    t, x, until, found = 0.0, np.array(state, dtype=float), 0.0, []

    def frozen(t, x):
        slope = np.array(right(t, x))
        slope[:free] = 0.0
        return slope

    def crossing(t, x):
        return x[0] - threshold

    crossing.terminal, crossing.direction = True, 1.0
    waiting = [*sorted(arrivals), (duration, 0, 0.0)]
    while waiting:
        rests = t < until
        stop = min(waiting[0][0], until) if rests else waiting[0][0]
        if stop > t:
            f, events = (frozen, None) if rests else (right, crossing)
            solution = solve_ivp(f, (t, stop), x, method="DOP853", rtol=limit, atol=1e-13, events=events)
            t, x = solution.t[-1], solution.y[:, -1]
            if solution.status == 1:
                found.append(t)
                x[0], until = 0.0, t + refractory
                continue
        t = stop
        if stop == waiting[0][0]:
            _, place, weight = waiting.pop(0)
            x[place] += weight
    return np.array(found)


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_integrator_with_exponential_currents_spikes_when_scipy_says(dt):
    """Two synapses of different time constants, events at any times, some within one step or while it rests."""
    tau_exc, tau_inh, refractory, delay = 3.0, 7.0, 2.3, 2.0
    neuron = Neuron(
        "I = 8.0",
        f"""
        {TAU}*dv/dt = I - v + g_exc - g_inh : exact
        {tau_exc}*dg_exc/dt = -g_exc : exact
        {tau_inh}*dg_inh/dt = -g_inh : exact
        """,
        spike=f"v > {THETA}",
        reset="v = 0.0",
        refractory=refractory,
    )
    rng = np.random.default_rng(5)
    excitation, inhibition = np.sort(rng.uniform(0.0, 190.0, 60)), np.sort(rng.uniform(0.0, 190.0, 20))
    net = Network(dt=dt, spike_times="interpolated")
    cell = net.create(1, neuron)
    for times, target, weight in ((excitation, "exc", 24.0), (inhibition, "inh", 6.0)):
        net.connect(net.create(SpikeSourceArray(times)), cell, target).all_to_all(weight, delays=delay)
    monitor = net.monitor(cell, "spike")
    net.simulate(200.0)
    found = monitor.spike_times()[0]

    def right(t, x):
        return [(8.0 - x[0] + x[1] - x[2]) / TAU, -x[1] / tau_exc, -x[2] / tau_inh]

    arrivals = [(t + delay, 1, 24.0) for t in excitation] + [(t + delay, 2, 6.0) for t in inhibition]
    expected = integrate_in_pieces(right, [0.0, 0.0, 0.0], arrivals, 200.0, refractory, free=1)
    assert len(expected) > 8
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=2e-9)


def order(errors, steps):
    """Slope of log error over log dt."""
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]


def mean_error(trains, reference, count=3):
    """Of the first spikes of each neuron."""
    return np.mean([np.abs(x[:count] - y[:count]).mean() for x, y in zip(trains, reference, strict=True)])


SINE = "{tau}*dv/dt = I + 3.0*sin(2*pi*t/37.0) - v : {method}"
ORDERS = {"explicit": 1, "midpoint": 2, "heun": 2, "rk4": 4}


@pytest.mark.parametrize("method", list(ORDERS))
def test_spike_times_of_a_driven_integrator_have_the_order_of_the_method(method):
    current = np.linspace(20.0, 28.0, 40)

    def neuron(name):
        text = SINE.format(tau=TAU, method=name)
        return Neuron("I = 0.0", text, spike=f"v > {THETA}", reset="v = 0.0", refractory=2.0)

    reference = spike_times(neuron("rk4"), 1.0 / 64.0, 100.0, size=40, I=current)
    steps = (0.5, 0.25, 0.125)
    errors = [mean_error(spike_times(neuron(method), dt, 100.0, size=40, I=current), reference) for dt in steps]
    assert order(errors, steps) == pytest.approx(ORDERS[method], abs=0.15)
    one = solve_ivp(
        lambda t, v: (current[7] + 3.0 * np.sin(2 * np.pi * t / 37.0) - v) / TAU,
        (0.0, 50.0), [0.0], method="DOP853", rtol=1e-12, atol=1e-12, events=lambda t, v: v[0] - THETA,
    )  # fmt: skip
    assert reference[7][0] == pytest.approx(one.t_events[0][0], abs=1e-8)


def test_spike_times_on_the_grid_are_of_first_order_whatever_the_method():
    current = np.linspace(20.0, 28.0, 40)
    text = SINE.format(tau=TAU, method="rk4")
    neuron = Neuron("I = 0.0", text, spike=f"v > {THETA}", reset="v = 0.0", refractory=2.0)
    reference = spike_times(neuron, 1.0 / 64.0, 100.0, size=40, I=current)
    steps = (0.5, 0.25, 0.125, 0.0625)
    errors = [mean_error(spike_times(neuron, dt, 100.0, "grid", size=40, I=current), reference) for dt in steps]
    assert order(errors, steps) == pytest.approx(1.0, abs=0.15)


def test_spike_times_of_adex_below_its_upstroke_are_of_fourth_order():
    """A threshold two slope factors above V_T: the potential is steep there, but no pole yet."""
    neuron = Neuron(
        "C = 281.0; gL = 30.0; EL = -70.6; VT = -50.4; D = 2.0; a = 4.0; tau_w = 144.0; b = 80.5; I = 800.0",
        """
        C*dv/dt = gL*(EL - v) + gL*D*exp((v - VT)/D) + I - w : init=EL, rk4
        tau_w*dw/dt = a*(v - EL) - w : rk4
        """,
        spike="v > VT + 2*D",
        reset="v = EL\nw = w + b",
        refractory=1.3,
    )
    current = np.linspace(800.0, 1200.0, 8)
    reference = spike_times(neuron, 1.0 / 512.0, 150.0, size=8, I=current)
    steps = (1.0 / 16.0, 1.0 / 32.0, 1.0 / 64.0)
    errors = [mean_error(spike_times(neuron, dt, 150.0, size=8, I=current), reference) for dt in steps]
    assert all(len(train) > 3 for train in reference)
    assert order(errors, steps) == pytest.approx(4.0, abs=0.15)


def chain(method, dt, threads=1):
    """Spike times of three neurons in a ring, with delays and exponential currents."""
    neuron = Neuron(
        "I = 0.0",
        f"{TAU}*dv/dt = I - v + g_exc : {method}\n3.0*dg_exc/dt = -g_exc : {method}",
        spike=f"v > {THETA}",
        reset="v = 0.0",
        refractory=2.0,
    )
    net = Network(dt=dt, spike_times="interpolated", num_threads=threads)
    cells = [net.create(1, neuron) for _ in range(3)]
    for cell, current in zip(cells, (20.0, 10.0, 8.0), strict=True):
        cell.I = current
    for pre, post, weight, delay in ((0, 1, 30.0, 2.0), (1, 2, 60.0, 3.0), (2, 0, 10.0, 2.0)):
        net.connect(cells[pre], cells[post], "exc").all_to_all(weight, delays=delay)
    monitors = [net.monitor(cell, "spike") for cell in cells]
    net.simulate(150.0)
    return [monitor.spike_times()[0] for monitor in monitors]


def test_a_ring_of_neurons_is_exact_on_any_grid_where_its_equations_are():
    reference = chain("exact", 0.125)
    assert all(len(train) > 3 for train in reference)
    for dt in (1.0, 0.5):
        for train, expected in zip(chain("exact", dt), reference, strict=True):
            np.testing.assert_allclose(train, expected, rtol=0.0, atol=1e-11)


def test_the_second_neuron_of_a_chain_hears_the_first_at_the_true_times():
    """The first fires by its closed form; SciPy integrates the second under what arrives."""
    first, second, _ = chain("exact", 1.0)
    third = chain("exact", 1.0)[2]
    climb = TAU * np.log(20.0 / (20.0 - THETA))
    assert first[0] == pytest.approx(climb, rel=1e-12)
    found = integrate_in_pieces(
        lambda t, x: [(10.0 - x[0] + x[1]) / TAU, -x[1] / 3.0],
        [0.0, 0.0], [(t + 2.0, 1, 30.0) for t in first], 150.0, 2.0, free=1,
    )  # fmt: skip
    np.testing.assert_allclose(second, found, rtol=0.0, atol=2e-9)
    found = integrate_in_pieces(
        lambda t, x: [(20.0 - x[0] + x[1]) / TAU, -x[1] / 3.0],
        [0.0, 0.0], [(t + 2.0, 1, 10.0) for t in third], 150.0, 2.0, free=1,
    )  # fmt: skip
    np.testing.assert_allclose(first, found, rtol=0.0, atol=2e-9)


@pytest.mark.parametrize(("method", "expected"), [("rk4", 4), ("heun", 2)])
def test_a_ring_of_neurons_keeps_the_order_of_its_method(method, expected):
    reference = chain("exact", 0.25)
    steps = (0.5, 0.25, 0.125)
    errors = [mean_error(chain(method, dt), reference) for dt in steps]
    assert order(errors, steps) == pytest.approx(expected, abs=0.15)


def test_single_precision_finds_the_moment_within_the_rounding_of_the_potential():
    neuron = Neuron(
        "I = 20.0", f"{TAU}*dv/dt = I - v : exact", spike=f"v > {THETA}", reset="v = 0.0", spike_times="interpolated"
    )
    net = Network(dt=0.5, precision="float")
    monitor = net.monitor(net.create(1, neuron), "spike")
    net.simulate(100.0)
    interval = TAU * np.log(20.0 / (20.0 - THETA))
    np.testing.assert_allclose(np.diff(monitor.spike_times()[0]), interval, rtol=1e-5)


def test_a_crossing_that_is_undone_within_the_same_step_is_missed():
    """Only the ends of a step, or of its parts, are looked at: v = sin is above 0.9 from 1.12 to 2.02."""
    neuron = Neuron(equations="dv/dt = cos(t) : rk4", spike="v > 0.9", reset="v = v", refractory=50.0)
    assert len(spike_times(neuron, 0.25, 3.0)[0]) == 1
    assert spike_times(neuron, 0.25, 3.0)[0][0] == pytest.approx(np.arcsin(0.9), abs=1e-4)
    assert len(spike_times(neuron, 3.0, 3.0)[0]) == 0


def recurrent(dt, seed, threads=1):
    """Sorted spike times of 60 neurons with time constants of their own, many delays, excitation and inhibition."""
    rng = np.random.default_rng(seed)
    neuron = Neuron(
        "tau = 10.0; tau_exc = 3.0; tau_inh = 6.0; I = 0.0; theta = 15.0; t_ref = 1.0",
        """
        tau*dv/dt = I - v + g_exc - g_inh : exact
        tau_exc*dg_exc/dt = -g_exc : exact
        tau_inh*dg_inh/dt = -g_inh : exact
        """,
        spike="v >= theta",
        reset="v = v - theta",
        refractory="t_ref",
    )
    net = Network(dt=dt, spike_times="interpolated", num_threads=threads)
    cells = net.create(60, neuron)
    cells.I, cells.tau, cells.tau_exc = rng.uniform(13.0, 22.0, 60), rng.uniform(7.0, 14.0, 60), rng.uniform(2, 5, 60)
    cells.v, cells.t_ref = rng.uniform(0.0, 14.0, 60), rng.uniform(0.0, 4.0, 60)
    for target, strength in (("exc", 2.0), ("inh", 1.5)):
        weights = np.where(rng.random((60, 60)) < 0.1, rng.uniform(0.0, strength, (60, 60)), 0.0)
        projection = net.connect(cells, cells, target).from_matrix(weights)
        projection.delay = [
            rng.integers(1, 6, count).astype(float).tolist() for count in projection.nb_synapses_per_dendrite
        ]
    monitor = net.monitor(cells, "spike")
    net.simulate(60.0)
    return np.sort(monitor.raster_plot(monitor.get("spike"))[0])


@pytest.mark.parametrize("seed", range(5))
def test_recurrent_networks_spike_at_the_same_moments_on_every_grid(seed):
    """Delays are whole ms, so that they are the same with each dt; the equations are solved exactly."""
    coarse = recurrent(1.0, seed, threads=2)
    assert len(coarse) > 100
    for dt in (0.5, 0.125):
        np.testing.assert_allclose(coarse, recurrent(dt, seed), rtol=0.0, atol=1e-9)
