"""What the tests of built-in neurons share: a short way to run one, and a solution by SciPy to compare it with."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from eqneuro import Network


@pytest.fixture
def simulate() -> Callable[..., tuple[dict[str, np.ndarray], list[np.ndarray]]]:
    """``simulate(neuron, duration, dt, record, size, **values)``: traces of shape (steps, neurons), and spike steps."""

    def _simulate(
        neuron: Any,
        duration: float,
        dt: float,
        record: Sequence[str] = (),
        size: int = 1,
        seed: int = 1,
        dtype: type = np.float64,
        **values: Any,
    ) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
        net = Network(dt=dt, seed=seed, dtype=dtype)
        population = net.create(size, neuron)
        for name, value in values.items():
            setattr(population, name, value)
        is_spiking = population.neuron_type.model.is_spiking
        monitor = net.monitor(population, [*record, "spike"] if is_spiking else list(record))
        net.simulate(duration)
        spikes = monitor.get("spike") if is_spiking else {}
        return {name: monitor.get(name) for name in record}, [np.array(spikes[k], dtype=int) for k in spikes]

    return _simulate


@pytest.fixture
def solve() -> Callable[..., tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]]:
    """``solve(right, start, duration, height, reset)``: the trajectory as a function of time, and the spike times.

    ``height`` is positive above the threshold; a spike is its upward crossing. ``reset`` gives the state after a spike;
    without it the trajectory goes on.
    """

    def _solve(
        right: Callable[[float, np.ndarray], Sequence[float]],
        start: Sequence[float],
        duration: float,
        height: Callable[[np.ndarray], float] | None = None,
        reset: Callable[[np.ndarray], Sequence[float]] | None = None,
    ) -> tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]:
        def crossing(t: float, state: np.ndarray) -> float:
            return height(state) if height else -1.0

        crossing.direction = 1.0
        crossing.terminal = reset is not None
        pieces, spikes, begin, state = [], [], 0.0, np.asarray(start, dtype=float)
        while begin < duration:
            piece = solve_ivp(
                right,
                (begin, duration),
                state,
                method="DOP853",
                rtol=1e-10,
                atol=1e-12,
                events=crossing,
                dense_output=True,
            )
            assert piece.success
            pieces.append((begin, piece.sol))
            spikes += piece.t_events[0].tolist()
            begin = piece.t[-1]
            if piece.status == 1:
                state = np.asarray(reset(piece.y[:, -1]), dtype=float)

        def trajectory(times: np.ndarray) -> np.ndarray:
            found = np.searchsorted([b for b, _ in pieces], times, side="right") - 1
            return np.array([pieces[k][1](t) for k, t in zip(found, times, strict=True)])

        return trajectory, np.array(spikes)

    return _solve


@pytest.fixture
def order_of(simulate) -> Callable[..., float]:
    """``order_of(neuron, reference, duration, dt, **values)``: the order of convergence of v at the end of a run.

    ``reference`` is the exact v there. The three step sizes must agree on the order; the errors must fall.
    """

    def _order_of(neuron: Any, reference: float, duration: float, dt: float, **values: Any) -> float:
        errors = []
        for step in (dt, dt / 2, dt / 4):
            traces, [spikes] = simulate(neuron, duration, step, ["v"], **values)
            assert len(spikes) == 0
            errors.append(abs(traces["v"][-1, 0] - reference))
        orders = np.log2(np.array(errors[:-1]) / errors[1:])
        assert abs(orders[1] - orders[0]) < 0.3, (errors, orders)
        return float(orders[-1])

    return _order_of
