"""McCulloch and Pitts' neuron: logic from weighted sums, and weights that are learned.

The artificial neuron has no dynamics, only a threshold,

    r = heaviside(w . x + b),

so it says on which side of the hyperplane w . x + b = 0 its input lies. AND, OR and NAND are such half planes. XOR is
not, no line separates its four points, but it is what two layers do: (x OR y) AND (x NAND y).

Rosenblatt's perceptron finds the hyperplane from examples: at each mistake it adds the input to the weights or takes it
away. If a margin gamma separates the classes, and no input is longer than R, it makes at most (R/gamma)^2 mistakes. The
delta rule goes down the gradient of the squared error of the sum itself, to the least-squares solution, which need not
tell all examples apart even where a line could.

McCulloch, W. S. & Pitts, W. (1943). A logical calculus of the ideas immanent in nervous activity. Bull. Math. Biophys.
5, 115-133. Rosenblatt, F. (1958). The perceptron. Psychol. Rev. 65, 386-408. Widrow, B. & Hoff, M. (1960). Adaptive
switching circuits. IRE WESCON 4, 96-104.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.4}

threshold_unit = ann.Neuron(parameters="b = 0.0", equations="r = heaviside(sum(in) + b)", name="McCullochPitts")
linear_unit = ann.Neuron(parameters="b = 0.0", equations="r = sum(in) + b", name="Linear")

PATTERNS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
GATES = {"AND": ([1.0, 1.0], -1.5), "OR": ([1.0, 1.0], -0.5), "NAND": ([-1.0, -1.0], 1.5)}


class Layer:
    """One unit and its inputs; `answer` presents patterns one a step and reads what the unit says to each."""

    def __init__(self, unit: ann.Neuron, weights: list[float] | np.ndarray, bias: float) -> None:
        self.net = ann.Network(dt=1.0)
        self.inputs = self.net.create(ann.TimedArray(rates=np.zeros((1, len(weights))), schedule=1.0))
        self.unit = self.net.create(1, unit)
        self.projection = self.net.connect(self.inputs, self.unit, "in").from_matrix([list(weights)])
        self.monitor = self.net.monitor(self.unit, "r")
        self.net.compile()
        self.change(weights, bias)

    def change(self, weights: list[float] | np.ndarray, bias: float) -> None:
        """Sets weights and bias; nothing is compiled for that."""
        self.projection.w = [list(weights)]
        self.unit.b = bias

    def answer(self, patterns: np.ndarray) -> np.ndarray:
        """The unit's rate for each pattern, shape (patterns,)."""
        self.inputs.update(rates=patterns, schedule=1.0)
        self.net.simulate(len(patterns) + 1)  # a rate needs one step to travel through the projection
        return self.monitor.get("r")[1:, 0]


def gate(name: str, patterns: np.ndarray) -> np.ndarray:
    """What AND, OR or NAND says to each pattern."""
    return Layer(threshold_unit, *GATES[name]).answer(patterns)


def xor(patterns: np.ndarray) -> np.ndarray:
    """Exclusive or by two layers: the hidden units are OR and NAND, the output is AND."""
    net = ann.Network(dt=1.0)
    inputs = net.create(ann.TimedArray(rates=patterns, schedule=1.0))
    hidden, output = net.create(2, threshold_unit), net.create(1, threshold_unit)
    hidden.b, output.b = [GATES["OR"][1], GATES["NAND"][1]], GATES["AND"][1]
    net.connect(inputs, hidden, "in").from_matrix([GATES["OR"][0], GATES["NAND"][0]])
    net.connect(hidden, output, "in").from_matrix([GATES["AND"][0]])
    monitor = net.monitor(output, "r")
    net.simulate(len(patterns) + 2)  # two projections to travel through
    return monitor.get("r")[2:, 0]


def separable_data(number: int = 60, margin: float = 0.05, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Points in the square (-1, 1)^2, and 0 or 1 by a line that no point comes closer to than ``margin``."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(-1.0, 1.0, (20 * number, 2))
    distance = points @ [0.6, 0.8] - 0.1
    clear = np.abs(distance) > margin
    return points[clear][:number], (distance[clear][:number] > 0.0).astype(float)


def learn_perceptron(points: np.ndarray, classes: np.ndarray, epochs: int = 200) -> tuple[Layer, list[int]]:
    """Rosenblatt's rule, one example after the other; the mistakes of each epoch, down to none."""
    weights, bias = np.zeros(2), 0.0
    layer, mistakes = Layer(threshold_unit, weights, bias), []
    while not mistakes or (mistakes[-1] > 0 and len(mistakes) < epochs):
        mistakes.append(0)
        for point, wanted in zip(points, classes, strict=True):
            error = wanted - layer.answer(point[None, :])[0]
            if error != 0.0:
                weights, bias = weights + error * point, bias + error
                layer.change(weights, bias)
                mistakes[-1] += 1
    return layer, mistakes


def learn_delta(
    points: np.ndarray, classes: np.ndarray, epochs: int = 40, rate: float = 0.5
) -> tuple[Layer, list[float]]:
    """The delta rule on a linear unit, all examples at once; the mean squared error of each epoch."""
    weights, bias = np.zeros(2), 0.0
    layer, errors = Layer(linear_unit, weights, bias), []
    for _ in range(epochs):
        error = classes - layer.answer(points)
        errors.append(float(np.mean(error**2)))
        weights, bias = weights + rate * np.mean(error[:, None] * points, axis=0), bias + rate * np.mean(error)
        layer.change(weights, bias)
    return layer, errors


def hyperplane(weights: np.ndarray, bias: float, x: np.ndarray) -> np.ndarray:
    """The line w . (x, y) + b = 0 as y of x."""
    return -(weights[0] * x + bias) / weights[1]


def plane(number: int, low: float, high: float) -> np.ndarray:
    """A square grid of patterns, shape (number**2, 2)."""
    x, y = np.meshgrid(np.linspace(low, high, number), np.linspace(low, high, number))
    return np.stack([x.ravel(), y.ravel()], axis=1)


def shade(axes: plt.Axes, said: np.ndarray, low: float, high: float) -> None:
    """Colours the square by what the network said to each point of its grid."""
    side = round(len(said) ** 0.5)
    axes.imshow(said.reshape(side, side), origin="lower", extent=(low, high, low, high), cmap="RdBu_r", vmin=-0.9,
                vmax=1.9, interpolation="nearest", alpha=0.45, aspect="equal")  # fmt: skip
    axes.set(xlim=(low, high), ylim=(low, high), xlabel="$x_1$")


def mark(axes: plt.Axes, points: np.ndarray, classes: np.ndarray, size: float) -> None:
    """Points of class 1 filled, of class 0 open."""
    axes.scatter(
        *points.T, s=size, c=np.where(classes > 0.5, "black", "white"), edgecolors="black", linewidths=0.9, zorder=3
    )


def draw(
    trained: dict[str, tuple[Layer, list[float]]], points: np.ndarray, classes: np.ndarray, side: int
) -> plt.Figure:
    """The gates, XOR, the line that was learned, and how the error fell."""
    with plt.rc_context(STYLE):
        figure, panels = plt.subplots(2, 4, figsize=(9.0, 4.8), layout="constrained")
        grid, line = plane(side, -0.5, 1.5), np.linspace(-2.0, 2.0, 2)
        for axes, name in zip(panels[0], [*GATES, "XOR"], strict=True):
            shade(axes, xor(grid) if name == "XOR" else gate(name, grid), -0.5, 1.5)
            for used in ("OR", "NAND") if name == "XOR" else (name,):
                axes.plot(line, hyperplane(*GATES[used], line), color="black", lw=1.0)
            mark(axes, PATTERNS, xor(PATTERNS) if name == "XOR" else gate(name, PATTERNS), 42)
            axes.set_title(f"{name}, two layers" if name == "XOR" else name, fontsize=9, loc="left", pad=3)
            axes.set(xticks=(0, 1), yticks=(0, 1))
        panels[0, 0].set_ylabel("$x_2$")

        grid = plane(side, -1.1, 1.1)
        for column, (name, (layer, errors)) in enumerate(trained.items()):
            said, axes = layer.answer(grid), panels[1, 2 * column]
            shade(axes, said if name == "perceptron" else (said > 0.5).astype(float), -1.1, 1.1)
            weights, bias = np.asarray(layer.projection.w[0]), float(layer.unit.b[0])
            axes.plot(
                line, hyperplane(weights, bias - (0.0 if name == "perceptron" else 0.5), line), color="black", lw=1.0
            )
            mark(axes, points, classes, 14)
            axes.set_title(name, fontsize=9, loc="left", pad=3)
            axes.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1), ylabel="$x_2$" if column == 0 else "")
            course = panels[1, 2 * column + 1]
            course.plot(
                np.arange(1, len(errors) + 1), errors, ".-" if name == "perceptron" else "-", color="black", lw=1.0
            )
            course.set(
                xlabel="epoch", ylabel="mistakes" if name == "perceptron" else "mean squared error", ylim=(0, None)
            )
            course.set_box_aspect(1.0)
        best = np.column_stack([points, np.ones(len(points))])
        floor = np.linalg.lstsq(best, classes, rcond=None)[1][0] / len(points)
        course.axhline(floor, color="0.6", lw=0.8, ls=(0, (4, 3)), zorder=0)
        course.text(len(errors), floor, "least squares", ha="right", va="bottom", color="0.45", fontsize=8)
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    for name in [*GATES, "XOR"]:
        said = xor(PATTERNS) if name == "XOR" else gate(name, PATTERNS)
        print(f"{name:4} " + ", ".join(f"{x:.0f} {y:.0f}: {r:.0f}" for (x, y), r in zip(PATTERNS, said, strict=True)))
    points, classes = separable_data()
    trained = {"perceptron": learn_perceptron(points, classes), "delta rule": learn_delta(points, classes)}
    mistakes = trained["perceptron"][1]
    print(f"perceptron: {sum(mistakes)} mistakes, none any more in epoch {len(mistakes)}")
    figure = draw(trained, points, classes, 41 if quick else 161)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("mcculloch_pitts.png", dpi=130)


if __name__ == "__main__":
    main()
