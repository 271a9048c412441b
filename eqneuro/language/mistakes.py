"""What the parser says about text it can't read: one sentence for each typical mistake."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from eqneuro.language.errors import EquationError
from eqneuro.language.lines import Piece
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Span

if TYPE_CHECKING:
    from lark import UnexpectedInput

CHARACTERS = {
    "[": "Use round brackets; a neuron's variable is one number, without index.",
    "]": "Use round brackets; a neuron's variable is one number, without index.",
    "{": "Use round brackets.",
    "}": "Use round brackets.",
    "&": "Write `and`.",
    "|": "Write `or`; the absolute value is abs(x).",
    "!": "Write `not`.",
    "%": "Write modulo(x, y).",
    "'": "Names stand without quotes.",
    '"': "Names stand without quotes.",
    "\\": "A line goes on by itself while brackets are open.",
    "~": "",
    "@": "",
    "$": "",
    "?": "Write `if CONDITION: A else: B`.",
}
"""Characters of other languages, and what stands for them here."""

LOOK_ALIKES = {
    "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "＝": "=",
    "τ": "tau", "θ": "theta", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "σ": "sigma", "μ": "mu", "µ": "mu",
    "²": "^2", "³": "^3", "“": '"', "”": '"', "‘": "'", "’": "'", "а": "a", "е": "e", "о": "o", "р": "p", "с": "c",
    "х": "x", "у": "y", "і": "i", "ν": "v", "ο": "o", "\u00a0": " ",
}  # fmt: skip
"""Characters that look like, or stand for, text of the language."""

OPERATORS = {"+", "-", "*", "/", "^", "**", "<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "is"}
COMPARATORS = {"<", "<=", ">", ">=", "==", "!=", "is"}
SHAPES = {
    "equation": "An equation is `NAME = EXPRESSION`, or holds one gradient `dNAME/dt`.",
    "declaration": "A declaration is `NAME = VALUE`, with flags behind a colon.",
    "function": "A function is `f(x, y) = EXPRESSION`.",
    "condition": "A condition compares: `v > v_thresh`.",
    "expr": "",
}


def explain(error: UnexpectedInput, start: str, piece: Piece, source: SourceText) -> EquationError:
    """The error that the user sees for one of lark's."""
    from lark import UnexpectedCharacters

    if isinstance(error, UnexpectedCharacters):
        return _character(piece.text[error.pos_in_stream or 0], piece.start + (error.pos_in_stream or 0), source)
    token = getattr(error, "token", None)
    if token is None or token.type == "$END":
        return _end(start, piece, source)
    offset = token.start_pos
    span = Span(piece.start + offset, piece.start + offset + len(token))
    message, hint = _token(str(token), _word_before(piece.text, offset), start, token.type)
    return EquationError(message, source, span, hint)


def _character(char: str, offset: int, source: SourceText) -> EquationError:
    span = Span(offset, offset + 1)
    if char.isascii() and char.isprintable():
        return EquationError(f"{char!r} is not part of the language", source, span, CHARACTERS.get(char, ""))
    name = unicodedata.name(char, f"U+{ord(char):04X}")
    hint = f"Did you mean {LOOK_ALIKES[char]!r}?" if char in LOOK_ALIKES else "Names are made of a-z, A-Z, 0-9 and _."
    return EquationError(f"character {name} is not part of the language", source, span, hint)


def _end(start: str, piece: Piece, source: SourceText) -> EquationError:
    last = _word_before(piece.text, len(piece.text))
    stop = piece.start + len(piece.text)
    span = Span(stop - len(last), stop)
    if last in OPERATORS or last in (",", "(", "=", "+=", "-=", "*=", "/=", ":"):
        return EquationError(f"nothing stands after '{last}'", source, span)
    if start in ("equation", "declaration", "function"):
        return EquationError("no '=' in this line", source, Span(piece.start, stop), SHAPES[start])
    return EquationError("the line ends too early", source, span, SHAPES[start])


def _word_before(text: str, offset: int) -> str:
    """The name, number or operator right before a place."""
    before = text[:offset].rstrip()
    length = 0
    while length < len(before) and (before[-1 - length].isalnum() or before[-1 - length] in "_."):
        length += 1
    if length:
        return before[-length:]
    two = before[-2:]
    return two if two in ("**", "<=", ">=", "==", "!=", "+=", "-=", "*=", "/=") else before[-1:]


def _token(text: str, before: str, start: str, kind: str) -> tuple[str, str]:
    is_value = text == "(" or kind in ("NAME", "NUMBER", "DERIVATIVE", "TRUE", "FALSE")
    if before == "if" or text == "if":
        hint = "Put it in brackets, or write ite(CONDITION, A, B)."
        return "a conditional inside an expression needs brackets", hint
    if text == "=":
        if start == "condition":
            return "'=' in a condition", "Write '==' to compare."
        if before in OPERATORS:
            return "a value is missing before '='", ""
        return "a second '=' in one line", "Write '==' to compare."
    if text in ("+=", "-=", "*=", "/="):
        return f"'{text}' can't stand here", SHAPES[start]
    if text in COMPARATORS and before not in OPERATORS:
        return "comparisons can't be chained", "Write `(a < b) and (b < c)`."
    if text in OPERATORS or text in (")", ",", ":"):
        if before in OPERATORS or before in ("(", ",", "=", ""):
            what = "an argument" if before in ("(", ",") and text in (")", ",") else "a value"
            return f"{what} is missing before '{text}'", ""
        if text == ",":
            return "',' outside the brackets of a function", "A decimal point is a dot."
        if text == ":":
            return "':' can't stand here", "Flags follow one colon, separated by commas: `: init=0.0, min=0.0`."
        return f"'{text}' can't stand here", SHAPES[start]
    if text == ".":
        return "'.' can't stand here", "Only 'pre.' and 'post.' can stand before a dot, in a synapse."
    if is_value and (before == ")" or before.replace(".", "").replace("_", "").isalnum()):
        hint = "A product is written with `*`." if before[:1].isdigit() or before == ")" or text == "(" else ""
        return f"an operator is missing before {text!r}", hint
    return f"{text!r} can't stand here", SHAPES[start]
