"""Competition between synapses: spike-timing-dependent plasticity makes 1,000 weights gather at both ends.

One neuron with conductances receives Poisson spikes by 1,000 excitatory synapses, which learn, and by 200 inhibitory
ones at 10 Hz, which don't,

    tau v' = (El - v) + g_exc (Ee - v) + g_inh (Ei - v),   tau_exc g_exc' = -g_exc,   tau_inh g_inh' = -g_inh.

An excitatory weight grows by A_plus g_max exp(-T/20 ms) for each pair of spikes in which the input comes T earlier, and
shrinks by A_minus g_max exp(-T/20 ms) for each in which it comes later, A_minus = 1.05 A_plus: by chance alone weights
shrink. But an input that helps to cross the threshold comes early more often than chance would have it, the more so the
fewer there are of them. So some weights win and the others lose, and what the neuron receives is reduced until its
spikes depend on single inputs: whether these fire at 10 or at 40 Hz, its own rate ends near 10 Hz.

The step is 0.1 ms. With 1 ms the network is five times faster to run, but twenty inputs then arrive at once, and which
of them made the neuron fire, the very thing that is learnt, is lost: weights and rates come out otherwise.

Song, S., Miller, K. D. & Abbott, L. F. (2000). Competitive Hebbian learning through spike-timing-dependent synaptic
plasticity. Nat. Neurosci. 3, 919-926.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}
COLORS = {10.0: "#0072B2", 40.0: "#D55E00"}
G_MAX = 0.015

cell = ann.Neuron(
    parameters=dict(tau=20.0, tau_exc=5.0, tau_inh=5.0, El=-70.0, Ee=0.0, Ei=-70.0, Vt=-54.0, Vr=-60.0),
    equations="""
        tau*dv/dt = (El - v) + g_exc*(Ee - v) + g_inh*(Ei - v) : exponential, init=-70.0
        tau_exc*dg_exc/dt = -g_exc : exponential
        tau_inh*dg_inh/dt = -g_inh : exponential
    """,
    spike="v > Vt",
    reset="v = Vr",
    name="Cell",
)

stdp = ann.Synapse(
    parameters=dict(tau_plus=20.0, tau_minus=20.0, A_plus=0.005, A_minus=0.00525, g_max=G_MAX),
    equations="""
        tau_plus*dx/dt = -x : event-driven
        tau_minus*dy/dt = -y : event-driven
    """,
    pre_spike="""
        g_target += w
        x += A_plus*g_max
        w = clip(w - y, 0.0, g_max)
    """,
    post_spike="""
        y += A_minus*g_max
        w = clip(w + x, 0.0, g_max)
    """,
    name="STDP",
)


def build(rate: float, seed: int = 1, dt: float = 0.1) -> ann.Network:
    """The neuron and its inputs; ``rate`` in Hz is that of the excitatory ones."""
    net = ann.Network(dt=dt, seed=seed)
    excitation = net.create(ann.PoissonPopulation(1000, rates=rate))
    inhibition = net.create(ann.PoissonPopulation(200, rates=10.0))
    neuron = net.create(1, cell, name="cell")
    net.connect(excitation, neuron, "exc", stdp, name="learns").all_to_all(weights=ann.Uniform(0.0, G_MAX))
    net.connect(inhibition, neuron, "inh").all_to_all(weights=0.05)
    return net


def run(rate: float, duration: float, windows: int = 50, seed: int = 1, dt: float = 0.1) -> dict[str, np.ndarray]:
    """Weights (shares of g_max, one row a window), and the rate of the neuron in each of the windows."""
    net = build(rate, seed, dt)
    learns = net.get_projection("learns")
    monitor = net.monitor(net.get_population("cell"), "spike")
    width = duration / windows
    weights, rates = [np.array(learns.w[0]) / G_MAX], []
    for _ in range(windows):
        net.simulate(width)
        rates.append(len(monitor.get("spike")[0]) / (width / 1000.0))
        weights.append(np.array(learns.w[0]) / G_MAX)
    return {"rates": np.array(rates), "weights": np.array(weights), "width": width}


def ends(weights: np.ndarray) -> tuple[float, float]:
    """Shares of the weights below a fifth of g_max and above four fifths."""
    return (weights < 0.2).mean(), (weights > 0.8).mean()


def draw(found: dict[float, dict[str, np.ndarray]]) -> plt.Figure:
    """The rate settles; the weights at the end; how they got there."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.6, 5.0), layout="constrained")
        top, bottom = figure.subfigures(2, 1, height_ratios=(1.0, 1.25))
        rate = top.subplots(1, 1)
        panels = bottom.subplots(1, 4, width_ratios=(1.5, 1.0, 1.5, 1.0))
        for row, (hertz, run_) in enumerate(found.items()):
            color, width, weights = COLORS[hertz], run_["width"] / 1000.0, run_["weights"]
            time = width * (np.arange(len(run_["rates"])) + 0.5)
            rate.plot(time, run_["rates"], color=color, label=f"inputs at {hertz:g} Hz")

            image, histogram = panels[2 * row : 2 * row + 2]
            bins = np.linspace(0.0, 1.0, 26)
            counts = np.array([np.histogram(w, bins)[0] for w in weights]).T
            last = width * len(run_["rates"])
            image.imshow(counts, origin="lower", aspect="auto", cmap="magma_r", extent=(0, last, 0, 1), vmax=120)
            image.set(xlabel="time (s)", ylabel="$w / g_{max}$" if row == 0 else "", yticks=(0, 0.5, 1))
            image.set_title(f"weights, inputs at {hertz:g} Hz", fontsize=9, loc="left", color=color, pad=3)
            histogram.hist(weights[-1], bins, orientation="horizontal", color=color)
            histogram.set(xlabel="synapses", ylim=(0, 1), yticks=(), xticks=(0, 200, 400))
            histogram.set_title("at the end", fontsize=9, loc="left", pad=3)
        rate.legend(frameon=False, labelcolor="linecolor", handlelength=0)
        rate.set(ylabel="rate of the neuron (Hz)", xlabel="time (s)", ylim=(0, 40), xlim=(0, last))
    return figure


def main() -> None:
    is_quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    duration = 20e3 if is_quick else 1000e3
    found = {rate: run(rate, duration) for rate in (10.0, 40.0)}
    for rate, run_ in found.items():
        low, high = ends(run_["weights"][-1])
        print(
            f"inputs at {rate:g} Hz: {100 * low:.0f} % of weights below 0.2 and {100 * high:.0f} % above 0.8 g_max, "
            f"output at {run_['rates'][-10:].mean():.1f} Hz after {duration / 1000:g} s"
        )
    figure = draw(found)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("song_miller_abbott.png", dpi=130)


if __name__ == "__main__":
    main()
