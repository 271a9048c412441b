"""Gap junctions: current flows between two cells as long as their potentials differ.

Two passive cells with tau v' = I - v, joined by a conductance g (in units of the leak),

    tau v1' = I1 - v1 + g (v2 - v1),        tau v2' = I2 - v2 + g (v1 - v2).

Their mean follows tau as if they were alone, their difference tau / (1 + 2 g); so a step of current into one of them
moves the other by the coupling coefficient v2 / v1 = g / (1 + g) in the end.

Cells that fire are pulled together or apart by the same junction. What passes below the threshold drives integrate-and-
fire cells into alternation; the spike itself, a brief kick of area beta times g in the other cell, brings them into
step where it is large enough.

Bennett, M. V. L. (1966). Physiology of electrotonic junctions. Ann. N. Y. Acad. Sci. 137, 509-539. Lewis, T. J. &
Rinzel, J. (2003). Dynamics of spiking neurons connected by both inhibitory and electrical coupling. J. Comput.
Neurosci. 14, 283-309.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
TAU, CURRENT, STEP_AT = 20.0, 10.0, 10.0
FIRST, SECOND = "#D55E00", "#0072B2"

passive = ann.Neuron(
    parameters=dict(tau=TAU, I=0.0, start=STEP_AT),
    equations="tau*dv/dt = I*(t >= start) - v + g_gap : midpoint",
    spike="v > 1000.0",  # never: what is continuous between spiking cells is a conductance
    name="Passive cell",
)
firing = ann.Neuron(
    parameters=dict(tau=TAU, I=1.2, theta=1.0),
    equations="tau*dv/dt = I - v + g_gap",
    spike="v > theta",
    reset="v = 0.0",
    name="Firing cell",
)
junction = ann.Synapse(psp="w*(pre.v - post.v)", name="Gap junction")
spiking_junction = ann.Synapse(
    parameters=dict(beta=0.0),
    psp="w*(pre.v - post.v)",
    pre_spike="g_target += w*beta/dt",  # for one step: an area of w*beta
    name="Gap junction with spikes",
)


def step(g: float, duration: float = 120.0, dt: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Times (ms), and the potentials (times, 2) of two cells, the first of which gets a step of current."""
    net = ann.Network(dt=dt)
    cells = net.create(2, passive)
    cells.I = [CURRENT, 0.0]
    net.connect(cells, cells, "gap", junction).all_to_all(g)
    monitor = net.monitor(cells, "v")
    net.simulate(duration)
    v = monitor.get("v")
    return dt * np.arange(1, len(v) + 1), v


def expected(g: float, time: np.ndarray) -> np.ndarray:
    """The closed form: mean and difference decay by themselves."""
    since = np.maximum(time - STEP_AT, 0.0)
    mean = CURRENT / 2.0 * -np.expm1(-since / TAU)
    difference = CURRENT / (1.0 + 2.0 * g) * -np.expm1(-since * (1.0 + 2.0 * g) / TAU)
    return np.stack([mean + difference / 2.0, mean - difference / 2.0], axis=1)


def lags(beta: float, g: float = 0.1, duration: float = 1500.0, dt: float = 0.02) -> tuple[np.ndarray, np.ndarray]:
    """When the first of two firing cells spikes (ms), and how far from the nearest spike of the other, in periods.

    The second begins a quarter of a period ahead. ``beta`` is in ms, times the threshold.
    """
    net = ann.Network(dt=dt)
    cells = net.create(2, firing)
    drive, theta = float(cells.I), float(cells.theta)
    cells.v = [0.0, drive * (1.0 - (1.0 - theta / drive) ** 0.25)]
    net.connect(cells, cells, "gap", spiking_junction).all_to_all(g).beta = beta
    monitor = net.monitor(cells, "spike")
    net.simulate(duration)
    spikes = monitor.get("spike")
    one, two = (dt * np.array(spikes[rank]) for rank in (0, 1))
    return one, np.abs(one[:, None] - two).min(axis=1) / np.diff(one).mean()


def draw(g: float, strengths: np.ndarray, ratios: np.ndarray) -> plt.Figure:
    """Left a step of current into one of two cells, in the middle the coupling coefficient, right two that fire."""
    with plt.rc_context(STYLE):
        figure, (course, coupling, phase) = plt.subplots(1, 3, figsize=(9.5, 3.1), layout="constrained")
        time, v = step(g)
        exact = expected(g, time)
        for number, colour in enumerate((FIRST, SECOND)):
            course.plot(time, v[:, number], color=colour, lw=2.5, alpha=0.5, label=f"cell {number + 1}")
            course.plot(time, exact[:, number], color="black", ls=(0, (4, 3)), lw=0.9)
        course.plot([], [], color="black", ls=(0, (4, 3)), lw=0.9, label="closed form")
        course.set(xlabel="time (ms)", ylabel="$v$ (mV)", xlim=(0, time[-1]))
        course.legend(frameon=False, loc="center right")
        fine = np.geomspace(strengths[0], strengths[-1], 100)
        coupling.semilogx(fine, fine / (1.0 + fine), color="black", label="$g/(1 + g)$")
        coupling.semilogx(strengths, ratios, "o", color=SECOND, ms=4, label="simulated")
        coupling.set(xlabel="$g$ (leak)", ylabel="$v_2/v_1$ in the end", ylim=(0, 1))
        coupling.legend(frameon=False, loc="upper left")
        for beta, colour in ((0.0, SECOND), (8.0, FIRST)):
            time, lag = lags(beta)
            phase.plot(
                time, lag, "o-", ms=3, color=colour, label=f"spikes of {beta:g} ms" if beta else "without spikes"
            )
        phase.set(xlabel="time (ms)", ylabel="lag of spikes (periods)", ylim=(-0.02, 0.55))
        phase.legend(frameon=False, loc="center right")
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    time, v = step(0.5)
    off = np.abs(v - expected(0.5, time)).max()
    print(f"a step of {CURRENT:g} mV into one of two cells: at most {off:.1e} mV from the closed form")
    strengths = np.geomspace(0.02, 10.0, 4 if quick else 10)
    ratios = np.array([np.divide(*step(g, 400.0, 0.1)[1][-1, ::-1]) for g in strengths])
    print(f"coupling coefficients within {np.abs(ratios - strengths / (1.0 + strengths)).max():.1e} of g/(1 + g)")
    print(f"two that fire end {lags(0.0)[1][-1]:.2f} periods apart, with their spikes {lags(8.0)[1][-1]:.2f}")
    figure = draw(0.5, strengths, ratios)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("gap_junctions.png", dpi=130)


if __name__ == "__main__":
    main()
