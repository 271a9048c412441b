"""Names and calls of an expression resolved: checked against what the model knows, the user's functions written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from eqneuro.language.errors import EquationError
from eqneuro.language.functions import FUNCTIONS
from eqneuro.language.limits import check_depth
from eqneuro.language.names import find_slip, suggest
from eqneuro.language.rewrite import map_children, substitute
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import (
    Attribute,
    Binary,
    Call,
    Delayed,
    Derivative,
    Draw,
    Expr,
    FunctionDefinition,
    GlobalOperation,
    InputSum,
    Name,
    Span,
    Unary,
)  # fmt: skip
from eqneuro.model.models import FreeName

NODE_LIMIT = 20_000
"""Nodes of one expression once functions are written out."""

DECLARED_CONSTANTS: set[str] = set()
"""Names of all constants that networks of this process have: a neuron may read them although it does not know its network."""

ADDED_FUNCTIONS: dict[str, FunctionDefinition] = {}
"""Functions of `add_function`."""


@dataclass
class Resolver:
    """What the names of one model mean; it notes what it comes across.

    ``variables`` and ``parameters`` are the model's own. ``is_synapse`` decides which words of the language exist.
    """

    variables: frozenset[str]
    parameters: frozenset[str]
    functions: Mapping[str, FunctionDefinition]
    is_synapse: bool = False
    is_spiking: bool = False
    local_names: frozenset[str] = frozenset()
    free: dict[str, FreeName] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)
    reads_all_targets: bool = False
    pre: dict[str, FreeName] = field(default_factory=dict)
    post: dict[str, FreeName] = field(default_factory=dict)

    @property
    def known(self) -> set[str]:
        """All names that may stand in an expression."""
        words = {"t", "dt", "pi"}
        words |= {"w", "d", "t_pre", "t_post", "g_target"} if self.is_synapse else {"t_last"}
        return words | self.variables | self.parameters

    def resolve(self, expr: Expr, source: SourceText, *, noise: bool = False) -> Expr:
        """The expression with all names known; ``noise`` says whether ``xi`` may occur (in ODEs only)."""
        resolved = self._resolve(expr, source, noise)
        check_depth(resolved, source)
        for count, _ in enumerate(resolved.walk()):
            if count > NODE_LIMIT:
                raise EquationError(f"expression has more than {NODE_LIMIT:,} parts", source, expr.span)
        return resolved

    def _resolve(self, expr: Expr, source: SourceText, noise: bool) -> Expr:
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
                hint = "A gradient stands in an ODE, once."
                raise EquationError(f"gradient d{expr.name}/dt can't stand here", source, expr.span, hint)
        return map_children(expr, lambda child: self._resolve(child, source, noise))

    def _name(self, node: Name, source: SourceText, noise: bool) -> Expr:
        name = node.id
        if name in self.known:
            return node
        if name == "xi" or name.startswith("xi_"):
            if noise:
                return node
            hint = "In an assignment, write Normal(0.0, 1.0)."
            raise EquationError(f"white noise {name!r} stands in ODEs only", source, node.span, hint)
        if not self.is_synapse and name.startswith("g_") and len(name) > 2:
            if self.is_spiking:
                self.targets.add(name[2:])
                return node
            hint = f"A rate-coded neuron reads sum({name[2:]}); a spiking one has a `spike` condition."
            raise EquationError(f"conductance {name!r} in a neuron without spikes", source, node.span, hint)
        if name in ("t_pre", "t_post", "g_target", "w") and name not in DECLARED_CONSTANTS and not self.is_synapse:
            raise EquationError(f"{name!r} is known in synapses only", source, node.span)
        if name not in DECLARED_CONSTANTS:
            slip = find_slip(name, self.known)
            if slip is not None:
                raise EquationError(f"unknown name {name!r}", source, node.span, f"Did you mean {slip!r}?")
            if name in FUNCTIONS or name in self.functions or name in ADDED_FUNCTIONS:
                raise EquationError(f"{name!r} is a function", source, node.span, f"It is called as {name}(…).")
        self.free.setdefault(name, FreeName(name, source, node.span))
        return node

    def _attribute(self, node: Attribute, source: SourceText) -> Expr:
        if not self.is_synapse:
            hint = "A neuron reads its inputs as g_TARGET or sum(TARGET)."
            raise EquationError(f"{node.owner}.{node.name} is known in synapses only", source, node.span, hint)
        (self.pre if node.owner == "pre" else self.post).setdefault(node.name, FreeName(node.name, source, node.span))
        return node

    def _input_sum(self, node: InputSum, source: SourceText) -> Expr:
        if self.is_synapse:
            if node.owner is None:
                hint = "Write post.sum(TARGET) or pre.sum(TARGET)."
                raise EquationError("sum() in a synapse needs an owner", source, node.span, hint)
            name = f"sum({node.target or ''})"
            (self.pre if node.owner == "pre" else self.post).setdefault(name, FreeName(name, source, node.span))
            return node
        if node.owner is not None:
            raise EquationError(f"{node.owner}.sum is known in synapses only", source, node.span)
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
            raise EquationError(f"{node.operation} of a synapse's own {argument.id!r}", source, node.span, hint)
        self._name(argument, source, False)
        if argument.id not in self.local_names:
            hint = f"{node.operation} takes a local variable of the neuron."
            if node.operation in ("min", "max"):
                hint += f" To compare two numbers, write {node.operation}(x, y)."
            what = f"{node.operation} of {argument.id!r}, which is one number already"
            raise EquationError(what, source, node.span, hint)
        return node

    def _call(self, node: Call, source: SourceText, noise: bool) -> Expr:
        name = node.function
        definition = self.functions.get(name) or ADDED_FUNCTIONS.get(name)
        if definition is None and name not in FUNCTIONS:
            if name in self.variables | self.parameters:
                return self._delayed(node, source)
            self._refuse_call(node, source)
        arguments = tuple(self._resolve(argument, source, noise) for argument in node.arguments)
        wanted = definition.arguments if definition else FUNCTIONS[name].arguments
        if len(arguments) != len(wanted):
            count = f"{len(wanted)} argument{'s' * (len(wanted) != 1)}"
            hint = f"It is {name}({', '.join(wanted)})."
            raise EquationError(f"{name} takes {count}, not {len(arguments)}", source, node.name_span, hint)
        if definition is not None:
            body = substitute(definition.body, dict(zip(wanted, arguments, strict=True)))
            return _place(body, node.span, arguments)
        return Call(name, arguments, span=node.span, name_span=node.name_span)

    def _refuse_call(self, node: Call, source: SourceText) -> None:
        known = {*FUNCTIONS, *self.functions, *ADDED_FUNCTIONS, "ite", "sum", "mean", "norm1", "norm2"}
        if node.function == "ite":
            raise EquationError("ite takes 3 arguments", source, node.name_span, "It is ite(CONDITION, A, B).")
        if node.function in known:
            hint = f"{node.function}(v) is over the whole population."
            raise EquationError(f"{node.function} takes the name of one variable", source, node.name_span, hint)
        hint = suggest(node.function, known) or 'Add it with add_function("f(x) = …") or `functions=`.'
        raise EquationError(f"unknown function {node.function!r}", source, node.name_span, hint)

    def _delayed(self, node: Call, source: SourceText) -> Expr:
        name = node.function
        if name not in self.variables or self.is_synapse:
            raise EquationError(f"{name!r} is not a function", source, node.name_span, "A product is written with `*`.")
        [argument] = node.arguments if len(node.arguments) == 1 else [None]
        if not (isinstance(argument, Binary) and argument.operator == "-" and argument.left == Name("t")):
            hint = f"A value of the past is {name}(t - d); a product is written with `*`."
            raise EquationError(f"{name!r} is a variable, not a function", source, node.name_span, hint)
        delay = self._resolve(argument.right, source, False)
        for part in delay.walk():
            if isinstance(part, Draw) or (isinstance(part, Name) and part.id in self.variables | {"t", "t_last"}):
                raise EquationError("a delay must be a number or a parameter", source, part.span)
        if isinstance(delay, Unary):
            raise EquationError("a delay can't be negative", source, delay.span)
        if name not in self.local_names:
            raise EquationError(f"the past of {name!r} is not kept: it is global", source, node.span)
        return Delayed(name, delay, span=node.span)


def resolve_functions(definitions: Iterable[FunctionDefinition]) -> dict[str, FunctionDefinition]:
    """The user's functions, each checked and with the ones above it written out.

    Raises
    ------
    EquationError
        If one sees names that are not its arguments, calls itself, or is defined twice.
    """
    known: dict[str, FunctionDefinition] = {}
    for definition in definitions:
        if definition.name in known:
            raise EquationError(f"function {definition.name!r} is defined twice", definition.source, definition.span)
        for node in definition.body.walk():
            if isinstance(node, Call) and node.function == definition.name:
                raise EquationError(f"function {node.function!r} calls itself", definition.source, node.name_span)
            if isinstance(node, Name) and node.id not in (*definition.arguments, "pi", *DECLARED_CONSTANTS):
                hint = suggest(node.id, definition.arguments) or "A function sees its arguments only."
                raise EquationError(f"unknown name {node.id!r}", definition.source, node.span, hint)
            if isinstance(node, InputSum | GlobalOperation | Attribute | Derivative):
                raise EquationError("a function sees its arguments only", definition.source, node.span)
        resolver = Resolver(frozenset(definition.arguments), frozenset(), known)
        body = resolver.resolve(definition.body, definition.source)
        known[definition.name] = FunctionDefinition(
            definition.name, definition.arguments, body, source=definition.source, span=definition.span
        )
    return known


def _place(body: Expr, span: Span, arguments: tuple[Expr, ...]) -> Expr:
    """An inlined body points at its call; the arguments keep their own places and their identity."""
    if any(body is argument for argument in arguments):
        return body
    return replace(map_children(body, lambda child: _place(child, span, arguments)), span=span)
