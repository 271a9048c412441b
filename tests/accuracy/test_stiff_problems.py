"""Stiff problems and upstrokes through whole networks, against SciPy."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import eqneuro as ann
from eqneuro.network.runner import StepLimitError

OSCILLATOR = "dx/dt = y : init=2.0\ndy/dt = mu*(1.0 - x^2)*y - x : init=0.0"
ROBERTSON = """
    da/dt = -0.04*a + 1e4*b*c : init=1.0{0}
    db/dt = 0.04*a - 1e4*b*c - 3e7*b^2 : init=0.0{0}
    dc/dt = 3e7*b^2 : init=0.0{0}
"""


def oscillator(t, s, mu=1000.0):
    return [s[1], mu * (1.0 - s[0] ** 2) * s[1] - s[0]]


def robertson(t, s):
    a, b, c = s
    return [-0.04 * a + 1e4 * b * c, 0.04 * a - 1e4 * b * c - 3e7 * b * b, 3e7 * b * b]


def reference(f, end, start, **options):
    return solve_ivp(f, (0.0, end), start, method="Radau", rtol=1e-10, atol=1e-14, **options).y[:, -1]


def simulated(equations, method, dt, end, names, parameters=""):
    net = ann.Network(dt=dt, method=method, seed=1)
    cells = net.create(3, ann.Neuron(parameters=parameters, equations=equations))
    net.simulate(end)
    return np.array([cells.get(name)[1] for name in names])


@pytest.mark.parametrize(
    ("method", "dt", "bound"), [("implicit", 0.5, 2e-3), ("sdirk2", 0.5, 2e-5), ("rk45", 10.0, 1e-6)]
)
def test_slow_branch_of_van_der_pol_with_mu_1000(method, dt, bound):
    x = simulated(OSCILLATOR, method, dt, 500.0, "x", "mu = 1000.0")[0]
    assert x == pytest.approx(reference(oscillator, 500.0, [2.0, 0.0])[0], abs=bound)


def test_van_der_pol_with_mu_1000_jumps_when_it_should():
    """x falls through 0 at the end of the slow branch, near t = 807."""
    crossing = solve_ivp(
        oscillator, (0.0, 900.0), [2.0, 0.0], method="Radau", rtol=1e-10, atol=1e-12, events=lambda t, s: s[0]
    ).t_events[0][0]
    for method, dt in (("sdirk2", 0.05), ("rk45", 1.0)):
        net = ann.Network(dt=dt, method=method, seed=1)
        cells = net.create(1, ann.Neuron(parameters="mu = 1000.0", equations=OSCILLATOR), stop_condition="x < 0.0")
        net.simulate_until(900.0, cells)
        assert net.time == pytest.approx(crossing, abs=1.0)


@pytest.mark.parametrize(("method", "dt", "bound"), [("implicit", 1.0, 1e-3), ("sdirk2", 1.0, 1e-5)])
def test_reaction_of_robertson(method, dt, bound):
    found = simulated(ROBERTSON.format(""), method, dt, 10_000.0, "abc")
    expected = reference(robertson, 10_000.0, [1.0, 0.0, 0.0])
    np.testing.assert_allclose(found, expected, rtol=bound)
    assert found.sum() == pytest.approx(1.0, abs=1e-10)


def test_reaction_of_robertson_with_error_control():
    found = simulated(ROBERTSON.format(", rtol=1e-7, atol=1e-12, rk45"), "explicit", 1.0, 40.0, "abc")
    np.testing.assert_allclose(found, reference(robertson, 40.0, [1.0, 0.0, 0.0]), rtol=1e-6)


HODGKIN_HUXLEY = dict(
    parameters="C=1.0; gNa=120.0; gK=36.0; gL=0.3; VNa=45.0; VK=-82.0; VL=-59.387; I=10.0",
    functions="""
        an(v) = 0.01*(v + 60.0)/(1.0 - exp(-0.1*(v + 60.0)))
        bn(v) = 0.125*exp(-0.0125*(v + 70.0))
        am(v) = 0.1*(v + 45.0)/(1.0 - exp(-0.1*(v + 45.0)))
        bm(v) = 4.0*exp(-(v + 70.0)/18.0)
        ah(v) = 0.07*exp(-0.05*(v + 70.0))
        bh(v) = 1.0/(1.0 + exp(-0.1*(v + 40.0)))
    """,
    equations="""
        before = v : init=-70.0
        C*dv/dt = gL*(VL - v) + gK*n^4*(VK - v) + gNa*m^3*h*(VNa - v) + I : init=-70.0
        dn/dt = an(v)*(1.0 - n) - bn(v)*n : init=0.3177
        dm/dt = am(v)*(1.0 - m) - bm(v)*m : init=0.0529
        dh/dt = ah(v)*(1.0 - h) - bh(v)*h : init=0.5961
    """,
    spike="(v > -20.0) and (before <= -20.0)",
)


def hodgkin_huxley(t, s):
    v, n, m, h = s
    an, bn = 0.01 * (v + 60) / -np.expm1(-0.1 * (v + 60)), 0.125 * np.exp(-0.0125 * (v + 70))
    am, bm = 0.1 * (v + 45) / -np.expm1(-0.1 * (v + 45)), 4.0 * np.exp(-(v + 70) / 18)
    ah, bh = 0.07 * np.exp(-0.05 * (v + 70)), 1.0 / (1.0 + np.exp(-0.1 * (v + 40)))
    dv = 0.3 * (-59.387 - v) + 36.0 * n**4 * (-82.0 - v) + 120.0 * m**3 * h * (45.0 - v) + 10.0
    return [dv, an * (1 - n) - bn * n, am * (1 - m) - bm * m, ah * (1 - h) - bh * h]


def spikes_of(method, dt, duration=100.0):
    net = ann.Network(dt=dt, method=method, seed=1)
    cells = net.create(1, ann.Neuron(**HODGKIN_HUXLEY))
    monitor = net.monitor(cells, "spike")
    net.simulate(duration)
    return np.array(monitor.get("spike")[0]) * dt + dt


def test_hodgkin_and_huxley_with_steps_of_half_a_millisecond():
    upwards = lambda t, s: s[0] + 20.0  # noqa: E731
    upwards.direction = 1.0
    solution = solve_ivp(
        hodgkin_huxley, (0.0, 100.0), [-70.0, 0.3177, 0.0529, 0.5961], method="LSODA", rtol=1e-10, atol=1e-12,
        events=upwards,
    )  # fmt: skip
    expected = solution.t_events[0]
    controlled, implicit = spikes_of("rk45", 0.5), spikes_of("sdirk2", 0.5)
    assert len(controlled) == len(expected)
    np.testing.assert_array_equal(controlled, np.ceil(expected / 0.5) * 0.5)  # at the ends of the right steps
    assert len(implicit) == len(expected)
    np.testing.assert_allclose(implicit[0], expected[0], atol=0.5)


@pytest.mark.filterwarnings("ignore:population")
def test_hodgkin_and_huxley_with_such_steps_is_lost_by_explicit_euler():
    with pytest.raises(ann.NotFiniteError):
        spikes_of("explicit", 0.5)


def test_upstroke_of_adex_goes_to_infinity_within_a_step_and_is_a_spike():
    equations = """
        C*dv/dt = -gL*(v - EL) + gL*D*exp((v - VT)/D) - w + I : init=-70.6
        tau*dw/dt = a*(v - EL) - w : init=0.0
    """
    parameters = "C=281.0; gL=30.0; EL=-70.6; VT=-50.4; D=2.0; tau=144.0; a=4.0; b=80.5; I=1000.0"
    neuron = ann.Neuron(parameters=parameters, equations=equations, spike="v > 20.0", reset="v = EL\nw += b")

    def adex(t, s):
        v, w = s
        return [(-30.0 * (v + 70.6) + 60.0 * np.exp((v + 50.4) / 2.0) - w + 1000.0) / 281.0,
                (4.0 * (v + 70.6) - w) / 144.0]  # fmt: skip

    crosses = lambda t, s: s[0] + 20.0  # noqa: E731
    # from there on infinity is 3·10⁻⁶ ms away
    crosses.terminal = True
    for dt in (0.1, 1.0):
        net = ann.Network(dt=dt, method="rk45", seed=1)
        cells = net.create(2, neuron)
        monitor = net.monitor(cells, ["v", "w", "spike"])
        net.simulate(60.0)
        recorded, spikes = monitor.get("w")[:, 0], monitor.get("spike")[0]
        start, w = 0.0, 0.0
        assert len(spikes) >= 3
        for step in spikes:
            found = solve_ivp(adex, (start, 200.0), [-70.6, w], method="DOP853", rtol=1e-9, atol=1e-9, events=crosses)
            assert step == int(np.ceil(found.t_events[0][0] / dt - 1e-9)) - 1
            assert recorded[step] - 80.5 == pytest.approx(found.y_events[0][0][1], abs=3.0 * dt)
            start, w = (step + 1) * dt, recorded[step]


def stiff_network(threads=1):
    net = ann.Network(dt=0.5, method="rk45", seed=1, num_threads=threads)
    cells = net.create(600, ann.Neuron(parameters="mu = 1.0", equations=OSCILLATOR))
    cells.mu = np.geomspace(0.1, 100.0, 600)
    return net, cells


def test_internal_steps_do_not_depend_on_threads():
    results = []
    for threads in (1, 2, 3):
        net, cells = stiff_network(threads)
        net.simulate(5.0)
        results.append(np.array([cells.x, cells.y]))
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


def test_internal_steps_are_saved_loaded_and_forgotten(tmp_path):
    net, cells = stiff_network()
    net.simulate(3.0)
    net.save(tmp_path / "half.npz")
    net.simulate(3.0)
    expected = np.array([cells.x, cells.y])
    other, again = stiff_network()
    other.load(tmp_path / "half.npz")
    other.simulate(3.0)
    np.testing.assert_array_equal(np.array([again.x, again.y]), expected)
    net.reset()
    net.simulate(6.0)
    np.testing.assert_array_equal(np.array([cells.x, cells.y]), expected)


def test_too_stiff_a_neuron_is_named():
    net = ann.Network(dt=100.0, method="rk45")
    cells = net.create(20, ann.Neuron(parameters="k = 1.0", equations="dv/dt = k*(cos(t) - v)"), name="fast ones")
    cells.k = np.where(np.arange(20) == 7, 1e6, 1.0)
    with pytest.raises(StepLimitError, match=r"'v' of neuron 7 in population 'fast ones' .* t = 0 ms"):
        net.simulate(200.0)


@pytest.mark.parametrize("method", ["sdirk2", "rk45"])
def test_global_equations_and_single_precision_take_it_too(method):
    equations = "dv/dt = -v^3 + g : init=1.0\ndg/dt = -g^3 : init=1.0, global"
    net = ann.Network(dt=0.1, method=method, dtype=ann.float32)
    cells = net.create(3, ann.Neuron(equations=equations))
    net.simulate(1.0)
    assert cells.g == pytest.approx(1.0 / np.sqrt(3.0), rel=2e-3)
    assert cells.v.dtype == np.float32
    assert np.isfinite(cells.v).all()


@pytest.mark.parametrize("method", ["sdirk2", "rk45"])
def test_synapses_take_it(method):
    net = ann.Network(dt=0.5)
    pre = net.create(3, ann.Neuron(equations="r = 1.0"))
    post = net.create(2, ann.Neuron(equations="r = sum(exc)"))
    synapse = ann.Synapse(equations=f"dw/dt = pre.r - w^3 + cos(t) : {method}")
    projection = net.connect(pre, post, "exc", synapse)
    projection.all_to_all(0.25)
    net.simulate(5.0)
    # learning begins once the pre-synaptic rates are there: in the first step already
    exact = solve_ivp(lambda t, w: 1.0 - w**3 + np.cos(t), (0.0, 5.0), [0.25], rtol=1e-10, atol=1e-12).y[0, -1]
    np.testing.assert_allclose(np.ravel(projection.w), exact, rtol=1e-5 if method == "rk45" else 2e-2)


@pytest.mark.parametrize(("method", "order"), [("sdirk2", 2), ("rk45", 5)])
def test_explanation_names_method_and_order(method, order):
    net = ann.Network(dt=0.1, method=method)
    net.create(1, ann.Neuron(parameters="mu = 1.0", equations=OSCILLATOR))
    text = str(net.explain())
    assert f"{method}, order {order}" in text
    assert ("error control" in text) == (method == "rk45")
