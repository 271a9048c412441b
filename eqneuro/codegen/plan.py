"""What templates take: every line of a C function decided, in the order in which it will stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eqneuro.codegen.layout import KernelLayout

SIDE_BY_SIDE = 8
"""So many windows next to each other on a population are looked through at once."""


@dataclass(frozen=True)
class EventPlan:
    """A spike (or axon spike): the scan that a block reporting one gets."""

    condition: str
    loads: tuple[str, ...]
    lines: tuple[str, ...]
    counter: str
    list: str
    length: str
    listing: tuple[str, ...]
    """Declares the pointers to the list of a step and its length."""

    @property
    def looked_at(self) -> tuple[str, ...]:
        """The loads that the condition names."""
        return self._named_in(self.condition)

    @property
    def needed(self) -> tuple[str, ...]:
        """The loads that the lines name."""
        return self._named_in(" ".join(line for line in self.lines if not line.startswith("/*")))

    def _named_in(self, text: str) -> tuple[str, ...]:
        words = set(re.findall(r"\w+", text))
        return tuple(load for load in self.loads if load.partition(" =")[0].split()[-1] in words)


@dataclass(frozen=True)
class StagePlan:
    """A loop over the neurons of a group, before the one that ends the update.

    With ``rounds`` it runs again and again, so often at most, until no neuron sets the variable ``left``.
    """

    lines: tuple[str, ...]
    rounds: int = 0
    left: str = ""


@dataclass(frozen=True)
class KernelPlan:
    """One C function, ready for its template.

    ``stages`` come before ``body`` where neurons iterate side by side; ``lanes`` declare what they hand over;
    ``is_wide`` says that the widest vectors pay, since most of the time goes into exponentials and their like;
    ``moments`` are declarations that are right in one step only; ``single`` are the arrays (C type, name, whether only
    read) of which one neuron without neighbours keeps its entry in registers; ``highest`` is the condition under which
    a neuron of a group may spike, where that is one on the largest value of a variable.
    """

    template: str
    function: str
    title: str
    equations: tuple[str, ...]
    declarations: tuple[str, ...]
    body: tuple[str, ...]
    layout: KernelLayout
    moments: tuple[str, ...] = ()
    invariants: tuple[str, ...] = ()
    block_lines: tuple[str, ...] = ()
    events: tuple[EventPlan, ...] = ()
    highest: str = ""
    checks: tuple[str, ...] = ()
    condition: str = ""
    verdict: str = ""
    require_all: bool = False
    learns: bool = False
    always: bool = False
    stages: tuple[StagePlan, ...] = ()
    lanes: tuple[str, ...] = ()
    is_wide: bool = False
    single: tuple[tuple[str, str, bool], ...] = ()


@dataclass(frozen=True)
class PartPlan:
    """A C function that does something for a single neuron: declarations, lines, and what it returns."""

    declarations: tuple[str, ...]
    lines: tuple[str, ...]
    result: str = ""


@dataclass(frozen=True)
class StateArray:
    """A variable of each neuron: its C type, a name, its array as the loop over neurons and as functions call it."""

    c_type: str
    name: str
    array: str
    own_array: str


@dataclass(frozen=True)
class TimedPlan:
    """The C functions of neurons that spike within steps.

    ``name`` ends the names of all of them. ``state`` is what a neuron carries from step to step. ``advance`` brings a
    neuron over any time, ``excess`` is by how much it is over its threshold, ``spike`` what happens to it then,
    ``propagators`` fill the matrices of linear systems for any time, each with its size.
    ``look`` is the condition under which the lines of a whole step are not the last word.
    """

    template: str
    function: str
    name: str
    title: str
    equations: tuple[str, ...]
    state: tuple[StateArray, ...]
    state_declarations: tuple[str, ...]
    advance: PartPlan
    excess: PartPlan
    spike: PartPlan
    carry: PartPlan
    propagators: tuple[tuple[int, int, PartPlan], ...]
    is_refractory: bool
    declarations: tuple[str, ...]
    invariants: tuple[str, ...]
    body: tuple[str, ...]
    look: str
    cleared: tuple[str, ...]
    checks: tuple[str, ...]
    layout: KernelLayout


@dataclass(frozen=True)
class SynapsePlan:
    """One C function that runs statements over synapses.

    ``body`` are the lines for one synapse; ``by_pre`` says that rows hold the synapses of a pre-synaptic neuron;
    ``learns`` that the kernel runs when learning is due, ``always`` that it then runs even where learning is off (the
    weight alone is held); ``operation`` joins what the synapses of a row contribute, where these are joined at all;
    ``dense`` says that every row holds every pre-synaptic neuron; ``scattered`` are the arrays of which a column of
    synapses reads entries far from each other, ``streams`` those that a row reads one after the other, ``decays`` the
    tables of decays over whole steps, and the rate of each. ``own`` are lines for the neuron whose event it is, before
    those for its synapses; ``other`` for each neuron at the other end, before its traces are read, ``near`` the same
    where all decays are in the tables. Where it ``waits``, what a post-synaptic spike does to synapses is done when
    their rows are read, and ``beside`` are the arrays with a value for each row of a range that this takes.
    """

    template: str
    function: str
    title: str
    equations: tuple[str, ...]
    declarations: tuple[str, ...]
    invariants: tuple[str, ...]
    body: tuple[str, ...]
    by_pre: bool
    delays: str
    learns: bool
    always: bool
    reads_pre: bool
    index: str
    checks: tuple[str, ...]
    layout: KernelLayout
    operation: str = ""
    dense: bool = False
    scattered: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    decays: tuple[tuple[str, str], ...] = ()
    own: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    waits: bool = False
    beside: tuple[str, ...] = ()

    def place_of(self, key: str) -> int:
        """Where a buffer is among those of the kernel."""
        return self.layout.place_of(key)


@dataclass(frozen=True)
class TransmissionPlan:
    """One C function that adds what synapses bring to the inputs of their post-synaptic neurons.

    ``outer`` are lines for each pre-synaptic spike or post-synaptic row, ``value`` is what one synapse contributes;
    ``index`` the C type of stored ranks; ``streams`` are arrays with a value for each synapse; ``runs`` says that rows
    may be added run by run; ``pairs`` that all post-synaptic neurons get one sum (``all``), or it without their own
    part (``others``); ``ahead`` is the C type of delays where spikes are handed out when they happen.
    """

    template: str
    function: str
    title: str
    equations: tuple[str, ...]
    declarations: tuple[str, ...]
    invariants: tuple[str, ...]
    outer: tuple[str, ...]
    value: str
    index: str
    delays: str
    dense: bool
    operation: str
    layout: KernelLayout
    assigns: bool = False
    timed_pre: bool = False
    streams: tuple[str, ...] = ()
    runs: bool = False
    pairs: str = ""
    ahead: str = ""


@dataclass(frozen=True)
class FilterPlan:
    """One C function that lays windows over the pre-synaptic population.

    ``inside`` and ``outside`` are lines that load what is read of pre-synaptic neuron ``i``, in windows that lie within
    the population and in those that reach over its border; ``value`` is what one weight of the filter contributes;
    ``lanes`` is how many windows next to each other are looked through at once.
    """

    template: str
    function: str
    title: str
    equations: tuple[str, ...]
    declarations: tuple[str, ...]
    invariants: tuple[str, ...]
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    value: str
    operation: str
    lanes: int
    layout: KernelLayout


Plan = KernelPlan | TimedPlan | SynapsePlan | TransmissionPlan | FilterPlan
