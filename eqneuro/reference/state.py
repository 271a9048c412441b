"""What an interpreter works on: models, and the arrays that a network holds for them.

All arrays are those of the network itself, seen without their padding: whoever makes these objects hands out views.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.language.syntax import Expr
from eqneuro.model.models import NeuronModel, SynapseModel
from eqneuro.reference.counters import Moment

Array = NDArray[Any]
SMALLEST = 2.0**-1022
"""Numbers below it are zero while a network runs (docs/decisions/tiny-numbers.md)."""


@dataclass
class Instant(Moment):
    """The step that is computed: ``tick`` counts those since the network was made, ``dt`` is in ms."""

    tick: int
    dt: float

    @property
    def time(self) -> float:
        """In ms."""
        return self.step * self.dt


class Past:
    """What a variable was at the start of the last steps: a row a step, the newest ones overwrite the oldest."""

    def __init__(self, rows: Array) -> None:
        self.rows = rows

    def at(self, tick: int) -> Array:
        """The row of a step."""
        row: Array = self.rows[tick % len(self.rows)]
        return row


@dataclass(eq=False)
class Spikes:
    """Who spiked in the last steps, in ascending order, a row a step; where that happens within steps, how many ms into
    the step, too.
    """

    ranks: Array
    counts: Array
    moments: Array | None = None

    def at(self, tick: int) -> Array:
        """Those of a step."""
        row = tick % len(self.counts)
        found: Array = self.ranks[row, : int(self.counts[row])].astype(np.int64)
        return found

    def moments_at(self, tick: int) -> Array:
        """When those of a step spiked, in ms from its beginning: 0 on the grid."""
        count = int(self.counts[tick % len(self.counts)])
        if self.moments is None:
            return np.zeros(count)
        return self.moments[tick % len(self.counts), :count].copy()

    def put(self, tick: int, ranks: Array, moments: Array | None = None) -> None:
        """Notes those of a step."""
        row = tick % len(self.counts)
        self.ranks[row, : len(ranks)] = ranks
        self.counts[row] = len(ranks)
        if self.moments is not None and moments is not None:
            self.moments[row, : len(ranks)] = moments


@dataclass(eq=False)
class Neurons:
    """A population: ``values`` are its attributes, ``inputs`` what synapses bring and no equation takes over.

    ``number`` is its identity in the counters of random numbers, ``plays`` what sets its values or lets it spike
    instead of equations, ``has_equations`` whether these run.
    """

    model: NeuronModel
    number: int
    size: int
    values: Mapping[str, Array]
    inputs: Mapping[str, Array]
    constants: Mapping[str, Array]
    t_last: Array
    refractory_until: Array
    refractory: Expr | None
    outputs: Mapping[str, Spikes]
    past: Mapping[str, Past]
    present: Mapping[str, Array]
    """The arrays whose past is kept, whole."""
    slopes: Mapping[str, Past]
    past_start: Array
    """The step from which on the past is known; before, it is that of the start."""
    sums: Mapping[str, Past]
    """Inputs of the last steps, where stages read them at their own times; ``staged`` names these, ``sum()`` too."""
    sums_start: Array
    staged: tuple[str, ...]
    reductions: Mapping[str, Array]
    is_enabled: bool
    has_equations: bool
    stop: Expr | None = None
    inner: Mapping[str, Array] = field(default_factory=dict)
    """What methods keep from step to step, by the names that rules give it."""
    is_timed: bool = False
    """Whether spikes happen within steps."""
    refractory_rest: Array = field(default_factory=lambda: np.zeros(0))
    """When the refractory time ends within the step ``refractory_until``, in ms."""
    first: int = 0
    """The rank of the first of the neurons."""


@dataclass(eq=False)
class Windows:
    """Windows on a pre-synaptic population instead of synapses: which neuron each place sees, −1 outside; which of the
    shared weights it has; what is read outside."""

    seen: Array
    weight_of: Array
    weights: Array
    outside: Array


@dataclass(eq=False)
class Synapses:
    """A projection. Synapses stand in rows of one post-synaptic neuron each, in ascending order.

    ``own`` gives the array of an attribute, with one number where all share it; ``pre`` and ``post`` are what is read
    of neurons, ``pre_past`` its past, ``pre_slopes`` the slopes that are known of it, from the step ``past_start`` on.
    ``delays`` are in steps, rounded up; ``early`` is the part of a step by which they are shorter.
    """

    model: SynapseModel
    identity: int
    sender: Neurons
    receiver: Neurons
    target: Array
    post_ranks: Array
    row_start: Array
    pre_ranks: Array
    post_of: Array
    delays: Array
    early: Array
    own: Callable[[str], Array]
    pre: Mapping[str, Array]
    post: Mapping[str, Array]
    pre_past: Mapping[str, Past]
    pre_slopes: Mapping[str, Past]
    past_start: Array
    post_past: Mapping[str, Past]
    reductions: Mapping[str, Array]
    learning: Array
    updated: Array
    updated_rows: Array
    updated_all: Array
    is_event_based: bool
    assigns: bool
    windows: Windows | None = None
    fixed: frozenset[str] = field(default_factory=frozenset)
    """What is one number for all pre-synaptic neurons and changes only by the user's hand: it is read as it is now."""


def as_numbers(array: Array) -> Array:
    """Values as the language computes with them."""
    return array if array.dtype == np.float64 else array.astype(np.float64)


def store(array: Array, value: Any, where: Any = True) -> None:
    """New values, in the type of the array: whole numbers are cut off, tiny ones are zero."""
    numbers = np.broadcast_to(np.asarray(value), array.shape)
    if array.dtype.kind == "f":
        numbers = np.where(np.abs(numbers) < SMALLEST, 0.0, numbers)
    elif array.dtype.kind == "b":
        numbers = numbers != 0.0
    else:
        numbers = np.trunc(numbers)
    mask = np.broadcast_to(np.asarray(where, dtype=bool), array.shape)
    array[mask] = numbers[mask]


def typed(value: Any, kind: str) -> Any:
    """A value as an attribute of a type holds it."""
    if kind == "int":
        return np.trunc(value)
    return np.float64(1.0) * (np.asarray(value) != 0.0) if kind == "bool" else value
