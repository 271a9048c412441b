"""A hybrid chain: a rate drives spiking cells, and what they fire is read as a rate again.

A rate r goes into integrate-and-fire cells as their conductance (`CurrentInjection`), tau v' = r - v, and the cells'
spikes, counted in a sliding window, are the rate that the last population sees (`DecodingProjection`). A constant rate
comes out as the f-I curve says,

    f = 1 / (t_ref + tau ln(r / (r - theta))),

a moving one as the mean of f(r(t)) over the window, as long as r changes little between two spikes. A rate in Hz goes
through Poisson spikes unchanged, with the standard error of a count, sqrt(f / (N window)).
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
TAU, THETA, T_REF = 10.0, 1.0, 2.0
CELLS, WINDOW, PERIOD = 200, 50.0, 400.0
COLOUR = "#D55E00"

cell = ann.Neuron(
    parameters=dict(tau=TAU, theta=THETA),
    equations="tau*dv/dt = g_exc - v",
    spike="v > theta",
    reset="v = 0.0",
    refractory=T_REF,
    name="Integrate-and-fire cell",
)
reader = ann.Neuron(equations="r = sum(exc)", name="Reader")


def f_i(rate: np.ndarray) -> np.ndarray:
    """The f-I curve in Hz."""
    above = np.maximum(rate, THETA * (1.0 + 1e-12))
    return np.where(rate > THETA, 1000.0 / (T_REF + TAU * np.log(above / (above - THETA))), 0.0)


def transfer(rates: np.ndarray, window: float = 2000.0, dt: float = 0.01) -> np.ndarray:
    """What comes out in the end, in Hz, where these rates go in."""
    net = ann.Network(dt=dt)
    drive, cells, out = (
        net.create(ann.InputArray(len(rates))),
        net.create(len(rates), cell),
        net.create(len(rates), reader),
    )
    drive.r = rates
    net.connect(ann.CurrentInjection(drive, cells, "exc")).connect_current()
    net.connect(ann.DecodingProjection(cells, out, "exc", window=window)).one_to_one(1.0)
    net.simulate(window + 200.0)
    return out.r


def follow(duration: float = 2.5 * PERIOD, dt: float = 0.1, seed: int = 1) -> dict[str, np.ndarray]:
    """A rate that rises and falls, the spikes of the cells, what is read of them, and what mean field says."""
    net = ann.Network(dt=dt, seed=seed)
    time = dt * np.arange(1, round(duration / dt) + 1)
    rate = 1.9 + 0.7 * np.sin(2.0 * np.pi * time / PERIOD)
    drive = net.create(ann.TimedArray(np.repeat(rate[:, None], CELLS, axis=1), schedule=dt))
    cells, out = net.create(CELLS, cell), net.create(1, reader)
    cells.v = ann.Uniform(0.0, THETA)
    net.connect(ann.CurrentInjection(drive, cells, "exc")).connect_current()
    net.connect(ann.DecodingProjection(cells, out, "exc", window=WINDOW)).all_to_all(1.0)
    spikes, read = net.monitor(cells, "spike"), net.monitor(out, "r")
    net.simulate(duration)
    steps = round(WINDOW / dt)
    passed = np.convolve(f_i(rate), np.ones(steps) / steps)[: len(rate)]
    times, ranks = spikes.raster_plot()
    return {"time": time, "rate": rate, "read": read.get("r")[:, 0], "passed": passed, "times": times, "ranks": ranks}


def poisson(rates: np.ndarray, count: int = 500, window: float = 500.0, dt: float = 0.5, seed: int = 1) -> np.ndarray:
    """Rates in Hz as they are read of Poisson spikes."""
    net = ann.Network(dt=dt, seed=seed)
    drive = net.create(ann.InputArray((len(rates), count)))
    sources, out = net.create(ann.PoissonPopulation((len(rates), count), target="exc")), net.create(len(rates), reader)
    drive.r = np.repeat(rates[:, None], count, axis=1)
    net.connect(drive, sources, "exc").one_to_one(1.0)
    weights = np.kron(np.eye(len(rates)), np.ones(count))
    net.connect(ann.DecodingProjection(sources, out, "exc", window=window)).from_matrix(np.where(weights, 1.0, None))
    net.simulate(window + 10.0)
    return out.r


def draw(found: dict[str, np.ndarray], rates: np.ndarray, out: np.ndarray) -> plt.Figure:
    """Left the rate that goes in, spikes, and the rate that comes out; right the f-I curve."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(9.5, 4.0), layout="constrained")
        grid = figure.add_gridspec(3, 2, width_ratios=(1.7, 1.0), height_ratios=(0.7, 1.0, 1.0))
        inside, raster, outside = (figure.add_subplot(grid[row, 0]) for row in range(3))
        curve = figure.add_subplot(grid[:, 1])
        end = found["time"][-1]
        inside.plot(found["time"], found["rate"], color="black")
        inside.axhline(THETA, color="0.6", lw=0.8, ls=(0, (4, 3)))
        inside.text(end, THETA, " threshold", va="center", color="0.5")
        inside.set(ylabel="rate in", xlim=(0, end), xticklabels=[])
        chosen = found["ranks"] < 60
        raster.plot(found["times"][chosen], found["ranks"][chosen], "|", ms=2.5, color="0.3")
        raster.set(ylabel="cell", xlim=(0, end), xticklabels=[])
        outside.plot(found["time"], found["read"], color=COLOUR, lw=2.5, alpha=0.6, label="read of the spikes")
        outside.plot(found["time"], found["passed"], color="black", ls=(0, (4, 3)), label="$f(r)$ over the window")
        outside.set(xlabel="time (ms)", ylabel="rate out (Hz)", xlim=(0, end), ylim=(0, None))
        outside.legend(frameon=False, loc="lower right", fontsize=7.5)
        fine = np.linspace(rates[0], rates[-1], 400)
        curve.plot(fine, f_i(fine), color="black", label="closed form")
        curve.plot(rates, out, "o", ms=4, color=COLOUR, label="simulated")
        curve.set(xlabel="rate in", ylabel="rate out (Hz)")
        curve.legend(frameon=False)
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    rates = np.linspace(0.4, 4.0, 7 if quick else 19)
    out = transfer(rates, 500.0 if quick else 2000.0, 0.02 if quick else 0.01)
    print(f"constant rates: at most {np.abs(out - f_i(rates)).max():.2f} Hz from the f-I curve")
    found = follow()
    late = found["time"] > PERIOD / 2.0
    off = np.sqrt(np.mean((found["read"] - found["passed"])[late] ** 2))
    print(f"a moving rate: {off:.2f} Hz from mean field (root of mean square), of {found['passed'].max():.0f} Hz")
    wanted = np.array([5.0, 20.0, 80.0])
    read = poisson(wanted)
    print("through Poisson spikes:", ", ".join(f"{a:.1f} Hz for {b:g}" for a, b in zip(read, wanted, strict=True)))
    figure = draw(found, rates, out)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("hybrid_chain.png", dpi=130)


if __name__ == "__main__":
    main()
