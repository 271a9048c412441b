"""FORCE: recursive least squares tames a chaotic network, as equations of its synapses.

Units x with rates r = tanh(x) and random connections of gain g = 1.5 are chaotic when left alone,

    tau x' + x = sum_j J_ij r_j + u_i z,        z = sum_j w_j r_j.

The readout z is fed back, and its weights learn from the first step on, so fast that z is never far from the target f.
That keeps the network near the state in which it would produce f by itself: when learning ends, it goes on.

Recursive least squares needs the running inverse P of the correlation of rates. P is here a matrix of synapses from the
network to itself, and what it transmits, k = P r, is all that its own update and that of the weights ask for,

    P -= k k^T / (1 + r . k),        w -= (z - f) k / (1 + r . k),

so both are one line of a synapse: k_i is ``post.k``, k_j is ``pre.k``, and r . k a sum over the population.

Sussillo, D. & Abbott, L. F. (2009). Generating coherent patterns of activity from chaotic neural networks. Neuron 63,
544-557.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np
from scipy.sparse import csr_matrix

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
PERIOD = 600
"""Of the target (ms)."""

unit = ann.Neuron(
    parameters=dict(tau=10.0),
    equations="""
        k = sum(P)
        rk = r*k
        tau*dx/dt + x = sum(rec) + sum(feedback)
        r = tanh(x)
    """,
    name="Unit",
)
readout = ann.Neuron(
    equations="""
        f = sum(target)
        r = sum(out)
        error = r - f
    """,
    name="Readout",
)
inverse_correlation = ann.Synapse(
    parameters=dict(N=1.0),
    equations="w -= pre.k*post.k/(1 + N*mean(pre.rk))",
    psp="w*pre.r",
    name="InverseCorrelation",
)
least_squares = ann.Synapse(
    parameters=dict(N=1.0),
    equations="w -= post.error*pre.k/(1 + N*mean(pre.rk))",
    psp="w*pre.r",
    name="LeastSquares",
)


def target(time: np.ndarray) -> np.ndarray:
    """Four sines."""
    return sum(a * np.sin(2.0 * np.pi * n * time / PERIOD) for n, a in ((1, 1.0), (2, 0.5), (3, 1 / 6), (4, 1 / 3)))


class Force:
    """The network; ``run`` simulates some periods of the target and says what the readout did."""

    def __init__(self, units: int = 500, gain: float = 1.5, density: float = 0.1, alpha: float = 0.1,
                 seed: int = 1) -> None:  # fmt: skip
        rng = np.random.default_rng(seed)
        connections = rng.normal(0.0, gain / np.sqrt(density * units), (units, units))
        connections *= rng.random((units, units)) < density
        self.net = ann.Network(dt=1.0, seed=seed)
        teacher = self.net.create(ann.TimedArray(target(np.arange(PERIOD))[:, None], period=PERIOD))
        self.units, self.readout = self.net.create(units, unit), self.net.create(1, readout)
        self.units.x = rng.normal(0.0, 0.5, units)
        self.units.r = np.tanh(self.units.x)
        self.net.connect(self.units, self.units, "rec").from_sparse(csr_matrix(connections.T))
        self.net.connect(self.readout, self.units, "feedback").from_matrix(rng.uniform(-1.0, 1.0, (units, 1)))
        self.net.connect(teacher, self.readout, "target").one_to_one(1.0)
        self.P = self.net.connect(self.units, self.units, "P", inverse_correlation).from_matrix(np.eye(units) / alpha)
        self.out = self.net.connect(self.units, self.readout, "out", least_squares).all_to_all(0.0)
        self.P.N = self.out.N = float(units)
        self.monitors = self.net.monitor(self.readout, ["r", "f"]), self.net.monitor(self.units[:5], "r")

    def run(self, periods: int, *, learn: bool) -> dict[str, np.ndarray]:
        """Readout z, target f, and the rates of five units."""
        self.net.compile()
        (self.net.enable_learning if learn else self.net.disable_learning)()
        self.net.simulate(periods * PERIOD)
        said, rates = self.monitors[0].get(), self.monitors[1].get("r")
        return {"z": said["r"][:, 0], "f": said["f"][:, 0], "rates": rates}


def error(run: dict[str, np.ndarray]) -> np.ndarray:
    """Root mean square of z - f in each period, over that of f."""
    z, f = run["z"].reshape(-1, PERIOD), run["f"].reshape(-1, PERIOD)
    return np.sqrt(np.mean((z - f) ** 2, axis=1) / np.mean(target(np.arange(PERIOD)) ** 2))


def draw(before: dict[str, np.ndarray], during: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> plt.Figure:
    """Readout and target, rates of some units, and the error of each period."""
    with plt.rc_context(STYLE):
        figure, panels = plt.subplots(3, 3, figsize=(9.0, 5.2), height_ratios=(1.0, 1.3, 0.9), layout="constrained")
        titles = "before: chaos", "learning begins", "after: learning is off"
        for column, (run, title) in enumerate(zip((before, during, after), titles, strict=True)):
            shown = slice(0, 3 * PERIOD)
            time = np.arange(3 * PERIOD) / 1000.0
            top, middle = panels[0, column], panels[1, column]
            top.plot(time, run["f"][shown], color="0.65", lw=2.6, label="$f$")
            top.plot(time, run["z"][shown], color="#D55E00", label="$z$")
            top.set(ylim=(-1.9, 2.4), xticks=(), xlim=(0, time[-1]))
            top.set_title(title, fontsize=9, loc="left", pad=3)
            middle.plot(time, run["rates"][shown] + 2.2 * np.arange(5), color="black", lw=0.8)
            middle.set(yticks=(), xlabel="time (s)", xlim=(0, time[-1]))
            if column == 0:
                top.legend(frameon=False, ncols=2, loc="upper right")
                middle.set_ylabel("$r$ of 5 units")
        for axes in panels[2]:
            axes.remove()
        course = figure.add_subplot(panels[0, 0].get_gridspec()[2, :])
        errors = [error(run) for run in (before, during, after)]
        edges = np.cumsum([0, *map(len, errors)])
        for values, begin, color in zip(errors, edges, ("0.6", "#D55E00", "black"), strict=False):
            course.semilogy(begin + np.arange(len(values)) + 0.5, values, ".-", color=color)
        course.axvspan(edges[1], edges[2], color="#D55E00", alpha=0.08, lw=0)
        course.text(edges[1] + 0.2, 0.6, "learning", color="#D55E00", fontsize=8)
        course.set(xlabel="period of the target", ylabel="error / rms of $f$", xlim=(0, edges[-1]), ylim=(2e-4, 3))
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    network = Force(units=300 if quick else 500)
    before = network.run(3, learn=False)
    during = network.run(15 if quick else 30, learn=True)
    after = network.run(5 if quick else 10, learn=False)
    print(f"error before: {error(before).mean():.2f}, in the first period of learning: {error(during)[0]:.3f}")
    print(f"error in {len(error(after))} periods after learning: {error(after).mean():.4f}")
    figure = draw(before, during, after)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("force.png", dpi=130)


if __name__ == "__main__":
    main()
