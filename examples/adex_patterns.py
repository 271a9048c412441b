"""Six firing patterns of the adaptive exponential integrate-and-fire neuron (AdEx).

A membrane with a leak and an exponential that stands for the sodium current's upstroke, and a current w that adapts:

    C v'     = -gL (v - EL) + gL DT exp((v - VT)/DT) - w + I
    tau_w w' = a (v - EL) - w,            where v > v_spike: a spike, v becomes v_reset, w grows by b.

a couples w to the potential below the threshold, b lets it jump at each spike. Which pattern a constant current evokes
depends on where the reset (v_reset, w + b) lands with respect to the nullcline v' = 0: below it the next spike comes at
once, above it v has to go round, which makes the pause between two bursts. The transient neuron stops for good, since
w settles where v' = 0 has a stable crossing; with a < 0 the adaptation runs away from rest and the first spike is late
and the others come faster and faster.

Naud, R., Marcille, N., Clopath, C. & Gerstner, W. (2008). Firing patterns in the adaptive exponential
integrate-and-fire model. Biol. Cybern. 99, 335-347, table 1. Brette, R. & Gerstner, W. (2005). J. Neurophysiol. 94,
3637-3642.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}

NAMES = ("C", "gL", "EL", "VT", "DeltaT", "a", "tau_w", "b", "v_reset", "I")  # pF nS mV mV mV nS ms pA mV pA
PATTERNS = {
    "tonic": (200.0, 10.0, -70.0, -50.0, 2.0, 2.0, 30.0, 0.0, -58.0, 500.0),
    "adapting": (200.0, 12.0, -70.0, -50.0, 2.0, 2.0, 300.0, 60.0, -58.0, 500.0),
    "initial burst": (130.0, 18.0, -58.0, -50.0, 2.0, 4.0, 150.0, 120.0, -50.0, 400.0),
    "bursting": (200.0, 10.0, -58.0, -50.0, 2.0, 2.0, 120.0, 100.0, -46.0, 210.0),
    "transient": (100.0, 10.0, -65.0, -50.0, 2.0, 10.0, 90.0, 100.0, -47.0, 180.0),
    "delayed": (200.0, 12.0, -70.0, -50.0, 2.0, -10.0, 300.0, 0.0, -58.0, 300.0),
}


def run_patterns(duration: float = 500.0, dt: float = 0.02, precision: str = "double") -> dict[str, object]:
    """Potential (mV) and adaptation (pA) of the six neurons, shape (steps, neurons), and their spikes."""
    net = ann.Network(dt=dt, precision=precision)
    # AdEx is built in; its exponential can't overflow however far v runs away within the step of a spike
    neurons = net.create(len(PATTERNS), ann.AdEx(v_spike=0.0))
    for name, values in zip(NAMES, np.transpose(list(PATTERNS.values())), strict=True):
        neurons.set({name: values})
    neurons.v = neurons.EL
    monitor = net.monitor(neurons, ["v", "w", "spike"])
    net.simulate(duration)
    return monitor.get()


def nullclines(pattern: str, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """w at which v' = 0, and at which w' = 0 (pA), for potentials v (mV)."""
    values = dict(zip(NAMES, PATTERNS[pattern], strict=True))
    leak = values["gL"] * (v - values["EL"])
    rise = values["gL"] * values["DeltaT"] * np.exp((v - values["VT"]) / values["DeltaT"])
    return rise - leak + values["I"], values["a"] * (v - values["EL"])


def draw(recorded: dict[str, object], dt: float) -> plt.Figure:
    """For each pattern the potential over time, and beside it the way through the plane of v and w."""
    v, w = recorded["v"], recorded["w"]
    time = dt * np.arange(1, len(v) + 1)
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(9.0, 5.6), layout="constrained")
        grid = figure.add_gridspec(3, 4, width_ratios=(2.1, 1.0, 2.1, 1.0))
        for rank, name in enumerate(PATTERNS):
            row, column = rank % 3, 2 * (rank // 3)
            trace = figure.add_subplot(grid[row, column])
            drawn = np.minimum(v[:, rank], 0.0)
            drawn[recorded["spike"][rank]] = 0.0  # what is recorded of a spike is v after the reset: draw its peak
            trace.plot(time[::4], np.maximum.reduceat(drawn, np.arange(0, len(drawn), 4)), color="black", lw=0.8)
            trace.set_title(name, fontsize=9, loc="left", pad=3)
            trace.set(xlim=(0, time[-1]), ylim=(-80, 5), yticks=(-70, -35, 0), ylabel="$v$ (mV)")

            plane = figure.add_subplot(grid[row, column + 1])
            jumps = np.asarray(recorded["spike"][rank], dtype=int)
            path_v, path_w = np.insert(v[:, rank], jumps, np.nan), np.insert(w[:, rank], jumps, np.nan)
            spread = max(np.ptp(w[:, rank]), 20.0)
            lowest, highest = w[:, rank].min() - 0.25 * spread, w[:, rank].max() + 0.25 * spread
            potentials = np.linspace(-80.0, -36.0, 400)
            for nullcline, color in zip(nullclines(name, potentials), ("#D55E00", "#009E73"), strict=True):
                plane.plot(potentials, nullcline, color=color, lw=0.9)
            plane.plot(path_v, path_w, color="0.35", lw=0.6)
            plane.plot(v[jumps, rank], w[jumps, rank], "s", color="#0072B2", ms=2.2)
            plane.set(xlim=(-75, -36), ylim=(lowest, highest), xticks=(-70, -50), ylabel="$w$ (pA)")
            for axes, label in ((trace, "time (ms)"), (plane, "$v$ (mV)")):
                axes.set_xlabel(label if row == 2 else "")
                axes.tick_params(labelbottom=row == 2)
        handles = [plt.Line2D([], [], color=color, lw=1) for color in ("#D55E00", "#009E73")]
        handles.append(plt.Line2D([], [], color="#0072B2", marker="s", ms=3, lw=0))
        figure.legend(
            handles, ["$v' = 0$", "$w' = 0$", "after a spike"], loc="outside upper right", ncols=3, frameon=False
        )
    return figure


def main() -> None:
    dt, duration = 0.02, 250.0 if os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1" else 500.0
    recorded = run_patterns(duration, dt)
    trains = {name: dt * np.array(steps) for name, steps in zip(PATTERNS, recorded["spike"].values(), strict=True)}
    print(f"spikes in {duration:g} ms: " + ", ".join(f"{name} {len(times)}" for name, times in trains.items()))
    print("first after (ms): " + ", ".join(f"{name} {times[0]:.1f}" for name, times in trains.items()))
    print("intervals of bursting (ms): " + ", ".join(f"{gap:.1f}" for gap in np.diff(trains["bursting"])))
    figure = draw(recorded, dt)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("adex_patterns.png", dpi=130)


if __name__ == "__main__":
    main()
