"""Plans laid out as C by the templates; nothing is decided here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from eqneuro.codegen.layout import GAP_BYTES, MOST_SPIKES, ROWS_TOGETHER
from eqneuro.codegen.plan import Plan
from eqneuro.codegen.requests import GAPS, SPIKE_TIMES
from eqneuro.paths import installed_directory

if TYPE_CHECKING:
    import jinja2

    from eqneuro.codegen.pairs import PairText

FIXED_KERNELS = (
    "clear_sums", "take_inputs", "keep_sums", "keep_history", "publish_spikes", "measure_rate", "reduce", "record_row",
    "record_spikes", "spike_source", "timed_array", "observe_mean", "read_between",
)  # fmt: skip
"""Kernels of runtime.c.j2, in front of a network's own."""

PARTS = {
    SPIKE_TIMES: ("publish_timed_spikes", "record_timed_spikes", "timed_spike_source"),
    GAPS: ("poisson_source",),
}
"""Further templates, for networks in which spikes happen within steps, or at random at constant rates, and their
kernels, which stand behind those of runtime.c.j2."""

WIDTH = 120
"""Columns of generated C."""

VECTOR_FUNCTIONS = (
    "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "expm1", "log1p", "exp2", "log2",
    "log10", "cbrt",
)  # fmt: skip
"""Functions that glibc's libmvec has in vector form from version 2.35 on."""

VECTOR_FUNCTIONS_OF_TWO = ("pow", "atan2")
"""Those of two arguments."""


OPTIONS: dict[str, bool] = dict(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False, autoescape=False)
"""Of jinja2: white space as in C."""

LANES = {"double": "int64_t", "float": "int32_t"}
"""Precisions, and the integers that are as wide."""


def templates_directory() -> Path:
    """Where the templates are: in the installed package, or beside it in a checkout."""
    inside = Path(str(resources.files("eqneuro"))) / "templates"
    return inside if inside.is_dir() else inside.parent.parent / "templates"


@cache
def environment() -> jinja2.Environment:
    """The jinja2 environment: C-like white space, and an error for every name that a plan does not give."""
    import jinja2

    from eqneuro.codegen.bytecode import TemplateCode, read

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_directory()),
        undefined=jinja2.StrictUndefined,
        bytecode_cache=TemplateCode(read(installed_directory(), OPTIONS)),
        **OPTIONS,  # type: ignore[arg-type]
    )


def compile_templates(folder: Path) -> Path:
    """Compiles all templates and keeps their code in a folder."""
    from eqneuro.codegen.bytecode import TemplateCode, write

    code = TemplateCode({})
    every = environment().overlay(bytecode_cache=code)
    for name in every.list_templates(extensions=["j2"]):
        every.get_template(name)
    return write(folder, OPTIONS, code.code)


def render_kernel(plan: Plan) -> str:
    """The C function of one plan."""
    text = environment().get_template(plan.template).render(plan=plan, rows_together=ROWS_TOGETHER).strip()
    return "\n".join(fold(line) for line in text.splitlines())


def fold(line: str) -> str:
    """A line of C that is too long, broken where the fewest brackets are open."""
    indent = len(line) - len(line.lstrip()) + 4
    lines = []
    while len(line) > WIDTH:
        places = [m.end() for m in re.finditer(r"(?:[-+*/?:&|=]|,) (?=\S)", line[:WIDTH]) if m.end() > WIDTH // 2]
        if not places:
            break
        depths = {place: line[:place].count("(") - line[:place].count(")") for place in places}
        best = max(places, key=lambda place: (-depths[place], place))
        lines.append(line[:best].rstrip())
        line = " " * indent + line[best:]
    return "\n".join([*lines, line])


def fixed_kernels(parts: Sequence[str] = ()) -> tuple[str, ...]:
    """The names of the kernels in front of a network's own, with those of some of `PARTS`."""
    return (*FIXED_KERNELS, *(kernel for part in parts for kernel in PARTS[part]))


def render_network(plans: Sequence[Plan], real: str, parts: Sequence[str] = ()) -> str:
    """The translation unit of a network, with some of `PARTS`."""
    fixed = fixed_kernels(parts)
    return _render(
        "network.c.j2",
        real,
        kernels=[render_kernel(plan) for plan in plans],
        fixed=FIXED_KERNELS,
        functions=[*fixed, *(plan.function for plan in plans)],
        parts=parts,
        most_spikes=MOST_SPIKES,
        gap_bytes=GAP_BYTES,
    )


@cache
def render_shared(real: str) -> str:
    """The translation unit that is linked to every network of a precision."""
    return _render("shared.c.j2", real)


def render_pairs(pairs: PairText) -> str:
    """The translation unit of a text about pairs of neurons."""
    return _render("pairs.c.j2", "double", pairs=pairs, vector_functions=pairs.vector_functions, of_two=())


def render_alone(*templates: str) -> str:
    """Templates without a network around them, to test or to measure what they hold."""
    return "\n".join(_render(template, "double") for template in templates)


def _render(template: str, real: str, **told: object) -> str:
    import eqneuro

    fixed = {"version": eqneuro.__version__, "real": real, "lane": LANES[real]}
    told = fixed | {"vector_functions": VECTOR_FUNCTIONS, "of_two": VECTOR_FUNCTIONS_OF_TWO} | told
    return environment().get_template(template).render(told)
