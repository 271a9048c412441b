"""Networks of rectified units, trained elsewhere, as networks of spiking neurons."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.extensions.ann_layers import Layer, LayeredNetwork, build_layers, normalise
from eqneuro.extensions.keras_files import read_model
from eqneuro.extensions.spike_codes import ENCODINGS, MAX_POOL, MAX_READ, Encoding, hidden_neuron_of
from eqneuro.network.network import Network
from eqneuro.network.population import Population

READ_OUTS = ("spike_count", "time_to_first_spike", "membrane_potential")
DEFAULT_DIRECTORY = "annarchy"
"""Where the older interface put its code; here it means the cache."""


class ANNtoSNNConverter:
    """Turns a network that Keras trained into a spiking one, which runs without Keras.

    Layers become populations of integrate-and-fire neurons that are reset by subtraction: their rate is the rectified
    activation. Weights are normalised by their own largest sums (Diehl et al. 2015), so that no neuron is asked for
    more than one spike a step of 1 ms. Dense, Conv2D, MaxPooling2D, AveragePooling2D, Flatten, Activation, ReLU,
    Softmax and Dropout (which is left out) can be converted, with biases, in a chain.

    Parameters
    ----------
    input_encoding
        How values between 0 and 1 become spikes. ``"CPN"``: at random, with that probability in each step. ``"PSO"``:
        the eight binary digits of a value are sent in the eight steps of a period, and spikes count less the later they
        come (phase-shift oscillation): exact to 1/256. ``"IB"``: an intrinsically bursting Izhikevich neuron, driven
        by a current in proportion to the value; its rate follows the value only roughly.
    hidden_neuron
        ``"IaF"``: integrates without leak and is reset by subtraction of the threshold.
    read_out
        Which neuron of the last layer wins. ``"spike_count"``: that with most spikes; ``"time_to_first_spike"``: the
        first to spike; ``"membrane_potential"``: that with the highest potential, and none spikes. Where several are
        alike the potential decides.

    Raises
    ------
    ValueError
        If one of these is unknown.

    References
    ----------
    Diehl, P. U. et al. (2015). Fast-classifying, high-accuracy spiking deep networks through weight and threshold
    balancing. IJCNN 2015.
    Rueckauer, B. et al. (2017). Conversion of continuous-valued deep networks to efficient event-driven networks for
    image classification. Front. Neurosci. 11, 682.
    Kim, J., Kim, H., Huh, S., Lee, J. & Choi, K. (2018). Deep neural networks with weighted spikes. Neurocomputing 311,
    373–386.
    """

    def __init__(self, input_encoding: str = "CPN", hidden_neuron: str = "IaF", read_out: str = "spike_count") -> None:
        for what, given, known in (
            ("input_encoding", input_encoding, tuple(ENCODINGS)),
            ("hidden_neuron", hidden_neuron, ("IaF",)),
            ("read_out", read_out, READ_OUTS),
        ):
            if given not in known:
                raise ValueError(f"{what} is {' or '.join(map(repr, known))}, not {given!r}")
        self._encoding: Encoding = ENCODINGS[input_encoding]
        self._read_out = read_out
        self._network: Network | None = None
        self._shape: tuple[int, ...] = ()

    def load_keras_model(
        self,
        filename: str | os.PathLike[str],
        directory: str | os.PathLike[str] = DEFAULT_DIRECTORY,
        scale_factor: float | Sequence[float] | None = None,
        show_info: bool = True,
    ) -> Network:
        """Reads a model that Keras saved (``.keras`` or ``.h5``) and builds the spiking network.

        Parameters
        ----------
        filename
            Of the file.
        directory
            Where compiled code goes; the default is eqneuro's cache.
        scale_factor
            Multiplies the normalised weights: one number, or one for each layer with weights. Above 1, neurons fire
            more often and the answer comes sooner, until they would have to spike more than once a step.
        show_info
            Whether to print the layers.

        Raises
        ------
        ImportError
            If h5py is not installed.
        ValueError
            If the file holds no model, or one that can't be converted.
        """
        layered = build_layers(read_model(filename))
        if layered.layers[0].kind == "max" and self._encoding.gain != 1.0:
            raise ValueError(
                "the largest of inputs is taken of counts of spikes, which only the encoding 'CPN' makes so"
            )
        network = Network(dt=1.0)
        self._input = network.create(layered.shape, self._encoding.neuron(), name="input")
        before = self._input
        for number, layer in enumerate(normalise(layered, scale_factor)):
            spikes = number + 1 < len(layered.layers) or self._read_out != "membrane_potential"
            population = network.create(layer.geometry, _neuron_of(layer, spikes=spikes), name=layer.name)
            self._connect(network, before, population, layer)
            before = population
        self._output, self._network, self._shape = before, network, layered.shape
        network.compile(directory=None if str(directory) == DEFAULT_DIRECTORY else directory, silent=True)
        if show_info:
            print(_describe(layered))
        return network

    def _connect(self, network: Network, pre: Population, post: Population, layer: Layer) -> None:
        if layer.kind == "max":
            network.connect(pre, post, "count", MAX_READ).from_sparse(layer.matrix)
            return
        post.bias = layer.bias.reshape(layer.geometry)
        is_first = pre is self._input
        synapse = self._encoding.synapse() if is_first else None
        weights = layer.matrix / self._encoding.gain if is_first else layer.matrix
        network.connect(pre, post, "exc", synapse).from_sparse(weights)

    def get_annarchy_network(self) -> Network:
        """The spiking network.

        Raises
        ------
        RuntimeError
            If no model was loaded.
        """
        if self._network is None:
            raise RuntimeError("there is no network yet: call load_keras_model()")
        return self._network

    def predict(self, samples: Any, duration_per_sample: float = 1000, multiple: bool = False) -> Any:
        """The classes that the spiking network finds.

        Parameters
        ----------
        samples
            Values between 0 and 1, shape (number, *shape of the input), or each sample flat.
        duration_per_sample
            In ms: for so long each sample is shown.
        multiple
            Whether all classes that are alike are given, a list for each sample, instead of one.

        Returns
        -------
        An array of whole numbers, or a list of lists.

        Raises
        ------
        ValueError
            If shapes do not fit or values are not between 0 and 1.
        """
        network = self.get_annarchy_network()
        found: list[Any] = []
        for sample in self._read_samples(samples):
            network.reset(reseed_rng=False)
            self._input.x = sample.reshape(self._shape)
            network.simulate(duration_per_sample)
            winners = self._winners()
            found.append(winners if multiple else self._strongest(winners))
        return found if multiple else np.array(found, dtype=np.int64)

    def _read_samples(self, samples: Any) -> NDArray[np.float64]:
        given = np.asarray(samples, dtype=float)
        size = int(np.prod(self._shape))
        if given.ndim < 2 or given.shape[1:] not in (self._shape, (size,)):
            raise ValueError(f"samples have the shape (number, *{self._shape}), not {given.shape}")
        if not ((given >= 0.0) & (given <= 1.0)).all():
            raise ValueError("values of samples must lie between 0 and 1")
        return given

    def _winners(self) -> list[int]:
        """All classes that are alike by the chosen read-out."""
        output = self._output
        if self._read_out == "spike_count":
            score = np.ravel(output.n)
        elif self._read_out == "membrane_potential":
            score = np.ravel(output.v)
        else:
            first = np.ravel(output.first)
            score = -np.where(first < 0.0, np.inf, first)
        return [int(k) for k in np.flatnonzero(score == score.max())]

    def _strongest(self, winners: list[int]) -> int:
        potential = np.ravel(self._output.v)[winners]
        return winners[int(np.argmax(potential))]


def _neuron_of(layer: Layer, *, spikes: bool) -> Any:
    return MAX_POOL if layer.kind == "max" else hidden_neuron_of(spikes=spikes)


def _describe(network: LayeredNetwork) -> str:
    lines = [f"{'input':<24} {network.shape!s:<18}"]
    for layer in network.layers:
        lines.append(f"{layer.name:<24} {layer.geometry!s:<18} {layer.matrix.nnz:>10,} synapses ({layer.kind})")
    return "\n".join(lines)
