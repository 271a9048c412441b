"""Plasticity that reads the voltage: pairs of spikes depress at low frequencies and potentiate at high ones.

The neuron is AdEx with what a spike leaves behind, a current z and a higher threshold V_T,

    C v' = -gL (v - EL) + gL DT exp((v - V_T)/DT) - w_ad + z + I,   tau_w w_ad' = a (v - EL) - w_ad,
    tau_z z' = -z,   tau_T V_T' = V_rest - V_T,       a spike: v = EL, w_ad += b, z = I_sp, V_T = V_max.

The synapse knows of u, which is v with an action potential of 1 ms in it, of two low-pass filters u_- and u_+ of u,
and of the trace x of the pre-synaptic spikes,

    tau_x x' = -x,                                              a spike: x += 1/tau_x
    w' = A_LTP x [u - theta_+]_+ [u_+ - theta_-]_+,             a spike: w -= A_LTD [u_- - theta_-]_+ .

Five pairs of spikes are repeated 15 times, as Sjoestroem et al. did. With the post-synaptic spike first the synapse
finds u_- high, and depresses. The more often pairs come, the higher is u_+ at a spike, for what the last one left
behind is still there: potentiation grows and wins, above some 35 Hz whatever the order within the pair.

Clopath, C., Buesing, L., Vasilaki, E. & Gerstner, W. (2010). Connectivity reflects coding: a model of voltage-based
STDP with homeostasis. Nat. Neurosci. 13, 344-352, figure 2; without the homeostasis of A_LTD, as there. Sjoestroem, P.
J., Turrigiano, G. G. & Nelson, S. B. (2001). Rate, timing, and cooperativity jointly determine cortical synaptic
plasticity. Neuron 32, 1149-1164.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}
COLORS = {10.0: "#0072B2", -10.0: "#D55E00"}
FREQUENCIES = (0.1, 10.0, 20.0, 30.0, 40.0, 50.0)
LAGS = (10.0, -10.0)
PAIRS = 75
W0 = 0.5

neuron = ann.Neuron(
    parameters=dict(
        C=281.0, gL=30.0, EL=-70.6, DT=2.0, V_rest=-50.4, V_max=30.4, tau_T=50.0,
        tau_w=144.0, a=4.0, b=80.5, I_sp=400.0, tau_z=40.0, peak=29.4, lasts=1.0,
    ),
    equations="""
        C*dv/dt = -gL*(v - EL) + gL*DT*exp((v - V_T)/DT) - w_ad + z + g_pulse*C/dt : init=-70.6
        tau_w*dw_ad/dt = a*(v - EL) - w_ad
        tau_z*dz/dt = -z
        tau_T*dV_T/dt = V_rest - V_T : init=-50.4
        u = if t < t_last + lasts: peak else: min(v, peak)
    """,
    spike="v > 20.0",
    reset="v = EL; w_ad += b; z = I_sp; V_T = V_max",
    name="AdExWithTail",
)  # fmt: skip

synapse = ann.Synapse(
    parameters=dict(
        A_LTD=14e-5, A_LTP=8e-5, theta_minus=-70.6, theta_plus=-45.3, tau_x=15.0, tau_minus=10.0, tau_plus=7.0
    ),
    equations="""
        tau_minus*du_minus/dt = post.u - u_minus : postsynaptic, init=-70.6, exponential
        tau_plus*du_plus/dt = post.u - u_plus : postsynaptic, init=-70.6, exponential
        tau_x*dx/dt = -x : exponential
        dw/dt = A_LTP*x*pos(post.u - theta_plus)*pos(u_plus - theta_minus)
    """,
    pre_spike="""
        g_target += 0.0  # it is watched as it learns, and drives nothing
        x += 1.0/tau_x
        w -= A_LTD*pos(u_minus - theta_minus)
    """,
    name="VoltageBased",
)  # fmt: skip


def trains(frequency: float, bursts: int) -> np.ndarray:
    """Times of the post-synaptic spikes in ms: five at a frequency (Hz), every 10 s; at 0.1 Hz one every 10 s."""
    if frequency <= 0.1:
        return 500.0 + 10e3 * np.arange(5 * bursts)
    within = np.round(np.arange(5) * 1000.0 / frequency, 1)
    return np.add.outer(500.0 + 10e3 * np.arange(bursts), within).ravel()


def build(bursts: int, dt: float = 0.1) -> ann.Network:
    """A pair of neurons for each lag and frequency; "cells" are the post-synaptic ones."""
    net = ann.Network(dt=dt)
    post = [trains(frequency, bursts) for _ in LAGS for frequency in FREQUENCIES]
    pre = [times - lag for times, lag in zip(post, np.repeat(LAGS, len(FREQUENCIES)), strict=True)]
    sources = net.create(ann.SpikeSourceArray([list(np.round(times, 1)) for times in pre]))
    electrodes = net.create(ann.SpikeSourceArray([list(times) for times in post]))
    cells = net.create(len(post), neuron, name="cells")
    net.connect(electrodes, cells, "pulse").one_to_one(weights=100.0)  # mV at once: beyond any threshold
    net.connect(sources, cells, "pulse", synapse, name="learns").one_to_one(weights=W0)
    return net


def run(bursts: int) -> dict[float, np.ndarray]:
    """The change of the weight after 75 pairs, as a share of the initial one, for each lag, by frequency."""
    net = build(bursts)
    net.simulate(10e3 * 5 * bursts)
    change = (np.array(net.get_projection("learns").w).ravel() / W0 - 1.0) * PAIRS / (5 * bursts)
    return dict(zip(LAGS, change.reshape(len(LAGS), -1), strict=True))


def look(frequency: float = 20.0, sample: float = 0.5) -> dict[float, dict[str, np.ndarray]]:
    """Voltage, what the synapse makes of it, and its weight during one burst, for both lags."""
    net = build(bursts=1)
    cells, learns = net.get_population("cells"), net.get_projection("learns")
    places = {lag: k * len(FREQUENCIES) + FREQUENCIES.index(frequency) for k, lag in enumerate(LAGS)}
    rows = {lag: [] for lag in LAGS}
    net.simulate(470.0)
    times = 470.0 + sample * np.arange(1, 581)
    for _ in times:
        net.simulate(sample)
        for lag, rank in places.items():
            rows[lag].append((cells.u[rank], learns.u_minus[rank], learns.u_plus[rank], learns.w[rank][0]))
    names = ("u", "u_minus", "u_plus", "w")
    return {
        lag: {"time": times, "pre": trains(frequency, 1) - lag, **dict(zip(names, np.array(rows[lag]).T, strict=True))}
        for lag in LAGS
    }


def draw(change: dict[float, np.ndarray], burst: dict[float, dict[str, np.ndarray]]) -> plt.Figure:
    """One burst of either order; the change of the weight over the frequency."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.6, 4.2), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(1.4, 1.0))
        panels = left.subplots(2, 2, sharex=True, sharey="row", height_ratios=(1.6, 1.0))
        for (voltage, weight), lag in zip(panels.T, LAGS, strict=True):
            found, time = burst[lag], burst[lag]["time"]
            voltage.plot(time, found["u"], color="0.65", lw=0.8, label="$u$")
            voltage.plot(time, found["u_minus"], color="#CC79A7", label="$u_-$")
            voltage.plot(time, found["u_plus"], color="#009E73", label="$u_+$")
            voltage.plot(found["pre"], np.full(5, -76.5), "|", color="black", ms=7)
            order = "pre before post" if lag > 0 else "post before pre"
            voltage.set_title(f"{order}, 20 Hz", fontsize=9, loc="left", color=COLORS[lag], pad=3)
            weight.plot(time, found["w"] / W0, color=COLORS[lag])
            weight.set(xlabel="time (ms)", xlim=(470, 760))
        panels[0, 0].set(ylabel="mV (spikes cut off)", ylim=(-78, -48))
        panels[1, 0].set_ylabel("$w / w_0$")
        panels[0, 1].legend(frameon=False, fontsize=8, loc="upper right")

        ax = right.subplots()
        ax.axhline(0.0, color="0.6", lw=0.8, ls=(0, (4, 3)))
        for lag, values in change.items():
            ax.plot(FREQUENCIES, 100.0 * values, "o-", color=COLORS[lag], ms=4, label=f"{lag:+g} ms")
        ax.set(xlabel="frequency of the pairs (Hz)", ylabel="change of the weight, 75 pairs (%)")
        ax.legend(frameon=False, labelcolor="linecolor")
    return figure


def main() -> None:
    is_quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    change = run(bursts=2 if is_quick else 15)
    for lag, values in change.items():
        listed = ", ".join(f"{100 * v:+.0f} % at {f:g} Hz" for f, v in zip(FREQUENCIES, values, strict=True))
        print(f"{lag:+g} ms: {listed}")
    figure = draw(change, look())
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("clopath.png", dpi=130)


if __name__ == "__main__":
    main()
