"""Synapses that tire and synapses that warm up: short-term plasticity after Tsodyks and Markram.

A synapse has resources, of which a share R is ready; a spike uses the share u of them. Between spikes both recover,

    tau_rec R' = 1 - R,   tau_facil u' = U - u,        at a spike: the target grows by w u R, R -= u R, u += U (1 - u),

all with the values before the spike. (The papers let u decay to 0 and use it after it has grown: what is used is the
same, spike by spike.) With tau_rec much longer than tau_facil the synapse depresses, with the opposite it facilitates.
With E_f = exp(-T/tau_facil) and E_d = exp(-T/tau_rec), spikes at equal intervals T lead to

    u = U / (1 - (1 - U) E_f),   R = (1 - E_d) / (1 - (1 - u) E_d),

and Poisson spikes of rate r, if u and R are taken to be independent, to

    u = U (1 + tau_facil r) / (1 + U tau_facil r),   R = 1 / (1 + u tau_rec r).

A depressing synapse transmits r u R, which tends to 1/tau_rec: beyond some 10 Hz it no longer tells one rate from
another. A spike of a facilitating one transmits most at rates near 1/sqrt(U tau_facil tau_rec).

Tsodyks, M. & Markram, H. (1997). The neural code between neocortical pyramidal neurons depends on neurotransmitter
release probability. PNAS 94, 719-723. Tsodyks, M., Pawelzik, K. & Markram, H. (1998). Neural networks with dynamic
synapses. Neural Comput. 10, 821-835.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}
COLORS = {"depressing": "#D55E00", "facilitating": "#0072B2"}
KINDS = {
    "depressing": dict(tau_rec=800.0, tau_facil=1.0, U=0.5),
    "facilitating": dict(tau_rec=130.0, tau_facil=1000.0, U=0.05),
}

target = ann.Neuron(
    parameters=dict(tau=40.0, tau_syn=3.0),
    equations="""
        received += g_exc
        spikes += 1.0*(g_exc > 0.0)
        current = current*exp(-dt/tau_syn) + g_exc
        tau*dv/dt = -v + current : exact
    """,
    spike="v > 1e9",
    name="Target",
)


def dynamic(kind: str) -> ann.Synapse:
    """The synapse, depressing or facilitating."""
    return ann.Synapse(
        parameters=KINDS[kind],
        equations="""
            dR/dt = (1.0 - R)/tau_rec : init=1.0, event-driven
            du/dt = (U - u)/tau_facil : init=U, event-driven
        """,
        pre_spike="""
            g_target += w*u*R
            R -= u*R
            u += U*(1.0 - u)
        """,
        name=kind.capitalize(),
    )


def responses(kind: str, trains: list[list[float]], duration: float) -> dict[str, np.ndarray]:
    """What each train of spikes (ms) adds to its target, step by step, and the potential it evokes; dt = 1 ms."""
    net = ann.Network(dt=1.0, seed=1)
    source = net.create(ann.SpikeSourceArray(trains))
    cells = net.create(len(trains), target)
    net.connect(source, cells, "exc", dynamic(kind)).one_to_one(weights=1.0)
    monitor = net.monitor(cells, ["g_exc", "v"])
    net.simulate(duration)
    return {"received": monitor.get("g_exc"), "v": monitor.get("v")}


def regular(kind: str, intervals: list[int], duration: float = 20000.0) -> np.ndarray:
    """What the last spike of a regular train transmits, u R, for each interval in ms."""
    trains = [list(np.arange(float(T), duration - 1.0, float(T))) for T in intervals]
    received = responses(kind, trains, duration)["received"]
    return np.array([column[np.flatnonzero(column)[-1]] for column in received.T])


def regular_formula(kind: str, intervals: np.ndarray) -> np.ndarray:
    """The same in closed form."""
    tau_rec, tau_facil, U = KINDS[kind].values()
    E_d, E_f = np.exp(-intervals / tau_rec), np.exp(-intervals / tau_facil)
    u = U / (1.0 - (1.0 - U) * E_f)
    return u * (1.0 - E_d) / (1.0 - (1.0 - u) * E_d)


def poisson(kind: str, rates: np.ndarray, trains: int, duration: float, seed: int = 1) -> np.ndarray:
    """The mean of u R over the spikes of many Poisson trains of each rate in Hz, after 5 s that bring them there."""
    net = ann.Network(dt=1.0, seed=seed)
    source = net.create(ann.PoissonPopulation(len(rates) * trains, rates=np.repeat(rates, trains)))
    cells = net.create(len(rates) * trains, target)
    net.connect(source, cells, "exc", dynamic(kind)).one_to_one(weights=1.0)
    net.simulate(5000.0)
    received, spikes = cells.received.copy(), cells.spikes.copy()
    net.simulate(duration)
    shape = len(rates), trains
    return (cells.received - received).reshape(shape).sum(axis=1) / (cells.spikes - spikes).reshape(shape).sum(axis=1)


def poisson_formula(kind: str, rates: np.ndarray) -> np.ndarray:
    """The same in mean field; rates in Hz."""
    tau_rec, tau_facil, U = KINDS[kind].values()
    r = rates / 1000.0
    u = U * (1.0 + tau_facil * r) / (1.0 + U * tau_facil * r)
    return u / (1.0 + u * tau_rec * r)


def draw(found: dict[str, dict[str, np.ndarray]]) -> plt.Figure:
    """Potentials that a train evokes; what a spike transmits; what spikes transmit in a second."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.6, 4.6), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(1.15, 1.0))
        traces = left.subplots(2, 1, sharex=True)
        share, drive = right.subplots(2, 1, sharex=True)
        for ax, (kind, color) in zip(traces, COLORS.items(), strict=True):
            ax.plot(found[kind]["v"], color=color)
            top = 1.12 * found[kind]["v"].max()
            ax.vlines(found[kind]["train"], top, 1.07 * top, color="0.4", lw=0.8)
            ax.set(ylabel="$v$ of the target", yticks=[], xlim=(0, 1400))
            ax.set_title(kind, fontsize=9, loc="left", color=color, pad=3)
        traces[1].set_xlabel("time (ms)")

        r = np.linspace(0.5, 55.0, 300)
        for kind, color in COLORS.items():
            for ax, scale in ((share, np.ones_like), (drive, np.asarray)):
                ax.plot(r, scale(r) * regular_formula(kind, 1000.0 / r), color=color)
                ax.plot(r, scale(r) * poisson_formula(kind, r), color=color, ls=(0, (4, 2)))
                rates, values = 1000.0 / found[kind]["intervals"], found[kind]["regular"]
                ax.plot(rates, scale(rates) * values, "o", color=color, ms=3.5)
                rates, values = found[kind]["rates"], found[kind]["poisson"]
                ax.plot(rates, scale(rates) * values, "o", color=color, ms=3.5, mfc="white")
        share.set(ylabel="$u R$, of one spike", ylim=(0, 0.52), xlim=(0, 55))
        drive.set(ylabel="$r u R$, in a second", xlabel="rate of the spikes (Hz)", ylim=(0, None))
        for fill, line, text in (("0.3", "-", "regular"), ("white", "--", "Poisson, mean field")):
            share.plot([], [], line, color="0.3", marker="o", mfc=fill, ms=3.5, label=text)
        share.legend(frameon=False, fontsize=8)
    return figure


def main() -> None:
    is_quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    intervals = [20, 25, 30, 40, 50, 65, 80, 100, 150, 200, 400, 1000]
    rates = np.array([1.0, 2.0, 4.0, 6.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0])
    train = [*np.arange(50.0, 450.0, 50.0), 1000.0]
    found = {}
    for kind in KINDS:
        measured = regular(kind, intervals)
        error = np.abs(measured - regular_formula(kind, np.array(intervals))).max()
        random = poisson(kind, rates, 50 if is_quick else 400, 20000.0)
        off = np.abs(random / poisson_formula(kind, rates) - 1.0).max()
        print(f"{kind}: regular trains within {error:.0e} of the formula, Poisson trains within {100 * off:.1f} %")
        found[kind] = {
            "v": responses(kind, [train], 1400.0)["v"][:, 0],
            "train": np.array(train),
            "intervals": np.array(intervals),
            "regular": measured,
            "rates": rates,
            "poisson": random,
        }
    figure = draw(found)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("tsodyks_markram.png", dpi=130)


if __name__ == "__main__":
    main()
