"""Checked, immutable models: made by `analysis`, read by `numerics`, `codegen` and `network`.

Expressions are `language.syntax` trees in which the user's own functions are already written out (inlined), augmented
assignments are expanded (``a += 2`` is ``a = a + 2``) and ODEs are solved for their gradient. No sympy here: a model is
made, hashed and looked up in the cache of compiled networks without importing it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Expr, FunctionDefinition, Span
from eqneuro.model.units import Dimension, unit_name

Locality = Literal["local", "semiglobal", "global"]
TypeName = Literal["float", "int", "bool"]


@dataclass(frozen=True)
class ModelAttribute:
    """A parameter or variable.

    ``init`` is a number, the name of a parameter or constant, a distribution or an expression of these; it is evaluated
    when the network is compiled, where the user has set no value.
    """

    name: str
    locality: Locality
    type: TypeName
    init: Expr
    is_parameter: bool


@dataclass(frozen=True)
class Bound:
    """``min=…`` or ``max=…``, in the order written."""

    side: Literal["min", "max"]
    value: Expr


@dataclass(frozen=True)
class OdeEquation:
    """``d variable / dt = right``; ``method`` is the flag, None where the network decides.

    ``conditions`` holds the flags ``unless_refractory`` and ``stratonovich``.
    """

    variable: str
    right: Expr
    method: str | None
    bounds: tuple[Bound, ...]
    text: str = field(compare=False)
    source: SourceText = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)
    conditions: tuple[str, ...] = ()
    relative_tolerance: float | None = None
    absolute_tolerance: float | None = None


@dataclass(frozen=True)
class AssignmentEquation:
    """``variable = value``. In an event, ``conditions`` holds flags such as ``unless_post``."""

    variable: str
    value: Expr
    bounds: tuple[Bound, ...]
    text: str = field(compare=False)
    source: SourceText = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)
    conditions: tuple[str, ...] = ()


Equation = OdeEquation | AssignmentEquation


@dataclass(frozen=True)
class FreeName:
    """A name the model does not define: it must be a constant of the network (checked by `Network.create`)."""

    name: str
    source: SourceText = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class ModelUnits:
    """What is known of the units of a model that has some; its numbers are in eqneuro's own."""

    dimensions: Mapping[str, Dimension]
    """Of attributes and inputs (``v``, ``g_exc``), without those that the text leaves open."""
    names: tuple[FreeName, ...]
    """Units that the text names, each once."""


@dataclass(frozen=True)
class SpikeEvent:
    """A condition and what runs where it holds."""

    condition: Expr
    reset: tuple[AssignmentEquation, ...]


def _unchanging(parameters: Iterable[ModelAttribute], constants: Iterable[FreeName]) -> frozenset[str]:
    return frozenset(a.name for a in parameters) | {free.name for free in constants} | {"dt", "pi"}


@dataclass(frozen=True)
class NeuronModel:
    """A neuron, checked. ``equations`` stand in the order of evaluation: global ones first, else as written."""

    parameters: tuple[ModelAttribute, ...]
    variables: tuple[ModelAttribute, ...]
    equations: tuple[Equation, ...]
    spike: SpikeEvent | None
    axon_spike: SpikeEvent | None
    refractory: Expr | None
    targets: tuple[str, ...]
    """Targets read as ``g_TARGET`` or ``sum(TARGET)``, sorted."""
    reads_all_targets: bool
    """Whether ``sum()`` occurs."""
    constants: tuple[FreeName, ...]
    functions: tuple[FunctionDefinition, ...]
    """The user's own functions (callable from Python as methods of the population)."""
    name: str = field(compare=False, repr=False)
    description: str = field(compare=False, repr=False)
    units: ModelUnits | None = field(default=None, compare=False, repr=False)
    spike_times: str | None = field(default=None, repr=False)
    """``grid`` or ``interpolated``, None where the network decides."""

    @property
    def is_spiking(self) -> bool:
        """Whether a spike condition makes this a spiking neuron."""
        return self.spike is not None

    @property
    def attributes(self) -> tuple[ModelAttribute, ...]:
        """Parameters, then variables."""
        return self.parameters + self.variables

    @property
    def unchanging(self) -> frozenset[str]:
        """Names of what does not change within a run."""
        return _unchanging(self.parameters, self.constants)

    @cached_property
    def digest(self) -> str:
        """A stable hash of everything that decides the generated code."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


@dataclass(frozen=True)
class StructuralRule:
    """`pruning` or `creating`."""

    condition: Expr
    probability: float
    weight: Expr | None
    delay: float | None


@dataclass(frozen=True)
class SynapseModel:
    """A synapse, checked. ``w`` is always among the variables or parameters."""

    parameters: tuple[ModelAttribute, ...]
    variables: tuple[ModelAttribute, ...]
    equations: tuple[Equation, ...]
    psp: Expr | None
    operation: Literal["sum", "mean", "max", "min"]
    pre_spike: tuple[AssignmentEquation, ...]
    post_spike: tuple[AssignmentEquation, ...]
    pre_axon_spike: tuple[AssignmentEquation, ...]
    pruning: StructuralRule | None
    creating: StructuralRule | None
    constants: tuple[FreeName, ...]
    pre_attributes: tuple[FreeName, ...]
    """Names read as ``pre.NAME`` (checked by `Network.connect`)."""
    post_attributes: tuple[FreeName, ...]
    functions: tuple[FunctionDefinition, ...]
    is_spiking: bool
    """Whether it has a pre_spike, post_spike or pre_axon_spike (a synapse without any serves both kinds)."""
    name: str = field(compare=False, repr=False)
    description: str = field(compare=False, repr=False)
    psp_text: str = field(default="", compare=False, repr=False)
    """``psp`` as the user wrote it."""
    units: ModelUnits | None = field(default=None, compare=False, repr=False)

    @property
    def attributes(self) -> tuple[ModelAttribute, ...]:
        """Parameters, then variables."""
        return self.parameters + self.variables

    @property
    def unchanging(self) -> frozenset[str]:
        """Names of what does not change within a run."""
        return _unchanging(self.parameters, self.constants)

    @cached_property
    def digest(self) -> str:
        """A stable hash of everything that decides the generated code."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def units_of(model: NeuronModel | SynapseModel) -> dict[str, str]:
    """What the values of a model's attributes and inputs are counted in, as far as the model says."""
    dimensions = {} if model.units is None else model.units.dimensions
    return {name: unit_name(dimension) for name, dimension in dimensions.items() if not dimension.is_plain}
