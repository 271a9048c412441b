"""A network that grows: synapses come and go by rules of chance, and by what their neurons need.

Left: each pair without a synapse gets one with probability p in each step, each synapse goes with probability q. The
number of synapses among M pairs then moves to its equilibrium as

    E N(n) = N* + (N(0) - N*) (1 - p - q)^n,        N* = M p / (p + q),

with the variance of a binomial number in the end. Right: each neuron wants a rate of its own and has too little input.
It grows synapses, by chance, while its rate is below what it wants, and loses some while it is above; so it ends with
as many as it takes, (wanted - drive) / w.

Butz, M. & van Ooyen, A. (2013). A simple rule for dendritic spine and axonal bouton formation can account for cortical
reorganization after focal retinal lesions. PLoS Comput. Biol. 9, e1003259.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
BORN, DIES, SIDE = 0.002, 0.008, 100
PRE, POST, WEIGHT, GROWTH = 80, 60, 0.25, 0.006
COLOUR, OTHER = "#D55E00", "#0072B2"

source = ann.Neuron(parameters="x = 1.0", equations="r = x", name="Source")
target = ann.Neuron(
    parameters="drive = 0.0; wanted = 1.0", equations="r = drive + sum(exc)\nlack = wanted - r", name="Target"
)
by_chance = ann.Synapse(pruning=f"w > 0 : proba={DIES}", creating=f"pre.r > 0 : proba={BORN}, w=1.0")
by_need = ann.Synapse(
    parameters=f"unit = {WEIGHT} : projection",
    pruning="post.lack < -0.5*unit : proba=0.02",
    creating=f"post.lack > 0.5*unit : proba={GROWTH}, w={WEIGHT}",
)


def turnover(steps: int, seed: int, side: int = SIDE) -> np.ndarray:
    """The number of synapses after each step, from none on."""
    net = ann.Network(dt=1.0, seed=seed)
    one, other = net.create(side, source), net.create(side, target)
    projection = net.connect(one, other, "exc", by_chance).from_matrix([[None] * side for _ in range(side)])
    projection.start_pruning(1.0)
    projection.start_creating(1.0)
    counts = []
    for _ in range(steps):
        net.step()
        counts.append(projection.nb_synapses)
    return np.array(counts)


def expected(steps: int, side: int = SIDE) -> tuple[np.ndarray, float]:
    """The mean after each step, and the standard deviation in the end."""
    share = BORN / (BORN + DIES)
    mean = side**2 * share * (1.0 - (1.0 - BORN - DIES) ** np.arange(1, steps + 1))
    return mean, float(np.sqrt(side**2 * share * (1.0 - share)))


def grow(steps: int, seed: int = 1) -> dict[str, np.ndarray]:
    """Rates of all targets over time, and what they have and want in the end."""
    net = ann.Network(dt=1.0, seed=seed)
    sources, targets = net.create(PRE, source), net.create(POST, target)
    targets.drive = np.linspace(0.0, 4.0, POST)
    targets.wanted = 5.0 + 2.0 * np.sin(np.linspace(0.0, 2.0 * np.pi, POST))
    start = np.where(np.random.default_rng(seed).random((POST, PRE)) < 0.03, WEIGHT, None)
    projection = net.connect(sources, targets, "exc", by_need).from_matrix(start)
    monitor = net.monitor(targets, "r")
    projection.start_pruning(2.0)
    projection.start_creating(2.0)
    net.simulate(float(steps))
    matrix = np.zeros((POST, PRE), dtype=bool)
    for post, ranks in zip(projection.post_ranks, projection.pre_ranks, strict=True):
        matrix[post, ranks] = True
    drive, wanted = np.array(targets.drive), np.array(targets.wanted)
    return {"rates": monitor.get("r"), "matrix": matrix, "needed": (wanted - drive) / WEIGHT, "wanted": wanted}


def draw(runs: np.ndarray, grown: dict[str, np.ndarray]) -> plt.Figure:
    """Left the number of synapses by chance, in the middle rates and what they should be, right the network."""
    with plt.rc_context(STYLE):
        figure, (chance, rates, degree) = plt.subplots(1, 3, figsize=(9.5, 3.2), layout="constrained")
        mean, spread = expected(runs.shape[1])
        time = np.arange(1, runs.shape[1] + 1)
        chance.fill_between(time, mean - 2 * spread, mean + 2 * spread, color="0.88", label="in the end, ±2 sd")
        chance.plot(time, runs.T, color=OTHER, lw=0.8)
        chance.plot([], [], color=OTHER, lw=0.8, label=f"{len(runs)} networks")
        chance.plot(time, mean, color="black", ls=(0, (4, 3)), label="mean, closed form")
        chance.set(xlabel="step", ylabel="synapses", xlim=(0, time[-1]), ylim=(0, None))
        chance.legend(frameon=False, loc="lower right", fontsize=7.5)
        off = grown["rates"] - grown["wanted"]
        rates.plot(np.arange(1, len(off) + 1), off[:, ::4], color="0.6", lw=0.7)
        rates.axhspan(-WEIGHT / 2, WEIGHT / 2, color=COLOUR, alpha=0.5, zorder=3, label="content")
        rates.legend(frameon=False, loc="lower right")
        rates.set(xlabel="time (ms)", ylabel="rate less what is wanted", xlim=(0, len(off)))
        needed, found = grown["needed"], grown["matrix"].sum(axis=1)
        degree.plot(needed, needed, color="black", lw=0.9, label="(wanted − drive)/$w$")
        degree.plot(needed, found, "o", ms=3.5, color=COLOUR, label="grown")
        degree.set(xlabel="synapses needed", ylabel="synapses in the end")
        degree.legend(frameon=False, loc="upper left")
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    runs = np.array([turnover(150 if quick else 600, seed) for seed in range(1, 4 if quick else 9)])
    mean, _ = expected(runs.shape[1])
    print(f"by chance: {runs[:, -1].mean():.0f} synapses after {runs.shape[1]} steps, expected {mean[-1]:.0f}")
    grown = grow(800)
    found, needed = grown["matrix"].sum(axis=1), grown["needed"]
    print(
        f"by need: {found.sum()} synapses, {needed.sum():.1f} are needed; at most {abs(found - needed).max():.2f} off"
    )
    figure = draw(runs, grown)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("growing_network.png", dpi=130)


if __name__ == "__main__":
    main()
