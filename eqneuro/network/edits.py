"""Synapses that are created and pruned one by one or many at once; what the others hold stays theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.editing import Edit, add_synapses, find_places, remove_synapses
from eqneuro.connectivity.matrix import Connectivity
from eqneuro.language.distributions import Distribution, draw_values
from eqneuro.language.evaluate import evaluate
from eqneuro.model.models import ModelAttribute, OdeEquation
from eqneuro.model.traces import DRIVEN
from eqneuro.network.configuration import TICK
from eqneuro.network.connectors import Connectors
from eqneuro.network.delays import Delays
from eqneuro.network.geometry import whole
from eqneuro.network.pairs import are_runs, kind_of_sum
from eqneuro.network.store import dtype_of
from eqneuro.network.traces import part

if TYPE_CHECKING:
    from eqneuro.network.population import Population

Values = NDArray[Any]
Held = tuple[Values, bool]
"""Values of an attribute, and whether one number stands for all synapses."""


@dataclass(frozen=True)
class _Snapshot:
    """The synapses before the first change after `compile`: what ``reset(synapses=True)`` goes back to."""

    connectivity: Connectivity
    held: dict[str, Values]
    shared: set[str]
    saved: dict[str, Held]
    delays: Delays
    saved_delays: Delays | None


class SynapseEdits(Connectors):
    """Creates and prunes synapses.

    A synapse that is created holds what a connector would have given it, but for its weight and delay. A synapse with
    a delay brings the spikes that were under way when it was created; those under way when it is pruned are lost.
    """

    _has_own_synapses: bool
    _original: _Snapshot | None = None

    # -- what the user calls ------------------------------------------------------------------------------------------

    def create_synapse(self, pre: Any, post: Any, w: float = 0.0, delay: float = 0.0) -> None:
        """Creates one synapse; its ends may lie outside the views that the projection connects.

        Parameters
        ----------
        pre, post
            Ranks or coordinates in the two populations.
        w
            Its weight.
        delay
            In ms; where 0, that of the other synapses if these are all alike, else one step.

        Raises
        ------
        ValueError
            If the neurons are connected already, or do not exist.
        """
        self._create(*self._pair(pre, post), w, delay)

    def create_synapses(self, pre: Any, post: Any, weights: Any = None, delays: Any = None) -> None:
        """Creates synapses between pairs of neurons, all at once.

        Parameters
        ----------
        pre, post
            Ranks: two lists of one length, or a list and one rank.
        weights
            A number, one for each synapse, or a distribution; 0 where None.
        delays
            So too, in ms; where None, that of the other synapses if these are all alike, else one step.

        Raises
        ------
        ValueError
            If two neurons are connected already, or a pair is given twice, or neurons do not exist. Nothing is created
            then.
        """
        self._create(*self._pairs(pre, post), 0.0 if weights is None else weights, 0.0 if delays is None else delays)

    def prune_synapse(self, pre: Any, post: Any) -> None:
        """Removes one synapse.

        Raises
        ------
        ValueError
            If there is none.
        """
        self._prune(*self._pair(pre, post))

    def prune_synapses(self, pre: Any, post: Any) -> None:
        """Removes the synapses of pairs of neurons, all at once: two lists of ranks, or a list and one rank.

        Raises
        ------
        ValueError
            If one of them does not exist, or is given twice. Nothing is removed then.
        """
        self._prune(*self._pairs(pre, post))

    # -- checks -------------------------------------------------------------------------------------------------------

    def _check_editable(self) -> None:
        """Refuses projections whose synapses don't stand for themselves: filters, copies, diagonals."""
        if not self._has_own_synapses:
            kind = type(self).__name__
            raise TypeError(f"the synapses of {kind} {self.name!r} share their weights: none can be created or pruned")

    def _pair(self, pre: Any, post: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return _rank(self._pre_population, pre), _rank(self._post_population, post)

    def _pairs(self, pre: Any, post: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        sides = _ranks(self._pre_population, pre), _ranks(self._post_population, post)
        if 1 not in map(len, sides) and len(sides[0]) != len(sides[1]):
            raise ValueError(f"pairs take as many pre- as post-synaptic ranks, not {len(sides[0])} and {len(sides[1])}")
        pairs = np.broadcast_arrays(*sides)
        return pairs[0].copy(), pairs[1].copy()

    def _places_in_ends(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """For each synapse the places of its neurons among the chosen ones; post-synaptic ones first."""
        built, ends = self._built, self._ends()
        posts, pres = built.post_ranks[built.rows()], built.pre_ranks
        outside = np.flatnonzero(~(np.isin(posts, ends.post) & np.isin(pres, ends.pre)))
        if len(outside):
            one = f"from neuron {pres[outside[0]]} to neuron {posts[outside[0]]}"
            raise ValueError(f"the synapse {one} is outside the views of {self.name!r}: see to_scipy()")
        return np.searchsorted(ends.post, posts), np.searchsorted(ends.pre, pres)

    def _places(self, pre: NDArray[np.int64], post: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where synapses stand, −1 where there is none; a pair that is given twice is refused."""
        built = self._built
        self._check_editable()
        keys = post * built.pre_size + pre
        _, first, counts = np.unique(keys, return_index=True, return_counts=True)
        if (counts > 1).any():
            twice = int(first[counts > 1][0])
            raise ValueError(f"the synapse from neuron {pre[twice]} to neuron {post[twice]} is given twice")
        return find_places(built, post, pre)

    def _create(self, pre: NDArray[np.int64], post: NDArray[np.int64], weights: Any, delays: Any) -> None:
        known = np.flatnonzero(self._places(pre, post) >= 0)
        if len(known):
            ends = f"from neuron {pre[known[0]]} to neuron {post[known[0]]}"
            raise ValueError(f"projection {self.name!r} has a synapse {ends} already")
        rng, count = self._net.default_rng, len(pre)
        given = weights.sample(rng, count) if isinstance(weights, Distribution) else np.asarray(weights, dtype=float)
        if given.ndim and given.shape != (count,):
            raise ValueError(f"{count} new synapses take a weight or {count} of them, not {given.size}")
        is_default = not isinstance(delays, Distribution) and np.ndim(delays) == 0 and delays == 0.0
        steps = self._usual_delay() if is_default else self._read_delays(delays, count, rng).exact
        self._add(pre, post, given, steps, rng)

    def _prune(self, pre: NDArray[np.int64], post: NDArray[np.int64]) -> None:
        places = self._places(pre, post)
        missing = np.flatnonzero(places < 0)
        if len(missing):
            ends = f"from neuron {pre[missing[0]]} to neuron {post[missing[0]]}"
            raise ValueError(f"projection {self.name!r} has no synapse {ends}")
        self._remove(places)

    def _usual_delay(self) -> float:
        """Steps of a new synapse's delay where none is given."""
        return float(self._delays.exact) if isinstance(self._delay, int) else 1.0

    # -- changes ------------------------------------------------------------------------------------------------------

    def _add(
        self, pre: NDArray[np.int64], post: NDArray[np.int64], weights: Values, steps: Any, rng: np.random.Generator
    ) -> None:
        """Synapses of pairs that have none; ``steps`` are their delays."""
        if np.isnan(weights).any():
            raise ValueError(f"weights of projection {self.name!r} can't be NaN")
        if len(pre):
            edit = add_synapses(self._built, post, pre)
            self._apply(edit, len(pre), self._initial_values(edit, post, weights, rng), steps)

    def _remove(self, places: NDArray[np.int64]) -> None:
        if len(places):
            self._apply(remove_synapses(self._built, places), 0, {}, 1)

    def _initial_values(
        self, edit: Edit, post: NDArray[np.int64], weights: Values, rng: np.random.Generator
    ) -> dict[str, Values]:
        """What new synapses hold, and new rows of semiglobal attributes."""
        constants = {c.name: c.value for c in self._net._constants}
        # a local attribute may follow from a semiglobal one, which has one value for each row
        names: dict[str, dict[str, Any]] = {"local": dict(constants), "semiglobal": dict(constants)}
        new_rows, values = np.flatnonzero(edit.row_origin < 0), {}
        for attribute in self.model.attributes:
            name, locality = attribute.name, attribute.locality
            if locality == "global" or (name in self._shared and name != "w"):
                for known in names.values():
                    known[name] = self._values[name][0].item()
                continue
            count = len(post) if locality == "local" else len(new_rows)
            draw = partial(draw_values, rng, count)
            is_weight = name == "w" and locality == "local"
            value = weights if is_weight else evaluate(attribute.init, names[locality], draw)
            wanted = np.broadcast_to(np.asarray(value, dtype=float), (count,))
            values[name] = wanted.astype(dtype_of(attribute.type, self._net._real))
            if np.ndim(value) == 0:
                names["semiglobal"][name] = value
            names[locality][name] = values[name]
            if locality == "semiglobal":
                names["local"][name] = self._of_rows(edit, name, values[name], post)
        return values

    def _of_rows(self, edit: Edit, name: str, added: Values, post: NDArray[np.int64]) -> Values:
        rows: Values = _rearranged(self._values[name], added, edit.row_origin)
        return rows[np.searchsorted(edit.after.post_ranks, post)]

    def _apply(self, edit: Edit, count: int, added: dict[str, Values], steps: Any) -> None:
        """Takes the new connectivity, and brings all that is held into its order; kernels find new arrays."""
        before = self._code_key()
        if count:  # what is new has other traces than the synapses of the same neurons
            part(self)  # type: ignore[arg-type]
        self._leave_rows()
        self._keep_original()
        old = self._built.synapses
        updated = self._updated_after(edit, count)
        wanted = np.broadcast_to(np.asarray(steps, dtype=float), (count,))
        self._delays = self._delays.after(edit, old, wanted)
        if self._saved_delays is not None:
            self._saved_delays = self._saved_delays.after(edit, old, wanted)
        for attribute in self.model.attributes:
            name = attribute.name
            follow = partial(_follow, edit, attribute, old, added.get(name), count)
            self._held[name], is_shared = follow((self._held[name], name in self._shared))
            if not is_shared:
                self._shared.discard(name)
            if name in self._saved:
                self._saved[name] = follow(self._saved[name])
        self._connectivity = edit.after
        self._spread = {}
        self._plastic.replace(updated)
        self._net._note_change(structural=before != self._code_key())

    def _updated_after(self, edit: Edit, count: int) -> NDArray[np.int32] | None:
        """When event-driven variables were last brought up to date; those of new synapses begin now."""
        if not any(isinstance(e, OdeEquation) and e.method in DRIVEN for e in self.model.equations):
            return None
        tick, plastic = int(self._net._clock[TICK]), self._plastic
        if plastic.traces is not None and plastic._updated is None:
            return None
        self._plastic.updated_rows[edit.after.post_ranks[edit.row_origin < 0]] = tick
        now = np.full(count, tick, dtype=np.int32)
        return np.ascontiguousarray(edit.arrange(self._plastic.in_own_order(None), now), dtype=np.int32)

    def _code_key(self) -> tuple[Any, ...]:
        """What generated code depends on."""
        kind = self._delays.kind(events=self._is_event_based()), self._hands_out(self._delays)
        pairs = kind_of_sum(self), are_runs(self)  # type: ignore[arg-type]
        return self._varying(), kind, self._built.is_dense, pairs

    # -- reset --------------------------------------------------------------------------------------------------------

    def _keep_original(self) -> None:
        if self._is_kept and self._original is None:
            self._original = _Snapshot(
                self._built, dict(self._values), set(self._shared), dict(self._saved), self._delays, self._saved_delays
            )

    def _restore(self, *, weights: bool) -> None:
        """With the weights, the synapses there were at first come back too."""
        if weights and self._original is not None:
            self._leave_rows()
            kept, self._original = self._original, None
            self._connectivity, self._delays, self._saved_delays = kept.connectivity, kept.delays, kept.saved_delays
            self._held, self._shared, self._saved = kept.held, kept.shared, kept.saved
            self._spread = {}
            self._plastic.replace(None)
        super()._restore(weights=weights)


def _follow(edit: Edit, attribute: ModelAttribute, before: int, added: Values | None, count: int, held: Held) -> Held:
    """An attribute's values after a change: in new arrays, so that those of before stay what they were."""
    values, is_shared = held
    if attribute.locality == "global":
        return values.copy(), is_shared
    if attribute.locality == "semiglobal":
        fresh = values[:0] if added is None else added
        return _rearranged(values, fresh, edit.row_origin), is_shared
    if is_shared and (added is None or bool((added == values[0]).all())):
        return values.copy(), True
    full = np.broadcast_to(values, (before,)) if is_shared else values
    fresh = values[:0] if added is None else added.astype(values.dtype)
    if added is None and count:  # one number for all now, but not at first
        fresh = np.full(count, full[-1] if len(full) else 0, dtype=values.dtype)
    return np.ascontiguousarray(edit.arrange(full, fresh)), False


def _rearranged(values: Values, added: Values, row_origin: NDArray[np.int64]) -> Values:
    rows: Values = np.empty(len(row_origin), dtype=values.dtype)
    is_new = row_origin < 0
    rows[~is_new] = values[row_origin[~is_new]]
    rows[is_new] = added
    return rows


def _rank(population: Population, neuron: Any) -> NDArray[np.int64]:
    """One rank, given as such or as coordinates."""
    if np.ndim(neuron):
        return np.array([population.rank_from_coordinates(neuron)], dtype=np.int64)
    return _ranks(population, whole(neuron, "a rank"))


def _ranks(population: Population, given: Any) -> NDArray[np.int64]:
    """Ranks, all within the population."""
    ranks = np.atleast_1d(np.asarray(given))
    if ranks.size and ranks.dtype.kind not in "iu":
        raise TypeError(f"ranks are whole numbers, not {given!r}")
    outside = ranks[(ranks < 0) | (ranks >= population.size)]
    if outside.size:
        raise ValueError(f"rank {outside[0]} is outside population {population.name!r} of {population.size} neurons")
    return ranks.astype(np.int64).ravel()
