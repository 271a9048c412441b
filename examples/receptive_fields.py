"""Receptive fields from photographs: Oja's rule finds the first principal component, the BCM rule finds edges.

A linear neuron r = w . x that learns by Hebb's rule would grow without end. Oja takes away what keeps the norm at one,

    w += eta r (x - r w),

and w turns into the eigenvector of the covariance of x with the largest eigenvalue. For patches of photographs that is
a soft gradient of light, horizontal here. After whitening no direction in the space of patches has more variance than
another, and what is left to find are rare, strong responses. These are what the rule of Bienenstock, Cooper and Munro
looks for: what drives r beyond a threshold is learnt, what drives it less is unlearnt, and the threshold slides,

    tau theta' + theta = r^2,        w += eta r (r - theta) x / theta.

A patch that seldom comes but drives the neuron strongly is best: fields become edges and gratings with an orientation.

The rate of a neuron answers the rate that came a step before, so every patch is shown for two steps, and learnt in the
second of them.

Oja, E. (1982). Simplified neuron model as a principal component analyzer. J. Math. Biol. 15, 267-273. Law, C. C. &
Cooper, L. N. (1994). Formation of receptive fields in realistic visual environments according to the Bienenstock,
Cooper, and Munro (BCM) theory. PNAS 91, 7797-7801. The photographs are scikit-learn's.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter

import eqneuro as ann

try:
    from sklearn.datasets import load_sample_images
except ImportError:
    sys.exit("The photographs come with scikit-learn: pip install 'eqneuro[examples]'")

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
SIZE = 12
"""Pixels of a patch's side."""

linear = ann.Neuron(equations="r = sum(exc)", name="Linear")
rectified = ann.Neuron(equations="r = pos(sum(exc))", name="Rectified")

oja = ann.Synapse(
    parameters=dict(eta=4e-5),
    equations="w += eta*post.r*(pre.r - post.r*w)",
    psp="w*pre.r",
    name="Oja",
)
bcm = ann.Synapse(
    parameters=dict(eta=1e-3, tau=1000.0),
    equations="""
        tau*dtheta/dt + theta = post.r^2 : postsynaptic, init=1.0, exponential
        w += eta*post.r*(post.r - theta)*pre.r/theta
    """,
    psp="w*pre.r",
    name="BCM",
)


def images(*, whitened: bool) -> list[np.ndarray]:
    """The photographs in grey; whitened, all frequencies have the same power and all regions the same contrast."""
    prepared = []
    for image in load_sample_images().images:
        grey = image.mean(axis=2)
        if whitened:
            down, across = np.fft.fftfreq(grey.shape[0])[:, None], np.fft.fftfreq(grey.shape[1])[None, :]
            frequency = np.hypot(down, across)
            grey = np.fft.ifft2(np.fft.fft2(grey) * frequency * np.exp(-((frequency / 0.35) ** 4))).real
            grey = grey / (np.sqrt(gaussian_filter(grey**2, 8.0)) + 0.3 * grey.std())
        prepared.append(grey / grey.std())
    return prepared


def patches(number: int, *, whitened: bool, seed: int = 1) -> np.ndarray:
    """Patches from random places, their means taken away, shape (number, SIZE**2); whitened ones are turned, too."""
    rng, found = np.random.default_rng(seed), []
    for image in images(whitened=whitened):
        windows = np.lib.stride_tricks.sliding_window_view(image, (SIZE, SIZE))
        found.append(windows[tuple(rng.integers(n, size=number // 2) for n in windows.shape[:2])])
    cut = rng.permutation(np.concatenate(found))
    if whitened:  # no orientation shall be commoner than another
        cut = np.concatenate([np.rot90(part, turns, axes=(1, 2)) for turns, part in enumerate(np.array_split(cut, 4))])
        cut = rng.permutation(cut)
    return (cut - cut.mean(axis=(1, 2), keepdims=True)).reshape(len(cut), -1)


def learn(data: np.ndarray, neuron: ann.Neuron, synapse: ann.Synapse, units: int, epochs: int,
          seed: int = 1) -> np.ndarray:  # fmt: skip
    """Weights after all patches were shown ``epochs`` times, and on the way: (stages, units, pixels)."""
    net = ann.Network(dt=1.0, seed=seed)
    retina = net.create(ann.TimedArray(data, schedule=2.0, period=2.0 * len(data)))
    cells = net.create(units, neuron)
    projection = net.connect(retina, cells, "exc", synapse).all_to_all(ann.Normal(0.0, 0.1))
    net.compile()
    projection.enable_learning(period=2.0, offset=1.0)
    stages = [projection.w]
    for _ in range(40 * epochs):
        net.simulate(len(data) // 20)
        stages.append(projection.w)
    return np.array(stages)


def principal_component(data: np.ndarray) -> np.ndarray:
    """The eigenvector of the largest eigenvalue of the covariance."""
    return np.linalg.eigh(data.T @ data)[1][:, -1]


def angle(weights: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Degrees between lines, whichever way they point."""
    cosine = abs(weights @ direction) / (np.linalg.norm(weights, axis=-1) * np.linalg.norm(direction))
    return np.degrees(np.arccos(np.minimum(cosine, 1.0)))


def orientedness(fields: np.ndarray) -> np.ndarray:
    """How much of a field's spectrum lies at one orientation: 1 for a grating, near 0 for a spot or for noise."""
    power = abs(np.fft.fft2(fields.reshape(-1, SIZE, SIZE), (32, 32))) ** 2
    down, across = np.meshgrid(np.fft.fftfreq(32), np.fft.fftfreq(32), indexing="ij")
    return abs(np.sum(power * np.exp(2j * np.arctan2(down, across)), axis=(1, 2))) / power.sum(axis=(1, 2))


def show(axes: plt.Axes, field: np.ndarray, title: str = "") -> None:
    """A field, zero being grey."""
    most = abs(field).max()
    axes.imshow(field.reshape(SIZE, SIZE), cmap="gray", vmin=-most, vmax=most)
    axes.set(xticks=(), yticks=())
    axes.spines[:].set_visible(False)
    axes.set_title(title, fontsize=8, pad=3)


def draw(oja_stages: np.ndarray, component: np.ndarray, fields: np.ndarray, epochs: int) -> plt.Figure:
    """Above the two vectors and their angle, below the fields of the BCM rule."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.0, 4.9), layout="constrained")
        top, bottom = figure.subfigures(2, 1, height_ratios=(1.0, 1.35))
        first, second, course = top.subplots(1, 3, width_ratios=(1.0, 1.0, 2.6))
        learnt = oja_stages[-1, 0]
        show(first, learnt, "Oja's rule")
        show(second, component * np.sign(component @ learnt), "first component of PCA")
        course.semilogy(np.linspace(0.0, epochs, len(oja_stages)), angle(oja_stages[:, 0], component), color="black")
        course.set(xlabel="epoch", ylabel="angle (degrees)", xlim=(0, epochs), ylim=(1, 100), yticks=(1, 10, 100))
        course.set_yticklabels(["1", "10", "100"])
        for axes, field in zip(bottom.subplots(3, 8).flat, fields, strict=False):
            show(axes, field)
        bottom.suptitle("fields of the BCM rule, of whitened photographs", fontsize=8)
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    number, epochs = 20_000, 15
    data = patches(number, whitened=False)
    stages, component = learn(data, linear, oja, 1, epochs), principal_component(data)
    final = stages[-1]
    print(f"Oja: norm {np.linalg.norm(final):.4f}, {angle(final, component)[0]:.2f} degrees from the first component")
    fields = learn(patches(number, whitened=True), rectified, bcm, 24, 2 if quick else 4)[-1]
    noise = orientedness(np.random.default_rng(1).normal(size=(1000, SIZE**2)))
    print(f"BCM: median orientedness {np.median(orientedness(fields)):.2f} ({np.median(noise):.2f} for noise)")
    figure = draw(stages, component, fields, epochs)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("receptive_fields.png", dpi=130)


if __name__ == "__main__":
    main()
