"""Recordings of synapses: of a whole projection, or of the dendrite of one post-synaptic neuron."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.recording.recorders import RowRecorder

Array = NDArray[Any]


class SynapseRecorder(RowRecorder):
    """Rows of one attribute of synapses, in the user's order whatever that of the kernels is.

    Synapses may be created and pruned in the meantime: each part of the recording knows which ones it is of.

    Parameters
    ----------
    settings
        Those of the monitor.
    projection
        Whose synapses.
    name
        Of the attribute.
    post_rank
        The post-synaptic neuron, None for all.
    """

    def __init__(self, settings: NDArray[np.int64], projection: Any, name: str, post_rank: int | None) -> None:
        super().__init__(settings)
        self.projection, self.name, self.post_rank = projection, name, post_rank
        self.locality = projection._attribute(name).locality
        self._built = projection._built
        self._tags: list[Any] = []
        self.refresh()

    def refresh(self) -> None:
        """Synapses or arrays may be other ones now."""
        built = self.projection._built
        if built is not self._built:
            self._flush()
            self._built = built
        array, ranks = self._source()
        self.attach(array, ranks, len(array) if ranks is None else len(ranks))

    def _source(self) -> tuple[Array, NDArray[np.int64] | None]:
        """The array that kernels change, and which of its entries are recorded, in the user's order."""
        projection, name = self.projection, self.name
        values: Array = projection._values[name]
        if projection._is_single(name):
            return values[:1], None
        if self.locality == "semiglobal":
            ranks = self._built.post_ranks if self.post_rank is None else np.array([self.post_rank])
            present = np.isin(ranks, self._built.post_ranks)
            return projection._by_post_rank(name), ranks[present].astype(np.int64)
        places = self._places(self._built)
        rows = projection._spike_rows
        if rows is None or not projection._is_event_based():
            return values, None if self.post_rank is None else places
        position = projection._positions()
        slots = np.empty(len(position), dtype=np.int64)
        slots[position] = np.arange(len(position))
        return projection._in_spike_order(name), slots[places]

    def _places(self, built: Any) -> NDArray[np.int64]:
        """Where the synapses stand in the user's order."""
        if self.post_rank is None:
            return np.arange(built.synapses)
        row = built.row_of(self.post_rank)
        chosen = slice(0) if row is None else built.slice_of(row)
        return np.arange(chosen.start or 0, chosen.stop)

    def _keys(self, built: Any) -> NDArray[np.int64]:
        """What tells the recorded places apart: the neurons of a synapse, or the post-synaptic one. Ascending."""
        if self.locality == "global":
            return np.zeros(1, dtype=np.int64)
        if self.locality == "semiglobal":
            ranks: NDArray[np.int64] = built.post_ranks.astype(np.int64)
            return ranks if self.post_rank is None else ranks[ranks == self.post_rank]
        places = self._places(built)
        post = built.post_ranks.astype(np.int64)[np.searchsorted(built.row_start, places, side="right") - 1]
        keys: NDArray[np.int64] = post * built.pre_size + built.pre_ranks[places]
        return keys

    def _flush(self) -> None:
        super()._flush()
        self._tags += [self._built] * (len(self._chunks) - len(self._tags))

    def buffers(self) -> list[Array | None]:
        """What the kernel `record_row` takes; the rows for spikes have been made by now."""
        self.refresh()
        return super().buffers()

    def rows(self) -> Array:
        """All rows so far, a column for each of the places that there are now.

        Where a synapse was not there yet, its value is NaN; those that are there no more are left out.
        """
        self.refresh()
        parts = [*self._chunks, self._buffer[: int(self.filled[0])]]
        wanted = self._keys(self._built)
        columns = [
            _arranged(part, None if built is self._built else self._keys(built), wanted)
            for part, built in zip(parts, [*self._tags, self._built], strict=True)
        ]
        return np.concatenate(columns)

    def axes(self) -> tuple[list[str], dict[str, Any]]:
        """Dimensions behind time where synapses are one axis, and their coordinates: ranks of neurons."""
        built = self._built
        if self.locality == "global" or (self.locality == "semiglobal" and self.post_rank is not None):
            return [], {}
        if self.locality == "semiglobal":
            return ["dendrite"], {"dendrite": built.post_ranks}
        places = self._places(built)
        post = built.post_ranks[built.rows()[places]]
        return ["synapse"], {"post": ("synapse", post), "pre": ("synapse", built.pre_ranks[places])}

    def clear(self) -> None:
        """Forgets all rows."""
        super().clear()
        self._tags.clear()


def _arranged(part: Array, keys: NDArray[np.int64] | None, wanted: NDArray[np.int64]) -> Array:
    """Rows of the places ``keys`` (None: those that are wanted) as rows of the wanted ones."""
    if keys is None:
        return np.broadcast_to(part, (len(part), len(wanted)))
    part = np.broadcast_to(part, (len(part), len(keys)))
    rows = np.full((len(part), len(wanted)), np.nan)
    _, old, new = np.intersect1d(keys, wanted, assume_unique=True, return_indices=True)
    rows[:, new] = part[:, old]
    return rows


class SynapseSource:
    """What a monitor records of a projection, or of one of its dendrites.

    Parameters
    ----------
    projection
        A projection that is connected.
    post_rank
        The neuron of the dendrite, None for all.
    """

    def __init__(self, projection: Any, post_rank: int | None) -> None:
        projection._built  # noqa: B018
        self.projection, self.post_rank = projection, post_rank

    @property
    def network(self) -> Any:
        """Where the projection is."""
        return self.projection._network

    @property
    def what(self) -> str:
        """How messages call it."""
        return f"projection {self.projection.name!r}"

    def recorder(self, name: str, settings: NDArray[np.int64]) -> SynapseRecorder:
        """A recorder of an attribute.

        Raises
        ------
        ValueError
            If the projection has no such attribute.
        """
        self.projection._free_recorded(name)
        try:
            return SynapseRecorder(settings, self.projection, name, self.post_rank)
        except AttributeError as error:
            raise ValueError(str(error)) from None

    def attach(self, name: str, recorder: SynapseRecorder) -> None:
        """Arrays may have been replaced."""
        recorder.refresh()

    def is_early(self, name: str) -> bool:
        """Whether it is recorded before the neurons are updated: nothing of synapses is."""
        return False

    def read(self, name: str, recorder: SynapseRecorder, reshape: bool) -> Any:
        """Time first; then dendrites and their synapses: one array where all have equally many, else a list of them."""
        rows = recorder.rows()
        if recorder.locality == "global" or (recorder.locality == "semiglobal" and self.post_rank is not None):
            return rows[:, 0] if rows.shape[1] else np.full(len(rows), np.nan)
        if recorder.locality == "semiglobal" or self.post_rank is not None or not reshape:
            return rows
        starts = self.projection._built.row_start
        lengths = set(np.diff(starts).tolist())
        if len(lengths) <= 1:
            return rows.reshape(len(rows), len(starts) - 1, lengths.pop() if lengths else 0)
        return np.split(rows, starts[1:-1], axis=1)
