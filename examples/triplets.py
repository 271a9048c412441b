"""Spikes in threes: why pairs that are repeated often potentiate, whichever spike of a pair comes first.

Each spike leaves two traces at its synapse: r1 and r2 those of the pre-synaptic, o1 and o2 those of the post-synaptic
neuron,

    tau_+ r1' = -r1,   tau_x r2' = -r2,        tau_- o1' = -o1,   tau_y o2' = -o2,

and a weight changes by what the other traces are just before the spike,

    pre:  w -= o1 (A2_- + A3_- r2),            post:  w += r1 (A2_+ + A3_+ o2).

All spikes count where a spike adds 1 to its traces (all-to-all), only the last one where it sets them to 1 (nearest).
What is drawn are the minimal models for visual cortex, with A2_+ = A3_- = 0: a pair depresses, and only a triplet, two
post-synaptic spikes with a pre-synaptic one before the second, potentiates. As o2 lives long (114 ms), any pairs make
triplets if they come often enough.

The traces before the k-th of n pairs, an interval T apart, are geometric series, so that the change of the weight has a
closed form. For all-to-all, with the pre-synaptic spike a time s before the other (or after it: T - s, and E^k for
E^(k+1), change places), and E_i = exp(-T/tau_i),

    r1 = exp(-s/tau_+) (1 - E_+^(k+1))/(1 - E_+),  o2 = E_y (1 - E_y^k)/(1 - E_y),
    o1 = exp(-(T - s)/tau_-) (1 - E_-^k)/(1 - E_-).

Pfister, J.-P. & Gerstner, W. (2006). Triplets of spikes in a model of spike timing-dependent plasticity. J. Neurosci.
26, 9673-9682, tables 1 and 4. Data: Sjoestroem, P. J., Turrigiano, G. G. & Nelson, S. B. (2001). Rate, timing, and
cooperativity jointly determine cortical synaptic plasticity. Neuron 32, 1149-1164.
"""

from __future__ import annotations

import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}
COLORS = {10.0: "#0072B2", -10.0: "#D55E00"}
LAGS = tuple(COLORS)
"""ms from the pre-synaptic to the post-synaptic spike."""
PAIRS = 60
TAUS = dict(tau_plus=16.8, tau_minus=33.7)
MODELS = {
    "all-to-all": dict(A2_plus=0.0, A3_plus=6.5e-3, A2_minus=7.1e-3, A3_minus=0.0, tau_x=101.0, tau_y=114.0, **TAUS),
    "nearest": dict(A2_plus=0.0, A3_plus=5e-2, A2_minus=8e-3, A3_minus=0.0, tau_x=714.0, tau_y=40.0, **TAUS),
}
MEASURED = {  # frequency (Hz): change of the weight and its standard error, from visual cortex
    10.0: {0.1: (-0.04, 0.05), 10: (0.14, 0.10), 20: (0.29, 0.14), 40: (0.53, 0.11), 50: (0.56, 0.26)},
    -10.0: {0.1: (-0.29, 0.08), 10: (-0.41, 0.11), 20: (-0.34, 0.10), 40: (0.56, 0.32), 50: (0.75, 0.26)},
}
FREQUENCIES = (0.1, 5.0, 10.0, 20.0, 25.0, 40.0, 50.0)


def triplet(kind: str, method: str = "event-driven") -> ann.Synapse:
    """The rule, in which all spikes interact or the nearest ones; with another method traces move in each step."""
    add = "+=" if kind == "all-to-all" else "="
    return ann.Synapse(
        parameters=MODELS[kind],
        equations=f"""
            tau_plus*dr1/dt = -r1 : {method}
            tau_x*dr2/dt = -r2 : {method}
            tau_minus*do1/dt = -o1 : {method}
            tau_y*do2/dt = -o2 : {method}
        """,
        pre_spike=f"""
            w -= o1*(A2_minus + A3_minus*r2)
            r1 {add} 1.0
            r2 {add} 1.0
        """,
        post_spike=f"""
            w += r1*(A2_plus + A3_plus*o2)
            o1 {add} 1.0
            o2 {add} 1.0
        """,
        name=f"Triplet ({kind})",
    )


def learn(rule: ann.Synapse, pre: list[list[float]], post: list[list[float]]) -> ann.Network:
    """A synapse for each pair of spike trains (ms); dt is as coarse as they are, for traces are solved exactly."""
    net = ann.Network(dt=1.0)
    sources = net.create(ann.SpikeSourceArray(pre))
    targets = net.create(ann.SpikeSourceArray(post))
    net.connect(sources, targets, "exc", rule, name="learns").one_to_one(weights=1.0)
    return net


def trains(frequency: float, lag: float, pairs: int = PAIRS) -> tuple[list[float], list[float]]:
    """Times of the pre- and of the post-synaptic spikes in ms."""
    first = 20.0 + np.round(1000.0 / frequency) * np.arange(pairs)
    return list(first - min(lag, 0.0)), list(first + max(lag, 0.0))


def changes(kind: str, frequencies: tuple[float, ...], pairs: int = PAIRS) -> dict[float, np.ndarray]:
    """The change of the weight after a number of pairs, for each lag, by frequency in Hz."""
    pre, post = zip(*(trains(f, lag, pairs) for lag in LAGS for f in frequencies), strict=True)
    net = learn(triplet(kind), list(pre), list(post))
    net.simulate(pairs * 1000.0 / min(frequencies) + 50.0)
    found = np.array(net.get_projection("learns").w).reshape(len(LAGS), -1) - 1.0
    return dict(zip(LAGS, found, strict=True))


def formula(kind: str, frequency: float, lag: float, pairs: int = PAIRS) -> float:
    """The same in closed form; frequency in Hz."""
    model, T, k = MODELS[kind], 1000.0 / frequency, np.arange(pairs)
    later = k + 1 if lag > 0 else k  # pre-synaptic spikes before the k-th post-synaptic one
    earlier = k if lag > 0 else k + 1  # post-synaptic spikes before the k-th pre-synaptic one

    def trace(since: float, spikes: np.ndarray, tau: float) -> np.ndarray:
        """After a number of spikes, the last of them a time ago."""
        counted = -np.expm1(-spikes * T / tau) / -np.expm1(-T / tau) if kind == "all-to-all" else spikes > 0
        return np.exp(-since / tau) * counted

    r1 = trace(lag % T, later, model["tau_plus"])
    o2 = trace(T, k, model["tau_y"])
    o1 = trace(-lag % T, earlier, model["tau_minus"])
    r2 = trace(T, k, model["tau_x"])
    growth = r1 * (model["A2_plus"] + model["A3_plus"] * o2)
    return float(np.sum(growth - o1 * (model["A2_minus"] + model["A3_minus"] * r2)))


def look(frequency: float, lag: float = -10.0, duration: float = 480.0) -> dict[str, np.ndarray]:
    """What one synapse does: its spikes, and its weight and the traces r1 and o2 in each step, just after them."""
    pre, post = trains(frequency, lag)
    net = learn(triplet("all-to-all", "exponential"), [pre], [post])
    monitor = net.monitor(net.get_projection("learns"), ["w", "r1", "o2"])
    net.simulate(duration)
    found = {name: monitor.get(name)[:, 0, 0] for name in ("w", "r1", "o2")}
    return {"time": np.arange(duration), "pre": np.array(pre), "post": np.array(post), **found}


def draw(learned: dict[str, dict[float, np.ndarray]], looks: dict[float, dict[str, np.ndarray]]) -> plt.Figure:
    """The same pairs at two frequencies; the change of the weight over the frequency, of both models."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.6, 4.6), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(1.25, 1.0))
        panels = left.subplots(3, 2, sharex=True, sharey="row", height_ratios=(0.35, 1.0, 1.0))
        for (spikes, traces, weight), (frequency, found) in zip(panels.T, looks.items(), strict=True):
            spikes.plot(found["post"], np.full(PAIRS, 1.0), "|", color="#009E73", ms=8)
            spikes.plot(found["pre"], np.full(PAIRS, 0.0), "|", color="black", ms=8)
            spikes.set(yticks=(0, 1), yticklabels=("pre", "post"), ylim=(-0.7, 1.7), xlim=(0, 480))
            spikes.set_title(f"post before pre, {frequency:g} Hz", fontsize=9, loc="left", pad=4)
            spikes.tick_params(length=0)
            spikes.spines[["left", "bottom"]].set_visible(False)
            traces.plot(found["time"], found["o2"], color="#009E73", label="$o_2$")
            traces.plot(found["time"], found["r1"], color="black", label="$r_1$")
            weight.axhline(0.0, color="0.6", lw=0.8, ls=(0, (4, 3)))
            weight.plot(found["time"], 100.0 * (found["w"] - 1.0), color=COLORS[-10.0], drawstyle="steps-post")
            weight.set_xlabel("time (ms)")
        panels[1, 0].set_ylabel("traces")
        panels[1, 0].legend(frameon=False, fontsize=8, loc="upper left")
        panels[2, 0].set_ylabel("change of $w$ (%)")

        axes = right.subplots(2, 1, sharex=True, sharey=True)
        frequencies = np.linspace(0.1, 53.0, 200)
        for ax, (kind, found) in zip(axes, learned.items(), strict=True):
            ax.axhline(0.0, color="0.6", lw=0.8, ls=(0, (4, 3)))
            for lag, color in COLORS.items():
                ax.plot(frequencies, [100.0 * formula(kind, f, lag) for f in frequencies], color=color)
                ax.plot(FREQUENCIES, 100.0 * found[lag], "o", color=color, ms=3.5)
                at, (mean, error) = np.array(list(MEASURED[lag])), np.array(list(MEASURED[lag].values())).T
                style = dict(fmt="s", color=color, mfc="white", ms=4, lw=0.8, capsize=2)
                ax.errorbar(at + 0.05 * lag, 100.0 * mean, 100.0 * error, **style)
            ax.set_title(kind, fontsize=9, loc="left", pad=3)
        axes[1].set(xlabel="frequency of the pairs (Hz)")
        right.supylabel(f"change of the weight, {PAIRS} pairs (%)", fontsize=9)
        for lag, color in COLORS.items():
            axes[0].plot([], [], color=color, label=f"{lag:+g} ms")
        axes[0].legend(frameon=False, labelcolor="linecolor", loc="upper left")
        for style, text in ((dict(marker="o", mfc="0.3"), "simulated"), (dict(marker="s", mfc="white"), "measured")):
            axes[1].plot([], [], color="0.3", lw=0.8, ms=4, label=text, **style)
        axes[1].legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def main() -> None:
    learned = {kind: changes(kind, FREQUENCIES) for kind in MODELS}
    for kind, found in learned.items():
        for lag, values in found.items():
            listed = ", ".join(f"{100 * v:+.0f} % at {f:g} Hz" for f, v in zip(FREQUENCIES, values, strict=True))
            print(f"{kind}, {lag:+g} ms: {listed}")
    figure = draw(learned, {frequency: look(frequency) for frequency in (10.0, 50.0)})
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("triplets.png", dpi=130)


if __name__ == "__main__":
    main()
