"""Connectors that follow a rule: the neurons' places, a text, a function, a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from eqneuro.connectivity import files, lists, space, strings
from eqneuro.connectivity.lists import LILConnectivity, Synapses
from eqneuro.connectivity.matrix import Connectivity
from eqneuro.network.connector_calls import remembered
from eqneuro.network.connectors import Connectors


class ConnectorsByRule(Connectors):
    """Connectors beside those with a fixed pattern or a matrix; arguments of the same name mean the same."""

    @remembered
    def gaussian(
        self,
        amp: float,
        sigma: float,
        delays: Any = 0.0,
        limit: float = 0.01,
        allow_self_connections: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Self:
        """Connects neighbours with weights amp·exp(−d²/2σ²).

        Parameters
        ----------
        amp, sigma
            Height and width; d is the distance in coordinates that run from 0 to 1 in each dimension of a population.
            A dimension that one population lacks is 0 there.
        limit
            Weights of at most ``limit * amp`` make no synapse.
        """
        shapes = self._pre_population.geometry, self._post_population.geometry
        found, weights = space.gaussian(self._open_ends(), *shapes, amp, sigma, limit, allow_self_connections)
        return self._fill(found, weights, delays, True, own=True)

    @remembered
    def dog(
        self,
        amp_pos: float,
        sigma_pos: float,
        amp_neg: float,
        sigma_neg: float,
        delays: Any = 0.0,
        limit: float = 0.01,
        allow_self_connections: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Self:
        """Connects neighbours with the difference of two Gaussians, as `gaussian` does with one.

        Weights that are in size at most ``limit`` times amp_pos − amp_neg, the height in the middle, make no synapse.
        """
        shapes = self._pre_population.geometry, self._post_population.geometry
        bells = amp_pos, sigma_pos, amp_neg, sigma_neg
        found, weights = space.dog(self._open_ends(), *shapes, *bells, limit, allow_self_connections)
        return self._fill(found, weights, delays, True, own=True)

    @remembered
    def where(
        self,
        condition: str,
        weights: Any = 1.0,
        delays: Any = 0.0,
        allow_self_connections: bool = False,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Self:
        """Connects the pairs for which a condition holds.

        Parameters
        ----------
        condition
            In the equation language, of ``i`` and ``j`` (the pre- and the post-synaptic rank), ``d`` (the distance,
            where neighbours in a geometry are 1 apart), ``x_pre``, ``y_pre``, ``z_pre``, ``x_post``, … (coordinates),
            ``N_pre``, ``N_post``, ``pre.NAME``, ``post.NAME`` and constants. ``%`` is Python's.

        Examples
        --------
        >>> from eqneuro import Network, Neuron
        >>> net = Network()
        >>> cells = net.create(6, Neuron(equations="r = sum(exc)"))
        >>> net.connect(cells, cells, "exc").where("i != j and (i + j) % 2 == 0").pre_ranks[1]
        [3, 5]
        """
        ends = self._open_ends()
        found = strings.where(ends, *self._sides(), condition, self._constants(), allow_self_connections)
        return self._fill(found, weights, delays, force_multiple_weights)

    @remembered
    def distance_probability(
        self,
        probability: str,
        weights: Any = 1.0,
        delays: Any = 0.0,
        allow_self_connections: bool = False,
        force_multiple_weights: bool = False,
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Self:
        """Connects each pair with a probability of its own, a text as ``"exp(-d/3)"`` of what `where` knows.

        Whether a pair is connected depends on the network's seed, the projection and the two ranks only.
        """
        ends = self._open_ends()
        found = strings.distance_probability(
            ends, *self._sides(), probability, self._constants(), allow_self_connections, *self._stream()
        )
        return self._fill(found, weights, delays, force_multiple_weights)

    def _sides(self) -> tuple[strings.Side, strings.Side]:
        """What connection strings may ask about the neurons."""
        pre, post = self._pre_population, self._post_population
        return (
            strings.Side(pre.geometry, pre.attributes, pre._get_flat),
            strings.Side(post.geometry, post.attributes, post._get_flat),
        )

    def _constants(self) -> dict[str, Any]:
        return {c.name: c.value for c in self._net._constants}

    @remembered
    def from_function(
        self,
        method: Callable[..., Any],
        storage_format: str | None = None,
        storage_order: str | None = None,
        **args: Any,
    ) -> Self:
        """Connects what a function returns.

        Parameters
        ----------
        method
            Called as ``method(pre, post, **args)``, and with ``dt`` where it has an argument of that name. It returns
            a `LILConnectivity`, or a matrix of weights as `from_sparse` or `from_matrix` takes it.
        """
        ends = self._open_ends()
        made = lists.call_method(method, self.pre, self.post, self._net.dt, args)
        if isinstance(made, LILConnectivity):
            return self._fill(*_parts(lists.from_lists(made, ends)), own=True)
        return self.from_sparse(made) if hasattr(made, "tocsc") else self.from_matrix(made)

    @remembered
    def from_file(
        self,
        filename: str | os.PathLike[str],
        storage_format: str | None = None,
        storage_order: str | None = None,
    ) -> Self:
        """Connects what `save_connectivity` wrote: weights and delays too.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it holds something else, or synapses of populations of other sizes.
        """
        return self._fill(*_parts(files.load_synapses(filename, self._open_ends())), own=True)

    def save_connectivity(self, filename: str | os.PathLike[str]) -> None:
        """Writes which neurons are connected, weights and delays.

        Parameters
        ----------
        filename
            ``.npz`` holds arrays: `sizes` of the two populations, `post_ranks`, `row_start`, `pre_ranks`, `w` and
            `delay` in ms. ``.csv`` is a table with the columns pre, post, w and d. Both are read back exactly.
        """
        built = self._built
        weights: Any = self._values["w"]
        if self._attribute("w").locality == "semiglobal":
            weights = weights[built.rows()]
        elif self._is_single("w"):
            weights = weights[0]
        files.save_synapses(filename, Synapses(built, weights, self._delays_in_ms))


def _parts(synapses: Synapses) -> tuple[Connectivity, Any, Any, bool]:
    """What a projection is filled with; one weight for all stays one."""
    return synapses.connectivity, synapses.weights, synapses.delays, bool(np.ndim(synapses.weights))
