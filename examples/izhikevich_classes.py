"""Seven kinds of cortical and thalamic neurons from one equation and four numbers.

Izhikevich's neuron is a parabola for the potential v and one slow variable u that brings it back,

    v' = 0.04 v^2 + 5 v + 140 - u + I
    u' = a (b v - u),                  where v > 30: a spike, v becomes c, u grows by d.

a is the speed of the recovery, b how strongly it follows v below the threshold, c where v lands after a spike, and d
how much each spike tires the neuron. With them the same two lines spike regularly and adapt (RS), burst at first (IB)
or again and again (CH), fire fast and without tiring (FS), at a low threshold (LTS), behave like a thalamic relay,
which fires from rest and bursts when an inhibition ends (TC), or resonate: the RZ cell rings below the threshold, and
one pulse switches it to firing that goes on.

All eight experiments are one population: a parameter may have another value in each neuron.

Izhikevich, E. M. (2003). Simple model of spiking neurons. IEEE Trans. Neural Netw. 14, 1569-1572, figure 2.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}

# (a, b, c, d), the current before and after t = 30 ms, and a pulse of 2 ms at t = 110 ms
CLASSES = {
    "RS": ((0.02, 0.20, -65.0, 8.0), (0.0, 10.0), 0.0, "regular spiking (RS)"),
    "IB": ((0.02, 0.20, -55.0, 4.0), (0.0, 10.0), 0.0, "intrinsically bursting (IB)"),
    "CH": ((0.02, 0.20, -50.0, 2.0), (0.0, 10.0), 0.0, "chattering (CH)"),
    "FS": ((0.10, 0.20, -65.0, 2.0), (0.0, 10.0), 0.0, "fast spiking (FS)"),
    "TC": ((0.02, 0.25, -65.0, 0.05), (0.0, 2.0), 0.0, "thalamo-cortical (TC), from rest"),
    "TC rebound": ((0.02, 0.25, -65.0, 0.05), (-20.0, 0.0), 0.0, "thalamo-cortical (TC), released"),
    "RZ": ((0.10, 0.26, -65.0, 2.0), (0.0, 0.2), 2.0, "resonator (RZ)"),
    "LTS": ((0.02, 0.25, -65.0, 2.0), (0.0, 10.0), 0.0, "low-threshold spiking (LTS)"),
}
ONSET, PULSE_AT, PULSE_WIDTH = 30.0, 110.0, 2.0

izhikevich = ann.Neuron(
    parameters=dict(
        a=0.02, b=0.2, c=-65.0, d=8.0, I_before=0.0, I_after=0.0, I_pulse=0.0,
        onset=ONSET, pulse_at=PULSE_AT, pulse_width=PULSE_WIDTH,
    ),
    equations="""
        I_step = if t < onset: I_before else: I_after
        I = I_step + (if t >= pulse_at and t < pulse_at + pulse_width: I_pulse else: 0.0)
        dv/dt = 0.04*v^2 + 5*v + 140 - u + I
        du/dt = a*(b*v - u)
    """,
    spike="v > 30",
    reset="v = c; u += d",
    name="Izhikevich",
)  # fmt: skip


def resting_potential(b: float, current: float) -> float:
    """The lower root of 0.04 v^2 + (5 - b) v + 140 + I = 0 (mV): v where u = b v and nothing changes."""
    return float((b - 5.0 - np.sqrt((5.0 - b) ** 2 - 0.16 * (140.0 + current))) / 0.08)


def run(
    parameters: list[tuple[float, ...]],
    currents: list[tuple[float, float]],
    pulses: list[float],
    duration: float = 250.0,
    dt: float = 0.1,
) -> dict[str, object]:
    """Potential and current of each neuron, shape (steps, neurons), and its spikes; all begin at their rest."""
    net = ann.Network(dt=dt)
    neurons = net.create(len(parameters), izhikevich)
    neurons.a, neurons.b, neurons.c, neurons.d = np.transpose(parameters)
    neurons.I_before, neurons.I_after = np.transpose(currents)
    neurons.I_pulse = pulses
    neurons.v = [resting_potential(values[1], before) for values, (before, _) in zip(parameters, currents, strict=True)]
    neurons.u = neurons.b * neurons.v
    monitor = net.monitor(neurons, ["v", "I", "spike"])
    net.simulate(duration)
    return monitor.get()


def run_classes(duration: float = 250.0, dt: float = 0.1) -> dict[str, object]:
    """The eight experiments of `CLASSES`."""
    parameters, currents, pulses, _ = zip(*CLASSES.values(), strict=True)
    return run(list(parameters), list(currents), list(pulses), duration, dt)


def draw(recorded: dict[str, object], dt: float) -> plt.Figure:
    """The potential of each class above its current."""
    v, current, spikes = recorded["v"].copy(), recorded["I"], recorded["spike"]
    time = dt * np.arange(1, len(v) + 1)
    with plt.rc_context(STYLE):
        figure, panels = plt.subplots(4, 2, figsize=(8.0, 6.4), sharex=True, sharey=True, layout="constrained")
        for rank, ((_, (before, after), _, title), axes) in enumerate(
            zip(CLASSES.values(), panels.T.flatten(), strict=True)
        ):
            v[spikes[rank], rank] = 30.0  # what is recorded of a spike is v after the reset: draw its peak
            axes.plot(time, v[:, rank], color="black", lw=0.9)
            span = max(np.ptp(current[:, rank]), 1e-9)
            axes.plot(time, -112.0 + 12.0 * (current[:, rank] - current[:, rank].min()) / span, color="#D55E00")
            axes.text(
                time[-1], -97.0, f"$I$: {before:g} to {after:g}", ha="right", va="bottom", color="#D55E00", fontsize=8
            )
            axes.set_title(title, fontsize=9, loc="left", pad=3)
            axes.set(ylim=(-116, 34), yticks=(-80, -40, 0), xlim=(0, time[-1]))
        for axes in panels[:, 0]:
            axes.set_ylabel("$v$ (mV)")
        for axes in panels[-1]:
            axes.set_xlabel("time (ms)")
    return figure


def main() -> None:
    dt, duration = 0.1, 160.0 if os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1" else 250.0
    recorded = run_classes(duration, dt)
    trains = dict(zip(CLASSES, recorded["spike"].values(), strict=True))
    print(f"spikes in {duration:g} ms: " + ", ".join(f"{name} {len(train)}" for name, train in trains.items()))
    gaps = {name: dt * np.diff(trains[name]) for name in ("RS", "FS")}
    print(
        "first and last interval: "
        + ", ".join(f"{name} {gap[0]:.1f} and {gap[-1]:.1f} ms" for name, gap in gaps.items())
    )
    figure = draw(recorded, dt)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("izhikevich_classes.png", dpi=130)


if __name__ == "__main__":
    main()
