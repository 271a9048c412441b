"""Plans the kernels of neurons that spike within steps: one neuron brought over any time, and whole steps in a loop.

The equations are written twice: over all neurons and a whole step, as for any population, and for a single neuron over
a time that is told. Where a threshold is crossed, an event arrives or a refractory time ends, a neuron is put back to
the beginning of the step and goes through it in parts.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from eqneuro.codegen.binder import Binder
from eqneuro.codegen.body import Body
from eqneuro.codegen.cprinter import CPrinter
from eqneuro.codegen.draws import Stream
from eqneuro.codegen.layout import KernelLayout, Slot
from eqneuro.codegen.names import Names
from eqneuro.codegen.plan import KernelPlan, PartPlan, StateArray, TimedPlan
from eqneuro.codegen.population import number_propagators, plan_shared, state_variables
from eqneuro.codegen.requests import PopulationRequest
from eqneuro.codegen.scan import Scan
from eqneuro.codegen.statements import C_TYPES
from eqneuro.codegen.writer import LoopWriter
from eqneuro.model.ceilings import ceilings
from eqneuro.numerics import select
from eqneuro.numerics.error_control import INNER
from eqneuro.numerics.rules import Propagator, Store, UpdateRule

SIDES = {"Greater": (0, 1), "GreaterEqual": (0, 1), "Less": (1, 0), "LessEqual": (1, 0)}
"""Which operand of a comparison is the larger one where it holds."""
FIXED_SLOTS = (
    ("numbers", "int64_t"), ("arriving", "int64_t"), ("arrivals", "arrival"), ("boundary", "int64_t"),
    ("done", "double"), ("fired", "lane"), ("spiked:spike", "uint32_t"), ("spiked_at:spike", "double"),
    ("count:spike", "int64_t"),
)  # fmt: skip
"""Buffers that the template finds at fixed places."""


LOOP_WORDS = "done fired look spikes arriving arrived s".split()
PART_WORDS = "t h from over steps excess A P Q last_A last_P last_Q last_h".split()
"""Identifiers of the template's loop and of its functions for one neuron, beside those of all templates."""


class PartBody(Body):
    """The statements of a function for a single neuron, which is told the time ``t`` and, by ``h``, how long it lasts.

    Parameters
    ----------
    request
        The population's kernel.
    real
        ``double`` or ``float``.
    slots
        The buffers of the kernel, which its functions share.
    """

    def __init__(self, request: PopulationRequest, real: str, slots: list[Slot]) -> None:
        super().__init__(request, real)
        self.scope.slots = slots
        self.prelude: list[str] = []
        _reserve(self, PART_WORDS)

    def _bind_name(self, symbol: sympy.Symbol) -> None:
        if symbol.name in ("t", "dt"):
            self.scope.text[symbol] = {"t": "t", "dt": "h"}[symbol.name]
            self.scope.note_scalar(symbol)
        else:
            super()._bind_name(symbol)

    def use_propagator(self, function: str, number: int, propagator: Propagator) -> None:
        """The entries of P and Q over the time ``h``, worked out where they are needed."""
        size = len(propagator.variables)
        names = {letter: self.scope.names.allocate(f"{letter}{number}") for letter in "PQ"}
        for letter, matrix in (("P", propagator.transition), ("Q", propagator.response)):
            for i, row in enumerate(matrix):
                for j, symbol in enumerate(row):
                    if symbol is not None:
                        fresh = sympy.Symbol(f"{letter}:{number}:{i}:{j}", real=True)
                        self._own[fresh] = ("", True)
                        self._replaced[symbol] = fresh
                        self.scope.text[fresh] = f"{names[letter]}[{size * i + j}]"
        self.prelude.append(f"double {names['P']}[{size**2}], {names['Q']}[{size**2}];")
        self.prelude.append(f"{function}(b, now, i, t, h, {names['P']}, {names['Q']});")

    def _are_shared(self, arguments: Sequence[sympy.Expr]) -> bool:
        return False

    def _open_stream(self, stream: Stream) -> None:
        self.scope.text[stream.symbol] = f"draw_{stream.kind}(now, {self._stream_name()} + {stream.number}, i)"

    def part(self, lines: Sequence[str], result: str = "") -> PartPlan:
        """The function."""
        return PartPlan(_without_restrict(self.scope.declarations), tuple(lines), result)


def plan_timed_population(
    request: PopulationRequest, name: str, real: str, method: str
) -> tuple[KernelPlan | TimedPlan, ...]:
    """The update of neurons that spike within steps, their global equations, and the matrices of linear systems."""
    rules = select.neuron_rules(request.model, method, on_grid=False)
    title = f"Population of {request.model.name or 'neurons'}, which spike within steps"
    update = _plan_timed(request, [r for r in rules if not r.is_global], name, title, real)
    return (update, *plan_shared(request, rules, name, title, real))


def _plan_timed(request: PopulationRequest, rules: Sequence[UpdateRule], name: str, title: str, real: str) -> TimedPlan:
    is_refractory = request.refractory is not None
    body = Body(request, real)
    _reserve(body, LOOP_WORDS)
    for key, c_type in FIXED_SLOTS:
        body.scope.slot(key, c_type)
    slots = body.scope.slots
    propagators = [body.add_propagator(k, p) for k, p in number_propagators(rules)]
    if is_refractory:
        until = body.scope.pointer("refractory_until", "lane", "refractory_until", const=False)
        rest = body.scope.pointer("refractory_rest", "double", "refractory_rest", const=False)
        body.opening.append(f"const lane active = {until}[i] <= (lane)now->tick;")
    body.add_neuron_rules(rules, frozen_unless="active" if is_refractory else None)
    condition = _condition(request)
    crossed = body.body_condition(body.resolve(condition))
    for variable in ceilings(request.model):  # an upstroke that left all numbers behind has crossed
        crossed = f"({crossed}) | !(fabs({body.value_of(variable)}) < INFINITY)"
    if is_refractory:
        crossed = f"(active & ({crossed})) | (({until}[i] == (lane)now->tick) & ({rest}[i] > 0.0))"
    checked = state_variables(rules, body)
    if checked:
        body.ending.append(f"total += {' + '.join(body.value_of(name) for name in checked)};")
    for given in request.inputs:
        if given.startswith("g_"):
            body.clear_input(given)
    lines, invariants = LoopWriter(body).finish()
    state, state_declarations = _plan_state(request, rules, body, slots)
    advance, reductions = _plan_advance(request, rules, name, real, slots)
    excess, spike = _plan_excess(request, condition, real, slots), _plan_spike(request, real, slots)
    carry = _plan_carry(request, real, slots)
    matrices = tuple((k, len(p.variables), _plan_matrix(request, p, slots)) for k, p in number_propagators(rules))
    checks = tuple(body.pointer_of(variable) for variable in checked)
    return TimedPlan(
        template="population_timed.c.j2",
        function=f"update_{name}",
        name=name,
        title=title,
        equations=tuple(text for rule in rules for text in rule.texts),
        state=state,
        state_declarations=state_declarations,
        advance=advance,
        excess=excess,
        spike=spike,
        carry=carry,
        propagators=matrices,
        is_refractory=is_refractory,
        declarations=_without_restrict(body.scope.declarations),
        invariants=tuple(invariants),
        body=tuple(lines),
        look=crossed,
        cleared=tuple(body.cleared),
        checks=checks,
        layout=KernelLayout(
            function=f"update_{name}",
            slots=tuple(slots),
            propagators=tuple(propagators),
            reductions=tuple(dict.fromkeys([*body.reductions, *reductions])),
            events=1,
            checked=tuple(checked),
        ),
    )


def _condition(request: PopulationRequest) -> sympy.Expr:
    spike = request.model.spike
    assert spike is not None
    condition, _, _ = select.translate(spike.condition)
    return condition


def _plan_state(
    request: PopulationRequest, rules: Sequence[UpdateRule], body: Body, slots: list[Slot]
) -> tuple[tuple[StateArray, ...], tuple[str, ...]]:
    """What a neuron has to be put back to, and the arrays of the functions that do so."""
    own, fields, state = PartBody(request, body.real, slots), Names(), []
    named = [a for a in request.model.variables if a.locality == "local"]
    types = {a.name: C_TYPES[a.type] for a in named} | {x: "real" for x in request.inputs if x.startswith("g_")}
    stored = [s.symbol.name for rule in rules for s in rule.statements if isinstance(s, Store)]
    types |= {name: "real" for name in stored if name.startswith(INNER)}
    for name, c_type in types.items():
        field = fields.allocate(name.replace(INNER, "step_of_"))
        state.append(StateArray(c_type, field, body.pointer_of(name), own.pointer_of(name)))
    return tuple(state), _without_restrict(own.scope.declarations)


def _plan_advance(
    request: PopulationRequest, rules: Sequence[UpdateRule], name: str, real: str, slots: list[Slot]
) -> tuple[PartPlan, list[str]]:
    """All equations over a time ``h`` from ``t`` on."""
    body = PartBody(request, real, slots)
    for number, propagator in number_propagators(rules):
        body.use_propagator(f"propagate_{name}_{number}", number, propagator)
    body.add_neuron_rules(rules, frozen_unless="active" if request.refractory is not None else None)
    lines, invariants = LoopWriter(body).finish()
    return body.part([*body.prelude, *invariants, *lines]), body.reductions


def _plan_matrix(request: PopulationRequest, propagator: Propagator, slots: list[Slot]) -> PartPlan:
    """The matrix A of a linear system."""
    body, size = PartBody(request, "double", slots), len(propagator.variables)
    entries = [body.resolve(entry) for row in propagator.matrix for entry in row]
    read = sorted({s for entry in entries for s in entry.free_symbols if body.varies(s)}, key=lambda s: s.name)
    lines = []
    for symbol in read:
        body.bind(symbol)
        lines.append(body.scope.load(symbol, const=True))
    values = ", ".join(CPrinter(Binder(body)).number(entry) for entry in entries)
    return body.part([*lines, f"const double A[{size**2}] = {{{values}}};"])


def _plan_excess(request: PopulationRequest, condition: sympy.Expr, real: str, slots: list[Slot]) -> PartPlan:
    """By how much a neuron is over its threshold: positive where the condition holds, and nowhere else."""
    body = PartBody(request, real, slots)
    scan, resolved = Scan(body, []), body.resolve(condition)
    holds = scan.condition(resolved)
    sides = SIDES.get(type(resolved).__name__)
    if sides is None:  # no number says how far the condition is from holding
        return body.part(scan.loads, f"{holds} ? 1.0 : -1.0")
    larger, smaller = (resolved.args[k] for k in sides)
    distance = f"const double excess = {scan.number(larger - smaller)};"
    below = "excess == excess ? fmin(excess, 0.0) : INFINITY" if ceilings(request.model) else "fmin(excess, 0.0)"
    return body.part([*scan.loads, distance], f"{holds} ? fmax(excess, DBL_MIN) : {below}")


def _plan_spike(request: PopulationRequest, real: str, slots: list[Slot]) -> PartPlan:
    """The reset, the time of the spike, the end of the refractory time."""
    body, spike = PartBody(request, real, slots), request.model.spike
    assert spike is not None
    rule = select.event_rule(spike.reset, {a.name: a.type for a in request.model.attributes})
    scan = Scan(body, [rule] if spike.reset else [])
    last = body.scope.pointer("t_last", "real", "all_t_last", const=False)
    lines = [*scan.lines, f"{last}[i] = (real)t;"]
    if request.refractory is not None:
        expr, _, _ = select.translate(request.refractory)
        until = body.scope.pointer("refractory_until", "lane", "refractory_until", const=False)
        rest = body.scope.pointer("refractory_rest", "double", "refractory_rest", const=False)
        lines += [
            f"const double over = from + {scan.number(body.resolve(expr))};",
            "const double steps = floor(over / now->dt);",
            f"{until}[i] = (lane)(now->tick + (int64_t)steps);",
            f"{rest}[i] = fmax(over - steps * now->dt, 0.0);",
        ]
    return body.part([*scan.loads, *lines])


def _plan_carry(request: PopulationRequest, real: str, slots: list[Slot]) -> PartPlan:
    """What the loop through the parts of a step reads."""
    body = PartBody(request, real, slots)
    body.scope.names = Names()  # no user's names here
    body.scope.pointer("fired", "lane", "fired", const=False)
    if request.refractory is not None:
        body.scope.pointer("refractory_until", "lane", "refractory_until", const=False)
        body.scope.pointer("refractory_rest", "double", "refractory_rest", const=False)
    return body.part([])


def _reserve(body: Body, words: Sequence[str]) -> None:
    """The user's variables have other names than what the template declares."""
    for word in words:
        body.scope.names.allocate(word)


def _without_restrict(declarations: Sequence[str]) -> tuple[str, ...]:
    """The functions of a neuron change each other's arrays, which C must know."""
    return tuple(line.replace("*restrict const ", "*const ") for line in declarations)
