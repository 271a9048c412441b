"""A delay equation and its order: the attractor of Mackey and Glass.

The rate at which blood cells are made answers to their number some time ago,

    x' = beta x(t - tau) / (1 + x(t - tau)^n) - gamma x.

With beta = 0.2, gamma = 0.1 and n = 10 the number of cells rests for short delays, oscillates for tau = 8, with a
doubled period for tau = 14, and is chaotic for tau = 17: three neurons of one population, each with its own delay.

A method keeps its order only if the past is read at the time of each of its stages. The error at t = 100 is measured
against the method of steps: on each interval of length tau the past is known, and the equation is an ODE, which SciPy
solves to a relative tolerance of 1e-12.

Mackey, M. C. & Glass, L. (1977). Oscillation and chaos in physiological control systems. Science 197, 287-289.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import solve_ivp

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 0.7}
BETA, GAMMA, N, START = 0.2, 0.1, 10.0, 1.2
DELAYS = (8.0, 14.0, 17.0)
METHODS = {"explicit": "0.6", "midpoint": "#56B4E9", "heun": "#0072B2", "rk4": "#D55E00"}

cells = ann.Neuron(
    parameters=dict(beta=BETA, gamma=GAMMA, n=N, tau=ann.Parameter(17.0, "local")),
    equations=f"dx/dt = beta*x(t - tau)/(1.0 + x(t - tau)^n) - gamma*x : init={START}",
    name="MackeyGlass",
)


def orbits(duration: float, dt: float = 0.05, drop: float = 500.0) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each of the delays x(t) and x(t - tau), after a transient."""
    net = ann.Network(dt=dt, method="rk4")
    population = net.create(len(DELAYS), cells)
    population.tau = DELAYS
    net.simulate(drop)
    monitor = net.monitor(population, "x", period=0.1)
    net.simulate(duration)
    x = monitor.get("x")
    late = [round(delay / 0.1) for delay in DELAYS]
    return [(x[steps:, k], x[:-steps, k]) for k, steps in enumerate(late)]


def solution(end: float, delay: float) -> float:
    """x(end), by the method of steps."""

    def made(x: float) -> float:
        return BETA * x / (1.0 + x**N)

    pieces = [lambda t: np.array([START])]
    x = START
    for begin, stop in pairwise([*np.arange(0.0, end, delay), end]):
        past = pieces[-1]
        found = solve_ivp(
            lambda t, x, past=past: made(past(t - delay)[0]) - GAMMA * x,
            (begin, stop), [x], method="DOP853", rtol=1e-12, atol=1e-14, dense_output=True,
        )  # fmt: skip
        pieces.append(found.sol)
        x = found.y[0, -1]
    return float(x)


@dataclass(frozen=True)
class Errors:
    """Of a method: absolute errors for some steps in ms."""

    dt: np.ndarray
    error: np.ndarray

    @property
    def order(self) -> float:
        """The slope of the error over the smaller steps."""
        return float(np.polyfit(np.log(self.dt[-3:]), np.log(self.error[-3:]), 1)[0])


def errors(method: str, end: float = 100.0, delay: float = 17.0) -> Errors:
    """The error at a time that is a multiple of all steps."""
    exact, steps = solution(end, delay), 0.5 ** np.arange(6)
    found = []
    for dt in steps:
        net = ann.Network(dt=float(dt), method=method)
        cell = net.create(1, cells)
        cell.tau = delay
        net.simulate(end)
        found.append(abs(cell.x[0] - exact))
    return Errors(steps, np.array(found))


def draw(found: list[tuple[np.ndarray, np.ndarray]], measured: dict[str, Errors]) -> plt.Figure:
    """The orbits in the plane of x(t) and x(t - tau), and errors over the step."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(1, 4, figsize=(11.0, 3.1), width_ratios=(1, 1, 1, 1.15), layout="constrained")
        for axis, (x, late), delay in zip(axes, found, DELAYS, strict=False):
            axis.plot(x, late, color="#0072B2", alpha=0.8)
            axis.set(xlabel="$x(t)$", title=rf"$\tau = {delay:g}$", xlim=(0.35, 1.4), ylim=(0.35, 1.4))
            axis.set_aspect("equal")
        axes[0].set_ylabel(r"$x(t - \tau)$")
        for name, result in measured.items():
            label = f"{name}: order {result.order:.2f}"
            axes[3].loglog(result.dt, result.error, "o-", ms=3, lw=1.2, color=METHODS[name], label=label)
        axes[3].set(xlabel="dt (ms)", ylabel="error at t = 100", ylim=(1e-15, 10))
        axes[3].legend(frameon=False, fontsize=7.5, loc="lower right")
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    measured = {method: errors(method) for method in METHODS}
    for method, result in measured.items():
        print(f"{method:>8}: order {result.order:.2f}, error {result.error[-1]:.1e} with dt = {result.dt[-1]:g} ms")
    figure = draw(orbits(200.0 if quick else 1500.0), measured)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("mackey_glass.png", dpi=130)


if __name__ == "__main__":
    main()
