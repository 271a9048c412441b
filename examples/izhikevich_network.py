"""A thousand Izhikevich neurons, coupled by pulses: rhythms that nobody put in.

800 excitatory and 200 inhibitory neurons, all connected with all by random weights, each with noise of its own as
input from the thalamus. A spike jolts its targets by the weight, for one step of 1 ms. Each neuron is another: with a
random number q in (0, 1), excitatory ones lie between regular spiking (q = 0) and chattering (q = 1), c = -65 + 15 q^2,
d = 8 - 6 q^2; inhibitory ones between low-threshold and fast spiking, a = 0.02 + 0.08 q, b = 0.25 - 0.05 q.

The network synchronises by itself, now at 8 to 10 Hz (alpha), now at 30 to 40 Hz (gamma), and its neurons fire at 7 to
8 Hz. The equations are the published program line by line: v takes two half steps of 0.5 ms, for stability, and u one
step of 1 ms with the new v, so they are written as assignments and not as d/dt.

Izhikevich, E. M. (2003). Simple model of spiking neurons. IEEE Trans. Neural Netw. 14, 1569-1572.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}

izhikevich = ann.Neuron(
    parameters="""
        a = 0.02
        b = 0.2
        c = -65.0
        d = 8.0
        noise = 5.0
        drive = 0.0
    """,
    equations="""
        I = g_exc - g_inh + noise*Normal(0.0, 1.0) + drive
        half = v + 0.5*(0.04*v^2 + 5*v + 140 - u + I)
        v = half + 0.5*(0.04*half^2 + 5*half + 140 - u + I) : init=-65.0
        u += a*(b*v - u)
    """,
    spike="v >= 30",
    reset="v = c; u += d",
    name="Izhikevich",
)


def build(size: int = 1000, seed: int = 1, threads: int = 1, precision: str = "double") -> ann.Network:
    """The network, its population called "cells", four fifths of it excitatory."""
    net = ann.Network(dt=1.0, seed=seed, num_threads=threads, precision=precision)
    cells = net.create(size, izhikevich, name="cells")
    excitatory, inhibitory = cells[: size * 4 // 5], cells[size * 4 // 5 :]
    q = net.default_rng.uniform(0.0, 1.0, excitatory.size)
    excitatory.c, excitatory.d = -65.0 + 15.0 * q**2, 8.0 - 6.0 * q**2
    q = net.default_rng.uniform(0.0, 1.0, inhibitory.size)
    inhibitory.a, inhibitory.b = 0.02 + 0.08 * q, 0.25 - 0.05 * q
    inhibitory.d, inhibitory.noise = 2.0, 2.0
    cells.u = cells.b * cells.v
    strength = 1000.0 / size  # the weights of the paper where there are 1000 neurons
    net.connect(excitatory, cells, "exc", name="excitation").all_to_all(
        weights=ann.Uniform(0.0, 0.5 * strength), allow_self_connections=True
    )
    net.connect(inhibitory, cells, "inh", name="inhibition").all_to_all(
        weights=ann.Uniform(0.0, 1.0 * strength), allow_self_connections=True
    )
    return net


def run(size: int = 1000, seed: int = 1, duration: float = 1000.0) -> dict[str, object]:
    """Spikes, and how many neurons fire in each ms."""
    net = build(size, seed)
    monitor = net.monitor(net.get_population("cells"), "spike")
    net.simulate(duration)
    spikes = monitor.get("spike")
    times, ranks = monitor.raster_plot(spikes)
    return {
        "times": times,
        "ranks": ranks,
        "rate": monitor.mean_fr(spikes),
        "firing": np.bincount(times.astype(int), minlength=round(duration)),
    }


def spectrum(firing: np.ndarray, segment: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (Hz) and power of the number of firing neurons: mean over windows of ``segment`` ms."""
    segment = min(segment, len(firing))
    shape = np.hanning(segment)
    starts = range(0, len(firing) - segment + 1, segment // 2)
    pieces = np.array([(firing[start : start + segment] - firing.mean()) * shape for start in starts])
    power = np.mean(np.abs(np.fft.rfft(pieces, axis=1)) ** 2, axis=0) / np.sum(shape**2)
    return np.fft.rfftfreq(segment, 1e-3), power


def draw(found: dict[str, object], long: np.ndarray, size: int) -> plt.Figure:
    """Raster of the first second with the number of firing neurons below; the spectrum of a longer run."""
    inhibitory = found["ranks"] >= size * 4 // 5
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.6, 5.4), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(2.3, 1.0))
        raster, firing = left.subplots(2, 1, sharex=True, height_ratios=(2.6, 1.0))
        for chosen, color in ((~inhibitory, "#0072B2"), (inhibitory, "#D55E00")):
            raster.plot(found["times"][chosen], found["ranks"][chosen], ".", color=color, ms=1.7, mew=0)
        raster.set(ylabel="neuron", ylim=(0, size), yticks=(0, size * 4 // 5, size))
        raster.set_title("excitatory (blue) and inhibitory (red) neurons", fontsize=9, loc="left", pad=3)
        firing.fill_between(np.arange(len(found["firing"])), found["firing"], color="0.2", lw=0, step="mid")
        firing.set(xlabel="time (ms)", ylabel="spikes in 1 ms", xlim=(0, len(found["firing"])), ylim=(0, None))
        left.align_ylabels([raster, firing])

        frequencies, power = spectrum(long)
        axes = right.subplots()
        for low, high, name in ((8.0, 13.0, "alpha"), (30.0, 60.0, "gamma")):
            axes.axvspan(low, high, color="0.92", lw=0)
            axes.text((low * high) ** 0.5, 1.01, name, transform=axes.get_xaxis_transform(), ha="center", color="0.4")
        axes.loglog(frequencies[1:], power[1:], color="black")
        axes.set(xlabel="frequency (Hz)", ylabel="power of the number of spikes", xlim=(2, 200))
        axes.set_xticks((2, 5, 10, 20, 50, 100), labels=("2", "5", "10", "20", "50", "100"))
        axes.minorticks_off()
    return figure


def main() -> None:
    size, duration = 1000, 2000.0 if os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1" else 20000.0
    found = run(size)
    long = run(size, duration=duration)
    print(f"mean rate {found['rate']:.2f} Hz in the first second, {long['rate']:.2f} Hz in {duration / 1000:g} s")
    frequencies, power = spectrum(long["firing"])
    peaks = [frequencies[band][power[band].argmax()] for band in
             ((frequencies >= 4) & (frequencies < 20), (frequencies >= 20) & (frequencies < 80))]  # fmt: skip
    print(f"largest power at {peaks[0]:.0f} Hz below 20 Hz, and at {peaks[1]:.0f} Hz from 20 to 80 Hz")
    figure = draw(found, long["firing"], size)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("izhikevich_network.png", dpi=130)


if __name__ == "__main__":
    main()
