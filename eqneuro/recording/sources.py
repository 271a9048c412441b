"""What monitors record: populations and views of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.recording import spikes as statistics
from eqneuro.recording.recorders import Recorder, RowRecorder, SpikeRecorder
from eqneuro.recording.synaptic import SynapseSource

SPIKES = ("spike", "axon_spike")


class PopulationSource:
    """What a monitor records of a population.

    Parameters
    ----------
    population
        The population.
    ranks
        Those neurons that are recorded, None for all.
    """

    def __init__(self, population: Any, ranks: NDArray[np.int64] | None) -> None:
        self.population, self.ranks = population, ranks

    @property
    def network(self) -> Any:
        """Where the population is."""
        return self.population._network

    @property
    def what(self) -> str:
        """How messages call it."""
        return f"population {self.population.name!r}"

    def recorder(self, name: str, settings: NDArray[np.int64]) -> Recorder:
        """A recorder of spikes or of anything that can be read.

        Raises
        ------
        ValueError
            If the population has no such thing.
        """
        population = self.population
        if name in SPIKES:
            if name not in population._outputs:
                raise ValueError(f"population {population.name!r} has no {name!r} condition: it does not spike")
            output = population._outputs[name]
            timed = output.ring_at is not None
            return SpikeRecorder(output.width, population.size, self.ranks, settings, timed=timed)
        recorder = RowRecorder(settings)
        self.attach(name, recorder)
        return recorder

    def attach(self, name: str, recorder: RowRecorder) -> None:
        """Arrays may have been replaced: by another precision, or by one value a neuron."""
        array = self.population._recordable(name)
        if self.population._is_local(name):
            recorder.attach(array, self.ranks, self.population.size if self.ranks is None else len(self.ranks))
        else:
            recorder.attach(array, None, 1)

    def is_early(self, name: str) -> bool:
        """Whether it is recorded before the neurons are updated: inputs are, as the neurons read them."""
        return name.startswith(("sum(", "g_"))

    def read(self, name: str, recorder: Recorder, reshape: bool) -> Any:
        """Time first, then the population's geometry, or ranks; spikes by rank."""
        population = self.population
        if isinstance(recorder, SpikeRecorder):
            ranks = range(population.size) if self.ranks is None else self.ranks
            steps, spiked = recorder.events(self.network.dt)
            return statistics.by_rank(steps, spiked, recorded=ranks)  # type: ignore[arg-type]
        self.attach(name, recorder)
        rows = recorder.rows()
        if not population._is_local(name):
            return rows[:, 0]
        return rows.reshape(len(rows), *population.geometry) if reshape and self.ranks is None else rows


Source = PopulationSource | SynapseSource


def whole_of(watched: Any) -> tuple[Any, int | None]:
    """What a dendrite is part of, and whose it is; anything else as it is."""
    if hasattr(type(watched), "receptive_field"):
        return watched.projection, int(watched.post_rank)
    return watched, None


def source_of(watched: Any, post_rank: int | None = None) -> Source:
    """What a monitor of an object records; ``post_rank`` names one of a projection's dendrites.

    Raises
    ------
    TypeError
        If it is nothing that can be recorded.
    """
    population = getattr(watched, "population", watched)
    if hasattr(population, "_store"):
        ranks = None if population is watched else np.array(watched.ranks, dtype=np.int64)
        return PopulationSource(population, ranks)
    if hasattr(type(watched), "_is_event_based"):
        return SynapseSource(watched, post_rank)
    raise TypeError(f"a monitor records a population, a projection, a view or a dendrite, not {watched!r}")
