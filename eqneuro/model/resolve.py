"""Names and calls of an expression resolved: checked against what the model knows, the user's functions written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from eqneuro.language.distributions import DISTRIBUTIONS
from eqneuro.language.errors import EquationError
from eqneuro.language.functions import FUNCTIONS, is_noise
from eqneuro.language.limits import Measure
from eqneuro.language.names import FUNCTION_SYNONYMS, find_slip, suggest
from eqneuro.language.rewrite import map_children
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Assignment,
    Attribute,
    Binary,
    Call,
    Condition,
    Derivative,
    Expr,
    FunctionDefinition,
    GlobalOperation,
    InputSum,
    Name,
    Quantity,
)  # fmt: skip
from eqneuro.model.delays import delay_of, past_value
from eqneuro.model.inlining import ADDED_FUNCTIONS, check_count, write_out
from eqneuro.model.models import FreeName
from eqneuro.model.quantities import in_plain_numbers, signed_number, without_ones
from eqneuro.model.units import Dimension, suggest_unit

__all__ = ["ADDED_FUNCTIONS", "CONSTANT_DIMENSIONS", "DECLARED_CONSTANTS", "Resolver"]

DECLARED_CONSTANTS: set[str] = set()
"""Constants of all networks of this process: a neuron may read them although it does not know its network."""
CONSTANT_DIMENSIONS: dict[str, Dimension] = {}
"""Those of constants that were given with a unit."""


IN_NEURONS = {
    "w": "Weights belong to synapses; if this is a parameter of the neuron, declare it.",
    "t_pre": "A neuron knows t_last, the time of its last spike.",
    "t_post": "A neuron knows t_last, the time of its last spike.",
}
"""What a neuron has instead."""

SYNAPSE_WORDS = frozenset(["pre", "post", "t_pre", "t_post", "g_target", "w"])
"""Names that mean something in synapses only."""


@dataclass
class Resolver:
    """What the names of one model mean; it notes what it comes across.

    ``variables`` and ``parameters`` are the model's own. ``is_synapse`` decides which words of the language exist.
    ``is_unit`` says of names that mean nothing else whether they are units; it is None where the model has none.
    """

    variables: frozenset[str]
    parameters: frozenset[str]
    functions: Mapping[str, FunctionDefinition]
    is_synapse: bool = False
    is_spiking: bool = False
    local_names: frozenset[str] = frozenset()
    is_unit: Callable[[str], bool] | None = None
    free: dict[str, FreeName] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)
    reads_all_targets: bool = False
    pre: dict[str, FreeName] = field(default_factory=dict)
    post: dict[str, FreeName] = field(default_factory=dict)
    units: dict[str, FreeName] = field(default_factory=dict)
    texts: list[tuple[str, Condition | Assignment]] = field(default_factory=list)
    """Events, conditions and times as they were written, and what they are, for their dimensions."""
    _measure: Measure = field(default_factory=Measure)

    @property
    def known(self) -> set[str]:
        """All names that may stand in an expression."""
        words = {"t", "dt", "pi"}
        words |= {"w", "d", "t_pre", "t_post", "g_target"} if self.is_synapse else {"t_last"}
        return words | self.variables | self.parameters

    def resolve(self, expr: Expr, source: SourceText, *, noise: bool = False) -> Expr:
        """The expression with all names known; ``noise`` says whether ``xi`` may occur (in ODEs only)."""
        self._measure = Measure()
        resolved = self._resolve(expr, source, noise)
        self._measure.check(resolved, source)
        return resolved

    def _resolve(self, expr: Expr, source: SourceText, noise: bool) -> Expr:
        number = self._number_with_unit(expr, source)
        if number is not None:
            return number
        match expr:
            case Name():
                return self._name(expr, source, noise)
            case Attribute():
                return self._attribute(expr, source)
            case InputSum():
                return self._input_sum(expr, source)
            case GlobalOperation():
                return self._global_operation(expr, source)
            case Call():
                return self._call(expr, source, noise)
            case Derivative():
                hint = "It stands in an ODE of `equations`, once."
                raise EquationError("a gradient can't stand", source, expr.span, hint)
        resolved = map_children(expr, lambda child: self._resolve(child, source, noise))
        if isinstance(expr, Binary) and any(self._number_with_unit(side, source) for side in (expr.left, expr.right)):
            return without_ones(resolved)
        return resolved

    def _number_with_unit(self, expr: Expr, source: SourceText) -> Expr | None:
        """What is computed in place of ``20*ms``; None for everything that is not made of numbers and units alone."""
        if isinstance(expr, Quantity):
            return signed_number(expr.value, expr.span)
        try:
            number = None if self.is_unit is None else in_plain_numbers(expr, self.is_unit)
        except OverflowError:
            raise EquationError("number that is too large for a double", source, expr.span) from None
        for node in expr.walk() if number is not None else ():
            if isinstance(node, Name):
                self.units.setdefault(node.id, FreeName(node.id, source, node.span))
        return number

    def _name(self, node: Name, source: SourceText, noise: bool) -> Expr:
        name = node.id
        if name in self.known:
            return node
        if is_noise(name):
            if noise:
                return node
            hint = "In an assignment, write Normal(0.0, 1.0)."
            hint = f"It stands in ODEs. {hint}"
            raise EquationError(f"white noise {name!r}", source, node.span, hint)
        if not self.is_synapse and name.startswith("g_") and len(name) > 2:
            if self.is_spiking:
                self.targets.add(name[2:])
                return node
            hint = f"A rate-coded neuron reads sum({name[2:]}); a spiking one has a `spike` condition."
            raise EquationError(f"conductance {name!r} of a neuron without spikes", source, node.span, hint)
        if name not in DECLARED_CONSTANTS:
            self._refuse_name(node, source)
        self.free.setdefault(name, FreeName(name, source, node.span))
        return node

    def _refuse_name(self, node: Name, source: SourceText) -> None:
        """Refuses what can be no constant of the network, or is most likely a slip."""
        name = node.id
        if name in SYNAPSE_WORDS and not self.is_synapse:
            hint = IN_NEURONS.get(name, "A neuron reads its inputs as g_TARGET or sum(TARGET).")
            raise EquationError(f"{name!r}, known in synapses only,", source, node.span, hint)
        if name in ("pre", "post"):
            hint = f"What the {name}-synaptic neuron has is read as {name}.NAME."
            raise EquationError(f"{name!r} without attribute", source, node.span, hint)
        if name == "t_last" and self.is_synapse:
            hint = "A synapse reads t_pre and t_post, the times of the last spikes."
            raise EquationError("'t_last', known in neurons only,", source, node.span, hint)
        slip = find_slip(name, self.known | {"True", "False"})
        hint = f"Did you mean {slip!r}?" if slip is not None else ""
        hint = hint or (suggest_unit(name) if self.is_unit is not None else "")
        if hint:
            raise EquationError(f"unknown name {name!r}", source, node.span, hint)
        if name in FUNCTIONS or name in self.functions or name in ADDED_FUNCTIONS:
            hint = f"It is called as {name}(…)."
            raise EquationError(f"function {name!r} without arguments", source, node.span, hint)
        if name in DISTRIBUTIONS:
            arguments = ", ".join(DISTRIBUTIONS[name].arguments)
            hint = f"It is {name}({arguments})."
            raise EquationError(f"distribution {name!r} without arguments", source, node.span, hint)

    def _attribute(self, node: Attribute, source: SourceText) -> Expr:
        if not self.is_synapse:
            hint = "A neuron reads its inputs as g_TARGET or sum(TARGET)."
            raise EquationError(f"{node.owner}.{node.name}, known in synapses only,", source, node.span, hint)
        (self.pre if node.owner == "pre" else self.post).setdefault(node.name, FreeName(node.name, source, node.span))
        return node

    def _input_sum(self, node: InputSum, source: SourceText) -> Expr:
        if self.is_synapse:
            if node.owner is None:
                hint = "Write post.sum(TARGET) or pre.sum(TARGET)."
                raise EquationError("sum of neither side", source, node.span, hint)
            name = f"sum({node.target or ''})"
            (self.pre if node.owner == "pre" else self.post).setdefault(name, FreeName(name, source, node.span))
            return node
        if node.owner is not None:
            hint = "A neuron reads its inputs as sum(TARGET)."
            raise EquationError(f"{node.owner}.sum, known in synapses only,", source, node.span, hint)
        if node.target is None:
            self.reads_all_targets = True
            return node
        self.targets.add(node.target)
        return Name(f"g_{node.target}", span=node.span) if self.is_spiking else node

    def _global_operation(self, node: GlobalOperation, source: SourceText) -> Expr:
        argument = node.argument
        if isinstance(argument, Attribute):
            self._attribute(argument, source)
            return node
        if self.is_synapse:
            hint = f"Write {node.operation}(pre.{argument.id}) or {node.operation}(post.{argument.id})."
            raise EquationError(f"{node.operation} of {argument.id!r}", source, node.span, hint)
        self._name(argument, source, False)
        if argument.id not in self.local_names:
            hint = f"{argument.id!r} is one number for the whole population already."
            if node.operation in ("min", "max"):
                hint += f" Two numbers are compared as {node.operation}(x, y)."
            raise EquationError(f"{node.operation} of {argument.id!r}", source, node.span, hint)
        return node

    def _call(self, node: Call, source: SourceText, noise: bool) -> Expr:
        name = node.function
        definition = self.functions.get(name) or ADDED_FUNCTIONS.get(name)
        if definition is None and name not in FUNCTIONS:
            if name in self.variables | self.parameters:
                return self._delayed(node, source)
            raise self._unknown_function(node, source)
        arguments = tuple(self._resolve(argument, source, noise) for argument in node.arguments)
        check_count(node, definition.arguments if definition else FUNCTIONS[name].arguments, source)
        if definition is None:
            return Call(name, arguments, span=node.span, name_span=node.name_span)
        self._note_constants(definition, node, source)
        body = write_out(definition, node, arguments)
        self._measure.check(body, source)
        return body

    def _note_constants(self, definition: FunctionDefinition, call: Call, source: SourceText) -> None:
        """A constant that a function reads is read by the model, which may not have another thing of that name."""
        for node in definition.body.walk():
            if not isinstance(node, Name) or node.id in (*definition.arguments, "pi"):
                continue
            if node.id in self.known:
                message = f"function {definition.name!r} reads the constant {node.id!r}, which has another meaning here"
                hint = f"Make {node.id!r} an argument of {definition.name!r}."
                raise EquationError(message, source, call.name_span, hint)
            self.free.setdefault(node.id, FreeName(node.id, definition.source, node.span))

    def _unknown_function(self, node: Call, source: SourceText) -> EquationError:
        name = node.function
        known = {*FUNCTIONS, *DISTRIBUTIONS, *self.functions, *ADDED_FUNCTIONS, "ite", "sum", "mean", "norm1", "norm2"}
        if name == "ite":
            message = f"ite takes 3 arguments, not {len(node.arguments)}"
            return EquationError(message, source, node.name_span, "It is ite(CONDITION, A, B).")
        if name in known:
            hint = f"It is {name}(v), over the whole population, where v is a variable."
            return EquationError(f"{name} takes the name of one variable", source, node.name_span, hint)
        hint = f"Did you mean {FUNCTION_SYNONYMS[name]}?" if name in FUNCTION_SYNONYMS else suggest(name, known)
        hint = hint or "Define it in `functions=`, or for all models by add_function."
        return EquationError(f"unknown function {name!r}", source, node.name_span, hint)

    def _delayed(self, node: Call, source: SourceText) -> Expr:
        name = node.function
        if name not in self.variables or self.is_synapse:
            what = "parameter" if name in self.parameters else "variable"
            hint = "A product is written with `*`."
            raise EquationError(f"{what} {name!r} called like a function", source, node.name_span, hint)
        delay = self._resolve(delay_of(node, source), source, False)
        if name not in self.local_names:
            hint = "The past is kept of local variables only."
            raise EquationError(f"past value of the global {name!r}", source, node.name_span, hint)
        return past_value(node, delay, source, self.parameters | set(self.free) | {"dt", "pi"})
