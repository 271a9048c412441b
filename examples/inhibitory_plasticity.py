"""Inhibition that learns to balance excitation, and sets the rate of a neuron.

Each spike leaves a trace, x of the pre-synaptic and y of the post-synaptic neuron, both of which decay with tau. The
weight of an inhibitory synapse changes by

    pre:  w += eta (y - alpha),                 post:  w += eta x.

Spikes that come together, in either order, strengthen it; pre-synaptic ones alone weaken it. If the trains are
independent, with rates r_pre and r_post, the weight drifts by eta r_pre (2 tau r_post - alpha), and it stays where

    r_post = rho_0 = alpha/(2 tau).

A neuron that fires more gets more inhibition, one that fires less gets less, so that alpha sets the rate that it keeps.
Where excitation has a signal in it that some of the inhibition knows, these spikes do come together, and inhibition
becomes the image of excitation, channel by channel: the neuron is balanced in each moment, and fires where the balance
is late. (Spikes that a signal brings together count beyond the mean of the rates, so that rho_0 is not quite reached.)

Vogels, T. P., Sprekeler, H., Zenke, F., Clopath, C. & Gerstner, W. (2011). Inhibitory plasticity balances excitation
and inhibition in sensory pathways and memory networks. Science 334, 1569-1573, figure 1.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}
EXCITATION, INHIBITION = "#D55E00", "#0072B2"
TAU = 20.0
TARGETS = (2.0, 5.0, 10.0, 20.0)
"""Rates in Hz that neurons are to keep."""
CHANNELS, EXCITATORY, INHIBITORY, PREFERRED = 8, 100, 25, 4
"""Groups of inputs, inputs of a group, and the group that is connected most strongly."""

neuron = ann.Neuron(
    parameters=dict(tau=20.0, tau_exc=5.0, tau_inh=10.0, E_rest=-60.0, E_exc=0.0, E_inh=-80.0),
    equations="""
        I_exc = g_exc*(E_exc - v)
        I_inh = g_inh*(E_inh - v)
        tau*dv/dt = E_rest - v + I_exc + I_inh : init=-60.0
        tau_exc*dg_exc/dt = -g_exc : exponential
        tau_inh*dg_inh/dt = -g_inh : exponential
    """,
    spike="v > -50.0",
    reset="v = E_rest",
    refractory=5.0,
    name="Balanced",
)

synapse = ann.Synapse(
    parameters="tau = 20.0 : projection; eta = 1e-3 : projection; alpha = 0.2 : postsynaptic",
    equations="""
        tau*dx/dt = -x : event-driven
        tau*dy/dt = -y : event-driven
    """,
    pre_spike="""
        g_target += w
        w += eta*(y - alpha) : min=0.0
        x += 1.0
    """,
    post_spike="""
        w += eta*x
        y += 1.0
    """,
    name="InhibitorySTDP",
)

signal = ann.Neuron(
    parameters="tau = 100.0; mean = 10.0",
    equations="""
        tau*dx/dt = -x + sqrt(2.0*tau)*xi : exponential
        r = mean*pos(x)
    """,
    name="Signal",
)


def build(targets: tuple[float, ...], neurons: int = 10, seed: int = 1) -> ann.Network:
    """Some neurons for each target rate in Hz; all hear the same 1,000 inputs, whose rates do not change."""
    net = ann.Network(dt=0.1, seed=seed)
    cells = net.create(len(targets) * neurons, neuron, name="cells")
    excitatory = net.create(ann.PoissonPopulation(CHANNELS * EXCITATORY, rates=5.0))
    inhibitory = net.create(ann.PoissonPopulation(CHANNELS * INHIBITORY, rates=10.0))
    net.connect(excitatory, cells, "exc").all_to_all(weights=ann.Uniform(0.0, 0.04))
    learns = net.connect(inhibitory, cells, "inh", synapse, name="learns").all_to_all(weights=0.003)
    learns.alpha = 2.0 * TAU / 1000.0 * np.repeat(targets, neurons)
    return net


def tuning() -> np.ndarray:
    """The excitatory weight of each channel."""
    return 0.03 * (0.3 + 1.1 / (1.0 + (np.arange(CHANNELS) - PREFERRED) ** 4))


def build_channels(target: float = 5.0, seed: int = 1) -> ann.Network:
    """One neuron, and inputs in eight channels, each of which has a signal of its own."""
    net = ann.Network(dt=0.1, seed=seed)
    cell = net.create(1, neuron, name="cells")
    signals = net.create(CHANNELS, signal)
    weights = {"exc": np.repeat(tuning(), EXCITATORY), "inh": np.full(CHANNELS * INHIBITORY, 0.003)}
    for kind, rate, rule in (("exc", 1.0, None), ("inh", 2.0, synapse)):
        size = len(weights[kind])
        inputs = net.create(ann.PoissonPopulation(size, target="rate"))
        members = np.repeat(np.eye(CHANNELS), size // CHANNELS, axis=0)
        net.connect(signals, inputs, "rate").from_matrix(np.where(members > 0.0, rate, np.nan))
        net.connect(inputs, cell, kind, rule, name=kind).from_matrix(weights[kind][np.newaxis])
    net.get_projection("inh").alpha = 2.0 * TAU / 1000.0 * target
    return net


def rates(net: ann.Network, windows: int, width: float) -> np.ndarray:
    """The rate of each neuron in Hz, window by window of a width in ms."""
    spikes, found = net.monitor(net.get_population("cells"), "spike"), []
    for _ in range(windows):
        net.simulate(width)
        trains = spikes.get("spike")
        found.append([1000.0 * len(trains[rank]) / width for rank in sorted(trains)])
    return np.array(found)


def currents(net: ann.Network, duration: float) -> dict[str, np.ndarray]:
    """Both currents (in mV, as the leak is 1), and the times of the spikes, for some ms."""
    monitor, start = net.monitor(net.get_population("cells"), ["I_exc", "I_inh", "spike"]), net.current_step
    net.simulate(duration)
    found = monitor.get()
    monitor.stop()
    times = (np.array(found["spike"][0]) - start) * net.dt
    return {"exc": found["I_exc"][:, 0], "inh": found["I_inh"][:, 0], "spikes": times}


def by_channel(net: ann.Network) -> np.ndarray:
    """The mean inhibitory weight of each channel."""
    return np.array(net.get_projection("inh").w[0]).reshape(CHANNELS, INHIBITORY).mean(axis=1)


def draw(found: dict[str, np.ndarray], before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> plt.Figure:
    """Currents before and after learning; rates over time; weights over channels."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.6, 5.2), layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=(1.15, 1.0))
        panels = above.subplots(1, 2, sharey=True)
        for ax, seen, title in zip(panels, (before, after), ("before", "after learning"), strict=True):
            time = np.arange(len(seen["exc"])) * 0.1
            ax.plot(time, seen["exc"], color=EXCITATION, lw=0.7, label="excitation")
            ax.plot(time, seen["inh"], color=INHIBITION, lw=0.7, label="inhibition")
            ax.plot(time, seen["exc"] + seen["inh"], color="0.2", lw=0.7, label="sum")
            ax.plot(seen["spikes"], np.full(len(seen["spikes"]), 78.0), "|", color="0.2", ms=7)
            ax.set(xlabel="time (ms)", xlim=(0, time[-1]), ylim=(-60, 82))
            ax.set_title(title, fontsize=9, loc="left", pad=3)
        panels[0].set_ylabel("current (mV)")
        panels[1].legend(
            frameon=False, fontsize=8, labelcolor="linecolor", ncols=3, loc="upper right", borderaxespad=1.2
        )

        left, right = below.subplots(1, 2)
        width = found["width"] / 1000.0
        time = width * (np.arange(len(found["rates"])) + 0.5)
        for target, rate, shade in zip(TARGETS, found["rates"].T, ("0.7", "0.5", "0.3", "0.0"), strict=True):
            left.axhline(target, color="#009E73", lw=0.8, ls=(0, (4, 3)))
            left.plot(time, rate, color=shade, drawstyle="steps-mid")
            left.text(time[-1] + 0.6 * width, target, f"{target:g} Hz", color="#009E73", fontsize=8, va="center")
        left.set(xlabel="time (s)", ylabel="rate (Hz)", yscale="log", xlim=(0, time[-1] + 0.5 * width))
        left.set(ylim=(1.2, 60), yticks=(2, 5, 10, 20, 50), yticklabels=("2", "5", "10", "20", "50"))
        left.minorticks_off()

        channels = np.arange(1, CHANNELS + 1)
        right.plot(channels, 1000.0 * tuning(), "o-", color=EXCITATION, ms=4, label="excitation, fixed")
        for when, line, fill in (("before", "o--", "white"), ("after", "o-", INHIBITION)):
            style = dict(color=INHIBITION, ms=4, mfc=fill, label=f"inhibition {when}")
            right.plot(channels, 1000.0 * found[when], line, **style)
        right.set(xlabel="channel", ylabel="mean weight (1/1000 leak)", xticks=channels, ylim=(0, None))
        right.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def main() -> None:
    is_quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    width, neurons = 1000.0, 10
    single = rates(build(TARGETS, neurons), 8 if is_quick else 60, width)
    found = {"width": width, "rates": single.reshape(-1, len(TARGETS), neurons).mean(axis=2)}
    late = found["rates"][len(found["rates"]) // 3 :].mean(axis=0)
    print("rates", ", ".join(f"{rate:.1f} Hz for {target:g}" for rate, target in zip(late, TARGETS, strict=True)))
    net = build_channels()
    found["before"], before = by_channel(net), currents(net, 1000.0)
    net.simulate(8e3 if is_quick else 60e3)
    after, found["after"] = currents(net, 1000.0), by_channel(net)
    alike = np.corrcoef(found["after"], tuning())[0, 1]
    print(f"inhibitory weights are correlated with excitatory ones, channel by channel, by {alike:.2f}")
    figure = draw(found, before, after)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("inhibitory_plasticity.png", dpi=130)


if __name__ == "__main__":
    main()
