"""Names that the user gives: what may be declared, and what would be confused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eqneuro.language.errors import EquationError
from eqneuro.language.functions import KEYWORDS, RESERVED, is_noise
from eqneuro.language.names import C_WORDS
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Assignment, Declaration, FunctionDefinition, Ode, Span
from eqneuro.model.equations import name_span

SYNAPSE_WORDS = frozenset(["pre", "post", "t_pre", "t_post", "g_target"])
"""Names that have a meaning in synapses, other than ``w``, which a synapse may define for itself."""


def check_name(name: str, source: SourceText, span: Span, *, is_synapse: bool = False) -> None:
    """Refuses the language's own words as names of parameters and variables."""
    if name in RESERVED or is_noise(name) or (is_synapse and name in SYNAPSE_WORDS):
        what = "word" if name in KEYWORDS else "name"
        hint = MEANINGS.get("xi" if is_noise(name) else name, "")
        raise EquationError(f"{name!r} is a {what} of the language and can't be declared", source, span, hint)


MEANINGS = {
    "t": "It is the time in ms.",
    "dt": "It is the time step in ms: give it to Network.",
    "pi": "It is 3.14159…",
    "sum": "sum(TARGET) is what the synapses of a target bring.",
    "t_last": "It is the time of the last spike.",
    "xi": "It is white noise.",
    "pre": "pre.NAME is what the pre-synaptic neuron has.",
    "post": "post.NAME is what the post-synaptic neuron has.",
    "t_pre": "It is the time of the last pre-synaptic spike.",
    "t_post": "It is the time of the last post-synaptic spike.",
    "g_target": "It is the conductance that the synapse acts on.",
}
"""What the language's own names mean."""


def check_names(
    statements: Iterable[Declaration | Ode | Assignment],
    functions: Mapping[str, FunctionDefinition],
    *,
    is_synapse: bool = False,
) -> None:
    """Refuses names of the language, names that the generated code would confuse, and variables named as functions."""
    seen: set[str] = set()
    for statement in statements:
        name, source, span = statement.name, statement.source, name_span(statement)
        check_name(name, source, span, is_synapse=is_synapse)
        if name in functions:
            raise EquationError(f"{name!r} is a function already", source, span, "Give one of them another name.")
        plain = name.rstrip("_")
        for other in sorted(seen):
            if plain in C_WORDS and name != other and other.rstrip("_") == plain:
                hint = f"{plain!r} is a word of C, which gets such an underscore in the generated code."
                message = f"{name!r} differs from {other!r} only by underscores at the end"
                raise EquationError(message, source, span, hint)
        seen.add(name)
