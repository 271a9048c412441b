"""The rate-coded neuron: an exponential in time, and a function of the sum.

Where only the mean activity of a neuron matters, it is a leaky sum of its inputs and a transfer function,

    tau v' + v = sum_j w_j r_j + b,        r = f(v).

After a step of the input from 0 to B the potential is B (1 - exp(-t/tau)): 63 % of the way after tau, whatever B. With
the input held over each step the equation is linear, the method ``exact`` computes just that, and even steps as coarse
as dt = 5 ms stay on the curve. f decides what the neuron tells others: rectified, clipped between two values, squashed
to (0, 1) or to (-1, 1). It is a line of text, so each f below is a neuron of its own, swept over v by its bias.

Dayan, P. & Abbott, L. F. (2001). Theoretical Neuroscience, chapter 7. MIT Press.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.4}
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")

TRANSFER_FUNCTIONS = {
    "rectifier": "pos(v)",
    "piecewise linear": "clip(v, low, high)",
    "logistic": "1/(1 + exp(-v))",
    "tanh": "tanh(v)",
}


def rate_neuron(transfer: str) -> ann.Neuron:
    """The neuron with this transfer function of v."""
    return ann.Neuron(
        parameters=dict(tau=10.0, b=0.0, low=-0.5, high=1.5),
        equations=f"""
            tau*dv/dt + v = sum(exc) + b : exact
            r = {transfer}
        """,
        name="Rate",
    )


def step_response(
    taus: list[float],
    begin: float = 20.0,
    height: float = 2.0,
    weight: float = 0.5,
    duration: float = 150.0,
    dt: float = 5.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Times (ms) and potentials of neurons with these time constants whose input becomes ``height`` at ``begin``."""
    net = ann.Network(dt=dt)
    source = net.create(ann.TimedArray(rates=[[0.0], [height]], schedule=[0.0, begin]))
    neurons = net.create(len(taus), rate_neuron("pos(v)"))
    neurons.tau = taus
    net.connect(source, neurons, "exc").all_to_all(weights=weight)
    monitor = net.monitor(neurons, "v")
    net.simulate(duration)
    potentials = monitor.get("v")
    return dt * np.arange(1, len(potentials) + 1), potentials


def exponential(time: np.ndarray, tau: float, begin: float, level: float) -> np.ndarray:
    """The closed form of the step response."""
    return level * -np.expm1(-np.maximum(time - begin, 0.0) / tau)


def sweep(potentials: np.ndarray, settle: float = 500.0) -> dict[str, np.ndarray]:
    """The rate of each kind of neuron at these potentials: 50 time constants after the bias was set to them."""
    net = ann.Network(dt=5.0)
    populations = {}
    for name, transfer in TRANSFER_FUNCTIONS.items():
        populations[name] = net.create(len(potentials), rate_neuron(transfer))
        populations[name].b = potentials
    net.simulate(settle)
    return {name: population.r.copy() for name, population in populations.items()}


def draw(taus: list[float], settings: dict[str, float], time: np.ndarray, v: np.ndarray, rates: dict[str, np.ndarray],
         potentials: np.ndarray) -> plt.Figure:  # fmt: skip
    """Left the step responses on their exponentials, right the transfer functions."""
    with plt.rc_context(STYLE):
        figure, (response, transfer) = plt.subplots(1, 2, figsize=(8.0, 3.6), layout="constrained")
        level, begin, dt = settings["height"] * settings["weight"], settings["begin"], settings["dt"]
        fine = np.linspace(0.0, time[-1], 600)
        response.axhline(level, color="0.75", lw=0.8, ls=(0, (4, 3)), zorder=0)
        response.axhline(level * -np.expm1(-1.0), color="0.75", lw=0.8, ls=(0, (4, 3)), zorder=0)
        response.text(time[-1], level * -np.expm1(-1.0) - 0.01, "63 %", ha="right", va="top", color="0.45", fontsize=8)
        for tau, values, color in zip(taus, v.T, COLORS, strict=False):
            response.plot(fine, exponential(fine, tau, begin + dt, level), color=color, lw=1.0)
            response.plot(time, values, "o", color=color, ms=3.5, label=f"$\\tau$ = {tau:g} ms")
            response.plot([begin + dt + tau] * 2, [0.0, level * -np.expm1(-1.0)], color=color, lw=0.7, ls=":")
        response.plot(fine, np.where(fine < begin, 0.0, level), color="0.3", lw=0.8, drawstyle="steps-post")
        response.annotate("input", (begin, 0.85 * level), (3, 0.85 * level), color="0.3", va="center", fontsize=8)
        response.set(xlabel="time (ms)", ylabel="$v$", xlim=(0, time[-1] + 2), ylim=(-0.02, 1.08 * level))
        response.legend(frameon=False, loc="lower right", title="dots: simulated, lines: closed form", title_fontsize=8)

        transfer.axhline(0.0, color="0.75", lw=0.8, zorder=0)
        transfer.axvline(0.0, color="0.75", lw=0.8, zorder=0)
        ends = {
            "rectifier": (2.0, 2.2),
            "piecewise linear": (1.75, 1.53),
            "logistic": (-3.9, 0.15),
            "tanh": (-3.9, -0.9),
        }
        for (name, values), color in zip(rates.items(), COLORS, strict=True):
            transfer.plot(potentials, values, color=color)
            transfer.annotate(name, ends[name], color=color, ha="right" if name == "rectifier" else "left", va="bottom")
        transfer.set(xlabel="$v$", ylabel="$r = f(v)$", xlim=(-4, 4), ylim=(-1.2, 2.6))
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    taus, settings = [10.0, 20.0, 40.0], dict(begin=20.0, height=2.0, weight=0.5, duration=150.0, dt=5.0)
    time, v = step_response(taus, **settings)
    # a rate needs one step to travel through the projection
    expected = np.transpose([exponential(time, tau, settings["begin"] + settings["dt"], 1.0) for tau in taus])
    print(f"largest distance of a step response from its exponential: {abs(v - expected).max():.1e}")
    potentials = np.linspace(-4.0, 4.0, 81 if quick else 401)
    rates = sweep(potentials)
    print("at v = 1: " + ", ".join(f"{name} {np.interp(1.0, potentials, r):.4f}" for name, r in rates.items()))
    figure = draw(taus, settings, time, v, rates, potentials)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("rate_neuron.png", dpi=130)


if __name__ == "__main__":
    main()
