"""The cortical microcircuit of Potjans and Diesmann: 77,169 neurons below 1 mm^2 of cortex, 0.3 billion synapses.

Four layers, in each an excitatory and an inhibitory population of one and the same neuron, whose currents jump by the
weight at a spike and decay with 0.5 ms,

    C v' = -C/tau_m (v - E_L) + I,   tau_syn I' = -I,        v > V_th: a spike, v = V_reset for 2 ms,

connected at random with the probabilities below, found in experiments, and driven by Poisson spikes of 8 Hz from 1,500
to 2,900 sources outside. Nothing but these numbers differs between the populations, and yet each fires, irregularly and
asynchronously, at a rate of its own, near those of awake animals: below 1 Hz in layer 2/3E, above 8 Hz in 5I.

A pair may have several synapses, so that a probability C of at least one means -log(1 - C) of them on average. They
are drawn in four sets, independent of each other; one set without double synapses leaves layers 5 and 6 too calm.
``--scale 0.1`` makes a tenth of the neurons, each with a tenth of the inputs: stronger ones, by 1/sqrt(0.1), to keep
the variance of the input, and a constant current that makes up for its mean.

    python microcircuit.py --scale 1.0 --threads 2      # 7.2 GiB of memory

Potjans, T. C. & Diesmann, M. (2014). The cell-type specific cortical microcircuit: relating structure and activity in a
full-scale spiking network model. Cereb. Cortex 24, 785-806. van Albada, S. J., Helias, M. & Diesmann, M. (2015).
Scalability of asynchronous networks is limited by one-to-one mapping between effective connectivity and correlations.
PLoS Comput. Biol. 11, e1004490.
"""

from __future__ import annotations

import argparse
import os
import time

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}
NAMES = ("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
OUTSIDE = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
PUBLISHED = np.array([0.86, 2.80, 4.45, 5.93, 7.59, 8.64, 1.09, 7.88])  # Hz
PROBABILITY = np.array([  # to the population of the row, from that of the column
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
])  # fmt: skip
SYNAPSES, SETS = -np.log1p(-PROBABILITY), 4  # of a pair, on average
J, TAU_SYN, RATE_OUTSIDE = 87.8, 0.5, 8.0  # pA, ms, Hz
STRENGTH = np.where(np.arange(8) % 2 == 0, 1.0, -4.0) * np.ones((8, 1))
STRENGTH[0, 2] = 2.0  # L4E to L23E

neuron = ann.Neuron(
    parameters=dict(
        C=250.0, tau_m=10.0, tau_syn=TAU_SYN, E_L=-65.0, V_th=-50.0, V_reset=-65.0, t_ref=2.0,
        J=J, outside=1.0, constant=0.0,
    ),
    equations="""
        # the spikes from outside within a step bring their charge, J*tau_syn each, during the step
        dv/dt = -(v - E_L)/tau_m + (g_syn + constant)/C : exact
        tau_syn*dg_syn/dt = -g_syn + J*tau_syn/dt*Poisson(outside) : exact
    """,
    spike="v > V_th",
    reset="v = V_reset",
    refractory="t_ref",
    name="Microcircuit",
)  # fmt: skip


def build(scale: float = 1.0, seed: int = 1, threads: int = 1) -> ann.Network:
    """The network; its populations are called as in ``NAMES``."""
    net = ann.Network(dt=0.1, seed=seed, num_threads=threads, precision="float")
    J_scaled = J / np.sqrt(scale)
    # mean input (pA) that is lost: inputs are fewer by `scale`, and stronger by 1/sqrt(scale)
    recurrent = J * TAU_SYN / 1000.0 * (STRENGTH * SYNAPSES * SIZES) @ PUBLISHED
    outside = J * TAU_SYN / 1000.0 * OUTSIDE * RATE_OUTSIDE
    cells = []
    for k, name in enumerate(NAMES):
        population = net.create(round(SIZES[k] * scale), neuron, name=name)
        population.v = ann.Normal(-58.0, 10.0)
        population.J = J_scaled
        population.outside = OUTSIDE[k] * scale * RATE_OUTSIDE / 1000.0 * 0.1
        population.constant = (1.0 - np.sqrt(scale)) * (recurrent[k] + outside[k])
        cells.append(population)
    for target, source in np.argwhere(SYNAPSES > 0.0):
        mean, late = J_scaled * STRENGTH[target, source], 1.5 if source % 2 == 0 else 0.75
        sign = dict(min=0.0) if mean > 0.0 else dict(max=0.0)
        for _ in range(SETS):
            net.connect(cells[source], cells[target], "syn").fixed_probability(
                probability=SYNAPSES[target, source] / SETS,
                weights=ann.Normal(mean, 0.1 * abs(mean), **sign),
                delays=ann.Normal(late, 0.5 * late, min=0.1),
                allow_self_connections=True,
            )
    return net


def run(net: ann.Network, duration: float, transient: float = 500.0) -> dict[str, object]:
    """Spikes of ``duration`` ms after the transient: times and ranks, mean rate (Hz) and CV of each population."""
    monitors = [net.monitor(net.get_population(name), "spike", start=False) for name in NAMES]
    net.simulate(transient)
    for monitor in monitors:
        monitor.start()
    net.simulate(duration)
    found: dict[str, object] = {"times": [], "ranks": [], "rates": [], "variation": [], "synchrony": []}
    for monitor in monitors:
        spikes = monitor.get("spike")
        times, ranks = monitor.raster_plot(spikes)
        busy = [rank for rank, train in spikes.items() if len(train) >= 3]
        activity = np.bincount(((times - transient) / 3.0).astype(int), minlength=int(duration / 3.0))
        found["times"].append(times - transient)
        found["ranks"].append(ranks)
        found["rates"].append(monitor.mean_fr(spikes))
        found["variation"].append(np.mean(monitor.coefficient_of_variation(spikes, busy)))
        found["synchrony"].append(activity.var() / activity.mean())
    return found


def draw(found: dict[str, object], scale: float) -> plt.Figure:
    """A raster of all layers, and their rates beside the published ones."""
    colors = [("#0072B2", "#D55E00")[k % 2] for k in range(8)]
    with plt.rc_context(STYLE):
        figure, (raster, rates, variation) = plt.subplots(
            1, 3, figsize=(8.6, 4.6), layout="constrained", width_ratios=(2.4, 1.0, 0.7)
        )
        top = 0
        for times, ranks, size, color, name in zip(
            found["times"], found["ranks"], np.round(SIZES * scale), colors, NAMES, strict=True
        ):
            shown = (ranks % max(1, round(20 * scale)) == 0) & (times < 200.0)
            raster.plot(times[shown], -(top + ranks[shown]), ".", color=color, ms=1.6, mew=0)
            raster.text(-4.0, -(top + size / 2), name, color=color, ha="right", va="center", fontsize=8)
            top += size
        raster.set(xlim=(0, 200), ylim=(-top, 0), yticks=(), xlabel="time (ms)")
        place = -np.arange(8)
        rates.barh(place, found["rates"], color=colors, height=0.6)
        rates.plot(PUBLISHED, place, "|", color="black", ms=12, mew=1.6)
        rates.set(yticks=place, yticklabels=NAMES, xlabel="rate (Hz), published (bar)")
        variation.barh(place, found["variation"], color=colors, height=0.6)
        variation.set(yticks=(), xlabel="CV of intervals", xlim=(0, 1.1))
    return figure


def main() -> None:
    is_quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--duration", type=float, default=300.0 if is_quick else 2000.0)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    start = time.perf_counter()
    net = build(given.scale, threads=given.threads)
    net.compile()
    built = time.perf_counter() - start
    synapses = sum(projection.nb_synapses for projection in net.get_projections())
    print(
        f"{synapses:,} synapses of {sum(net.get_population(n).size for n in NAMES):,} neurons, built in {built:.1f} s"
    )
    found = run(net, given.duration)
    print("Hz       ", " ".join(f"{name} {rate:.2f}" for name, rate in zip(NAMES, found["rates"], strict=True)))
    print("published", " ".join(f"{name} {rate:.2f}" for name, rate in zip(NAMES, PUBLISHED, strict=True)))
    figure = draw(found, given.scale)
    if given.show:
        plt.show()
    else:
        figure.savefig("microcircuit.png", dpi=130)


if __name__ == "__main__":
    main()
