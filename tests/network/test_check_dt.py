"""Checks of steps: orders, errors and recommended steps are those of the network itself, which stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.network.progress import Progress
from eqneuro.network.refining import refined

from .checked import ADEX, HODGKIN_HUXLEY, LIF, coba, hodgkin_huxley, one, same, state

# -- orders and errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "dt", "order"), [("rk4", 0.02, 4.0), ("midpoint", 0.005, 2.0), ("exponential", 0.002, 1.0)]
)
def test_order_of_a_method_is_seen_on_hodgkin_and_huxleys_neuron(method: str, dt: float, order: float) -> None:
    check = hodgkin_huxley(method, dt).check_dt(15.0)
    assert {v.variable for v in check.variables} == {"v", "m", "h", "n"}
    for variable in check.variables:
        assert variable.method == method
        assert variable.order == pytest.approx(order, abs=0.25)
        assert variable.window == pytest.approx(15.0)


def test_error_is_that_against_the_closed_solution() -> None:
    """v' = (1 − v)/10 by Euler's method: after n steps 1 − v is (1 − h/10)ⁿ instead of exp(−n·h/10)."""
    check = one(ann.Neuron(equations="10.0*dv/dt = 1.0 - v"), 0.5).check_dt(40.0)
    found = check.of("cells", "v")
    assert found.errors is not None
    for h, error in zip(check.steps, found.errors, strict=True):
        count = np.arange(1, 81) * round(0.5 / h)
        wrong = np.abs((1.0 - h / 10.0) ** count - np.exp(-count * h / 10.0))
        assert error == pytest.approx(wrong.mean(), rel=0.05)
    assert found.scale == pytest.approx(np.exp(-0.05) - np.exp(-4.0), rel=0.05)


def test_exact_equations_are_exact() -> None:
    neuron = ann.Neuron(equations="10.0*dv/dt = w - v : exact\n3.0*dw/dt = 1.0 - w : exact")
    check = one(neuron, 1.0).check_dt(30.0)
    assert all(v.is_exact for v in check.variables)
    assert check.recommended_dt is None
    assert "no errors beyond rounding" in str(check)


def test_errors_below_the_rounding_of_single_precision_are_not_called_exact() -> None:
    net = ann.Network(dt=0.01, seed=1, precision="float")
    net.create(1, ann.Neuron(parameters=dict(I=10.0), equations=HODGKIN_HUXLEY), name="cells")
    net.config(method="rk4")
    check = net.check_dt(5.0)
    assert check.of("cells", "m").errors == (0.0, 0.0, 0.0)
    assert "rounding" in str(check)
    assert " exact " not in str(check)


def test_spikes_of_an_exact_neuron_are_late_by_up_to_a_step() -> None:
    """Fifty currents, so that chance evens out; the true first spike is at τ·ln(I/(I − 10))."""
    net = one(LIF, 0.2, size=50)
    cells = net.get_populations()[0]
    cells.I = np.linspace(13.0, 30.0, 50)
    check = net.check_dt(12.0)
    [spikes] = check.spikes
    first = 10.0 * np.log(cells.I / (cells.I - 10.0))
    assert first.max() < 15.0
    assert spikes.order == pytest.approx(1.0, abs=0.3)
    assert spikes.shifts is not None
    late = np.mean(np.ceil(first / 0.2) * 0.2 - np.ceil(first / 0.1) * 0.1)
    assert spikes.shifts[0] == pytest.approx(late, rel=0.6)
    assert not spikes.is_parted


def test_adex_neurons_spike_late_in_proportion_to_the_step() -> None:
    net = one(ADEX, 0.1, size=40, method="rk4")
    net.get_populations()[0].I = np.linspace(800.0, 1200.0, 40)
    check = net.check_dt(60.0)
    [spikes] = check.spikes
    assert min(spikes.counts) > 100
    assert spikes.order == pytest.approx(1.0, abs=0.35)
    assert check.recommended_dt is not None
    assert check.recommended_dt < 0.4


@pytest.mark.parametrize(
    ("equations", "order"),
    [("10.0*dv/dt = -v + xi", 1.0), ("10.0*dv/dt = -v + 0.5*v*xi : init=1.0", 1.0)],
    ids=["additive", "multiplicative"],
)
def test_noise_is_the_same_path_for_all_steps(equations: str, order: float) -> None:
    check = one(ann.Neuron(equations=equations), 0.2, size=50).check_dt(60.0)
    found = check.of("cells", "v")
    assert found.order == pytest.approx(order, abs=0.2)
    assert found.errors is not None
    assert found.errors[0] < 0.02 * found.scale


def test_exact_ornstein_uhlenbeck_process_differs_by_chance_of_the_path_only() -> None:
    """What a step draws is the integral of the path with the weights of its own length: of order 1 on one path."""
    found = one(ann.Neuron(equations="10.0*dv/dt = -v + xi : exact"), 0.2, size=50).check_dt(60.0).of("cells", "v")
    assert found.errors is not None
    assert found.errors[0] < 0.01 * found.scale


# -- recommended steps ------------------------------------------------------------------------------------------------


def mean_error(build: Callable[[float], ann.Network], dt: float, duration: float) -> float:
    """The mean error of v as a part of its range, beside a fine solution by rk4."""
    values = []
    for net in (build(dt), hodgkin_huxley("rk4", 0.001)):
        monitor = net.monitor(net.get_populations()[0], "v")
        net.simulate(duration)
        data = monitor.get("v")[:, 0]
        values.append((net.dt * np.arange(1, len(data) + 1), data))
    (times, coarse), (finer, exact) = values
    inside = times <= finer[-1]
    return float(np.abs(coarse - np.interp(times, finer, exact))[inside].mean() / np.ptp(exact))


@pytest.mark.parametrize(
    ("method", "dt", "tolerance"),
    [("explicit", 0.06, 0.002), ("exponential", 0.2, 0.01), ("rk4", 0.5, 0.01), ("midpoint", 0.06, 0.0001)],
)
def test_recommended_step_meets_the_tolerance_after_one_that_was_far_too_large(
    method: str, dt: float, tolerance: float
) -> None:
    def build(step: float) -> ann.Network:
        return hodgkin_huxley(method, step)

    check = build(dt).check_dt(20.0, tolerance=tolerance)
    assert check.recommended_dt is not None
    assert check.is_sure
    assert check.recommended_dt < dt
    error = mean_error(build, check.recommended_dt, 20.0)
    assert tolerance / 10.0 < error <= tolerance or check.recommended_dt > 0.05  # as large as stability allows


def test_steps_that_lead_to_infinity_are_told_and_left_behind() -> None:
    check = hodgkin_huxley("rk4", 0.5).check_dt(10.0)
    assert check.failures
    assert "dt = 0.5 ms: 'v'" in check.failures[0] or "became" in check.failures[0]
    assert check.steps[0] < 0.5
    assert check.failures[0] in str(check)


def test_a_network_that_no_step_saves_is_refused() -> None:
    with pytest.raises(ArithmeticError, match="can't be run"):
        one(ann.Neuron(equations="dv/dt = v^2 : init=1.0"), 0.01).check_dt(5.0)  # infinite at t = 1


def test_errors_that_are_not_small_are_said_to_be_so() -> None:
    """An input that turns round within 0.01 ms, in steps of 1 ms: even the smallest ones that are tried say nothing."""
    net = one(ann.Neuron(equations="v = sin(617.0*t)\n0.1*dx/dt = v - x : exponential"), 1.0)
    check = net.check_dt(30.0)
    found = check.of("cells", "x")
    assert check.steps[0] < 1.0  # halved
    assert found.errors is not None
    assert found.errors[0] > 0.3 * found.scale
    assert check.recommended_dt is not None
    assert check.recommended_dt < 0.05


# -- networks ---------------------------------------------------------------------------------------------------------


def test_chaotic_network_is_compared_until_its_runs_part() -> None:
    net = coba(400)
    cells = net.get_populations()[0]
    cells.v, cells.g_exc, cells.g_inh = ann.Normal(-55.0, 5.0), ann.Normal(4.0, 1.5), ann.Normal(20.0, 12.0)
    check = net.check_dt(120.0)
    [spikes] = check.spikes
    assert spikes.is_parted
    assert not check.parts_with_large_steps
    assert 1.0 < spikes.window < 120.0
    assert all(v.window <= spikes.window for v in check.variables)
    assert spikes.matched > 20
    assert spikes.shifts is not None
    assert spikes.shifts[0] < 1.0
    assert spikes.rates[0] == pytest.approx(spikes.rates[2], rel=0.3)
    assert "beyond, only rates can be compared" in str(check)


def test_the_network_keeps_its_bits_and_goes_on_as_if_nothing_had_been() -> None:
    checked, other = coba(), coba()
    monitors = [net.monitor(net.get_populations()[0], ["spike", "v"]) for net in (checked, other)]
    for _ in range(2):
        for net in (checked, other):
            net.simulate(12.0)
        before = state(checked)
        checked.check_dt(5.0)
        assert same(before, state(checked))
    for net in (checked, other):
        net.simulate(10.0)
    assert same(state(checked), state(other))
    a, b = (monitor.get() for monitor in monitors)
    assert a["spike"] == b["spike"]
    assert np.array_equal(a["v"], b["v"])


def test_random_sources_spike_alike_in_all_runs() -> None:
    net = ann.Network(dt=0.2, seed=3)
    source = net.create(ann.PoissonPopulation(50, rates=60.0), name="source")
    cells = net.create(10, ann.Neuron(equations="5.0*dg_exc/dt = -g_exc : exact", spike="g_exc < -1.0"), name="cells")
    net.connect(source, cells, "exc").fixed_probability(0.3, weights=1.0, delays=2.0)
    check = net.check_dt(50.0)
    assert check.of("cells", "g_exc").is_exact
    assert any("'source'" in remark for remark in check.remarks)
    assert not any(s.population == "source" for s in check.spikes)


def test_draws_in_equations_are_held_over_the_step() -> None:
    """x' = (u − x)/5 with u drawn anew every 0.5 ms: exact while u is held, whatever the step."""
    found = one(ann.Neuron(equations="5.0*dx/dt = Uniform(0.0, 1.0) - x : exponential"), 0.5, size=20).check_dt(30.0)
    assert found.of("cells", "x").is_exact


def test_past_values_are_read_between_the_grid_points() -> None:
    """A delayed negative feedback, checked from the middle of its run."""
    net = one(ann.Neuron(equations="dv/dt = -v(t - 2.0) - 0.5*v : init=1.0, rk4"), 0.1)
    net.simulate(7.0)
    found = net.check_dt(10.0).of("cells", "v")
    assert found.errors is not None
    assert found.errors[0] < 1e-5 * found.scale


def test_learning_goes_on_in_the_copies_and_not_in_the_network() -> None:
    net = ann.Network(dt=0.1, seed=2)
    cells = net.create(10, LIF, name="cells")
    cells.I = np.linspace(13.0, 20.0, 10)
    projection = net.connect(cells, cells, "exc", ann.STDP()).all_to_all(ann.Uniform(0.1, 0.3), delays=1.0)
    net.simulate(30.0)
    before = projection.w
    check = net.check_dt(30.0)
    assert projection.w == before
    assert check.spikes[0].counts[0] > 0
    copy = refined(net, 1)
    net.simulate(30.0)
    copy.simulate(30.0)
    assert copy.get_projections()[0].w == projection.w != before


def test_networks_whose_synapses_come_and_go_are_refused() -> None:
    net = ann.Network(dt=1.0)
    cells = net.create(5, ann.Neuron(equations="r = sum(exc)"))
    synapse = ann.Synapse(psp="w*pre.r", pruning="w < 0.1")
    projection = net.connect(cells, cells, "exc", synapse).all_to_all(1.0)
    projection.start_pruning()
    with pytest.raises(ValueError, match="come and go"):
        net.check_dt(10.0)
    projection.stop_pruning()
    net.check_dt(10.0)


@pytest.mark.parametrize(
    ("equations", "spike", "word"),
    [
        ("10.0*dv/dt = 15.0 - v + g_exc", "v > 10.0", "acts for one step"),
        ("10.0*dv/dt = 15.0 - v + 0.1/dt*Poisson(2.0)", "v > 10.0", "other statistics"),
        ("half = v + 0.5*(1.0 - v)\nv = half + 0.5*(1.0 - half)", "v > 10.0", "half, v of 'cells' follow from"),
        ("10.0*dv/dt = 15.0 - v", "Uniform(0.0, 1.0) < 0.01*v*dt", "spikes by chance"),
    ],
)
def test_models_that_other_steps_change_are_told_and_nothing_is_recommended(
    equations: str, spike: str, word: str
) -> None:
    net = ann.Network(dt=0.1, seed=1)
    cells = net.create(5, ann.Neuron(equations=equations, spike=spike, reset="v = 0.0"), name="cells")
    if "g_exc" in equations:
        net.connect(cells, cells, "exc").all_to_all(1.0)
    check = net.check_dt(10.0)
    assert check.recommended_dt is None
    assert check.steps[0] == 0.1
    assert word in check.obstacles[0]
    assert "another model" in str(check)
    assert word in str(check)


def test_conductances_weighed_by_dt_and_recursions_that_read_it_are_none_of_those() -> None:
    net = ann.Network(dt=0.1, seed=1)
    neuron = ann.Neuron(
        equations="10.0*dv/dt = 15.0 - v + 10.0/dt*g_exc\nx = x*exp(-dt/5.0)", spike="v > 10.0", reset="v = 0.0"
    )
    cells = net.create(5, neuron, name="cells")
    net.connect(cells, cells, "exc").all_to_all(0.1)
    assert net.check_dt(10.0).obstacles == ()


def test_other_networks_are_copied_whatever_they_hold() -> None:
    class Mine(ann.Network):
        def __init__(self, size: int) -> None:
            self.cells = self.create(size, LIF, name="cells")
            self.cells.I = 15.0
            self.filtered = self.connect(self.cells, self.cells, "exc").one_to_one(0.1)

    net = Mine(4, dt=0.1)
    assert net.check_dt(20.0).spikes[0].counts[0] > 0


# -- how it is told ---------------------------------------------------------------------------------------------------


def test_checks_are_plain_data_text_and_tables() -> None:
    check = coba(50).check_dt(20.0)
    again = json.loads(json.dumps(check.to_dict(), allow_nan=False))
    assert again["steps"] == [0.1, 0.05, 0.025]
    assert {v["variable"] for v in again["variables"]} == {"v", "g_exc", "g_inh"}
    page = check._repr_html_()
    assert page.count("<tr>") == page.count("</tr>") > 4
    assert "population cells" in page
    assert "population 'cells'" in str(check) == repr(check)
    with pytest.raises(KeyError, match="nothing is known"):
        check.of("cells", "u")


@pytest.mark.parametrize(("duration", "tolerance"), [(0.0, 0.01), (-1.0, 0.01), (5.0, 0.0), (5.0, 2.0)])
def test_arguments_that_make_no_sense_are_refused(duration: float, tolerance: float) -> None:
    with pytest.raises(ValueError, match=r"duration|tolerance"):
        hodgkin_huxley("rk4", 0.1).check_dt(duration, tolerance)


def test_progress_is_shown_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    hodgkin_huxley("rk4", 0.05).check_dt(5.0, progress=True)
    assert "checking dt" in capsys.readouterr().err


def test_an_interrupt_leaves_the_network_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    net = coba()
    net.simulate(5.0)
    before = state(net)

    def interrupt(self: Progress, done: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Progress, "update", interrupt)
        with pytest.raises(KeyboardInterrupt):
            net.check_dt(10.0)
    assert same(before, state(net))
    net.simulate(1.0)
    assert net.time == pytest.approx(6.0)


def test_infinite_slopes_are_told_where_they_appear_and_not_by_a_warning_of_the_check() -> None:
    net = ann.Network(dt=0.1)
    net.create(1, ann.Neuron(equations="10.0*dv/dt = -v - 0.1*(t - t_last)", spike="v > 1.0", reset="v = 0.0"))
    with pytest.raises(FloatingPointError, match="'v' of neuron 0"):
        net.simulate(1.0)
