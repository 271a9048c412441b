"""What templates take: every line of a C function decided, in the order in which it will stand."""

from __future__ import annotations

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
    total: str


@dataclass(frozen=True)
class KernelPlan:
    """One C function, ready for its template."""

    template: str
    function: str
    title: str
    equations: tuple[str, ...]
    declarations: tuple[str, ...]
    body: tuple[str, ...]
    layout: KernelLayout
    invariants: tuple[str, ...] = ()
    block_lines: tuple[str, ...] = ()
    events: tuple[EventPlan, ...] = ()
    checks: tuple[str, ...] = ()
    condition: str = ""
    verdict: str = ""
    require_all: bool = False
    learns: bool = False
    always: bool = False


@dataclass(frozen=True)
class SynapsePlan:
    """One C function that runs statements over synapses.

    ``body`` are the lines for one synapse; ``by_pre`` says that rows hold the synapses of a pre-synaptic neuron;
    ``learns`` that the kernel runs when learning is due, ``always`` that it then runs even where learning is off (the
    weight alone is held); ``operation`` joins what the synapses of a row contribute, where these are joined at all;
    ``dense`` says that every row holds every pre-synaptic neuron.
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


@dataclass(frozen=True)
class TransmissionPlan:
    """One C function that adds what synapses bring to the inputs of their post-synaptic neurons.

    ``outer`` are lines for each pre-synaptic spike or post-synaptic row, ``value`` is what one synapse contributes;
    ``index`` the C type of stored ranks.
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


Plan = KernelPlan | SynapsePlan | TransmissionPlan | FilterPlan
