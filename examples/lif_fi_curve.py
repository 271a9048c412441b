"""The leaky integrate-and-fire neuron, and how fast it fires under a constant current.

Lapicque's membrane is a capacitor with a leak,

    tau v' = VL - v + R I,        where v > VT: a spike, v becomes VL, and the neuron rests for t_ref.

Below the current (VT - VL)/R, the rheobase, v settles under the threshold and nothing happens. Above it the way from
reset to threshold takes tau ln(R I / (R I - (VT - VL))), so the neuron fires at

    f = 1 / (t_ref + tau ln(R I / (R I - (VT - VL)))),

steeply at first, and never faster than 1/t_ref. The membrane equation is linear, so eqneuro solves it exactly, and the
only error left is that a spike waits for the end of the step in which the threshold was crossed: each interval is
longer than the formula's by less than dt, which the last panel shows.

Lapicque, L. (1907). Recherches quantitatives sur l'excitation électrique des nerfs traitée comme une polarisation. J.
Physiol. Pathol. Gén. 9, 620-635.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.4}

TAU, VL, VT, R = 20.0, -65.0, -50.0, 0.1  # ms, mV, mV, GOhm = mV/pA
RHEOBASE = (VT - VL) / R  # pA

lapicque = ann.Neuron(
    parameters=dict(tau=TAU, VL=VL, VT=VT, R=R, I=0.0, t_ref=2.0),
    equations="tau*dv/dt = VL - v + R*I : init=VL, exact",
    spike="v > VT",
    reset="v = VL",
    refractory="t_ref",
    name="Lapicque",
)


def predicted_interval(current: np.ndarray, t_ref: float = 2.0) -> np.ndarray:
    """Interspike interval (ms) by the formula; infinite up to the rheobase."""
    with np.errstate(divide="ignore", invalid="ignore"):
        interval = t_ref + TAU * np.log(R * current / (R * current - (VT - VL)))
    return np.where(current > RHEOBASE, interval, np.inf)


def measured_interval(
    current: np.ndarray, t_ref: float = 2.0, duration: float = 1000.0, dt: float = 0.1, precision: str = "double"
) -> np.ndarray:
    """Mean interspike interval (ms) under each current; infinite where there were fewer than two spikes."""
    net = ann.Network(dt=dt, precision=precision)
    neurons = net.create(len(current), lapicque)
    neurons.I = current
    neurons.t_ref = t_ref
    monitor = net.monitor(neurons, "spike")
    net.simulate(duration)
    intervals = monitor.inter_spike_interval(monitor.get("spike"), per_neuron=True)
    return np.array([np.mean(intervals.get(rank, np.inf)) for rank in range(len(current))])


def potentials(current: list[float], duration: float = 100.0, dt: float = 0.1) -> tuple[np.ndarray, list[list[float]]]:
    """Membrane potentials, shape (steps, neurons), and the times (ms) of the spikes of each neuron."""
    net = ann.Network(dt=dt)
    neurons = net.create(len(current), lapicque)
    neurons.I = current
    monitor = net.monitor(neurons, ["v", "spike"])
    net.simulate(duration)
    recorded = monitor.get()
    return recorded["v"], [[dt * (step + 1) for step in train] for train in recorded["spike"].values()]


def draw(currents: np.ndarray, measured: dict[float, np.ndarray], dt: float) -> plt.Figure:
    """Potentials under three currents; the f-I curve for some refractory times; the error of the intervals."""
    colors = ("#0072B2", "#D55E00", "#009E73")
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.0, 4.6), layout="constrained")
        grid = figure.add_gridspec(6, 2, width_ratios=(1.0, 1.25))
        shown = [140.0, 160.0, 300.0]
        traces, spikes = potentials(shown, dt=dt)
        time = dt * np.arange(1, len(traces) + 1)
        first = None
        for row, current in enumerate(shown):
            axes = figure.add_subplot(grid[2 * row : 2 * row + 2, 0], sharex=first, sharey=first)
            first = first or axes
            axes.axhline(VT, color="0.7", lw=0.8, ls=(0, (4, 3)), zorder=0)
            axes.plot(time, traces[:, row], color="black", lw=1.1)
            axes.vlines(spikes[row], VT, -32.0, color="black", lw=1.1)
            axes.set_title(f"$I$ = {current:g} pA", fontsize=9, loc="left", pad=2)
            axes.set(ylim=(-67, -30), yticks=(-65, -50), yticklabels=("$V_L$", "$V_T$"), xlim=(0, time[-1]))
            axes.tick_params(labelbottom=row == 2)
        axes.set_xlabel("time (ms)")

        rate = figure.add_subplot(grid[:4, 1])
        fine = np.linspace(currents[0], currents[-1], 2000)
        for (t_ref, intervals), color in zip(measured.items(), colors, strict=False):
            rate.plot(fine, 1000.0 / predicted_interval(fine, t_ref), color=color, lw=1.0)
            rate.plot(currents, 1000.0 / intervals, "o", color=color, ms=3.2, label=f"$t_{{ref}}$ = {t_ref:g} ms")
        rate.axvline(RHEOBASE, color="0.7", lw=0.8, ls=(0, (4, 3)), zorder=0)
        rate.text(RHEOBASE - 6.0, 150.0, "rheobase", rotation=90, ha="right", va="center", color="0.45", fontsize=8)
        rate.set(ylabel="firing rate (Hz)", xlim=(currents[0], currents[-1] + 8.0), ylim=(-4, None))
        rate.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.22, 1.0), alignment="left",
                    title="dots: simulated, lines: formula", title_fontsize=8)  # fmt: skip
        rate.tick_params(labelbottom=False)

        error = figure.add_subplot(grid[4:, 1], sharex=rate)
        error.axhspan(0.0, 1.0, color="0.93", lw=0)
        fires = np.isfinite(measured[2.0])
        late = measured[2.0][fires] - predicted_interval(currents[fires], 2.0)
        error.plot(currents[fires], late / dt, "o", color=colors[1], ms=2.6)
        error.set(xlabel="current $I$ (pA)", ylabel="interval too\nlong (in dt)", ylim=(-0.25, 1.25), yticks=(0, 1))
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    dt, duration = 0.1, 300.0 if quick else 2000.0
    currents = np.linspace(100.0, 600.0, 76)
    measured = {t_ref: measured_interval(currents, t_ref, duration, dt) for t_ref in (0.0, 2.0, 5.0)}
    for t_ref, intervals in measured.items():
        fires = np.isfinite(intervals)
        late = intervals[fires] - predicted_interval(currents[fires], t_ref)
        print(
            f"t_ref {t_ref:g} ms: {fires.sum()} of {len(currents)} currents make it fire, the fastest at "
            f"{1000 / intervals.min():.1f} Hz; intervals are {late.min():.3f} to {late.max():.3f} ms too long"
        )
    figure = draw(currents, measured, dt)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("lif_fi_curve.png", dpi=130)


if __name__ == "__main__":
    main()
