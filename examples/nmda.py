"""A slow synapse with a magnesium block: NMDA receptors open for a long time, and pass current where v is high.

Each spike brings transmitter x, which opens receptors; the fraction s that is open closes slowly,

    x' = -x / tau_rise,        s' = -s / tau_decay + alpha x (1 - s),        x -> x + 1 at a spike,

and magnesium blocks them unless the cell is depolarised, at a concentration [Mg] in mM,

    I = g s B(v) (E - v),        B(v) = 1 / (1 + [Mg] exp(-0.062 v) / 3.57).

So the current is largest near -25 mV, not at rest: a cell that others hold up gets more of it. s is the same function
of time whatever v is, and B the same of v whatever s is.

Jahr, C. E. & Stevens, C. F. (1990). Voltage dependence of NMDA-activated macroscopic conductances predicted by
single-channel kinetics. J. Neurosci. 10, 3178-3182. Wang, X.-J. (1999). Synaptic basis of cortical persistent activity.
J. Neurosci. 19, 9587-9603.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import solve_ivp

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
TAU, REST, E = 20.0, -65.0, 0.0
RISE, DECAY, ALPHA, G = 2.0, 100.0, 0.5, 0.1
TRAIN = 10.0 + 20.0 * np.arange(10)
"""Times at which spikes arrive, in ms."""
COLOURS = ("#0072B2", "#D55E00", "#009E73")

cell = ann.Neuron(
    parameters=dict(tau=TAU, rest=REST, clamp=0.0, hold=0.0),
    equations="""
        tau*dv/dt = if clamp > 0.5: 0.0 else: rest + hold - v + tau*g_nmda : init=-65.0, midpoint
        seen = g_nmda
    """,
    spike="v > 1000.0",
    name="Cell",
)
receptor = ann.Synapse(
    parameters=dict(tau_rise=RISE, tau_decay=DECAY, alpha=ALPHA, g=G, E=E, magnesium=1.0),
    equations="""
        tau_decay*ds/dt = -s + tau_decay*alpha*x*(1.0 - s) : midpoint
        tau_rise*dx/dt = -x                                : midpoint
    """,
    pre_spike="x += w",
    psp="g*s*(E - post.v)/(1.0 + magnesium*exp(-0.062*post.v)/3.57)",
    name="NMDA",
)


def respond(hold: float, magnesium: float = 1.0, duration: float = 600.0, dt: float = 0.05) -> dict[str, np.ndarray]:
    """v (mV) of a cell that a constant current of ``hold`` mV holds up, and s, over time (ms)."""
    net = ann.Network(dt=dt)
    source, cells = net.create(ann.SpikeSourceArray([TRAIN - dt])), net.create(1, cell)
    cells.hold, cells.v = hold, REST + hold
    synapses = net.connect(source, cells, "nmda", receptor).all_to_all(1.0)
    synapses.magnesium = magnesium
    monitor, inside = net.monitor(cells, "v"), net.monitor(synapses, "s")
    net.simulate(duration)
    v, s = monitor.get("v")[:, 0], np.ravel(inside.get("s"))
    return {"time": dt * np.arange(1, len(v) + 1), "v": v, "s": s}


def integrated(hold: float, magnesium: float = 1.0, duration: float = 600.0, dt: float = 0.05) -> dict[str, np.ndarray]:
    """The same by SciPy, from spike to spike."""

    def slope(_: float, state: np.ndarray) -> list[float]:
        s, x, v = state
        passed = G * s * (E - v) / (1.0 + magnesium * np.exp(-0.062 * v) / 3.57)
        return [-s / DECAY + ALPHA * x * (1.0 - s), -x / RISE, (REST + hold - v) / TAU + passed]

    time, found = dt * np.arange(1, round(duration / dt) + 1), []
    state, begin = np.array([0.0, 0.0, REST + hold]), 0.0
    for end in [*TRAIN, duration]:
        inside = time[(time > begin + 1e-9) & (time <= end + 1e-9)]
        solved = solve_ivp(slope, (begin, inside[-1]), state, t_eval=inside, rtol=1e-10, atol=1e-10, max_step=1.0)
        found.append(solved.y)
        state, begin = solved.y[:, -1] + [0.0, 1.0, 0.0], end
    s, _, v = np.concatenate(found, axis=1)
    return {"time": time, "v": v, "s": s}


def clamped(voltages: np.ndarray, magnesium: float, dt: float = 0.1) -> np.ndarray:
    """The current through one fully open synapse, in mV/ms, of cells whose potentials are held."""
    net = ann.Network(dt=dt)
    source, cells = net.create(ann.SpikeSourceArray([[]])), net.create(len(voltages), cell)
    cells.clamp, cells.v = 1.0, voltages
    synapses = net.connect(source, cells, "nmda", receptor).all_to_all(1.0)
    synapses.magnesium, synapses.s = magnesium, 1.0
    net.simulate(dt)
    return cells.seen


def expected_current(voltages: np.ndarray, magnesium: float) -> np.ndarray:
    """The closed form of the same."""
    return G * (E - voltages) / (1.0 + magnesium * np.exp(-0.062 * voltages) / 3.57)


def draw(voltages: np.ndarray, currents: dict[float, np.ndarray]) -> plt.Figure:
    """Left what a train of spikes does to s and to cells held at three potentials, right current against potential."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(9.5, 3.6), layout="constrained")
        grid = figure.add_gridspec(2, 2, width_ratios=(1.6, 1.0), height_ratios=(1.0, 1.4))
        gate, course = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
        curve = figure.add_subplot(grid[:, 1])
        for hold, colour in zip((0.0, 10.0, 20.0), COLOURS, strict=True):
            got, exact = respond(hold), integrated(hold)
            course.plot(got["time"], got["v"], color=colour, lw=2.5, alpha=0.5)
            course.plot(exact["time"], exact["v"], color="black", ls=(0, (4, 3)), lw=0.9)
            course.text(got["time"][-1], got["v"][-1], f" {REST + hold:g} mV", va="center", color=colour)
        gate.plot(got["time"], got["s"], color="0.5", lw=2.5)
        gate.plot(exact["time"], exact["s"], color="black", ls=(0, (4, 3)), lw=0.9, label="SciPy")
        gate.vlines(TRAIN, 0.0, 0.04, color="black", lw=0.8)
        gate.legend(frameon=False, loc="upper right")
        gate.set(ylabel="open, $s$", xlim=(0, got["time"][-1]), xticklabels=[])
        course.set(xlabel="time (ms)", ylabel="$v$ (mV)", xlim=(0, got["time"][-1]))
        fine = np.linspace(voltages[0], voltages[-1], 200)
        for (magnesium, found), colour in zip(currents.items(), COLOURS, strict=True):
            curve.plot(fine, expected_current(fine, magnesium), color="black", lw=0.9)
            curve.plot(voltages, found, "o", ms=4, color=colour, label=f"[Mg] = {magnesium:g} mM")
        curve.axhline(0.0, color="0.7", lw=0.6)
        curve.set(xlabel="$v$ (mV), held", ylabel="current (mV/ms)")
        curve.legend(frameon=False, loc="upper right")
    return figure


def main() -> None:
    dt = 0.1 if os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1" else 0.05
    off = {hold: np.abs(respond(hold, dt=dt)["v"] - integrated(hold, dt=dt)["v"]).max() for hold in (0.0, 20.0)}
    rises = [respond(hold, dt=dt)["v"].max() - REST - hold for hold in (0.0, 20.0)]
    print(f"ten spikes raise v by {rises[0]:.1f} mV from -65 mV, by {rises[1]:.1f} mV from -45 mV")
    print(f"v is at most {max(off.values()):.3f} mV from what SciPy integrates")
    voltages = np.linspace(-80.0, 40.0, 25)
    currents = {magnesium: clamped(voltages, magnesium) for magnesium in (0.0, 0.1, 1.0)}
    figure = draw(voltages, currents)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("nmda.png", dpi=130)


if __name__ == "__main__":
    main()
