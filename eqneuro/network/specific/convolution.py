"""Convolutions: all post-synaptic neurons weight what they see with the same filter."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate
from eqneuro.network.connector_calls import remembered
from eqneuro.network.specific.ready import rate_synapse
from eqneuro.network.specific.weights import OwnSharedWeights
from eqneuro.network.specific.windows import WindowConnectivity, Windows, lay_windows

MOST_AXES = 4
PARTS = ("corner", "offset", "over_border", "filter_of", "side_by_side")
"""Of `Windows`, what the kernel reads."""


class Convolution(OwnSharedWeights):
    """Filters laid over a rate-coded population: each post-synaptic neuron sees the neighbourhood of its own place.

    A post-synaptic neuron at c looks at c·(pre / post) on each axis: where a population is half as large, at every
    second neuron. What it gets is, as in image processing, the cross-correlation: Σ_k filter[k]·r[c + k − size // 2].

    Parameters
    ----------
    pre, post
        Rate-coded populations of 1 to 4 dimensions.
    target
        The name under which the post-synaptic neurons read it.
    psp
        What one weight of the filter contributes.
    operation
        How contributions are joined: ``sum``, ``mean``, ``max`` or ``min``.
    name
        How messages and `Network.get_projection` call it.

    Examples
    --------
    >>> import numpy as np
    >>> from eqneuro import Convolution, InputArray, Network, Neuron
    >>> net = Network()
    >>> image = net.create(InputArray((6, 6)))
    >>> edges = net.create((6, 6), Neuron(equations="r = sum(exc)"))
    >>> image.r = np.tile([0.0, 0.0, 0.0, 1.0, 1.0, 1.0], (6, 1))
    >>> projection = net.connect(Convolution(image, edges, "exc"))
    >>> projection = projection.connect_filter([[-1.0, 0.0, 1.0]], padding="border")
    >>> net.simulate(1.0)
    >>> edges.r[0]
    array([0., 0., 1., 1., 0., 0.])
    """

    def __init__(
        self, pre: Any, post: Any, target: str, psp: str = "pre.r * w", operation: str = "sum", name: str | None = None
    ) -> None:
        super().__init__(pre, post, target, rate_synapse(psp, operation, "Convolution"), name)

    def _prepare(self, pre: Any, post: Any, target: str, synapse: Any, name: str | None) -> None:
        super()._prepare(pre, post, target, synapse, name)
        self._require_whole(pre, post)
        self._require_rates(pre, post)

    @remembered
    def connect_filter(
        self,
        weights: Any,
        delays: float = 0.0,
        keep_last_dimension: bool = False,
        padding: float | str = 0.0,
        subsampling: Any = None,
    ) -> Self:
        """Connects with one filter.

        Parameters
        ----------
        weights
            The filter: as many dimensions as the pre-synaptic population. The post-synaptic one has as many, or one
            less: then the filter is as long as the pre-synaptic population on the last axis, and that is summed up.
        delays
            In ms, one for all.
        keep_last_dimension
            Whether the filter, of one dimension less, is applied to each layer along the last axis on its own.
        padding
            What is read outside the population: a number, or ``"border"``: the nearest neuron.
        subsampling
            Coordinates of the pre-synaptic neuron in the middle of each post-synaptic neuron's window, in the order of
            ranks, shape (post, dimensions of the filter); spread evenly where None.

        Raises
        ------
        ValueError
            If shapes do not fit.
        """
        self._open_ends()
        given = self._read_weights(weights, "weights of a filter")
        post = self._post_population.geometry
        places = np.indices(post).reshape(len(post), -1).T
        filter_of = np.zeros(len(places), dtype=np.int64)
        return self._connect(
            given, given.shape, places, post, filter_of, delays, keep_last_dimension, padding, subsampling
        )

    @remembered
    def connect_filters(
        self,
        weights: Any,
        delays: float = 0.0,
        keep_last_dimension: bool = False,
        padding: float | str = 0.0,
        subsampling: Any = None,
    ) -> Self:
        """Connects with several filters: the first axis of ``weights`` counts them, and so does the last one of post.

        The other arguments are those of `connect_filter`.

        Raises
        ------
        ValueError
            If shapes do not fit.
        """
        self._open_ends()
        given = self._read_weights(weights, "weights of filters")
        post = self._post_population.geometry
        if given.ndim < 2 or len(post) < 2 or post[-1] != len(given):
            raise ValueError(
                f"the first axis of the weights, {given.shape}, counts the filters, and so does the last one of the "
                f"post-synaptic population, {post}"
            )
        places = np.indices(post).reshape(len(post), -1).T
        return self._connect(
            given, given.shape[1:], places[:, :-1], post[:-1], places[:, -1], delays, keep_last_dimension, padding,
            subsampling,
        )  # fmt: skip

    def _connect(
        self,
        weights: NDArray[np.float64],
        shape: tuple[int, ...],
        places: NDArray[np.int64],
        post: tuple[int, ...],
        filter_of: NDArray[np.int64],
        delays: Any,
        keep_last: bool,
        padding: Any,
        subsampling: Any,
    ) -> Self:
        """Lays windows of a shape; ``places`` are the neurons' coordinates in ``post``, without the filters' axis."""
        pre = self._pre_population.geometry
        _check_axes(shape, pre, post, keep_last=keep_last)
        repeats = isinstance(padding, str)
        if repeats and padding != "border":
            raise ValueError(f"padding is a number or 'border', not {padding!r}")
        layer = places[:, -1] if keep_last else None
        centres = _spread(places[:, : len(shape)], pre, post, len(shape), keep_last=keep_last)
        if subsampling is not None:
            centres = _read_centres(subsampling, centres.shape, pre)
        late = self._one_delay(delays)
        self._windows = lay_windows(centres, shape, pre, layer=layer, filter_of=filter_of, repeats_border=repeats)
        self._keep_weights(weights)
        self._outside = 0.0 if repeats else float(padding)
        self._make_padding()
        return self._take(WindowConnectivity(self._windows, self._pre_population.size, len(filter_of)), late)

    def _lookup(self) -> tuple[NDArray[Any], NDArray[np.uint32]]:
        built = self._built
        assert isinstance(built, WindowConnectivity)
        return self._weights, built.places

    def _filters(self) -> dict[str, NDArray[Any]] | None:
        laid: Windows = self._windows
        parts = {name: getattr(laid, name) for name in PARTS}
        return {**parts, "padding": self._padding}

    def _shared_weights(self) -> tuple[NDArray[Any], NDArray[np.uint32]] | None:
        return self._weights, _NO_PLACES  # the kernel knows them from the windows

    def _narrow_pre_ranks(self) -> NDArray[Any]:
        return _NO_PLACES

    def _convert(self) -> None:
        super()._convert()
        if self._connectivity is not None:
            self._make_padding()

    def _make_padding(self) -> None:
        self._padding = allocate(1, self._net._real)
        self._padding[0] = self._outside

    def _copy_more(self, original: Any) -> None:
        super()._copy_more(original)
        self._make_padding()


_NO_PLACES = np.empty(0, dtype=np.uint32)


def _check_axes(shape: tuple[int, ...], pre: tuple[int, ...], post: tuple[int, ...], *, keep_last: bool) -> None:
    """Whether a filter, a pre- and a post-synaptic population fit together."""
    wanted = len(pre) - keep_last
    if len(shape) != wanted or len(pre) > MOST_AXES:
        least = "one dimension less than" if keep_last else "as many dimensions as"
        raise ValueError(f"a filter has {least} the pre-synaptic population, {pre}, at most {MOST_AXES}, not {shape}")
    is_summed = not keep_last and len(post) == len(pre) - 1
    if is_summed and shape[-1] != pre[-1]:
        raise ValueError(f"the post-synaptic population {post} has no axis for the last one of the filter, {shape}")
    if not is_summed and len(post) != len(pre):
        raise ValueError(f"a filter {shape} on a population {pre} can't reach one with the geometry {post}")
    if keep_last and pre[-1] != post[-1]:
        raise ValueError(f"with keep_last_dimension the last axes are equally long, not {pre[-1]} and {post[-1]}")


def _spread(
    places: NDArray[np.int64], pre: tuple[int, ...], post: tuple[int, ...], axes: int, *, keep_last: bool
) -> NDArray[np.int64]:
    """The middle of each window: neurons are spread evenly; an axis that is summed up is seen as a whole."""
    own = min(axes, len(post))
    sizes, lengths = np.array(pre[:own]), np.array(post[:own])
    if (lengths > sizes).any():
        raise ValueError(f"the post-synaptic population {post} is larger than {pre}: give `subsampling`")
    centres: NDArray[np.int64] = places * sizes // lengths
    if own < axes:
        centres = np.column_stack([centres, np.full(len(places), pre[-1] // 2)])
    return centres


def _read_centres(given: Any, shape: tuple[int, ...], pre: tuple[int, ...]) -> NDArray[np.int64]:
    centres = np.asarray(given)
    if centres.shape != shape or centres.dtype.kind not in "iu":
        raise ValueError(f"subsampling holds whole coordinates, shape (post, axes) = {shape}, not {centres.shape}")
    if (centres < 0).any() or (centres >= np.array(pre[: shape[1]])).any():
        raise ValueError(f"subsampling holds coordinates outside the geometry {pre}")
    return centres.astype(np.int64)
