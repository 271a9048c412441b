"""Settings, the clock, durations, constants, names, reports, memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import eqneuro as ann
from eqneuro.network import checks

COUNTER = ann.Neuron(parameters="inc = 1.0", equations="v = v + inc : init=0.0\nr = v")


def counting(dt: float = 1.0, size: int = 2, **settings: Any) -> tuple[ann.Network, Any]:
    net = ann.Network(dt=dt, **settings)
    return net, net.create(size, COUNTER)


def test_settings_are_given_in_several_spellings() -> None:
    net = ann.Network(dt=0.5, seed=3, dtype=ann.float32, num_threads=np.int64(2), method="exponential")
    assert (net.dt, net.seed) == (0.5, 3)
    assert net.create(1, COUNTER).v.dtype == np.float32
    assert ann.Network(precision="float").create(1, COUNTER).v.dtype == np.float32
    assert ann.Network(dtype="float32").create(1, COUNTER).v.dtype == np.float32
    assert ann.Network().create(1, COUNTER).v.dtype == np.float64
    net = ann.Network()
    net.config({"dt": 0.25}, seed=4)
    net.config(dt=0.125, verbose=True, paradigm="openmp", structural_plasticity=False)
    assert (net.dt, net.seed) == (0.125, 4)
    net.dt = 0.2
    assert net.dt == 0.2


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (dict(dt=0.0), "dt must be a positive"),
        (dict(dt=-1.0), "dt must be a positive"),
        (dict(dt=np.nan), "dt must be a positive"),
        (dict(dt=np.inf), "dt must be a positive"),
        (dict(dt="1"), "dt must be a positive"),
        (dict(seed=1.5), "seed must be a whole number"),
        (dict(dtype=int), "dtype must be"),
        (dict(dtype="real"), "dtype must be"),
        (dict(precision="half"), "precision must be"),
        (dict(num_threads=0), "num_threads must be a whole number from 1"),
        (dict(num_threads=2.0), "num_threads must be"),
        (dict(method="eular"), "unknown method 'eular'"),
        (dict(num_thread=2), "unknown setting 'num_thread'. Did you mean 'num_threads'"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(setting: dict[str, Any], message: str) -> None:
    net = ann.Network()
    with pytest.raises(ValueError, match=message):
        net.config(**setting)
    assert net.dt == 1.0


def test_dt_precision_and_method_are_fixed_by_compile_and_threads_and_seed_are_not() -> None:
    net, population = counting()
    net.simulate(1.0)
    for setting in (dict(dt=0.5), dict(dtype=ann.float32), dict(method="rk4")):
        with pytest.raises(ValueError, match="after compile"):
            net.config(**setting)
    with pytest.raises(ValueError, match="after compile"):
        net.dt = 0.5
    net.config(dt=1.0, num_threads=2, seed=3)
    net.simulate(1.0)
    assert population.v[0] == 2.0


@pytest.mark.parametrize(
    ("dt", "duration", "steps"),
    [
        (0.5, 1.0, 2),
        (0.5, 0.7, 2),
        (0.5, 0.01, 1),
        (0.1, 0.3, 3),
        (0.1, 0.7, 7),
        (0.01, 0.07, 7),
        (0.1, 0.0, 0),
        (0.1, 1234.5, 12345),
        (1, 3, 3),
    ],
)
def test_a_duration_is_rounded_up_to_whole_steps(dt: float, duration: float, steps: int) -> None:
    net, population = counting(dt)
    net.simulate(duration)
    assert net.current_step == steps
    assert net.time == steps * dt
    assert population.v[0] == steps


@pytest.mark.parametrize("duration", [-1.0, np.nan, np.inf])
def test_a_duration_that_makes_no_sense_is_refused(duration: float) -> None:
    net, population = counting()
    with pytest.raises(ValueError, match="duration must be a time in ms"):
        net.simulate(duration)
    with pytest.raises(ValueError, match="duration must be a time in ms"):
        net.simulate_until(duration, population)
    assert net.current_step == 0


def test_the_clock_is_set_in_ms_or_steps() -> None:
    net = ann.Network(dt=0.5)
    population = net.create(1, ann.Neuron(equations="r = t"))
    net.time = 50.0
    assert net.current_step == 100
    net.step()
    assert population.r[0] == 50.0
    net.current_step = np.int64(4)
    net.simulate(0.5)
    assert (population.r[0], net.time) == (2.0, 2.5)
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="time must be"):
            net.time = wrong
    for wrong in (-1, 1.5, "2"):
        with pytest.raises(ValueError, match="current_step"):
            net.current_step = wrong


def test_a_clock_that_is_set_back_lets_inputs_and_monitors_go_on() -> None:
    net = ann.Network()
    spikes = net.create(ann.SpikeSourceArray([[1.0, 3.0]]))
    rates = net.create(ann.TimedArray([[1.0], [2.0], [3.0], [4.0]]))
    m, n = net.monitor(spikes, "spike"), net.monitor(rates, "r")
    net.simulate(5.0)
    late = net.monitor(rates, "r")
    net.time = 0.0
    net.simulate(3.0)
    assert m.get("spike") == {0: [1, 3, 1]}
    assert n.get("r").ravel().tolist() == [1.0, 2.0, 3.0, 4.0, 4.0, 1.0, 2.0, 3.0]
    assert late.get("r").ravel().tolist() == [1.0, 2.0, 3.0]
    assert n.times()["r"] == {"start": [0, 0], "stop": [5, 3]}


def test_measured_time_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    net, population = counting()
    net.simulate(2000.0, measure_time=True)
    assert "2 seconds" in capsys.readouterr().out
    with pytest.warns(UserWarning, match="no stop condition"):
        net.simulate_until(1.0, population, measure_time=True)
    assert "stopped after" in capsys.readouterr().out


def test_a_progress_bar_is_shown_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    net, _ = counting()
    ann.every(network=net, period=5.0)(lambda n: None)
    net.simulate(20.0, progress=True)
    assert "20 ms" in capsys.readouterr().err
    net.simulate(1.0)
    assert "ms" not in capsys.readouterr().err


def test_objects_are_found_by_name_and_ends() -> None:
    net = ann.Network()
    neuron = ann.Neuron(equations="r = sum(exc) + sum(inh)")
    a, b = net.create(2, neuron, name="a"), net.create(3, neuron, name="b")
    ab = net.connect(a, b[0:2], "exc", name="ab").all_to_all(1.0)
    ba = net.connect(b, a, "inh").all_to_all(1.0)
    m = net.monitor(a, "r", name="m")
    c = net.constant("c", 2.0)
    assert net.get_populations() == [a, b]
    assert net.get_projections() == [ab, ba]
    assert net.get_projections(post=b) == net.get_projections(pre=a, target="exc") == [ab]
    assert net.get_projections(post=ab.post) == [ab]
    assert net.get_projections(pre=a, post=a) == []
    assert (net.get_monitors(), net.get_constants()) == ([m], [c])
    assert [net.get_population("b"), net.get_projection("proj1"), net.get_monitor("m"), net.get_constant("c")] == [
        b,
        ba,
        m,
        c,
    ]
    assert [net.get_population("x"), net.get_projection("x"), net.get_monitor("x"), net.get_constant("x")] == [None] * 4
    with pytest.raises(ValueError, match="monitor named 'm' already"):
        net.monitor(a, "r", name="m")
    assert repr(net) == "<Network of 2 populations, 2 projections, dt = 1 ms, t = 0 ms>"


def test_constants_are_the_networks_and_act_from_the_next_step() -> None:
    neuron = ann.Neuron(equations="v = v + gain : init=0.0\nr = v", parameters="")
    one, two = ann.Network(), ann.Network()
    gain = one.constant("gain", 2.0)
    two.constant("gain", 10.0)
    a, b = one.create(1, neuron), two.create(1, neuron)
    one.simulate(2.0)
    two.simulate(2.0)
    gain.set(5.0)
    one.simulate(1.0)
    two.simulate(1.0)
    assert (a.v[0], b.v[0]) == (9.0, 30.0)
    assert one.constant("gain", 7.0) is gain
    assert (float(gain), gain + 1.0, 2.0 * gain, -gain, gain == 7.0, gain > 6.0) == (7.0, 8.0, 14.0, -7.0, True, True)
    with pytest.raises(ValueError, match="NaN"):
        gain.set(np.nan)
    with pytest.raises(ann.EquationError, match="unknown name 'gain'"):
        ann.Network().create(1, neuron)


def test_a_constant_decides_exact_propagators_too() -> None:
    net = ann.Network(dt=1.0, method="exact")
    rate = net.constant("rate", 0.1)
    population = net.create(2, ann.Neuron(equations="dv/dt = -rate * v : init=1.0", parameters=""))
    net.simulate(2.0)
    rate.set(0.5)
    net.simulate(3.0)
    np.testing.assert_allclose(population.v, np.exp(-0.1 * 2.0 - 0.5 * 3.0), rtol=1e-14)


def test_parameters_of_exact_equations_act_at_once_however_they_are_written() -> None:
    net = ann.Network(dt=1.0, method="exact")
    population = net.create(3, ann.Neuron(parameters="tau = 10.0", equations="tau*dv/dt = -v : init=1.0"))
    net.simulate(1.0)
    population.tau = 5.0
    net.simulate(1.0)
    held = population.tau
    held[:] = [2.0, 3.0, 4.0]
    net.simulate(1.0)
    held[0] = 20.0
    net.simulate(1.0)
    exponents = -1.0 / 10.0 - 1.0 / 5.0 - 1.0 / np.array([2.0, 3.0, 4.0]) - 1.0 / np.array([20.0, 3.0, 4.0])
    np.testing.assert_allclose(population.v, np.exp(exponents), rtol=1e-14)
    net.reset()
    net.simulate(1.0)
    np.testing.assert_allclose(population.v, np.exp(-0.1), rtol=1e-14)


def test_clear_leaves_an_empty_network_that_can_be_filled_again() -> None:
    net, population = counting(0.5, seed=3)
    ann.every(network=net, period=1.0)(lambda n: None)
    net.simulate(3.0)
    net.clear()
    assert (net.get_populations(), net.time, net.dt, net.compiled) == ([], 0.0, 0.5, False)
    again = net.create(3, COUNTER)
    net.simulate(1.0)
    assert again.v.tolist() == [2.0] * 3
    assert population.v.tolist() == [6.0, 6.0]


def test_an_empty_network_runs() -> None:
    net = ann.Network()
    net.simulate(3.0)
    assert net.time == 3.0


def test_explain_says_methods_sizes_delays_and_memory() -> None:
    net = ann.Network(dt=0.1, seed=3, method="auto", num_threads=2)
    cells = net.create(
        (2, 3),
        ann.Neuron(
            parameters="tau = 10.0", equations="tau*dv/dt = -v + g_exc : init=0.0", spike="v > 1.0", reset="v = 0.0"
        ),
        name="cells",
    )
    net.connect(cells, cells, "exc", name="loop").all_to_all(0.5, delays=ann.Uniform(1.0, 2.0))
    cells.tau = ann.Uniform(5.0, 10.0)
    text = str(net.explain())
    for word in (
        "dt = 0.1 ms",
        "double precision",
        "2 threads",
        "seed 3",
        "'cells': 6",
        "tau*dv/dt = -v + g_exc",
        "exact",
        "'loop': 30",
        "one value for each neuron: tau",
        "one step:",
    ):
        assert word in text, word
    explanation = net.explain()
    table = explanation.to_dict()
    assert table["objects"][0]["equations"][0]["method"] == "exact"
    assert explanation.bytes == sum(item["bytes"] for item in table["objects"]) > 0
    assert "<table>" in explanation._repr_html_()
    cells.disable()
    assert "disabled" in str(net.explain())


def test_explain_says_what_reset_and_step_do_before_anything_is_compiled() -> None:
    assert "one step:" in str(ann.Network().explain())


def test_the_memory_of_each_object_is_printed_and_given(capsys: pytest.CaptureFixture[str]) -> None:
    net, population = counting(size=1000)
    m = net.monitor(population, "v")
    net.connect(population, net.create(1000, ann.Neuron(equations="r = sum(exc)"), name="post"), "exc").all_to_all(
        ann.Uniform(0.0, 1.0)
    )
    net.simulate(100.0)
    held = net.memory_footprint()
    assert held["proj0"] >= 1_000_000 * 8
    assert held[m.name] >= 100 * 1000 * 8
    assert held["pop0"] >= 3 * 1000 * 8
    printed = capsys.readouterr().out
    assert all(name in printed for name in (*held, "all"))


def test_a_recording_that_will_not_fit_is_refused_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    net, population = counting(size=1000)
    net.monitor(population, ["v", "r"], name="small", period=100.0)
    large = net.monitor(population, ["v", "r"], name="large")
    monkeypatch.setattr(checks, "NOTABLE", 1_000_000)
    monkeypatch.setattr(checks, "free_bytes", lambda: 1_500_000)
    net.simulate(50.0)  # 800 kB
    with pytest.raises(MemoryError, match=r"would record 1\.6 MB, and 1\.5 MB .*'large'.* period"):
        net.simulate(100.0)
    assert net.current_step == 50
    assert large.get("v").shape == (50, 1000)  # nothing is lost
    net.simulate(50.0)
    assert net.current_step == 100


def test_a_run_that_may_stop_early_is_warned_of_its_recordings(monkeypatch: pytest.MonkeyPatch) -> None:
    net = ann.Network(dt=1.0, seed=1)
    counter = ann.Neuron(equations="v = v + 1.0 : init=0.0", parameters="")
    cells = net.create(1000, counter, stop_condition="v >= 5.0", name="cells")
    net.monitor(cells, "v")
    monkeypatch.setattr(checks, "NOTABLE", 1_000_000)
    monkeypatch.setattr(checks, "free_bytes", lambda: 1_500_000)
    with pytest.warns(UserWarning, match="would record .* MB") as caught:
        net.simulate_until(1000.0, cells)
    assert caught[0].filename == __file__
    assert net.current_step == 5


def test_neurons_and_delays_that_do_not_fit_are_refused_by_name() -> None:
    net = ann.Network(dt=0.1, seed=1)
    with pytest.raises(MemoryError, match=r"1,000,000,000,000 neurons with \d values each would take .* TB"):
        net.create(10**12, ann.LIF)
    cells = net.create(100, ann.LIF, name="cells")
    net.connect(cells, cells, "exc").one_to_one(1.0, delays=1e8)
    with pytest.raises(MemoryError, match=r"'cells' that are under way for up to .* delays, in ms, too long"):
        net.simulate(1.0)


def test_explain_says_the_methods_of_synaptic_equations_and_whether_they_learn() -> None:
    net = ann.Network(dt=0.5, seed=1)
    cells = net.create(5, ann.Neuron(equations="dv/dt = g_exc", spike="v > 1.0", reset="v = 0.0"))
    synapse = ann.Synapse(
        parameters=dict(tau=10.0),
        equations="tau*dx/dt = -x : event-driven\ntau*dy/dt = -y : midpoint\nz = y",
        pre_spike="g_target += w\nx += 1.0",
        post_spike="w += x",
    )
    plastic = net.connect(cells, cells, "exc", synapse, name="plastic").all_to_all(1.0)
    net.connect(cells, cells, "exc", name="fixed").all_to_all(1.0)
    notes = {note.name: note for note in net.explain().objects}
    assert [(e.variable, e.method, e.order) for e in notes["plastic"].equations] == [
        ("y", "midpoint", 2),
        ("z", "assignment", 0),
        ("x", "event-driven", 1),
    ]
    assert notes["fixed"].equations == ()
    assert "learns in every step" in notes["plastic"].remarks
    spikes = ann.Synapse(equations="tau*dx/dt = -x : event-driven", parameters="tau=10.0", pre_spike="x += 1.0\nw += x")
    waiting = net.connect(cells, cells, "exc", spikes, name="waiting").one_to_one(1.0)
    assert waiting.name == "waiting"
    assert "learns when spikes arrive\n" in str(net.explain())
    plastic.enable_learning(period=2.0)
    assert "learns every 2 ms" in str(net.explain())
    net.disable_learning()
    assert "learning is off" in str(net.explain())
