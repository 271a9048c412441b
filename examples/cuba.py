"""CUBA: the network of 4,000 neurons again, with synapses that inject currents.

The network is that of ``coba.py``, but a spike adds a fixed current, whatever the potential of the neuron it reaches,

    tau v' = (El - v) + g_exc - g_inh,        v > Vt: a spike, v becomes Vr for 5 ms
    tau_exc g_exc' = -g_exc,   tau_inh g_inh' = -g_inh,

by 1.62 mV for excitation and by 9 mV for inhibition. What keeps it awake is El = -49 mV, just above the threshold of
-50 mV: left alone, each neuron would fire regularly, every 53 ms. Together they fire at 5 to 6 Hz, calmer than COBA,
and more regularly: no conductance shortens the memory of the membrane.

All equations are linear, so one word, ``exact``, has them solved exactly between two spikes.

Vogels, T. P. & Abbott, L. F. (2005). Signal propagation and logic gating in networks of integrate-and-fire neurons. J.
Neurosci. 25, 10786-10795. Brette, R. et al. (2007). Simulation of networks of spiking neurons: a review of tools and
strategies. J. Comput. Neurosci. 23, 349-398, benchmark 2.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}

cuba = ann.Neuron(
    parameters=dict(tau=20.0, tau_exc=5.0, tau_inh=10.0, El=-49.0, Vr=-60.0, Vt=-50.0, t_ref=5.0),
    equations="""
        tau*dv/dt = (El - v) + g_exc - g_inh : exact
        tau_exc*dg_exc/dt = -g_exc : exact
        tau_inh*dg_inh/dt = -g_inh : exact
    """,
    spike="v > Vt",
    reset="v = Vr",
    refractory="t_ref",
    name="CUBA",
)


def build(size: int = 4000, seed: int = 1, dt: float = 0.1, threads: int = 1, precision: str = "double") -> ann.Network:
    """The network, its population called "cells". A smaller one keeps the number of synapses of a neuron."""
    net = ann.Network(dt=dt, seed=seed, num_threads=threads, precision=precision)
    cells = net.create(size, cuba, name="cells")
    cells.v = ann.Uniform(-60.0, -50.0)
    excitatory, inhibitory = cells[: size * 4 // 5], cells[size * 4 // 5 :]
    probability = 80.0 / size
    net.connect(excitatory, cells, "exc").fixed_probability(probability=probability, weights=1.62)
    net.connect(inhibitory, cells, "inh").fixed_probability(probability=probability, weights=9.0)
    return net


def run(size: int = 4000, seed: int = 1, duration: float = 1000.0, dt: float = 0.1) -> dict[str, object]:
    """Spikes of the second half, in which the initial state is forgotten, and what some neurons received."""
    net = build(size, seed, dt)
    cells = net.get_population("cells")
    monitor = net.monitor(cells, "spike", start=False)
    inside = net.monitor(cells[:50], ["v", "g_exc", "g_inh"], start=False)
    net.simulate(duration / 2.0)
    monitor.start()
    inside.start()
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
        "its spikes": dt * np.array(spikes[typical]),
        **{name: values[:, typical] for name, values in inside.get().items()},
        "begin": duration / 2.0,
        "dt": dt,
    }


def draw(found: dict[str, object], size: int) -> plt.Figure:
    """Raster and rate; what a neuron receives and what it makes of it; how the rates are distributed."""
    begin, end = found["begin"], min(found["begin"] + 500.0, 2.0 * found["begin"])
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.6, 5.8), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(2.6, 1.0))
        raster, rate, current, potential = left.subplots(4, 1, sharex=True, height_ratios=(2.0, 0.9, 1.0, 1.0))
        rates, variation = right.subplots(2, 1)

        inhibitory = found["ranks"] >= size * 4 // 5
        shown = found["ranks"] % max(1, size // 1000) == 0  # one neuron in four
        for chosen, color in ((~inhibitory, "#0072B2"), (inhibitory, "#D55E00")):
            raster.plot(found["times"][shown & chosen], found["ranks"][shown & chosen], ".", color=color, ms=2.4, mew=0)
        raster.set(ylabel="neuron", ylim=(0, size), yticks=(0, size * 4 // 5, size), xlim=(begin, end))
        raster.set_title("excitatory (blue) and inhibitory (red) neurons, one in four", fontsize=9, loc="left", pad=3)

        time = begin + found["dt"] * np.arange(len(found["population rate"]))
        rate.plot(time, found["population rate"], color="black", lw=0.7)
        rate.axhline(found["rate"], color="0.6", lw=0.8, ls=(0, (4, 3)))
        rate.set(ylabel="rate (Hz)", ylim=(0, None))
        current.fill_between(time, found["g_exc"], color="#0072B2", lw=0, alpha=0.55)
        current.fill_between(time, -found["g_inh"], color="#D55E00", lw=0, alpha=0.55)
        current.plot(time, found["g_exc"] - found["g_inh"], color="black", lw=0.6)
        current.set(ylabel="input (mV)")
        potential.axhline(-50.0, color="0.6", lw=0.8, ls=(0, (4, 3)))
        potential.plot(time, found["v"], color="black", lw=0.8)
        potential.vlines(found["its spikes"], -50.0, -38.0, color="black", lw=0.8)
        potential.set(ylabel="$v$ (mV)", xlabel="time (ms)", ylim=(min(-64.0, found["v"].min() - 1.0), -37))
        left.align_ylabels([raster, rate, current, potential])

        rates.hist(found["rates"], bins=np.arange(0.0, 41.0, 2.0), color="0.7")
        rates.axvline(found["rate"], color="black", lw=0.9)
        rates.set(xlabel="rate of a neuron (Hz)", ylabel="neurons")
        variation.hist(found["variation"], bins=np.arange(0.0, 2.01, 0.1), color="0.7")
        variation.axvline(1.0, color="0.5", lw=0.9, ls=(0, (4, 3)))
        variation.text(1.05, variation.get_ylim()[1], "Poisson", color="0.45", fontsize=8, ha="left", va="top")
        variation.axvline(found["variation"].mean(), color="black", lw=0.9)
        variation.set(xlabel="CV of its intervals", ylabel="neurons", xlim=(0, 2))
    return figure


def main() -> None:
    size, duration = 4000, 500.0 if os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1" else 2000.0
    found = run(size, duration=duration)
    print(f"mean rate {found['rate']:.2f} Hz, {len(found['times'])} spikes in {duration / 2:g} ms")
    print(f"mean coefficient of variation of the interspike intervals {found['variation'].mean():.2f}")
    figure = draw(found, size)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("cuba.png", dpi=130)


if __name__ == "__main__":
    main()
