"""Weights that many synapses share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.matrix import Connectivity
from eqneuro.engine.buffers import allocate
from eqneuro.network.checkpoint_format import Arrays, Part
from eqneuro.network.specific.ready import SpecificProjection


class _Gathered(dict[str, NDArray[Any]]):
    """Attributes of synapses; weights are looked up where they are shared, and only when they are asked for."""

    def __init__(self, projection: SharedWeights) -> None:
        super().__init__()
        self._projection = projection

    def __missing__(self, name: str) -> NDArray[Any]:
        if name != "w":
            raise KeyError(name)
        return self._projection._weight_of_each()


class SharedWeights(SpecificProjection):
    """A projection whose synapses look their weights up in an array that they share."""

    _has_own_synapses = False

    def _make_values(self) -> None:
        super()._make_values()
        self._held = _Gathered(self)

    def _weight_of_each(self) -> NDArray[Any]:
        """The weight of each synapse."""
        shared = self._lookup()
        return shared[0][shared[1]]

    def _lookup(self) -> tuple[NDArray[Any], NDArray[np.uint32]]:
        """The shared weights, and the place of each synapse's own."""
        raise NotImplementedError

    def _whose_weights(self) -> str:
        """How to set the weights, for a message."""
        raise NotImplementedError

    def connectivity_matrix(self, fill: float = 0.0) -> NDArray[np.float64]:
        """Weights as a matrix of shape (post, pre), summed up where a pair has several synapses."""
        places = self._places_in_ends()
        matrix = np.full((self.post.size, self.pre.size), float(fill))
        matrix[places] = 0.0
        np.add.at(matrix, places, self._values["w"])
        return matrix

    def _assign(self, name: str, value: Any) -> None:
        if name == "w":
            raise AttributeError(f"a weight of {self.name!r} belongs to many synapses: {self._whose_weights()}")
        super()._assign(name, value)

    def _take(self, found: Connectivity, delays: Any) -> Self:
        """Takes the synapses, whose weights are known."""
        self._connectivity = found
        try:
            rng = np.random.default_rng([self._net._seed_word, self._number, 2])
            self._set_delays(delays, rng)
        except BaseException:
            self._connectivity = None
            raise
        self._net._note_change(structural=True)
        return self


class OwnSharedWeights(SharedWeights):
    """Shared weights that belong to the projection itself: its ``weights``."""

    def _make_values(self) -> None:
        super()._make_values()
        self._weights: NDArray[Any] = np.empty(0)
        self._shape: tuple[int, ...] = (0,)
        self._first_weights: NDArray[Any] | None = None

    def _whose_weights(self) -> str:
        return "set `weights`"

    def _read_weights(self, weights: Any, what: str) -> NDArray[np.float64]:
        """Weights as an array of numbers.

        Raises
        ------
        ValueError
            If they are none.
        """
        try:
            given = np.asarray(weights, dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"{what} must be an array of numbers, not {weights!r}") from None
        if given.size == 0 or np.isnan(given).any():
            raise ValueError(f"{what} can't be empty or NaN")
        return given

    def _keep_weights(self, weights: NDArray[np.float64]) -> None:
        self._shape = weights.shape
        self._weights = allocate(weights.size, self._net._real)
        self._weights[:] = weights.ravel()

    @property
    def weights(self) -> NDArray[Any]:
        """The shared weights, in the shape in which they were given; synapses read what is written into them."""
        self._built  # noqa: B018
        return self._weights.reshape(self._shape)

    @weights.setter
    def weights(self, value: Any) -> None:
        self._built  # noqa: B018
        given = self._read_weights(value, f"weights of {self.name!r}")
        if given.shape not in ((), self._shape):
            raise ValueError(f"weights of {self.name!r} have the shape {self._shape}, not {given.shape}")
        self._weights[:] = np.broadcast_to(given, self._shape).ravel()

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "weights":
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def _keep_initial(self) -> None:
        super()._keep_initial()
        if self._first_weights is None:
            self._first_weights = self._weights.copy()

    def _restore(self, *, weights: bool) -> None:
        super()._restore(weights=weights)
        if weights and self._first_weights is not None:
            self._weights[:] = self._first_weights

    def _convert(self) -> None:
        super()._convert()
        if len(self._weights):
            self._keep_weights(self._weights.reshape(self._shape))

    def _more_state(self) -> Arrays:
        return {"weights": self._weights}

    def _plan_more(self, part: Part) -> Callable[[int], None]:
        weights = part.array("weights", "f", self._weights.shape)

        def take(shift: int) -> None:
            self._weights[:] = weights

        return take

    def _copy_more(self, original: Any) -> None:
        first = original._first_weights
        self._keep_weights((original._weights if first is None else first).reshape(original._shape))

    def _nbytes(self) -> int:
        return super()._nbytes() + self._weights.nbytes
