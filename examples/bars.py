"""Bars: sixteen units learn the sixteen causes of their images, one each.

Each of the sixteen bars of an 8 x 8 image is there with probability p = 1/8, so an image holds two on average, and a
pixel where two cross is no brighter. Nobody says what the bars are. Foldiak's units find them by three local rules,
used once an image, when their activity has settled,

    tau y' + y = 1 / (1 + exp(-slope (sum_j q_j x_j + sum_k w_k y_k + b))),        r = 1 where y > 1/2,

    q += beta r (x - q)              Hebb: a unit comes to like what it answers to,
    w -= alpha (r_i r_j - p^2)       anti-Hebb, w <= 0: who answers together inhibits each other,
    b += gamma (p - r)               a unit answers neither too often nor too seldom.

Together they make units that are active seldom and independently: a code that says for every image which bars it has.

Foldiak, P. (1990). Forming sparse representations by local anti-Hebbian learning. Biol. Cybern. 64, 165-170.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
SIDE, CHANCE = 8, 1.0 / 8.0
PRESENTATION = 100
"""How long an image is shown (ms)."""

unit = ann.Neuron(
    parameters=dict(slope=10.0, tau=10.0),
    equations="""
        tau*dy/dt + y = 1/(1 + exp(-slope*(sum(exc) + sum(inh) + sum(bias)))) : exponential
        r = 1.0*(y > 0.5)
    """,
    name="Unit",
)
hebbian = ann.Synapse(
    parameters=dict(beta=0.02),
    equations="w += beta*post.r*(pre.r - w)",
    psp="w*pre.r",
    name="Hebbian",
)
anti_hebbian = ann.Synapse(
    parameters=dict(alpha=0.1, p=CHANCE),
    equations="w -= alpha*(pre.r*post.r - p^2) : max=0.0",
    psp="w*pre.y",
    name="AntiHebbian",
)
bias = ann.Synapse(
    parameters=dict(gamma=0.02, p=CHANCE),
    equations="w += gamma*(p - post.r)",
    psp="w*pre.r",
    name="Bias",
)


def images(number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (number, SIDE, SIDE), and which bars they have (number, 2 SIDE), rows first."""
    present = np.random.default_rng(seed).random((number, 2 * SIDE)) < CHANCE
    return np.maximum(present[:, :SIDE, None], present[:, None, SIDE:]).astype(float), present


class Bars:
    """The network; `show` presents images and says which units answered to each."""

    def __init__(self, seed: int = 1) -> None:
        self.net = ann.Network(dt=1.0, seed=seed)
        self.retina = self.net.create(ann.TimedArray(np.zeros((1, SIDE, SIDE)), schedule=float(PRESENTATION)))
        one = self.net.create(ann.TimedArray([[1.0]]))
        self.units = self.net.create((4, 4), unit)
        self.forward = self.net.connect(self.retina, self.units, "exc", hebbian).all_to_all(ann.Uniform(0.0, 1.0))
        self.lateral = self.net.connect(self.units, self.units, "inh", anti_hebbian).all_to_all(0.0)
        self.bias = self.net.connect(one, self.units, "bias", bias).all_to_all(-1.0)
        self.forward.w = self.fields() / np.linalg.norm(self.fields(), axis=1, keepdims=True)
        self.monitor = self.net.monitor(self.units, "r", period=PRESENTATION, period_offset=PRESENTATION - 1)
        self.net.compile()

    def fields(self) -> np.ndarray:
        """The weights of each unit, shape (units, pixels)."""
        return np.array(self.forward.w)

    def show(self, shown: np.ndarray, *, learn: bool) -> np.ndarray:
        """The units' answers at the end of each image, shape (images, units)."""
        self.retina.update(shown)
        if learn:
            self.net.enable_learning(period=PRESENTATION, offset=PRESENTATION - 1)
        else:
            self.net.disable_learning()
        self.net.simulate(len(shown) * PRESENTATION)
        return self.monitor.get("r").reshape(len(shown), -1)

    def favourites(self) -> np.ndarray:
        """The bar that each unit likes best: the one on which its weights are largest."""
        fields = self.fields().reshape(-1, SIDE, SIDE)
        return np.concatenate([fields.mean(axis=2), fields.mean(axis=1)], axis=1).argmax(axis=1)


def told(answers: np.ndarray, present: np.ndarray, favourites: np.ndarray) -> float:
    """The share of images for which each unit says whether its bar is there."""
    return float(np.mean(np.all(answers == present[:, favourites], axis=1)))


def draw(before: np.ndarray, after: np.ndarray, lateral: np.ndarray, shown: np.ndarray, said: np.ndarray,
         course: list[float], chunk: int) -> plt.Figure:  # fmt: skip
    """Images and what is said of them, fields before and after, lateral weights, how the share told right has grown."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(9.0, 5.0), layout="constrained")
        top, bottom = figure.subfigures(2, 1, height_ratios=(1.0, 1.7))
        rows = top.subplots(2, 9)
        for axes, image, title in zip(rows.T.flat, np.stack([shown[:9], said[:9]], axis=1).reshape(-1, SIDE, SIDE),
                                      ["images", "what the units say"] + 16 * [""], strict=True):  # fmt: skip
            axes.imshow(image, cmap="gray_r", vmin=0.0, vmax=1.0)
            axes.set(xticks=(), yticks=())
            axes.spines[:].set_visible(True)
            axes.set_title(title, fontsize=8, loc="left", pad=3)
        first, second, weights, growth = bottom.subplots(1, 4, width_ratios=(1.0, 1.0, 1.15, 1.5))
        for axes, fields, title in ((first, before, "weights before"), (second, after, "weights after")):
            axes.imshow(fields, cmap="gray_r", vmin=0.0)
            axes.set_xticks(np.arange(-0.5, 33, 8), [])
            axes.set_yticks(np.arange(-0.5, 33, 8), [])
            axes.grid(color="#0072B2", lw=0.8)
            axes.tick_params(length=0)
            axes.set_title(title, fontsize=8, loc="left", pad=3)
        drawn = weights.imshow(lateral, cmap="Blues_r")
        weights.set(xticks=(), yticks=())
        weights.set_title("lateral weights", fontsize=8, loc="left", pad=3)
        bottom.colorbar(drawn, ax=weights, shrink=0.5)
        growth.plot(chunk * (np.arange(len(course)) + 0.5), course, ".-", color="black")
        growth.set(xlabel="images", ylabel="images told right", ylim=(0, 1.02), xlim=(0, None))
        growth.set_box_aspect(1.0)
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    network, chunk, chunks = Bars(), 200, 15 if quick else 30
    shown, present = images(chunk * chunks, seed=1)
    before, answers = network.forward.receptive_fields(), []
    for part in np.split(shown, chunks):
        answers.append(network.show(part, learn=True))
    favourites = network.favourites()
    course = [told(a, p, favourites) for a, p in zip(answers, np.split(present, chunks), strict=True)]
    fresh, there = images(500, seed=2)
    said = network.show(fresh, learn=False)
    print(f"{len(set(favourites))} bars are each the favourite of a unit")
    print(f"of {len(fresh)} new images {100 * told(said, there, favourites):.1f} % are told without a mistake")
    spoken = np.zeros((len(said), 2 * SIDE))
    spoken[:, favourites] = said
    pictures = np.maximum(spoken[:, :SIDE, None], spoken[:, None, SIDE:])
    after, lateral = network.forward.receptive_fields(), network.lateral.connectivity_matrix()
    order = np.argsort(favourites)
    figure = draw(before, after, lateral[np.ix_(order, order)], fresh, pictures, course, chunk)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("bars.png", dpi=130)


if __name__ == "__main__":
    main()
