"""COBA: a network of 4,000 neurons with conductance-based synapses that fires irregularly without any noise.

3,200 excitatory and 800 inhibitory integrate-and-fire neurons, each pair connected with probability 2 %,

    tau v'  = (El - v) + g_exc (Ee - v) + g_inh (Ei - v) + I,        v > Vt: a spike, v becomes Vr for 5 ms
    tau_exc g_exc' = -g_exc,   tau_inh g_inh' = -g_inh,

where a spike adds 0.6 or 6.7 to the conductances (in units of the leak) of those it reaches. Excitation and inhibition
balance: the mean potential stays below the threshold and fluctuations cross it, so that each neuron fires at random
moments (the coefficient of variation of its intervals is above 0.7, that of a Poisson process is 1), although the
network is deterministic. I keeps it awake. With I = 0 the activity can sustain itself, but a network as small as this
one often falls silent in the first 100 ms, after the burst that its random initial state evokes.

Vogels, T. P. & Abbott, L. F. (2005). Signal propagation and logic gating in networks of integrate-and-fire neurons. J.
Neurosci. 25, 10786-10795. Brette, R. et al. (2007). Simulation of networks of spiking neurons: a review of tools and
strategies. J. Comput. Neurosci. 23, 349-398, benchmark 1.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}

coba = ann.Neuron(
    parameters=dict(
        tau=20.0, tau_exc=5.0, tau_inh=10.0, El=-60.0, Ee=0.0, Ei=-80.0, Vr=-60.0, Vt=-50.0, I=20.0, t_ref=5.0
    ),
    equations="""
        tau*dv/dt = (El - v) + g_exc*(Ee - v) + g_inh*(Ei - v) + I : exponential
        tau_exc*dg_exc/dt = -g_exc : exponential
        tau_inh*dg_inh/dt = -g_inh : exponential
    """,
    spike="v > Vt",
    reset="v = Vr",
    refractory="t_ref",
    name="COBA",
)  # fmt: skip


def build(size: int = 4000, seed: int = 1, dt: float = 0.1, threads: int = 1, precision: str = "double") -> ann.Network:
    """The network, its population called "cells". A smaller one keeps the number of synapses of a neuron."""
    net = ann.Network(dt=dt, seed=seed, num_threads=threads, precision=precision)
    cells = net.create(size, coba, name="cells")
    cells.v = ann.Normal(-55.0, 5.0)
    cells.g_exc = ann.Normal(4.0, 1.5)
    cells.g_inh = ann.Normal(20.0, 12.0)
    excitatory, inhibitory = cells[: size * 4 // 5], cells[size * 4 // 5 :]
    probability = 80.0 / size
    net.connect(excitatory, cells, "exc").fixed_probability(probability=probability, weights=0.6)
    net.connect(inhibitory, cells, "inh").fixed_probability(probability=probability, weights=6.7)
    return net


def run(size: int = 4000, seed: int = 1, duration: float = 1000.0, dt: float = 0.1) -> dict[str, object]:
    """Spikes of the second half, in which the initial state is forgotten, and their statistics."""
    net = build(size, seed, dt)
    cells = net.get_population("cells")
    monitor = net.monitor(cells, "spike", start=False)
    potential = net.monitor(cells[:50], "v", start=False)
    net.simulate(duration / 2.0)
    monitor.start()
    potential.start()
    net.simulate(duration / 2.0)
    spikes = monitor.get("spike")
    times, ranks = monitor.raster_plot(spikes)
    rate = monitor.mean_fr(spikes)
    busy = [rank for rank, train in spikes.items() if len(train) >= 5]  # the variation of less says little
    typical = min(range(50), key=lambda rank: abs(len(spikes[rank]) - rate * duration / 2000.0))
    return {
        "times": times,
        "ranks": ranks,
        "rate": rate,
        "rates": np.array([len(train) for train in spikes.values()]) / (duration / 2000.0),
        "population rate": monitor.population_rate(spikes, smooth=1.0),
        "variation": np.array(monitor.coefficient_of_variation(spikes, busy)),
        "v": potential.get("v")[:, typical],
        "its spikes": dt * np.array(spikes[typical]),
        "begin": duration / 2.0,
        "dt": dt,
    }


def draw(found: dict[str, object], size: int) -> plt.Figure:
    """Raster, rate of the population, potential of a neuron; how rates and variation are distributed."""
    begin, end, threshold = found["begin"], 2.0 * found["begin"], -50.0
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.6, 5.4), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(2.6, 1.0))
        raster, rate, potential = left.subplots(3, 1, sharex=True, height_ratios=(2.0, 1.0, 1.0))
        rates, variation = right.subplots(2, 1)
        inhibitory = found["ranks"] >= size * 4 // 5
        shown = found["ranks"] % max(1, size // 400) == 0  # one neuron in ten
        for chosen, color in ((~inhibitory, "#0072B2"), (inhibitory, "#D55E00")):
            raster.plot(found["times"][shown & chosen], found["ranks"][shown & chosen], ".", color=color, ms=2.4, mew=0)
        raster.set(ylabel="neuron", ylim=(0, size), yticks=(0, size * 4 // 5, size), xlim=(begin, end))
        raster.set_title("excitatory (blue) and inhibitory (red) neurons, one in ten", fontsize=9, loc="left", pad=3)

        time = begin + found["dt"] * np.arange(len(found["population rate"]))
        rate.plot(time, found["population rate"], color="black", lw=0.7)
        rate.axhline(found["rate"], color="0.6", lw=0.8, ls=(0, (4, 3)))
        rate.set(ylabel="rate (Hz)", ylim=(0, None))
        potential.axhline(threshold, color="0.6", lw=0.8, ls=(0, (4, 3)))
        potential.plot(time, found["v"], color="black", lw=0.7)
        potential.vlines(found["its spikes"], threshold, -30.0, color="black", lw=0.8)
        potential.set(ylabel="$v$ of one (mV)", ylim=(-78, -28), yticks=(-70, -50, -30), xlabel="time (ms)")
        left.align_ylabels([raster, rate, potential])

        rates.hist(found["rates"], bins=np.arange(0.0, 121.0, 4.0), color="0.7")
        rates.axvline(found["rate"], color="black", lw=0.9)
        rates.set(xlabel="rate of a neuron (Hz)", ylabel="neurons")
        variation.hist(found["variation"], bins=np.arange(0.0, 3.01, 0.1), color="0.7")
        variation.axvline(1.0, color="0.5", lw=0.9, ls=(0, (4, 3)))
        variation.text(0.95, variation.get_ylim()[1], "Poisson", color="0.45", fontsize=8, ha="right", va="top")
        variation.axvline(found["variation"].mean(), color="black", lw=0.9)
        variation.set(xlabel="CV of its intervals", ylabel="neurons", xlim=(0, 3))
    return figure


def main() -> None:
    size, duration = 4000, 500.0 if os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1" else 1000.0
    found = run(size, duration=duration)
    print(f"mean rate {found['rate']:.2f} Hz, {len(found['times'])} spikes in {duration / 2:g} ms")
    print(f"mean coefficient of variation of the interspike intervals {found['variation'].mean():.2f}")
    figure = draw(found, size)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("coba.png", dpi=130)


if __name__ == "__main__":
    main()
