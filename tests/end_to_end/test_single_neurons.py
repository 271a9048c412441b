"""Numbers of the single-neuron examples, against SciPy, NumPy and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

# -- Hodgkin and Huxley ------------------------------------------------------------------------------------------------


def hh_rates(v):
    """Opening and closing rates of n, m, h as the paper prints them; their 0/0 is not met by chance."""
    return (
        (0.01 * (v + 60.0) / -np.expm1(-0.1 * (v + 60.0)), 0.125 * np.exp(-0.0125 * (v + 70.0))),
        (0.1 * (v + 45.0) / -np.expm1(-0.1 * (v + 45.0)), 4.0 * np.exp(-(v + 70.0) / 18.0)),
        (0.07 * np.exp(-0.05 * (v + 70.0)), 1.0 / (1.0 + np.exp(-0.1 * (v + 40.0)))),
    )


def hh_slope(t, state, current):
    v, n, m, h = state
    gates = [a * (1.0 - x) - b * x for (a, b), x in zip(hh_rates(v), (n, m, h), strict=True)]
    ions = 0.3 * (-59.387 - v) + 36.0 * n**4 * (-82.0 - v) + 120.0 * m**3 * h * (45.0 - v)
    return [ions + current, *gates]


def hh_open(v):
    """Gates at rest under the potential v."""
    return [a / (a + b) for a, b in hh_rates(v)]


def hh_solution(begin, end, state, current, method="DOP853", **settings):
    return solve_ivp(hh_slope, (begin, end), state, method, args=(current,), rtol=1e-10, atol=1e-10, **settings)


def test_membrane_of_hodgkin_and_huxley_rests_where_all_currents_cancel(example):
    def steady(v):
        return hh_slope(0.0, [v, *hh_open(v)], 0.0)[0]

    rest = brentq(steady, -75.0, -65.0)
    traces = example("hodgkin_huxley").action_potential(pulse=0.0, duration=200.0)
    assert traces["v"][-1] == pytest.approx(rest, abs=1e-4)
    assert rest == pytest.approx(-70.0, abs=0.1)
    assert [traces[gate][-1] for gate in "nmh"] == pytest.approx(hh_open(rest), abs=1e-5)


def action_potential_of_scipy(time):
    """The action potential after the pulse of 1 ms, integrated piece by piece where the current jumps."""
    state, values = [-70.0, *hh_open(-70.0)], []
    for begin, end, current in ((0.0, 5.0, 0.0), (5.0, 6.0, 20.0), (6.0, 25.0, 0.0)):
        inside = time[(time > begin + 1e-9) & (time <= end + 1e-9)]
        piece = hh_solution(begin, inside[-1], state, current, t_eval=np.minimum(inside, inside[-1]))
        values.append(piece.y)
        state = piece.y[:, -1]
    return np.concatenate(values, axis=1)


def test_action_potential_and_gates_are_those_of_scipy(example):
    errors = {}
    for dt in (0.02, 0.01):
        traces = example("hodgkin_huxley").action_potential(pulse=20.0, duration=25.0, dt=dt)
        expected = action_potential_of_scipy(traces["t"])
        errors[dt] = abs(np.array([traces[name] for name in "vnmh"]) - expected).max(axis=1)
    assert (errors[0.01][:1] < 1e-3).all()  # mV
    assert (errors[0.01][1:] < 1e-5).all()
    # the classical Runge–Kutta method has order 4: half the step leaves a sixteenth of the error
    assert (errors[0.02] / errors[0.01] > 12.0).all()


def test_action_potentials_are_counted_as_by_scipy_and_as_published(example):
    def crossing(t, state, current):
        return state[0]

    crossing.direction = 1.0
    currents = [5.0, 6.0, 7.0, 10.0, 20.0, 60.0]
    expected = [
        len(hh_solution(0.0, 500.0, [-70.0, *hh_open(-70.0)], current, "LSODA", events=crossing).t_events[0])
        for current in currents
    ]
    counts = example("hodgkin_huxley").count_spikes(currents)
    assert counts.tolist() == expected
    assert counts[[2, 3, 4]].tolist() == [30, 35, 44]
    assert counts[[0, 1, 5]].max() <= 2  # a step below 6 µA/cm² evokes a spike or two at its onset; 60 blocks


# -- Lapicque ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("t_ref", [0.0, 2.0, 5.0])
@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_interval_is_the_formula_rounded_up_to_a_whole_step(example, t_ref, dt):
    lif = example("lif_fi_curve")
    currents = np.linspace(100.0, 600.0, 51)
    measured = lif.measured_interval(currents, t_ref, duration=600.0, dt=dt)
    # 1/f = t_ref + tau ln(RI / (RI - (VT - VL))), here with tau = 20 ms, R = 0.1 GOhm and VT - VL = 15 mV
    fires = currents > 15.0 / 0.1
    expected = t_ref + 20.0 * np.log(0.1 * currents[fires] / (0.1 * currents[fires] - 15.0))
    assert np.isinf(measured[~fires]).all()
    # the solution is exact on the grid, so a spike waits for the end of the step of the crossing, and no longer
    late = measured[fires] - expected
    assert late.min() > -1e-9
    assert late.max() < dt + 1e-9
    assert np.ptp(late) > 0.5 * dt  # they are spread over the step: the formula isn't met by rounding the other way
    assert measured[fires].min() > t_ref  # no current makes it fire faster than at 1/t_ref


def test_interval_in_single_precision_is_right_to_a_step(example):
    lif = example("lif_fi_curve")
    currents = np.linspace(160.0, 600.0, 45)
    late = lif.measured_interval(currents, 2.0, 600.0, 0.1, precision="float") - lif.predicted_interval(currents)
    # 24 bits resolve v = -50 to 4e-6 mV, so the crossing moves by at most one step where v rises 1 mV in 1 ms or faster
    assert late.min() > -0.1
    assert late.max() < 0.2


# -- Izhikevich --------------------------------------------------------------------------------------------------------


def euler(parameters, currents, pulse, steps, dt=0.1):
    """Spikes of one neuron by the textbook loop."""
    a, b, c, d = parameters
    before, after = currents
    v = (b - 5.0 - np.sqrt((5.0 - b) ** 2 - 0.16 * (140.0 + before))) / 0.08
    u, spikes = b * v, []
    for step in range(steps):
        t = step * dt
        current = (before if t < 30.0 else after) + (pulse if 110.0 <= t < 112.0 else 0.0)
        v, u = v + dt * (0.04 * v * v + 5.0 * v + 140.0 - u + current), u + dt * a * (b * v - u)
        if v > 30.0:
            spikes.append(step)
            v, u = c, u + d
    return spikes


def test_izhikevich_neurons_spike_as_the_textbook_loop_says(example):
    module = example("izhikevich_classes")
    found = module.run_classes(duration=200.0)["spike"]
    for rank, (parameters, currents, pulse, title) in enumerate(module.CLASSES.values()):
        assert found[rank] == euler(parameters, currents, pulse, 2000), title


def test_izhikevich_classes_show_what_their_names_say(example):
    module = example("izhikevich_classes")
    recorded = module.run_classes(duration=250.0, dt=0.1)
    spikes = dict(zip(module.CLASSES, recorded["spike"].values(), strict=True))
    times = {name: 0.1 * np.array(train) for name, train in spikes.items()}
    gaps = {name: np.diff(train) for name, train in times.items()}
    assert gaps["RS"][0] < 0.6 * gaps["RS"][-1]  # it adapts
    assert gaps["IB"][:2].max() < 5.0 < 25.0 < gaps["IB"][2:].min()  # a burst, and single spikes after it
    long = gaps["CH"] > 25.0
    assert long.sum() >= 3  # bursts again and again,
    assert all(size >= 2 for size in np.diff(np.flatnonzero(np.concatenate([[True], long, [True]]))))  # of some spikes
    assert gaps["FS"][5:].std() < 0.05 * gaps["FS"][5:].mean()  # no adaptation in the end,
    assert len(spikes["FS"]) > 4 * len(spikes["RS"])  # and fast
    assert gaps["LTS"][0] < 0.5 * gaps["LTS"][-1]
    assert len(times["TC"]) > 8
    assert times["TC rebound"].max() < 100.0  # a burst as the inhibition ends, then rest
    assert len(times["TC rebound"]) >= 3
    assert times["RZ"].min() > 110.0  # quiet until the pulse, and firing long after it
    assert times["RZ"].max() > 200.0
    ringing = recorded["v"][300:1095, list(module.CLASSES).index("RZ")]
    turns = np.flatnonzero(np.diff(np.sign(np.diff(ringing))))
    assert len(turns) >= 2  # it rings below the threshold


def unstable(a, b, current):
    """Whether the resting point of the two equations is gone or unstable."""
    discriminant = (5.0 - b) ** 2 - 0.16 * (140.0 + current)
    if discriminant < 0.0:
        return True
    v = (b - 5.0 - np.sqrt(discriminant)) / 0.08
    jacobian = np.array([[0.08 * v + 5.0, -1.0], [a * b, -a]])
    return bool(np.linalg.eigvals(jacobian).real.max() > 0.0)


def test_low_threshold_neuron_fires_at_currents_that_leave_a_regular_one_at_rest(example):
    module = example("izhikevich_classes")
    regular, low = module.CLASSES["RS"][0], module.CLASSES["LTS"][0]
    assert not unstable(*regular[:2], 1.5)
    assert unstable(*low[:2], 1.5)
    found = module.run([regular, low], [(0.0, 1.5)] * 2, [0.0, 0.0], duration=300.0)["spike"]
    assert len(found[0]) == 0
    assert len(found[1]) > 1


# -- AdEx --------------------------------------------------------------------------------------------------------------


def adex_of_scipy(values, duration):
    """Spike times (ms) by an integrator that finds the crossing of 0 mV exactly."""
    C, gL, EL, VT, DeltaT, a, tau_w, b, v_reset, current = values

    def slope(t, state):
        v, w = state
        return [
            (-gL * (v - EL) + gL * DeltaT * np.exp((min(v, 5.0) - VT) / DeltaT) - w + current) / C,
            (a * (v - EL) - w) / tau_w,
        ]

    def crossing(t, state):
        return state[0]

    crossing.terminal, crossing.direction = True, 1.0
    begin, state, spikes = 0.0, [EL, 0.0], []
    while begin < duration:
        piece = solve_ivp(slope, (begin, duration), state, events=crossing, rtol=1e-8, atol=1e-8, method="LSODA")
        begin = piece.t[-1]
        if piece.status == 1:
            spikes.append(begin)
            state = [v_reset, piece.y[1, -1] + b]
    return np.array(spikes)


@pytest.fixture(scope="module")
def adex():
    from .conftest import load

    module = load("adex_patterns")
    return module, module.run_patterns(duration=400.0, dt=0.02)


@pytest.mark.parametrize("rank", range(6))
def test_adex_spikes_when_scipy_says(adex, rank):
    module, recorded = adex
    name, values = list(module.PATTERNS.items())[rank]
    expected = adex_of_scipy(values, 400.0)
    found = 0.02 * (np.array(recorded["spike"][rank]) + 1)
    assert abs(len(found) - len(expected)) <= 1, name
    # a spike is late by up to a step, and so is all that follows: a step for each spike adds up, and w that was reset a
    # little late changes what comes next by as much again at most
    number = min(len(found), len(expected))
    assert (abs(found[:number] - expected[:number]) <= 0.02 * 2.0 * np.arange(1, number + 1)).all(), name


def test_adex_patterns_are_those_of_the_paper(adex):
    module, recorded = adex
    times = {
        name: 0.02 * np.array(train) for name, train in zip(module.PATTERNS, recorded["spike"].values(), strict=True)
    }
    gaps = {name: np.diff(train) for name, train in times.items()}
    assert gaps["tonic"][10:].std() < 0.02 * gaps["tonic"].mean()
    assert (np.diff(gaps["adapting"][:6]) > 0.0).all()
    assert gaps["adapting"][-1] > 4.0 * gaps["adapting"][0]
    assert gaps["initial burst"][:2].max() < 0.25 * gaps["initial burst"][2:].min()
    pauses = gaps["bursting"] > 50.0
    assert pauses.sum() >= 2
    assert gaps["bursting"][~pauses].max() < 10.0
    assert len(times["transient"]) <= 3
    assert times["transient"].max() < 100.0  # and never again
    assert (np.diff(gaps["delayed"]) < 0.021).all()  # ever faster, but for the grid
    assert times["delayed"][0] > gaps["delayed"].max()  # the first one is the longest to wait for


def test_adex_stays_finite_at_spikes_in_both_precisions(example):
    for precision in ("double", "float"):
        recorded = example("adex_patterns").run_patterns(duration=100.0, dt=0.1, precision=precision)
        assert np.isfinite(recorded["v"]).all()
        assert np.isfinite(recorded["w"]).all()
        assert all(len(train) > 0 for train in recorded["spike"].values())
