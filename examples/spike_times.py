"""Spike times on the grid and between its points, and how their error shrinks with the step.

A simulation in steps of dt sees at the end of a step that the threshold was crossed: spikes are off by up to dt,
whatever the method between the steps. With `spike_times="interpolated"` the crossing itself is found, the neuron is
reset there, rests from there on, and its spike reaches others at its true time plus the delay.

Here a ring of three leaky neurons with exponential synaptic currents,

    tau v' = I - v + g,    tau_syn g' = -g,    where v > 15: a spike, v becomes 0, and the neuron rests for 2 ms,

excites itself. The equations are linear, so the exact solution is known between events, and with it spike times are
right to the last digits on any grid. Other methods keep their order: 1 for explicit Euler, 2 for Heun, 4 for Runge and
Kutta. On the grid all of them, the exact solution too, are of first order.

Morrison, A., Straube, S., Plesser, H. E. & Diesmann, M. (2007). Exact subthreshold integration with continuous spike
times in discrete-time neural network simulations. Neural Computation 19, 47-79.
Hanuschkin, A., Kunkel, S., Helias, M., Morrison, A. & Diesmann, M. (2010). A general and efficient method for
incorporating precise spike times in globally time-driven simulations. Frontiers in Neuroinformatics 4, 113.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.4}
COLORS = {"explicit": "#D55E00", "heun": "#0072B2", "rk4": "#009E73", "exact": "#CC79A7"}
THETA, DURATION = 15.0, 100.0  # mV, ms


def ring(method: str, dt: float, mode: str, duration: float = DURATION) -> tuple[list[np.ndarray], np.ndarray]:
    """Spike times (ms) of three neurons in a ring, and the potential of the first one at the end of each step."""
    neuron = ann.Neuron(
        parameters="tau = 10.0; tau_syn = 3.0; I = 0.0",
        equations=f"tau*dv/dt = I - v + g_exc : {method}\ntau_syn*dg_exc/dt = -g_exc : {method}",
        spike=f"v > {THETA}",
        reset="v = 0.0",
        refractory=2.0,
    )
    net = ann.Network(dt=dt, spike_times=mode)
    cells = [net.create(1, neuron) for _ in range(3)]
    for cell, current in zip(cells, (20.0, 10.0, 8.0), strict=True):
        cell.I = current
    for pre, post, weight, delay in ((0, 1, 30.0, 2.0), (1, 2, 60.0, 3.0), (2, 0, 10.0, 2.0)):
        net.connect(cells[pre], cells[post], "exc").all_to_all(weight, delays=delay)
    monitors = [net.monitor(cell, ["spike", "v"]) for cell in cells]
    net.simulate(duration)
    return [monitor.spike_times()[0] for monitor in monitors], monitors[0].get("v")[:, 0]


def mean_error(found: list[np.ndarray], reference: list[np.ndarray]) -> float:
    """Mean distance (ms) of the first spikes, as far as there are some, from where they should be."""
    pairs = [(x[:3], y[: len(x[:3])]) for x, y in zip(found, reference, strict=True)]
    return float(np.mean([np.abs(x - y).mean() for x, y in pairs]))


def measure(steps: np.ndarray, reference: list[np.ndarray]) -> dict[tuple[str, str], np.ndarray]:
    """Errors (ms) by kind of spike times and method, one for each step."""
    return {
        (mode, method): np.array([mean_error(ring(method, dt, mode)[0], reference) for dt in steps])
        for mode in ("grid", "interpolated")
        for method in COLORS
    }


def draw_crossing(axes: plt.Axes) -> None:
    """The first crossing of the first neuron with a step of 1 ms: where it happens, and where the grid sees it."""
    [first, *_], steps = ring("exact", 1.0, "interpolated", 20.0)
    _, on_grid = ring("exact", 1.0, "grid", 20.0)
    fine = np.linspace(11.0, first[0], 100)
    axes.axhline(THETA, color="0.7", lw=0.8, ls=(0, (4, 3)), zorder=0)
    axes.plot(fine, 20.0 * (1.0 - np.exp(-fine / 10.0)), color="0.75", lw=3.0, label="v(t)")
    times = np.arange(1, 21)
    axes.plot(times, on_grid, "o", color="black", ms=5, mfc="white", label="on the grid")
    axes.plot(times, steps, "o", color=COLORS["exact"], ms=3.5, label="interpolated")
    axes.axvline(first[0], color=COLORS["exact"], lw=1.0)
    axes.text(first[0] - 0.08, 3.0, f"{first[0]:.6f} ms", rotation=90, ha="right", color=COLORS["exact"])
    axes.set(xlim=(11.0, 18.5), ylim=(-0.8, 17.0), xlabel="time (ms)", ylabel="$v$ (mV)")
    axes.legend(frameon=False, loc="center right", bbox_to_anchor=(1.0, 0.62))


def draw(steps: np.ndarray, errors: dict[tuple[str, str], np.ndarray]) -> plt.Figure:
    """The crossing in one step, and the errors of all methods over the step."""
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8.0, 3.8), layout="constrained", width_ratios=(1.0, 1.25))
        draw_crossing(left)
        for (mode, method), values in errors.items():
            is_grid = mode == "grid"
            style = dict(ls=(0, (2, 2)), marker="o", mfc="white", lw=1.0) if is_grid else dict(ls="-", marker="o")
            right.loglog(steps, np.maximum(values, 1e-14), color=COLORS[method], ms=3.5, **style)
            if not is_grid:
                right.text(steps[0] * 1.15, values[0], method, color=COLORS[method], va="center")
        right.text(steps[-1], 3.0, "dotted: on the grid", color="0.4", va="center")
        right.set(
            xlabel="step dt (ms)", ylabel="mean error of spike times (ms)", xlim=(steps[-1] / 1.3, steps[0] * 3.0)
        )
        right.set_ylim(1e-15, 30.0)
    return figure


def describe(steps: np.ndarray, values: np.ndarray) -> str:
    """The error with the smallest step, and the order over all that are more than rounding."""
    told = values > 1e-10
    order = f"order {np.polyfit(np.log(steps[told]), np.log(values[told]), 1)[0]:.1f}" if told.any() else "exact"
    return f"{values[-1]:.1e} ms ({order})"


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    steps = 2.0 ** -np.arange(0, 5 if quick else 8)
    reference, _ = ring("exact", 0.2, "interpolated")
    errors = measure(steps, reference)
    print(f"errors with dt = {steps[-1]:g} ms")
    for method in dict.fromkeys(method for _, method in errors):
        told = (f"{mode} {describe(steps, errors[mode, method])}" for mode in ("grid", "interpolated"))
        print(f"{method:>8}: {', '.join(told)}")
    figure = draw(steps, errors)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("spike_times.png", dpi=130)


if __name__ == "__main__":
    main()
