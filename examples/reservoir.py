"""A reservoir that predicts: an echo-state network and the Mackey-Glass series.

Mackey and Glass' equation for the number of blood cells has a delay,

    x' = beta x(t - tau) / (1 + x(t - tau)^n) - gamma x,

and is chaotic for tau = 17. Its values, one a unit of time, drive 300 leaky units with random connections,

    r += leak (tanh(w_in x + sum_j W_ij r_j) - r),

whose states echo the past of x, mixed in many ways. Only a linear readout of the states is learnt, by ridge regression:
what x will be at the next step. After 2,000 steps of training it predicts the 2,000 that follow. Then the readout takes
the place of the input: since w_in (w_out . r) is one more recurrent connection, the reservoir with W + w_in w_out runs
on alone, and stays near the chaotic series until their distance has grown from the error of one step to its size.

Jaeger, H. & Haas, H. (2004). Harnessing nonlinearity: predicting chaotic systems and saving energy in wireless
communication. Science 304, 78-80. Mackey, M. C. & Glass, L. (1977). Oscillation and chaos in physiological control
systems. Science 197, 287-289.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from scipy.sparse import csr_matrix

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
WASHOUT, TRAIN, TEST = 100, 2000, 2000

mackey_glass = ann.Neuron(
    parameters=dict(beta=0.2, gamma=0.1, n=10.0, tau=17.0),
    equations="dx/dt = beta*x(t - tau)/(1 + x(t - tau)^n) - gamma*x : init=1.2, rk4",
    name="MackeyGlass",
)
leaky_unit = ann.Neuron(
    parameters=dict(leak=0.3),
    equations="r += leak*(tanh(sum(in) + sum(rec)) - r)",
    name="LeakyUnit",
)


def series(length: int, drop: int = 500, dt: float = 0.1) -> np.ndarray:
    """The Mackey-Glass series, one value a unit of time, after its transient."""
    net = ann.Network(dt=dt)
    cell = net.create(1, mackey_glass)
    monitor = net.monitor(cell, "x", period=1.0)
    net.simulate(drop + length)
    return monitor.get("x")[drop:, 0]


def weights(units: int = 300, density: float = 0.1, radius: float = 1.25, seed: int = 1) -> dict[str, np.ndarray]:
    """Input weights (units, 1) from (-1, 1), and a sparse random matrix (units, units) with this spectral radius."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(units, units)) * (rng.random((units, units)) < density)
    matrix *= radius / abs(np.linalg.eigvals(matrix)).max()
    return {"in": rng.uniform(-1.0, 1.0, (units, 1)), "rec": matrix}


def echo(drive: np.ndarray, given: dict[str, np.ndarray]) -> np.ndarray:
    """States of the reservoir after each value of ``drive``, shape (times, units)."""
    net = ann.Network(dt=1.0)
    source = net.create(ann.TimedArray(drive[:, None]))
    reservoir = net.create(len(given["rec"]), leaky_unit)
    net.connect(source, reservoir, "in").from_matrix(given["in"])
    net.connect(reservoir, reservoir, "rec").from_sparse(csr_matrix(given["rec"].T))  # (pre, post)
    monitor = net.monitor(reservoir, "r")
    net.simulate(len(drive) + 1)  # a rate needs one step to travel through the projection
    return monitor.get("r")[1:]


def run_alone(state: np.ndarray, readout: np.ndarray, given: dict[str, np.ndarray], length: int) -> np.ndarray:
    """The next values of the series by a reservoir that reads its own predictions, from this state on."""
    net = ann.Network(dt=1.0)
    reservoir = net.create(len(given["rec"]), leaky_unit)
    reservoir.r = state
    net.connect(reservoir, reservoir, "rec").from_sparse(csr_matrix(given["rec"].T))  # (pre, post)
    net.connect(reservoir, reservoir, "in").from_matrix(given["in"] * readout)
    monitor = net.monitor(reservoir, "r")
    net.simulate(length)
    return np.vstack([state, monitor.get("r")[:-1]]) @ readout


def ridge(states: np.ndarray, wanted: np.ndarray, penalty: float = 1e-8) -> np.ndarray:
    """The readout that goes from states to what is wanted, with a penalty on its size."""
    square = states.T @ states + penalty * np.eye(states.shape[1])
    return np.linalg.solve(square, states.T @ wanted)


def nrmse(found: np.ndarray, wanted: np.ndarray) -> float:
    """Root of the mean squared error over the standard deviation of what is wanted."""
    return float(np.sqrt(np.mean((found - wanted) ** 2)) / np.std(wanted))


@dataclass(frozen=True)
class Prediction:
    """What the reservoir says to the test data, one step ahead each, and alone."""

    wanted: np.ndarray
    found: np.ndarray
    alone: np.ndarray
    states: np.ndarray

    @property
    def error(self) -> float:
        return nrmse(self.found, self.wanted)

    @property
    def horizon(self) -> int:
        """Steps before the reservoir alone is off by half a standard deviation."""
        off = abs(self.alone - self.wanted[: len(self.alone)]) > 0.5 * np.std(self.wanted)
        return int(off.argmax()) if off.any() else len(off)


def predict(data: np.ndarray, given: dict[str, np.ndarray], free: int = 1000) -> Prediction:
    """Trains the readout on the first part of the series, tests it on the second."""
    begin, end = WASHOUT + TRAIN, WASHOUT + TRAIN + TEST
    states = echo(data[:end], given)
    readout = ridge(states[WASHOUT:begin], data[WASHOUT + 1 : begin + 1])
    alone = run_alone(states[begin], readout, given, free)
    return Prediction(data[begin + 1 : end + 1], states[begin:end] @ readout, alone, states[begin:end])


def draw(result: Prediction) -> plt.Figure:
    """The series and the reservoir's own, the states of some units, and the error one step ahead."""
    with plt.rc_context(STYLE):
        figure, (top, middle, bottom) = plt.subplots(
            3, 1, figsize=(9.0, 5.4), height_ratios=(1.2, 1.0, 0.9), sharex=True, layout="constrained"
        )
        shown = np.arange(len(result.alone))
        top.plot(shown, result.wanted[shown], color="0.65", lw=2.4, label="Mackey and Glass")
        top.plot(shown, result.alone, color="#D55E00", label="the reservoir alone")
        top.axvline(result.horizon, color="0.4", lw=0.8, ls=(0, (4, 3)))
        top.set(ylabel="$x$", ylim=(0.2, 1.75), xlim=(0, len(shown)))
        top.legend(frameon=False, ncols=2, loc="upper left")
        middle.plot(shown, result.states[shown, :8], lw=0.9)
        middle.set(ylabel="$r$ of 8 units", ylim=(-1, 1))
        scale = np.std(result.wanted)
        bottom.semilogy(shown, abs(result.alone - result.wanted[shown]) / scale, color="#D55E00", label="alone")
        bottom.semilogy(shown, abs(result.found - result.wanted)[shown] / scale, color="black", lw=0.8,
                        label="one step ahead")  # fmt: skip
        bottom.set(xlabel="steps after training", ylabel="error / std", ylim=(1e-8, 20))
        bottom.legend(frameon=False, ncols=2, loc="lower right")
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    data = series(WASHOUT + TRAIN + TEST + 1)
    results = [predict(data, weights(seed=seed)) for seed in range(1, 2 if quick else 6)]
    errors = [result.error for result in results]
    print(f"one step ahead: NRMSE {', '.join(f'{error:.1e}' for error in errors)} of {len(errors)} reservoirs")
    print(f"alone: near the series for {', '.join(str(result.horizon) for result in results)} steps")
    figure = draw(results[0])
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("reservoir.png", dpi=130)


if __name__ == "__main__":
    main()
