"""Brunel's network: 12,500 neurons in four states, regular or irregular, in step or each on its own.

10,000 excitatory and 2,500 inhibitory neurons, each with 1,000 and 250 of them as inputs. A spike that arrives, 1.5 ms
after it was emitted, moves the potential at once, by J = 0.1 mV or by -g J; so do Poisson spikes from outside,

    tau v' = -v + tau sum_k J_k delta(t - t_k),        v > theta = 20 mV: a spike, v becomes V_r = 10 mV for 2 ms.

The strength g of inhibition and the drive eta (1 would take the mean potential just to the threshold) decide what the
network does: SR, synchronous and regular; SI, synchronous while each neuron fires irregularly, with a fast rhythm or a
slow one; AI, asynchronous and irregular. Where the state is asynchronous, mean field gives its rate: with the mean mu
and the standard deviation sigma of the input, which depend on the rate r themselves,

    1/r = t_ref + tau sqrt(pi) int exp(x^2) (1 + erf x) dx from (V_r - mu)/sigma to (theta - mu)/sigma.

A smaller network (``--scale 0.2``) keeps the number of inputs of each neuron, so mu, sigma and r are the same, but the
neurons share more of them.

Brunel, N. (2000). Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons. J. Comput.
Neurosci. 8, 183-208, figure 8.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import erfcx

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}
REGIMES = {"SR": (3.0, 2.0), "SI fast": (6.0, 4.0), "AI": (5.0, 2.0), "SI slow": (4.5, 0.9)}
TAU, THETA, V_R, T_REF, J, DELAY, CE, CI = 20.0, 20.0, 10.0, 2.0, 0.1, 1.5, 1000, 250

neuron = ann.Neuron(
    parameters=dict(tau=TAU, theta=THETA, V_r=V_R, t_ref=T_REF, J=J, outside=1.0),
    equations="""
        # what arrives within a step moves v at once: a current of 1/dt for dt
        tau*dv/dt = -v + tau/dt*(g_exc - g_inh + J*Poisson(outside))
    """,
    spike="v > theta",
    reset="v = V_r",
    refractory="t_ref",
    name="Brunel",
)


def build(g: float, eta: float, scale: float = 1.0, seed: int = 1, dt: float = 0.1, threads: int = 1) -> ann.Network:
    """The network, its population called "cells", the first four fifths of it excitatory."""
    excitatory, inhibitory = round(10000 * scale), round(2500 * scale)
    net = ann.Network(dt=dt, seed=seed, num_threads=threads)
    cells = net.create(excitatory + inhibitory, neuron, name="cells")
    cells.v = ann.Uniform(0.0, THETA)
    cells.outside = eta * THETA / (J * TAU) * dt  # spikes in a step, from all sources outside
    net.connect(cells[:excitatory], cells, "exc").fixed_number_pre(CE, weights=J, delays=DELAY)
    net.connect(cells[excitatory:], cells, "inh").fixed_number_pre(CI, weights=g * J, delays=DELAY)
    return net


def siegert(mean: float, deviation: float) -> float:
    """The rate in Hz of a neuron whose input has this mean and standard deviation (mV)."""
    low, high = (V_R - mean) / deviation, (THETA - mean) / deviation
    area = quad(lambda x: erfcx(-x), low, high, limit=200)[0]  # erfcx(-x) is exp(x^2) (1 + erf x)
    return 1000.0 / (T_REF + TAU * np.sqrt(np.pi) * area)


def mean_field(g: float, eta: float) -> float:
    """The rate (Hz) at which the network drives itself, if it is asynchronous: the lowest that is consistent."""

    def excess(rate: float) -> float:
        outside = eta * THETA / (J * TAU)
        excitation, inhibition = outside + CE * rate / 1000.0, CI * rate / 1000.0  # spikes in a ms
        mean = TAU * J * (excitation - g * inhibition)
        deviation = J * np.sqrt(TAU * (excitation + g**2 * inhibition))
        return siegert(mean, deviation) - rate

    rates = np.linspace(0.0, 1000.0 / T_REF, 2001)
    first = next(k for k, rate in enumerate(rates) if excess(rate) < 0.0)
    return brentq(excess, rates[first - 1], rates[first])


def run(regime: str, scale: float = 1.0, duration: float = 600.0, seed: int = 1, threads: int = 1) -> dict[str, object]:
    """Spikes of ``duration`` ms, after as long again in which the initial state is forgotten."""
    net = build(*REGIMES[regime], scale, seed, threads=threads)
    cells = net.get_population("cells")
    monitor = net.monitor(cells, "spike", start=False)
    net.simulate(duration)
    monitor.start()
    net.simulate(duration)
    spikes = monitor.get("spike")
    times, ranks = monitor.raster_plot(spikes)
    busy = [rank for rank, train in spikes.items() if len(train) >= 3]
    return {
        "times": times - duration,
        "ranks": ranks,
        "rate": monitor.mean_fr(spikes),
        "variation": np.mean(monitor.coefficient_of_variation(spikes, busy)) if busy else np.nan,
        "activity": np.bincount(((times - duration) / 0.5 + 1e-6).astype(int), minlength=round(duration / 0.5)),
        "size": cells.size,
    }


def synchrony(activity: np.ndarray) -> float:
    """How many times more than those of independent neurons the spikes of a network vary from 0.5 ms to 0.5 ms."""
    return float(activity.var() / activity.mean())


def rhythm(activity: np.ndarray, lowest: float = 10.0) -> float:
    """The frequency (Hz) that is strongest in the activity, sampled every 0.5 ms."""
    power = np.abs(np.fft.rfft(activity - activity.mean())) ** 2
    frequency = np.fft.rfftfreq(len(activity), 0.0005)
    return float(frequency[frequency >= lowest][power[frequency >= lowest].argmax()])


def draw(found: dict[str, dict[str, object]]) -> plt.Figure:
    """For each of the states fifty neurons, and the activity of all."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.6, 6.0), layout="constrained")
        for place, (regime, run_) in zip(figure.subfigures(2, 2).flat, found.items(), strict=True):
            raster, activity = place.subplots(2, 1, sharex=True, height_ratios=(2.2, 1.0))
            shown = run_["ranks"] < 50
            raster.plot(run_["times"][shown], run_["ranks"][shown], ".", color="black", ms=2.2, mew=0)
            raster.set(ylabel="neuron", yticks=(0, 25, 50), ylim=(-1, 50))
            g, eta = REGIMES[regime]
            title = (
                rf"{regime}: $g$ = {g:g}, $\eta$ = {eta:g}, {run_['rate']:.1f} Hz, mean field {mean_field(g, eta):.1f}"
            )
            raster.set_title(title, fontsize=9, loc="left", pad=3)
            rate = run_["activity"] / run_["size"] / 0.0005
            activity.plot(0.5 * np.arange(len(rate)) + 0.25, rate, color="#0072B2", lw=0.8)
            activity.set(ylabel="Hz", xlabel="time (ms)", xlim=(0, 50 if regime == "SR" else 200), ylim=(0, None))
            place.align_ylabels([raster, activity])
    return figure


def main() -> None:
    is_quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    scale, duration = (0.2, 100.0) if is_quick else (1.0, 500.0)
    if "--scale" in sys.argv:
        scale = float(sys.argv[sys.argv.index("--scale") + 1])
    found = {regime: run(regime, scale, duration) for regime in REGIMES}
    for regime, run_ in found.items():
        print(
            f"{regime}: {run_['rate']:.1f} Hz, mean field {mean_field(*REGIMES[regime]):.1f} Hz; CV of intervals "
            f"{run_['variation']:.2f}; activity varies {synchrony(run_['activity']):.0f} times as much as by chance, "
            f"strongest at {rhythm(run_['activity']):.0f} Hz"
        )
    figure = draw(found)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("brunel.png", dpi=130)


if __name__ == "__main__":
    main()
