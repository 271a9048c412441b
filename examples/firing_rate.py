"""The firing rate of a population: three ways to estimate what can't be seen in one spike train.

A stimulus at 500 ms lifts the rate of each of N neurons, whose spikes are random, and its effect wears off:

    rate(t) = 15 Hz before the stimulus, 15 + 60 exp(-(t - 500)/150) Hz after it.

The rate can be estimated from

- the peri-stimulus time histogram: count the spikes of all neurons in a bin, divide by N and the width of the bin. It
  needs many neurons, or many trials, and has its best resolution in time then;
- the interspike intervals: a neuron's rate is 1/(length of the interval that it is in), the mean over neurons is free
  of bias where the rate is steady. It needs no bins, but an interval knows of the stimulus before it comes;
- a sliding window: the spikes of each neuron in the last 50 ms, which eqneuro counts while the network runs, so that
  it can drive rate-coded neurons. It needs no future, and lags.

Dayan, P. & Abbott, L. F. (2001). Theoretical Neuroscience, chapter 1. MIT Press.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.3}

BASE, LIFT, ONSET, FADE = 15.0, 60.0, 500.0, 150.0  # Hz, Hz, ms, ms


def drive(time: np.ndarray) -> np.ndarray:
    """The rate (Hz) that the neurons are given."""
    return BASE + LIFT * np.where(time >= ONSET, np.exp(-np.maximum(time - ONSET, 0.0) / FADE), 0.0)


def record(
    number: int = 500,
    duration: float = 1500.0,
    dt: float = 0.5,
    bins: float = 10.0,
    window: float = 50.0,
    seed: int = 1,
) -> dict[str, np.ndarray]:
    """Spikes of the population, and its rate by histogram, by intervals and by window, each with its times."""
    net = ann.Network(dt=dt, seed=seed)
    neurons = net.create(
        ann.PoissonPopulation(
            number,
            parameters=dict(base=BASE, lift=LIFT, onset=ONSET, fade=FADE),
            rates="base + (if t >= onset: lift*exp(-(t - onset)/fade) else: 0.0)",
        )
    )
    neurons.compute_firing_rate(window)
    monitor = net.monitor(neurons, ["spike", "r"])
    net.simulate(duration)

    recorded = monitor.get()
    spikes = recorded["spike"]
    times, ranks = monitor.raster_plot(spikes)
    counts = monitor.histogram(spikes, bins=bins, recording_window=(0.0, duration))[:-1]
    steps = dt * np.arange(round(duration / dt))
    return {
        "spike times": times,
        "ranks": ranks,
        "bin centres": bins * (np.arange(len(counts)) + 0.5),
        "by histogram": counts / number / (bins / 1000.0),
        "times": steps,
        "by intervals": monitor.smoothed_rate(spikes).mean(axis=0),
        "by window": recorded["r"].mean(axis=1),
    }


def draw(found: dict[str, np.ndarray]) -> plt.Figure:
    """The raster above the histogram, and the other two estimates."""
    with plt.rc_context(STYLE):
        figure, (raster, histogram, smooth) = plt.subplots(
            3, 1, figsize=(8.0, 6.0), sharex=True, layout="constrained", height_ratios=(1.0, 1.0, 1.0)
        )
        few = found["ranks"] < 60
        raster.plot(found["spike times"][few], found["ranks"][few], "|", color="black", ms=2.6, mew=0.6)
        raster.set(ylabel="neuron", ylim=(-1, 60), yticks=(0, 20, 40, 60))
        fine = np.linspace(0.0, found["times"][-1], 2000)
        centres = found["bin centres"]
        histogram.bar(centres, found["by histogram"], width=centres[1] - centres[0], color="0.75", label="histogram")
        histogram.plot(fine, drive(fine), color="#D55E00", label="drive")
        smooth.plot(fine, drive(fine), color="#D55E00", label="drive")
        smooth.plot(found["times"], found["by intervals"], color="#0072B2", lw=1.0, label="interspike intervals")
        smooth.plot(found["times"], found["by window"], color="#009E73", lw=1.0, label="the last 50 ms")
        for axes in (histogram, smooth):
            axes.set(ylabel="rate (Hz)", ylim=(0, 95), yticks=(0, 25, 50, 75))
            axes.legend(frameon=False, loc="upper right")
        for axes in (raster, histogram, smooth):
            axes.axvline(ONSET, color="0.5", lw=0.8, ls=(0, (4, 3)), zorder=0)
        smooth.set(xlabel="time (ms), stimulus at 500", xlim=(0, found["times"][-1]))
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    found = record(number=100 if quick else 500)
    print("mean rate (Hz) before the stimulus, 50 to 450 ms, and after it, 600 to 1000 ms:")
    for name, times in (("by histogram", "bin centres"), ("by intervals", "times"), ("by window", "times")):
        before, after = (
            found[name][(found[times] >= begin) & (found[times] < begin + 400.0)].mean() for begin in (50.0, 600.0)
        )
        print(f"  {name:13} {before:5.2f} {after:6.2f}")
    print(f"  {'drive':13} {BASE:5.2f} {drive(np.linspace(600.0, 1000.0, 4001)).mean():6.2f}")
    figure = draw(found)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("firing_rate.png", dpi=130)


if __name__ == "__main__":
    main()
