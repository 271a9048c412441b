"""The BOLD signal, against balloon models integrated with numpy and SciPy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import eqneuro
from eqneuro import (
    BoldModel,
    BoldMonitor,
    BoldMonitorFromSlices,
    InputArray,
    Network,
    Neuron,
    SpikeSourceArray,
    TimedArray,
    balloon_CL,
    balloon_CN,
    balloon_maith2021,
    balloon_RL,
    balloon_RN,
    balloon_two_inputs,
    float32,
)

STEPS = 3000
DRIVE = np.where(np.arange(STEPS) < 1000, 0.4, 0.05) * (np.arange(STEPS) >= 100)
COMMON = dict(phi=1.0, kappa=1 / 1.54, gamma=1 / 2.46, E_0=0.34, tau=0.98, alpha=0.33, V_0=0.02)
SCANNER = dict(v_0=40.3, TE=0.04, epsilon=1.43, r_0=25.0)
MAITH = dict(phi=1.0, kappa=0.665, gamma=0.412, E_0=0.3424, tau=1.0387, alpha=0.3215, V_0=0.02)


def coefficients(kind: str, p: dict[str, float]) -> tuple[float, float, float]:
    """Stephan et al. (2007), equations 11 and 12 of the classic and of the revised model; Friston et al. (2000)."""
    if kind == "friston":
        return 7 * p["E_0"], 2.0, 2 * p["E_0"] - 0.2
    first = 4.3 * p["v_0"] * p["E_0"] * p["TE"]
    if kind == "classic":
        return (1 - p["V_0"]) * first, 2 * p["E_0"], 1 - p["epsilon"]
    return first, p["epsilon"] * p["r_0"] * p["E_0"] * p["TE"], 1 - p["epsilon"]


def signal(q: Any, v: Any, k: Sequence[float], volume: float, *, is_linear: bool) -> Any:
    if is_linear:
        return volume * ((k[0] + k[1]) * (1 - q) + (k[2] - k[1]) * (1 - v))
    return volume * (k[0] * (1 - q) + k[1] * (1 - q / v) + k[2] * (1 - v))


def integrate(drive: np.ndarray, p: dict[str, float], kind: str, *, is_linear: bool, dt: float = 1.0) -> np.ndarray:
    """Forward Euler in steps of dt ms; the outflow is that of the step before."""
    h, k = dt / 1000.0, coefficients(kind, p)
    s, f, q, v, outflow = 0.0, 1.0, 1.0, 1.0, 1.0
    found = []
    for x in drive:
        s, f = s + h * (p["phi"] * x - p["kappa"] * s - p["gamma"] * (f - 1.0)), f + h * s
        extracted = 1.0 - (1.0 - p["E_0"]) ** (1.0 / f)
        q, v = q + h / p["tau"] * (f * extracted / p["E_0"] - q / v * outflow), v + h / p["tau"] * (f - outflow)
        outflow = v ** (1.0 / p["alpha"])
        found.append(signal(q, v, k, p["V_0"], is_linear=is_linear))
    return np.array(found)


MODELS = {
    "balloon_RN": (balloon_RN, COMMON | SCANNER, "revised", False),
    "balloon_RL": (balloon_RL, COMMON | SCANNER, "revised", True),
    "balloon_CN": (balloon_CN, COMMON | SCANNER, "classic", False),
    "balloon_CL": (balloon_CL, COMMON | SCANNER, "classic", True),
    "balloon_maith2021": (balloon_maith2021, MAITH, "friston", False),
}


def driven(net: Network, drive: np.ndarray, size: int = 1, dt: float = 1.0) -> Any:
    """A population whose rates follow the drive, so that the model reads it step by step."""
    rates = np.broadcast_to(drive[:, None], (len(drive), size))
    return net.create(TimedArray(rates, schedule=dt))


@pytest.mark.parametrize("name", MODELS)
def test_balloon_models_follow_their_recursion(name: str) -> None:
    model, parameters, kind, is_linear = MODELS[name]
    net = Network(dt=1.0)
    monitor = net.boldmonitor(driven(net, DRIVE), model, recorded_variables=["I_CBF", "BOLD"], start=True)
    net.simulate(STEPS)
    late = np.concatenate([[0.0], DRIVE[:-1]])  # the rate of the step before, as any synapse reads it
    np.testing.assert_allclose(monitor.get("I_CBF")[:, 0], late, rtol=1e-12)
    expected = integrate(late, parameters, kind, is_linear=is_linear)
    np.testing.assert_allclose(monitor.get("BOLD")[:, 0], expected, rtol=1e-9, atol=1e-14)
    assert np.abs(expected).max() > 1e-3, "there is a response"


@pytest.mark.parametrize("name", MODELS)
def test_balloon_models_come_close_to_the_integrated_equations(name: str) -> None:
    model, p, kind, is_linear = MODELS[name]

    def slope(_: float, state: np.ndarray) -> list[float]:
        s, f, q, v = state
        extracted = 1.0 - (1.0 - p["E_0"]) ** (1.0 / f)
        outflow = v ** (1.0 / p["alpha"])
        flow = [0.3 * p["phi"] - p["kappa"] * s - p["gamma"] * (f - 1.0), s]
        return [*flow, (f * extracted / p["E_0"] - q / v * outflow) / p["tau"], (f - outflow) / p["tau"]]

    net = Network(dt=1.0)
    population = net.create(InputArray(4))
    population.r = 0.3
    monitor = net.boldmonitor([population], model(), start=True)
    net.simulate(6000.0)
    solved = solve_ivp(
        slope, (0.0, 6.0), [0.0, 1.0, 1.0, 1.0], t_eval=np.arange(1, 6001) / 1000.0, rtol=1e-9, atol=1e-11
    )
    expected = signal(solved.y[2], solved.y[3], coefficients(kind, p), p["V_0"], is_linear=is_linear)
    np.testing.assert_allclose(monitor.get("BOLD")[:, 0], expected, atol=0.01 * np.abs(expected).max())


def test_smaller_steps_and_single_precision_follow_the_same_recursion() -> None:
    for dt, dtype, tolerance in ((0.5, None, 1e-9), (1.0, float32, 1e-2)):
        net = Network(dt=dt, dtype=dtype)
        population = net.create(InputArray(3))
        population.r = 0.2
        monitor = net.boldmonitor(population, start=True)
        net.simulate(2000.0)
        expected = integrate(np.full(round(2000 / dt), 0.2), COMMON | SCANNER, "revised", is_linear=False, dt=dt)
        np.testing.assert_allclose(monitor.get("BOLD")[:, 0], expected, rtol=tolerance, atol=tolerance * expected.max())


def test_parameters_of_a_model_are_arguments() -> None:
    net = Network(dt=1.0)
    population = net.create(InputArray(3))
    population.r = 0.2
    changed = dict(
        phi=2.0, kappa=0.8, gamma=0.5, E_0=0.4, tau=1.2, alpha=0.3, V_0=0.03, v_0=80.0, TE=0.03, epsilon=0.5, r_0=100.0
    )
    monitor = net.boldmonitor(population, balloon_RL(**changed), start=True)
    net.simulate(1000.0)
    expected = integrate(np.full(1000, 0.2), changed, "revised", is_linear=True)
    np.testing.assert_allclose(monitor.get("BOLD")[:, 0], expected, rtol=1e-9, atol=1e-14)


def test_flow_and_oxygen_have_inputs_of_their_own() -> None:
    p = COMMON | SCANNER
    net = Network(dt=1.0)
    population = net.create(2, Neuron(parameters="r = 0.0 : local\nuse = 0.0 : local"))
    population.r, population.use = [0.2, 0.4], [0.1, 0.3]
    mapping = {"I_CBF": "r", "I_CMRO2": "use"}
    monitor = net.boldmonitor(
        population, balloon_two_inputs, mapping, recorded_variables=["BOLD", "I_CMRO2", "r"], start=True
    )
    net.simulate(4000.0)
    np.testing.assert_allclose(monitor.get("I_CMRO2"), 0.2)

    def slope(_: float, state: np.ndarray) -> list[float]:
        s, f, x, r, q, v = state
        outflow = v ** (1.0 / p["alpha"])
        drives = [(0.3, s, f), (0.2, x, r)]
        (ds, df), (dx, dr) = ((i - p["kappa"] * a - p["gamma"] * (b - 1.0), a) for i, a, b in drives)
        return [ds, df, dx, dr, (r - q / v * outflow) / p["tau"], (f - outflow) / p["tau"]]

    solved = solve_ivp(slope, (0.0, 4.0), [0.0, 1.0, 0.0, 1.0, 1.0, 1.0], t_eval=np.arange(1, 4001) / 1000.0, rtol=1e-9)
    expected = signal(solved.y[4], solved.y[5], coefficients("revised", p), p["V_0"], is_linear=False)
    np.testing.assert_allclose(monitor.get("BOLD")[:, 0], expected, atol=0.01 * np.abs(expected).max())
    np.testing.assert_allclose(monitor.get("r")[:, 0], solved.y[3], atol=0.002)


PLAIN = BoldModel(equations="BOLD = sum(I_CBF)", parameters="", inputs="I_CBF")
"""The input as it is."""


class TestInput:
    """What drives the model."""

    def test_means_are_weighted_with_the_sizes_of_populations_and_views(self) -> None:
        net = Network()
        small, large = net.create(InputArray(2)), net.create(InputArray((3, 4)))
        small.r, large.r = [1.0, 2.0], np.arange(12.0).reshape(3, 4)
        monitors = [
            net.boldmonitor(given, PLAIN, start=True) for given in (small, [small, large], [small, large[1, :]])
        ]
        net.simulate(1.0)
        found = [monitor.get("BOLD").item() for monitor in monitors]
        view = np.arange(12.0).reshape(3, 4)[1]
        np.testing.assert_allclose(found, [1.5, (3.0 + 66.0) / 14.0, (3.0 + view.sum()) / 6.0], rtol=1e-12)

    def test_means_may_have_other_weights(self) -> None:
        net = Network()
        small, large = net.create(InputArray(2)), net.create(InputArray(8))
        small.r, large.r = 3.0, 5.0
        monitor = net.boldmonitor([small, large], PLAIN, scale_factor=[2.0, -1.0], start=True)
        net.simulate(1.0)
        assert monitor.get("BOLD").item() == pytest.approx(2.0 * 3.0 - 5.0)

    @pytest.mark.parametrize("windows", [5.0, [5.0, 8.0]])
    def test_normalized_means_are_relative_to_those_of_a_first_window(self, windows: Any) -> None:
        drives = 2.0 + np.sin(np.arange(20)), 5.0 + np.cos(np.arange(20))
        net = Network(dt=1.0)
        first, second = (driven(net, drive, size) for drive, size in zip(drives, (1, 3), strict=True))
        monitor = net.boldmonitor([first, second], PLAIN, normalize_input=windows, start=True)
        net.simulate(20.0)
        expected = np.zeros(20)
        for drive, share, window in zip(drives, (0.25, 0.75), np.broadcast_to(windows, 2), strict=True):
            seen, steps = np.concatenate([[0.0], drive[:-1]]), int(window)
            mean = seen[:steps].mean()
            expected[steps:] += share * (seen[steps:] - mean) / mean
        np.testing.assert_allclose(monitor.get("BOLD")[:, 0], expected, rtol=1e-12, atol=1e-15)

    def test_a_silent_first_window_leaves_the_difference(self) -> None:
        net = Network(dt=1.0)
        population = net.create(InputArray(2))
        monitor = net.boldmonitor(population, PLAIN, normalize_input=3.0, start=True)
        net.simulate(5.0)
        population.r = [1.0, 2.0]
        net.simulate(2.0)
        np.testing.assert_allclose(monitor.get("BOLD")[:, 0], [0, 0, 0, 0, 0, 1.5, 1.5])

    def test_any_variable_of_any_type_drives_the_model(self) -> None:
        net = Network()
        population = net.create(
            4, Neuron("whole = 2 : int, local\ntrue = True : bool, local\nall = 0.5 : population\nr = 0.0")
        )
        population.whole, population.true = [1, 2, 3, 4], [True, False, True, True]
        monitors = [
            net.boldmonitor(population, PLAIN, {"I_CBF": name}, start=True) for name in ("whole", "true", "all")
        ]
        net.simulate(1.0)
        assert [monitor.get("BOLD").item() for monitor in monitors] == [2.5, 0.75, 0.5]

    def test_the_rate_of_spiking_neurons_drives_it_where_it_is_measured(self) -> None:
        net = Network(dt=1.0)
        source = net.create(SpikeSourceArray([[1.0, 3.0], [2.0]]))
        monitor = net.boldmonitor(source, PLAIN, start=True)
        with pytest.raises(RuntimeError, match="call compute_firing_rate"):
            net.simulate(1.0)
        source.compute_firing_rate(4.0)
        net.simulate(6.0)
        counts = np.array([0, 0, 1, 2, 3, 3])  # spikes until the step before, all within 4 ms of it
        np.testing.assert_allclose(monitor.get("BOLD")[:, 0], counts / 2 / 0.004)

    def test_many_neurons_give_the_mean_on_any_number_of_threads(self) -> None:
        values = np.random.default_rng(9).uniform(size=1000)
        found = []
        for threads in (1, 3):
            net = Network(num_threads=threads)
            population = net.create(InputArray(1000))
            population.r = values
            monitor = net.boldmonitor(population[100:900], PLAIN, start=True)
            net.simulate(2.0)
            found.append(monitor.get("BOLD")[:, 0])
        np.testing.assert_array_equal(*found)
        np.testing.assert_allclose(found[0], values[100:900].mean(), rtol=1e-13)


class TestSlices:
    """Several voxels of one population."""

    def test_each_voxel_is_driven_by_its_part(self) -> None:
        net = Network()
        population = net.create(InputArray(10))
        population.r = np.arange(10.0)
        parts = [slice(0, 4), [7, 9], population[4:7], np.array([True] + [False] * 9)]
        monitor = net.boldmonitor_from_slices(population, parts, PLAIN, start=True)
        net.simulate(2.0)
        np.testing.assert_allclose(monitor.get("BOLD"), [[1.5, 8.0, 5.0, 0.0]] * 2)

    def test_voxels_run_as_monitors_of_one_population_do(self) -> None:
        net = Network(num_threads=2)
        population = net.create(InputArray(600))
        population.r = np.linspace(0.0, 0.5, 600)
        halves = [slice(0, 300), slice(300, 600)]
        together = net.boldmonitor_from_slices(population, halves, start=True)
        alone = [net.boldmonitor(population[part], start=True) for part in halves]
        whole, again = (
            net.boldmonitor_from_slices(population, start=True),
            BoldMonitorFromSlices(population, start=True),
        )
        net.simulate(500.0)
        np.testing.assert_array_equal(together.get("BOLD"), np.hstack([monitor.get("BOLD") for monitor in alone]))
        np.testing.assert_array_equal(whole.get("BOLD"), again.get("BOLD"))

    def test_voxels_are_normalized_one_by_one(self) -> None:
        net = Network()
        population = net.create(InputArray(4))
        population.r = [1.0, 1.0, 4.0, 4.0]
        monitor = net.boldmonitor_from_slices(population, [[0, 1], [2, 3]], PLAIN, normalize_input=2, start=True)
        net.simulate(2.0)
        population.r = 2.0
        net.simulate(1.0)
        np.testing.assert_allclose(monitor.get("BOLD")[-1], [1.0, -0.5])


class TestLife:
    """When it runs, and what else there is."""

    def network(self) -> tuple[Network, Any, BoldMonitor]:
        net = Network(dt=1.0)
        population = net.create(InputArray(3))
        population.r = 0.3
        return net, population, BoldMonitor(population)

    def test_nothing_happens_before_the_start_and_the_model_goes_on_after_the_stop(self) -> None:
        net, _, monitor = self.network()
        net.simulate(200.0)
        assert monitor.get("BOLD").shape == (0, 1)
        monitor.start()
        net.simulate(200.0)
        monitor.stop()
        net.simulate(100.0)
        monitor.start()
        net.simulate(50.0)
        expected = integrate(np.full(350, 0.3), COMMON | SCANNER, "revised", is_linear=False)
        got = monitor.get("BOLD")[:, 0]
        np.testing.assert_allclose(got, [*expected[:200], *expected[300:]], rtol=1e-9, atol=1e-14)
        assert monitor.get("BOLD").shape == (0, 1), "what was read is forgotten"

    def test_reset_begins_anew(self) -> None:
        net, population, _ = self.network()
        monitor = net.boldmonitor(population, PLAIN, normalize_input=2.0, start=True)
        net.simulate(4.0)
        net.reset()
        population.r = [0.6, 0.6, 0.6]
        net.simulate(2.0)
        population.r = 1.2
        net.simulate(1.0)
        np.testing.assert_allclose(monitor.get("BOLD")[:, 0], [0.0, 0.0, 1.0], rtol=1e-12)

    def test_the_voxels_are_none_of_the_populations(self) -> None:
        net, population, _ = self.network()
        assert net.get_populations() == [population]

    def test_a_saved_network_goes_on_with_the_same_bits(self, tmp_path: Path) -> None:
        def build() -> tuple[Network, BoldMonitor]:
            net = Network(dt=1.0)
            population = net.create(5, Neuron(equations="r = 1.0 + 0.5*sin(t/50.0)"))
            return net, net.boldmonitor(population, normalize_input=30.0, start=True)

        net, monitor = build()
        net.simulate(200.0)
        expected = monitor.get("BOLD")[20:]
        net, monitor = build()
        net.simulate(20.0)
        net.save(tmp_path / "scan.npz")
        net, monitor = build()
        net.load(tmp_path / "scan.npz")
        net.simulate(180.0)
        np.testing.assert_array_equal(monitor.get("BOLD"), expected)

    def test_a_copied_network_has_voxels_of_its_own(self) -> None:
        net, population, _ = self.network()
        net.scan = net.boldmonitor(population, PLAIN, start=True)
        made = net.copy()
        made.get_population(population.name).r = 0.7
        net.simulate(1.0)
        made.simulate(1.0)
        assert net.scan.get("BOLD").item() == pytest.approx(0.3)
        assert made.scan.get("BOLD").item() == pytest.approx(0.7)


class TestRefusals:
    """What is wrong is told when the monitor is made."""

    @pytest.mark.parametrize(
        ("how", "error", "message"),
        [
            (dict(bold_model=3), TypeError, "must be a BoldModel"),
            (dict(mapping={"I_CBF": "rate"}), ValueError, "'rate'"),
            (dict(mapping={"I": "r"}), ValueError, "the mapping must say which variable is 'I_CBF'"),
            (dict(bold_model=balloon_two_inputs), ValueError, "'I_CBF', 'I_CMRO2'"),
            (dict(scale_factor=[1.0, 2.0]), ValueError, "scale_factor is a number, or 1 of them"),
            (dict(normalize_input=-5.0), ValueError, "a time in ms"),
            (dict(recorded_variables=["BOLD", "blood"]), ValueError, "no variable 'blood'"),
        ],
    )
    def test_an_argument_that_makes_no_sense(self, how: Any, error: Any, message: str) -> None:
        net = Network()
        population = net.create(InputArray(3))
        with pytest.raises(error, match=message):
            net.boldmonitor(population, **how)
        assert len(net.get_populations()) == 1
        net.simulate(1.0)

    def test_populations_that_are_none_or_strange(self) -> None:
        net, other = Network(), Network()
        mine, strange, free = net.create(InputArray(3)), other.create(InputArray(3)), InputArray(3)
        with pytest.raises(TypeError, match="populations or views"):
            net.boldmonitor("pop")
        for given in (strange, [mine, strange], free):
            with pytest.raises(ValueError, match="network"):
                net.boldmonitor(given)
        with pytest.raises(ValueError, match="needs populations"):
            net.boldmonitor([])
        with pytest.raises(ValueError, match="at least one slice"):
            net.boldmonitor_from_slices(mine, [])
        with pytest.raises(ValueError, match="no part of population"):
            net.boldmonitor_from_slices(mine, [net.create(InputArray(3))[0:1]])

    def test_a_model_reads_its_inputs_and_has_its_outputs(self) -> None:
        with pytest.raises(ValueError, match=r"do not read its input: sum\(I_CBF\)"):
            BoldModel("", "BOLD = 1.0", "I_CBF")
        with pytest.raises(ValueError, match="'BOLD', an output of 'Custom BOLD model'"):
            BoldModel("", "x = sum(I_CBF)", "I_CBF")
        with pytest.raises(eqneuro.EquationError, match="tua"):
            BoldModel("tau = 1.0", "tua*dBOLD/dt = sum(I_CBF)", "I_CBF")
