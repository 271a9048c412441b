"""What the parser says about text it can't read: one sentence for each typical mistake."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from eqneuro.language.errors import EquationError
from eqneuro.language.functions import KEYWORDS
from eqneuro.language.lines import Piece
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Span

if TYPE_CHECKING:
    from lark import Token, UnexpectedInput

CONDITIONAL = "A conditional is `if CONDITION: A else: B`."
GOES_ON = "A line goes on by itself after an operator, or while a bracket is open."
CHARACTERS = {
    "[": "Use round brackets; a neuron's variable is one number, without index.",
    "]": "Use round brackets; a neuron's variable is one number, without index.",
    "{": "Use round brackets.",
    "}": "Use round brackets.",
    "&": "Write `and`.",
    "|": "Write `or`; the absolute value is abs(x).",
    "!": "Write `not`, or `!=`.",
    "%": "Write modulo(x, y).",
    "'": "Names stand without quotes; a gradient is written dv/dt.",
    '"': "Names stand without quotes.",
    "\\": GOES_ON,
    "?": CONDITIONAL,
}
"""Characters of other languages, and what stands for them here."""

LOOK_ALIKES = {
    "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "＝": "=",
    "τ": "tau", "θ": "theta", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "σ": "sigma", "μ": "mu", "µ": "mu",
    "λ": "lambda", "π": "pi", "ρ": "rho", "η": "eta", "φ": "phi", "ω": "omega", "ξ": "xi", "Δ": "Delta",
    "²": "^2", "³": "^3", "“": '"', "”": '"', "‘": "'", "’": "'", "а": "a", "е": "e", "о": "o", "р": "p", "с": "c",
    "х": "x", "у": "y", "і": "i", "ν": "v", "ο": "o", "\u00a0": " ",
}  # fmt: skip
"""Characters that look like, or stand for, text of the language."""

MISSPELT = {
    "=>": ">=", "=<": "<=", "<>": "!=", "><": "!=", "===": "==", "!==": "!=", "^=": "", ":=": "=", "//": "", "/*": "",
}  # fmt: skip
"""Operators of other languages, and how they are written here."""

PYTHON = {
    "lambda": "A function is `f(x) = EXPRESSION`, in `functions=`.",
    "def": "A function is `f(x) = EXPRESSION`.",
    "return": "A function is `f(x) = EXPRESSION`.",
    "then": CONDITIONAL,
    "elif": "Write `else: if CONDITION: A else: B`.",
    "in": "",
    "for": "An equation is computed for each neuron by itself.",
    "while": "",
    "import": "Functions of the language need no import.",
    "from": "Functions of the language need no import.",
}
"""Words of other languages, which are known by the missing operator beside them: all of them may be names here."""

UNITS = frozenset(
    {
        "ms",
        "s",
        "us",
        "mV",
        "V",
        "uV",
        "nA",
        "pA",
        "uA",
        "mA",
        "A",
        "nS",
        "uS",
        "mS",
        "S",
        "pF",
        "nF",
        "uF",
        "Hz",
        "kHz",
    }
    | {"Ohm", "MOhm", "GOhm", "um", "mm", "cm"}
)
FLAGS = frozenset(
    {"init", "min", "max", "local", "global", "population", "projection", "semiglobal", "postsynaptic", "int", "bool"}
    | {"float", "explicit", "implicit", "exponential", "exact", "midpoint", "rk4", "unless_post", "unless_refractory"}
    | {"stratonovich", "unit"}
)
OPERATORS = {"+", "-", "*", "/", "^", "**", "<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "is"}
COMPARATORS = {"<", "<=", ">", ">=", "==", "!=", "is"}
ASSIGNMENTS = {"=", "+=", "-=", "*=", "/="}
SHAPES = {
    "equation": "An equation is `NAME = EXPRESSION`, or holds one gradient `dNAME/dt`.",
    "declaration": "A declaration is `NAME = VALUE`, with flags behind a colon.",
    "function": "A function is `f(x, y) = EXPRESSION`.",
    "condition": "A condition compares: `v > v_thresh`.",
    "expr": "An expression stands here alone.",
}


class Place(NamedTuple):
    """Where the parser stopped: ``text`` of the token, the word ``before`` it, and what was being read."""

    text: str
    kind: str
    before: str
    start: str
    past: str
    """The statement up to the token."""
    rest: str
    """The statement behind the token."""

    @property
    def offset(self) -> int:
        """Where in the statement the token stands."""
        return len(self.past)

    @property
    def touches(self) -> bool:
        """Whether nothing stands between the word before and the token."""
        return bool(self.past) and not self.past[-1].isspace()


class Found(NamedTuple):
    """A mistake that was recognised.

    It begins ``back`` characters before the token, and ends with the token or is ``length`` characters long.
    """

    problem: str
    hint: str = ""
    back: int = 0
    length: int = 0


def explain(error: UnexpectedInput, start: str, piece: Piece, source: SourceText) -> EquationError:
    """The error that the user sees for one of lark's."""
    from lark import UnexpectedCharacters

    if isinstance(error, UnexpectedCharacters):
        return _character(piece.text, error.pos_in_stream or 0, piece.start, source)
    token = getattr(error, "token", None)
    if token is None or token.type == "$END":
        return _end(start, piece, source)
    place = _place(token, start, piece)
    span = Span(piece.start + place.offset, piece.start + place.offset + len(token))
    for mistake in (_unless, _operator, _conditional, _word, _equals, _number):
        found = mistake(place)
        if found is not None:
            begin = span.start - found.back
            stop = begin + found.length if found.length else span.stop
            return EquationError(found.problem, source, Span(begin, stop), found.hint)
    problem, hint = _token(place)
    return EquationError(problem, source, span, hint)


def _place(token: Token, start: str, piece: Piece) -> Place:
    offset = token.start_pos or 0
    past, rest = piece.text[:offset], piece.text[offset + len(token) :]
    return Place(str(token), token.type, _word_before(past), start, past, rest)


def _character(text: str, offset: int, base: int, source: SourceText) -> EquationError:
    char = text[offset]
    run = len(text[offset:]) - len(text[offset:].lstrip(char))
    span = Span(base + offset, base + offset + (run if char in "&|" else 1))
    if char.isascii() and char.isprintable():
        shown = f"'{char}'" if char != "'" else f'"{char}"'
        return EquationError(f"{shown} is not part of the language", source, span, CHARACTERS.get(char, ""))
    name = unicodedata.name(char, f"U+{ord(char):04X}")
    hint = f"Did you mean {LOOK_ALIKES[char]!r}?" if char in LOOK_ALIKES else "Names are made of a-z, A-Z, 0-9 and _."
    return EquationError(f"character {name} is not part of the language", source, span, hint)


def _end(start: str, piece: Piece, source: SourceText) -> EquationError:
    last = _word_before(piece.text)
    stop = piece.start + len(piece.text)
    whole, span = Span(piece.start, stop), Span(stop - len(last), stop)
    if piece.text.endswith(("++", "--")):
        name = piece.text[:-2].strip()
        span = Span(stop - 2, stop)
        return EquationError(f"'{last * 2}' is not part of the language", source, span, f"Write `{name} {last}= 1`.")
    if last in OPERATORS or last in (",", "(", ":", *ASSIGNMENTS):
        return EquationError(f"nothing stands after '{last}'", source, span)
    if start in ("equation", "declaration", "function"):
        hint = SHAPES[start]
        if "==" in piece.text:
            hint = "'=' defines; '==' compares."
        elif piece.text[0] in "+-*/^":
            hint = GOES_ON
        return EquationError("no '=' in this line", source, whole, hint)
    return EquationError("the text ends too early", source, span, SHAPES[start])


def _word_before(before: str) -> str:
    """The name, number or operator right before a place."""
    found = re.search(r"(?:[\w.]+|\*\*|[<>=!+*/-]=|\S)\s*$", before[-200:])
    return found[0].strip() if found else ""


def _unless(place: Place) -> Found | None:
    """Flags of two words, as other languages have them."""
    found = re.search(r"\(?\bunless\s+(refractory|post)\b\)?", place.past + place.text + place.rest)
    if found is None:
        return None
    back, length = place.offset - found.start(), len(found[0])
    return Found(f"{found[0]!r} is not part of the language", f"Write `: unless_{found[1]}`.", back, length)


def _operator(place: Place) -> Found | None:
    """Operators that are spelt otherwise in other languages."""
    pair, back = place.before + place.text, len(place.before)
    if not (place.touches and pair in MISSPELT):
        pair, back = place.text + place.rest[:1], 0
    if pair not in MISSPELT or len(pair) < 2:
        return None
    hint = {
        "//": "A comment begins with '#'; a whole quotient is floor(x / y).",
        "/*": "A comment begins with '#'.",
        "^=": "Assignments are =, +=, -=, *= and /=.",
    }.get(pair, f"Write '{MISSPELT[pair]}'.")
    return Found(f"'{pair}' is not part of the language", hint, back, len(pair))


def _word(place: Place) -> Found | None:
    """Words where an operator is missing: flags, units, and words of Python."""
    if place.kind != "NAME" and place.text not in KEYWORDS and place.kind != "DERIVATIVE":
        return None
    if place.text in KEYWORDS and not place.past and place.text != "not":
        return Found(f"{place.text!r} is a word of the language and can't be a name", "")
    if not re.match(r"\w", place.before[-1:]) and place.before != ")":
        return None
    if place.text in FLAGS and place.start in ("equation", "declaration", "condition"):
        if re.search(r":\s*(?:" + "|".join(FLAGS) + r")\b", place.past):
            return Found(f"a comma is missing before {place.text!r}", "Flags are separated by commas.")
        return Found(f"a colon is missing before {place.text!r}", "Flags follow one colon: `: init=0.0, min=0.0`.")
    for word, back in ((place.text, 0), (place.before, len(place.past) - place.past.rfind(place.before))):
        if word in PYTHON:
            return Found(f"{word!r} is not part of the language", PYTHON[word], back, len(word))
    if place.text in UNITS and place.before[:1].isdigit():
        return Found(f"an operator is missing before {place.text!r}", f"Write `{place.before}*{place.text}`.")
    if place.before == "d":
        return Found(f"an operator is missing before {place.text!r}", "A gradient is written dNAME/dt.")
    return None


def _conditional(place: Place) -> Found | None:
    """Conditionals in the middle of an expression."""
    if place.before == "if":
        back = len(place.past) - place.past.rfind("if")
        hint = "Write `(if CONDITION: A else: B)`, or ite(CONDITION, A, B)."
        return Found("a conditional inside an expression needs brackets", hint, back, 2)
    if place.text == "if":
        return Found("'if' behind a value", CONDITIONAL)
    return None


def _equals(place: Place) -> Found | None:
    """Signs of equality where there should be none, or none where there should be one."""
    has_equals = re.search(r"(?<![<>=!])=(?!=)", place.past) is not None
    if place.text == "=" and place.before in KEYWORDS:
        return Found(f"{place.before!r} is a word of the language and can't be a name", "")
    if place.text == "=" and place.before not in OPERATORS:
        if place.start == "function" and not has_equals:
            return Found("a function has arguments in brackets", SHAPES["function"])
        if place.start == "condition":
            return Found("'=' in a condition", "Write '==' to compare.")
        if place.start == "expr":
            return Found("'=' in an expression", SHAPES["expr"])
        return Found("a second '=' in one line", "A line defines one thing; compare with '=='.")
    if place.text in ASSIGNMENTS and place.text != "=":
        return Found(f"'{place.text}' can't stand here", SHAPES[place.start])
    is_name = re.fullmatch(r"\s*[A-Za-z_]\w*\s*", place.past) is not None
    if place.start == "declaration" and not has_equals and is_name and place.before not in PYTHON:
        return Found(f"'=' is missing before '{place.text}'", SHAPES["declaration"])
    return None


def _number(place: Place) -> Found | None:
    """Numbers written as elsewhere, and names that begin with a digit."""
    if place.kind == "NUMBER" and not place.past and place.start == "declaration":
        return Found("a name can't begin with a digit", SHAPES["declaration"])
    if place.before[:1].isdigit() and place.touches:
        whole = place.before + place.text
        if place.text.startswith("."):
            return Found(f"'{whole}' is not a number", "A number has one decimal point.", len(place.before))
        if re.match(r"_|[xXbBoO][0-9a-fA-F]|[eE]$|[eE]_", place.text):
            return Found(f"'{whole}' is not a number", "Numbers are written as 1000, 0.5 or 1.0e-3.", len(place.before))
    return None


def _token(place: Place) -> tuple[str, str]:
    text, before = place.text, place.before
    is_value = text == "(" or place.kind in ("NAME", "NUMBER", "DERIVATIVE", "TRUE", "FALSE")
    if text in COMPARATORS and before not in OPERATORS and before not in ("(", ",", "=", ":", ""):
        return "comparisons can't be chained", "Write `(a < b) and (b < c)`."
    if text in OPERATORS or text in (")", ",", ":", "="):
        if before in OPERATORS or before in ("(", ",", "", *ASSIGNMENTS):
            is_call = re.search(r"\w\s*\($|,\s*$", place.past.rstrip()) is not None
            what = "an argument" if is_call and text in (")", ",") else "a value"
            return f"{what} is missing before '{text}'", ""
        if text == ",":
            return "',' outside the brackets of a function", "A decimal point is a dot."
        if text == ":":
            return "':' can't stand here", "Flags follow one colon, separated by commas: `: init=0.0, min=0.0`."
        return f"'{text}' can't stand here", SHAPES[place.start]
    if text == ".":
        return "'.' can't stand here", "Only 'pre.' and 'post.' can stand before a dot, in a synapse."
    if is_value and (before == ")" or re.fullmatch(r"[\w.]+", before)) and before not in KEYWORDS:
        return f"an operator is missing before '{text}'", "A product is written with `*`."
    return f"'{text}' can't stand here", SHAPES[place.start]
