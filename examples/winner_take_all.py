"""Winner take all: units that inhibit each other decide whose input is largest.

Units with rates r = max(x, 0) excite themselves and inhibit all others,

    tau x_i' + x_i = I_i + a r_i - b sum_{j != i} r_j.

With a < 1 a winner that is left alone settles at I / (1 - a), and with b > 1 - a its inhibition silences whoever has
less input, so that it is left alone. While two are active their difference D grows by itself, their sum S does not,

    tau D' = (a + b - 1) D + I_1 - I_2,        tau S' = -(1 + b - a) S + I_1 + I_2,

and the decision falls when D reaches S: the loser's rate is 0. It takes the longer the more alike the inputs are, by
tau / (a + b - 1) for each factor e.

Coultrip, R., Granger, R. & Lynch, G. (1992). A cortical model of winner-take-all competition via lateral inhibition.
Neural Netw. 5, 47-54. Hahnloser, R. H. R. (1998). On the piecewise analysis of networks of linear threshold neurons.
Neural Netw. 11, 691-697.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import brentq
from scipy.sparse import identity, kron

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
TAU, SELF, LATERAL = 10.0, 0.6, 0.8

unit = ann.Neuron(
    parameters=dict(tau=TAU, I=0.0),
    equations="""
        tau*dx/dt + x = I + sum(exc) - sum(inh) : exponential
        r = pos(x)
    """,
    name="Unit",
)


def compete(inputs: np.ndarray, duration: float = 300.0, dt: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Times (ms), and rates (times, trials, units), of trials side by side with these inputs (trials, units)."""
    trials, units = inputs.shape
    net = ann.Network(dt=dt)
    cells = net.create((trials, units), unit)
    cells.I = inputs
    others = kron(identity(trials), np.ones((units, units)) - np.eye(units))
    net.connect(cells, cells, "exc").one_to_one(SELF)
    net.connect(cells, cells, "inh").from_sparse(LATERAL * others)
    monitor = net.monitor(cells, "r")
    net.simulate(duration)
    rates = monitor.get("r")
    return dt * np.arange(1, len(rates) + 1), rates


def decision_times(time: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """When all units but one are silent, and stay so, in each trial."""
    undecided = (rates > 0.0).sum(axis=2) > 1
    return time[np.minimum(len(time) - undecided[::-1].argmax(axis=0), len(time) - 1)]


def expected_time(first: float, second: float) -> float:
    """The closed form for two units that start from 0: the time at which D(t) = S(t)."""
    growth, decay = SELF + LATERAL - 1.0, 1.0 + LATERAL - SELF

    def ahead(time: float) -> float:
        difference = (first - second) / growth * np.expm1(growth * time / TAU)
        return difference + (first + second) / decay * np.expm1(-decay * time / TAU)

    return brentq(ahead, 1e-3 * TAU, 100.0 * TAU)


def draw(time: np.ndarray, rates: np.ndarray, inputs: np.ndarray, gaps: np.ndarray, found: np.ndarray) -> plt.Figure:
    """Left one competition, in the middle the inputs and who is left, right how long decisions take."""
    with plt.rc_context(STYLE):
        figure, (course, ends, times) = plt.subplots(1, 3, figsize=(9.5, 3.2), layout="constrained")
        winner = inputs.argmax()
        for number in [n for n in range(len(inputs)) if n != winner] + [winner]:
            course.plot(time, rates[:, number], color="#D55E00" if number == winner else "0.6")
        level = inputs[winner] / (1.0 - SELF)
        course.axhline(level, color="0.4", lw=0.8, ls=(0, (4, 3)))
        course.text(time[-1], level, "$I/(1 - a)$", ha="right", va="bottom", color="0.4")
        course.set(xlabel="time (ms)", ylabel="$r$", xlim=(0, time[-1]), ylim=(0, 1.15 * level))
        place = np.arange(len(inputs))
        ends.bar(place - 0.2, inputs, 0.38, color="0.75", label="input")
        ends.bar(place + 0.2, rates[-1], 0.38, color="#D55E00", label="rate at the end")
        ends.set(xlabel="unit", xticks=place, xticklabels=place + 1, ylim=(0, 1.25 * level))
        ends.legend(frameon=False, loc="upper left")
        fine = np.geomspace(gaps.min(), gaps.max(), 100)
        times.semilogx(fine, [expected_time(1.0, 1.0 - gap) for gap in fine], color="black", label="closed form")
        times.semilogx(gaps, found, "o", color="#D55E00", ms=4, label="simulated")
        times.set(xlabel="$I_1 - I_2$", ylabel="time of the decision (ms)", ylim=(0, None))
        times.legend(frameon=False, loc="upper right")
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    drawn = np.random.default_rng(2).uniform(0.5, 1.0, (50 if quick else 500, 8))
    time, rates = compete(drawn, 2000.0, 1.0)
    right = (rates[-1].argmax(axis=1) == drawn.argmax(axis=1)) & ((rates[-1] > 0.0).sum(axis=1) == 1)
    print(f"{right.sum()} of {len(drawn)} competitions of 8 units are won, alone, by the one with the largest input")
    gaps = np.geomspace(1e-4, 0.3, 12)
    found = decision_times(*compete(np.stack([np.ones(12), 1.0 - gaps], axis=1), 500.0, 0.02 if quick else 0.01))
    expected = np.array([expected_time(1.0, 1.0 - gap) for gap in gaps])
    off = abs(found - expected).max()
    print(f"decisions of two units: {found[-1]:.0f} to {found[0]:.0f} ms, off by {off:.2f} from the closed form")
    inputs = np.array([[0.7, 0.9, 0.8, 0.95, 0.6, 1.0, 0.85, 0.75]])
    time, rates = compete(inputs, 300.0)
    figure = draw(time, rates[:, 0], inputs[0], gaps, found)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("winner_take_all.png", dpi=130)


if __name__ == "__main__":
    main()
