"""Explanations of networks: what they say is what the network does, and the largest safe dt is where it is lost."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import eqneuro as ann

COBA = ann.Neuron(
    parameters=dict(tau=20.0, tau_exc=5.0, tau_inh=10.0, El=-60.0, Ee=0.0, Ei=-80.0, Vr=-60.0, Vt=-50.0, I=20.0),
    equations="""
        tau*dv/dt = (El - v) + g_exc*(Ee - v) + g_inh*(Ei - v) + I : exponential, init=-55.0
        tau_exc*dg_exc/dt = -g_exc : exponential, init=4.0
        tau_inh*dg_inh/dt = -g_inh : exponential, init=20.0
    """,
    spike="v > Vt",
    reset="v = Vr",
    refractory=5.0,
)
HODGKIN_HUXLEY = """
    dv/dt = I - 120.0*m^3*h*(v - 50.0) - 36.0*n^4*(v + 77.0) - 0.3*(v + 54.4)                       : init=-65.0
    dm/dt = 0.1*(v + 40.0)/(1.0 - exp(-(v + 40.0)/10.0))*(1.0 - m) - 4.0*exp(-(v + 65.0)/18.0)*m    : init=0.053
    dh/dt = 0.07*exp(-(v + 65.0)/20.0)*(1.0 - h) - h/(1.0 + exp(-(v + 35.0)/10.0))                  : init=0.596
    dn/dt = 0.01*(v + 55.0)/(1.0 - exp(-(v + 55.0)/10.0))*(1.0 - n) - 0.125*exp(-(v + 65.0)/80.0)*n : init=0.318
"""
ADEX = """
    281.0*dv/dt = -30.0*(v + 70.6) + 60.0*exp((v + 50.4)/2.0) - w + I : init=-70.6
    144.0*dw/dt = 4.0*(v + 70.6) - w
"""
PAIR = "du/dt = 998.0*u + 1998.0*v : init=1.0\ndv/dt = -999.0*u - 1999.0*v : init=0.0"
"""Eigenvalues −1 and −1000."""


def coba(size: int = 400) -> ann.Network:
    net = ann.Network(dt=0.1, seed=1)
    cells = net.create(size, COBA, name="cells")
    exc, inh = cells[: size * 4 // 5], cells[size * 4 // 5 :]
    net.connect(exc, cells, "exc").fixed_probability(probability=0.1, weights=0.6)
    net.connect(inh, cells, "inh").fixed_probability(probability=0.1, weights=6.7)
    net.monitor(cells, "spike")
    return net


def alone(equations: str, **parameters: Any) -> Callable[[float], ann.Network]:
    def build(dt: float) -> ann.Network:
        net = ann.Network(dt=dt, seed=1)
        events = dict(spike="v > 20.0", reset="v = -70.6; w += 80.5") if "dw/dt" in equations else {}
        net.create(1, ann.Neuron(parameters=parameters, equations=equations, **events))
        return net

    return build


def is_lost(build: Callable[[float], ann.Network], dt: float, duration: float, bounds: tuple[float, float]) -> bool:
    """Whether a network becomes infinite, or its first variable leaves some bounds."""
    net = build(dt)
    [population] = net.get_populations()
    monitor = net.monitor(population, population.variables[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that the step is too large
        try:
            net.simulate(max(duration, 400.0 * dt))
        except FloatingPointError:
            return True
    values = monitor.get(population.variables[0])
    return bool((values < bounds[0]).any() or (values > bounds[1]).any())


def where_it_is_lost(build: Callable[[float], ann.Network], guess: float, *arguments: Any) -> float:
    low, high = guess / 3.0, guess * 3.0
    assert not is_lost(build, low, *arguments)
    assert is_lost(build, high, *arguments)
    for _ in range(9):
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if is_lost(build, middle, *arguments) else (middle, high)
    return low


@pytest.mark.parametrize(
    ("equations", "parameters", "duration", "bounds"),
    [
        (PAIR, {}, 1.0, (-10.0, 10.0)),
        (HODGKIN_HUXLEY, {"I": 0.0}, 100.0, (-70.0, -60.0)),
        (HODGKIN_HUXLEY, {"I": 7.0}, 100.0, (-200.0, 200.0)),
        (HODGKIN_HUXLEY, {"I": 30.0}, 100.0, (-200.0, 200.0)),
        (ADEX, {"I": 0.0}, 1000.0, (-80.0, -60.0)),
        (ADEX, {"I": 400.0}, 1000.0, (-100.0, -45.0)),
    ],
    ids=["stiff pair", "HH at rest", "HH spiking", "HH driven hard", "AdEx at rest", "AdEx below threshold"],
)
def test_largest_safe_dt_of_eulers_method_is_where_networks_are_lost(
    equations: str, parameters: dict[str, float], duration: float, bounds: tuple[float, float]
) -> None:
    build = alone(equations, **parameters)
    named = build(0.001).explain().largest_dt
    assert named is not None
    assert 1.0 / 1.2 < where_it_is_lost(build, named, duration, bounds) / named < 1.2


def test_spikes_are_seen_by_a_run_not_by_the_initial_state() -> None:
    note = alone(HODGKIN_HUXLEY, I=10.0)(0.01).explain().objects[0]
    [system] = note.systems
    assert note.along_run is not None
    assert note.along_run.largest_dt is not None
    assert system.largest_dt is not None
    assert system.largest_dt > 4.0 * note.along_run.largest_dt
    assert system.time_constant is not None
    assert system.time_constant > 4.0 * note.along_run.time_constant
    only_now = alone(HODGKIN_HUXLEY, I=10.0)(0.01).explain(duration=0.0)
    assert only_now.objects[0].along_run is None
    assert only_now.largest_dt == pytest.approx(system.largest_dt)


def test_explanation_of_coba_is_half_a_page() -> None:
    net = coba()
    for _ in range(2):
        lines = str(net.explain()).splitlines()
        assert len(lines) <= 35
        assert max(map(len, lines)) <= 100
        net.simulate(2.0)


def test_explanation_of_coba_is_right() -> None:
    net = coba()
    explanation = net.explain()
    cells = explanation.objects[0]
    assert [(e.variable, e.method, e.order, e.is_exact, e.held) for e in cells.equations] == [
        ("v", "exponential", 1, False, ("g_exc", "g_inh")),
        ("g_exc", "exponential", 1, True, ()),
        ("g_inh", "exponential", 1, True, ()),
    ]
    assert explanation.largest_dt is None
    fastest = min(s.time_constant for s in cells.systems if s.time_constant)
    assert fastest == pytest.approx(20.0 / (1.0 + 4.0 + 20.0), rel=1e-6)  # of v, with the conductances as they are
    assert cells.updates == ("v, g_exc, g_inh together", "spike, which resets v")
    projections = [item for item in explanation.objects if item.kind == "projection"]
    assert [p.size for p in projections] == [p.nb_synapses for p in net.get_projections()]


@pytest.mark.parametrize("is_run", [False, True])
def test_every_array_has_its_bytes(is_run: bool, capsys: pytest.CaptureFixture[str]) -> None:
    net = coba()
    if is_run:
        net.simulate(3.0)
    explanation = net.explain()
    held = net.memory_footprint()
    for item in explanation.objects:
        assert sum(array.bytes for array in item.arrays) == item.bytes == held[item.name]
        assert not any(array.kind == "others" for array in item.arrays)
    names = {array.name for array in explanation.objects[0].arrays}
    assert {"v", "tau", "spikes under way"} <= names
    if is_run:
        assert "targets of spikes" in {array.name for array in explanation.objects[1].arrays}


def test_weights_delays_and_the_post_index_are_listed() -> None:
    net = ann.Network(dt=0.5, seed=1)
    cells = net.create(20, ann.Neuron(equations="dv/dt = g_exc - v", spike="v > 1.0", reset="v = 0.0"))
    net.connect(cells, cells, "exc", ann.STDP()).all_to_all(ann.Uniform(0.0, 0.1), delays=ann.Uniform(1.0, 4.0))
    net.simulate(1.0)
    kinds = {array.kind: array.bytes for array in net.explain().objects[1].arrays}
    assert {"weights", "delays", "post index", "synaptic values", "indices"} <= kinds.keys()
    assert kinds["delays"] == 20 * 19 * 2


def test_stiffest_neuron_at_the_present_state_decides() -> None:
    net = ann.Network(dt=0.01)
    cells = net.create(5, ann.Neuron(parameters="tau = 10.0", equations="tau*dv/dt = -v"))
    cells.tau = [10.0, 5.0, 0.5, 20.0, 10.0]
    net.simulate(1.0)
    [system] = net.explain().objects[0].systems
    assert system.time_constant == pytest.approx(0.5, rel=1e-6)
    assert system.largest_dt == pytest.approx(1.0, rel=1e-6)
    cells.tau = 4.0
    assert net.explain().objects[0].systems[0].time_constant == pytest.approx(4.0, rel=1e-6)


def test_methods_that_are_mixed_have_a_limit_each() -> None:
    neuron = ann.Neuron(equations="dv/dt = -v + w\ndw/dt = -4.0*w : rk4\ndu/dt = -9.0*u : exact")
    net = ann.Network(dt=0.1)
    net.create(1, neuron)
    found = {note.method: note for note in net.explain().objects[0].systems}
    assert found["explicit"].largest_dt == pytest.approx(2.0, rel=1e-6)
    assert found["rk4"].largest_dt == pytest.approx(2.785293563405282 / 4.0, rel=1e-6)
    assert found["exact"].largest_dt is None
    assert found["exact"].time_constant == pytest.approx(1.0 / 9.0, rel=1e-6)


def test_synapses_have_time_constants_too() -> None:
    net = ann.Network(dt=0.5)
    cells = net.create(3, ann.Neuron(equations="r = t + sum(exc)"))
    synapse = ann.Synapse(parameters="tau = 8.0 : projection", equations="tau*dw/dt = pre.r*post.r - w")
    net.connect(cells, cells, "exc", synapse).all_to_all(1.0)
    [system] = net.explain().objects[1].systems
    assert system.time_constant == pytest.approx(8.0, rel=1e-6)
    assert system.largest_dt == pytest.approx(16.0, rel=1e-6)


def test_only_what_happens_in_a_step_is_told() -> None:
    steps = coba().explain().step
    assert not any("post_spike" in step or "psp" in step or "pruned" in step for step in steps)
    assert steps[0] == "spikes that arrive now run pre_spike"
    assert steps[-1] == "t grows by dt"


def test_explanations_are_plain_data_and_tables() -> None:
    explanation = coba().explain()
    again = json.loads(json.dumps(explanation.to_dict(), allow_nan=False))
    assert again["objects"][0]["equations"][0]["held"] == ["g_exc", "g_inh"]
    assert again["bytes"] == explanation.bytes
    page = explanation._repr_html_()
    assert page.count("<table>") == 2
    assert page.count("<tr>") == page.count("</tr>") > 30
    assert "tau_exc*dg_exc/dt = -g_exc" in page
    assert "g_exc*(Ee - v)" in str(coba().explain(details=True))
    assert "spikes: spikes under way" in str(coba().explain(details=True))


def test_many_objects_are_cut_short_unless_details_are_asked_for() -> None:
    net = ann.Network(dt=0.1)
    for _ in range(20):
        net.create(1, ann.Neuron(equations="r = t"))
    assert "and 12 more populations" in str(net.explain())
    assert str(net.explain(details=True)).count("population ") == 20


def test_equations_of_several_populations_are_shown_once() -> None:
    net = ann.Network(dt=0.1)
    cells = [net.create(10 + k, COBA, name=f"cells {k}") for k in range(3)]
    cells[2].tau = np.linspace(10.0, 20.0, 12)
    text = str(net.explain())
    assert text.count("tau*dv/dt") == 1
    assert text.count("the equations of 'cells 0'") == 2
    assert text.count("one value for each neuron: tau") == 1
    assert str(net.explain(details=True)).count("tau*dv/dt") == 3


def test_explaining_changes_nothing() -> None:
    one, other = coba(), coba()
    for _ in range(3):
        one.explain()
        one.simulate(5.0)
        other.simulate(5.0)
    a, b = one.get_populations()[0], other.get_populations()[0]
    assert all(np.array_equal(a.get(name), b.get(name)) for name in a.variables)
