"""Plans the kernels of projections with shared filters: windows laid over the pre-synaptic population."""

from __future__ import annotations

import sympy

from eqneuro.codegen.cprinter import CPrinter
from eqneuro.codegen.layout import KernelLayout
from eqneuro.codegen.plan import SIDE_BY_SIDE, FilterPlan
from eqneuro.codegen.projections import PlannerNames, TransmissionPlanner, plain_name
from eqneuro.codegen.requests import FilterRequest, NeighbourAttribute
from eqneuro.codegen.simplify import Invariants
from eqneuro.model.contribution import contribution
from eqneuro.numerics.select import translate

WORDS = "number places filters row lane j w k i first source value total totals begin end now b".split()
"""Identifiers that the template uses."""
SLOTS = (
    ("filter:corner", "int32_t", "corner", True),
    ("filter:filter_of", "int32_t", "filter_of", True),
    ("filter:offset", "int32_t", "offset", True),
    ("filter:over_border", "int32_t", "over_border", True),
    ("shared_weights", "real", "weights", True),
    ("filter:side_by_side", "uint8_t", "side_by_side", True),
    ("filter:padding", "real", "all_padding", True),
    ("input", "real", "input", False),
)
"""Buffers, their types, their names in C, and whether they are only read."""


def plan_filter(request: FilterRequest, name: str, real: str) -> FilterPlan:
    """The kernel of a projection with shared filters."""
    return _FilterPlanner(request.projection, name, real).plan_filter()


class _FilterPlanner(TransmissionPlanner):
    """In the loop, ``k`` is the place in the window and ``i`` the pre-synaptic neuron."""

    _global_length = "number[5]"
    inside: list[str]
    outside: list[str]

    def plan_filter(self) -> FilterPlan:
        """The kernel."""
        request = self.request
        expr, text = contribution(request.model, events=request.events)
        value, _, _ = translate(expr)
        for word in WORDS:
            self.scope.names.allocate(word)
        for key, c_type, wanted, is_const in SLOTS:
            self.scope.pointer(key, c_type, wanted, const=is_const)
        self.inside = ["const int64_t i = first + offset[k];"]
        self.outside = ["const int64_t i = source[k];"]
        invariants = Invariants(lambda s: not self._varies(s))
        hoisted = invariants.hoist(value)
        before = self._print_invariants(invariants)
        printed = CPrinter(PlannerNames(self, narrow=True), self.real).number(hoisted)
        is_read = len(self.inside) > 1
        function = f"filter_{self.name}"
        return FilterPlan(
            template="filter_projection.c.j2",
            function=function,
            title=f"Projection with {request.model.name or 'shared filters'}",
            equations=(text,),
            declarations=tuple(self.scope.declarations),
            invariants=tuple(before),
            inside=tuple(self.inside) if is_read else (),
            outside=tuple(self.outside) if is_read else (),
            value=printed,
            operation=request.model.operation,
            lanes=SIDE_BY_SIDE,
            layout=KernelLayout(function=function, slots=tuple(self.scope.slots), rings=tuple(self._ring_names())),
        )

    def bind(self, symbol_: sympy.Symbol) -> str:
        """The C text of a symbol inside the loop over the window."""
        if symbol_.name == "w":
            self.scope.text[symbol_] = "w[k]"
        return super().bind(symbol_)

    def _bind_source(self, symbol_: sympy.Symbol, neighbour: NeighbourAttribute, *, is_past: bool) -> None:
        scope, c_type, wanted = self.scope, neighbour.c_type, plain_name(neighbour.name)
        if is_past:
            pointer = self._past_row(neighbour, f"all_{wanted}")
        else:
            pointer = scope.pointer(f"pre:{neighbour.name}", c_type, f"all_{wanted}", const=True)
        if not neighbour.varies:
            scope.text[symbol_] = self._cast(pointer, c_type, "0")
            return
        local = scope.names.allocate(f"pre_{wanted}")
        value = self._cast(pointer, c_type, "i")
        self.inside.append(f"const real {local} = {value};")
        self.outside.append(f"const real {local} = i < 0 ? all_padding[0] : {value};")
        scope.text[symbol_] = local
