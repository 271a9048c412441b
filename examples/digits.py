"""Handwritten digits: the perceptron and the delta rule as equations of synapses.

Ten units see images of 8 x 8 pixels; unit k shall be active when the digit is k. Each has a weighted sum v of the
pixels and of a constant, and a rate r = f(v). A teacher says what the rate should have been, and every synapse changes
with the error of its unit and its own input,

    w += eta (wanted - r) x.

If f is a threshold, r is 0 or 1, and this is Rosenblatt's perceptron: only mistakes change weights. If f is the
logistic function it is the delta rule, steepest descent on the cross-entropy of r, which goes on sharpening what is
right already. The digit that the network reads is the unit with the largest v. A third of the digits is held out, so
that neither rule ever sees them: any third, or the last, most of which other people wrote.

The rate of a unit answers the image of the step before, so each image stays for two steps, and is learnt in the second.

Rosenblatt, F. (1958). The perceptron. Psychol. Rev. 65, 386-408. Widrow, B. & Hoff, M. (1960). Adaptive switching
circuits. IRE WESCON 4, 96-104. The digits are those of E. Alpaydin and C. Kaynak, as scikit-learn has them.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

try:
    from sklearn.datasets import load_digits
except ImportError:
    sys.exit("The digits come with scikit-learn: pip install 'eqneuro[examples]'")

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
RULES = {"perceptron": ("heaviside(v)", 0.05), "delta rule": ("1/(1 + exp(-v))", 0.1)}
"""Rate of a unit, and learning rate."""

supervised = ann.Synapse(
    parameters=dict(eta=0.1),
    equations="w += eta*(post.wanted - post.r)*pre.r",
    psp="w*pre.r",
    name="Supervised",
)


def unit(transfer: str) -> ann.Neuron:
    """A unit with this transfer function of v."""
    return ann.Neuron(
        equations=f"""
            wanted = sum(teacher)
            v = sum(image) + sum(bias)
            r = {transfer}
        """,
        name="Unit",
    )


def digits(held_out: float = 1 / 3, seed: int | None = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images in [0, 1] (number, 8, 8) and labels, to learn and held out: any, or without a seed the last."""
    data = load_digits()
    order = np.arange(len(data.target)) if seed is None else np.random.default_rng(seed).permutation(len(data.target))
    images, labels = data.images[order] / 16.0, data.target[order]
    learnt = round(len(labels) * (1.0 - held_out))
    return images[:learnt], labels[:learnt], images[learnt:], labels[learnt:]


class Reader:
    """Ten units that learn to read by one of the rules."""

    def __init__(self, rule: str) -> None:
        transfer, eta = RULES[rule]
        self.net = ann.Network(dt=1.0)
        self.retina = self.net.create(ann.TimedArray(np.zeros((1, 8, 8)), schedule=2.0))
        self.teacher = self.net.create(ann.TimedArray(np.zeros((1, 10)), schedule=2.0))
        one = self.net.create(ann.TimedArray([[1.0]]))
        self.units = self.net.create(10, unit(transfer))
        self.weights = self.net.connect(self.retina, self.units, "image", supervised).all_to_all(0.0)
        self.bias = self.net.connect(one, self.units, "bias", supervised).all_to_all(0.0)
        self.net.connect(self.teacher, self.units, "teacher").one_to_one(1.0)
        self.weights.eta = self.bias.eta = eta
        self.monitor = self.net.monitor(self.units, "v", period=2.0, period_offset=1.0)
        self.net.compile()

    def _present(self, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        self.retina.update(images)
        self.teacher.update(np.eye(10)[labels])
        self.net.simulate(2.0 * len(images))
        return self.monitor.get("v")

    def learn(self, images: np.ndarray, labels: np.ndarray) -> None:
        """One change of the weights for each image."""
        self.net.enable_learning(period=2.0, offset=1.0)
        self._present(images, labels)

    def read(self, images: np.ndarray) -> np.ndarray:
        """The digit that is read in each image."""
        self.net.disable_learning()
        return self._present(images, np.zeros(len(images), dtype=int)).argmax(axis=1)


def train(rule: str, epochs: int = 20, seed: int | None = 1) -> tuple[Reader, list[float], np.ndarray]:
    """A reader after all epochs, its accuracy on the digits held out after each, and what it reads there at last."""
    images, labels, new_images, new_labels = digits(seed=seed)
    reader, accuracy, rng = Reader(rule), [], np.random.default_rng(0)
    for _ in range(epochs):
        order = rng.permutation(len(labels))
        reader.learn(images[order], labels[order])
        said = reader.read(new_images)
        accuracy.append(float(np.mean(said == new_labels)))
    return reader, accuracy, said


def draw(readers: dict[str, Reader], courses: dict[str, np.ndarray], said: np.ndarray, seed: int) -> plt.Figure:
    """The weights of all units, accuracy over the epochs, and which digits are taken for which."""
    _, _, images, labels = digits(seed=seed)
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(9.0, 4.9), layout="constrained")
        top, bottom = figure.subfigures(2, 1, height_ratios=(1.0, 1.25))
        rows = top.subplots(2, 10)
        for row, (name, reader) in zip(rows, readers.items(), strict=True):
            fields = np.array(reader.weights.w).reshape(10, 8, 8)
            for axes, field in zip(row, fields, strict=True):
                axes.imshow(field, cmap="RdBu_r", vmin=-abs(fields).max(), vmax=abs(fields).max())
                axes.set(xticks=(), yticks=())
                axes.spines[:].set_visible(False)
            row[0].set_ylabel(name, fontsize=8)
        course, confusion, wrong = bottom.subplots(1, 3, width_ratios=(1.5, 1.0, 1.3))
        for (name, values), color in zip(courses.items(), ("#0072B2", "#D55E00"), strict=True):
            epochs = np.arange(1, values.shape[1] + 1)
            course.plot(epochs, 100.0 * values.T, color=color, lw=0.6, alpha=0.5)
            course.plot(epochs, 100.0 * values.mean(axis=0), ".-", color=color, label=name)
        course.set(xlabel="epoch", ylabel="held-out digits read right (%)", ylim=(79, 100))
        course.legend(frameon=False, loc="lower right")
        counts = np.zeros((10, 10))
        np.add.at(counts, (labels, said), 1)
        confusion.imshow(np.log1p(counts), cmap="gray_r")
        confusion.set(xticks=range(10), yticks=range(10), xlabel="read", ylabel="written")
        mistakes = np.flatnonzero(said != labels)[:15]
        canvas = np.zeros((3 * 11, 5 * 10))
        for place, number in enumerate(mistakes):
            row, column = divmod(place, 5)
            canvas[11 * row + 3 : 11 * row + 11, 10 * column + 1 : 10 * column + 9] = images[number]
            wrong.text(10 * column + 4.5, 11 * row + 1.2, f"{labels[number]} as {said[number]}", fontsize=7,
                       ha="center", va="center")  # fmt: skip
        wrong.imshow(canvas, cmap="gray_r")
        wrong.set_axis_off()
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    seeds, epochs = range(1, 3 if quick else 6), 10 if quick else 30
    readers, courses = {}, {}
    for rule in RULES:
        runs = [train(rule, epochs, seed) for seed in seeds]
        readers[rule], courses[rule], said = runs[0][0], np.array([accuracy for _, accuracy, _ in runs]), runs[0][2]
        last = 100.0 * courses[rule][:, -1]
        others = 100.0 * train(rule, epochs, None)[1][-1]
        print(f"{rule}: {last.mean():.1f} % of held-out digits ({last.min():.1f} to {last.max():.1f} in {len(last)} "
              f"splits), {others:.1f} % of the last third")  # fmt: skip
    figure = draw(readers, courses, said, seeds[0])
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("digits.png", dpi=130)


if __name__ == "__main__":
    main()
