"""Reports in LaTeX: an article, or its sections to be read in by another document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from eqneuro.reporting.document import Block, Code, Document, Equations, Formula, Paragraph, Piece, Section, Table

PACKAGES = ("amsmath", "array", "longtable")
HEADINGS = ("section", "subsection", "subsubsection")
SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': "''",
}  # fmt: skip
SIGNS = {
    "−": "-", "·": r"\cdot", "×": r"\times", "±": r"\pm", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx",
    "∞": r"\infty", "√": r"\surd", "→": r"\to", "←": r"\leftarrow", "∝": r"\propto", "∂": r"\partial", "Σ": r"\Sigma",
    "∫": r"\int", "∈": r"\in", "°": r"{}^{\circ}", "′": "'", "ϵ": r"\epsilon",
}  # fmt: skip
NARROWEST, WIDEST = 6, 45
"""Characters between which the width of a column follows its text."""


def write_latex(document: Document, *, standalone: bool) -> str:
    """The text of a report; without a preamble where it does not stand alone."""
    body = [line for section in document.sections for line in _section(section, 0)]
    if not standalone:
        return "\n".join([f"% needs \\usepackage{{{','.join(PACKAGES)}}}", *body]).rstrip() + "\n"
    has_accents = not "".join((document.title, document.author, document.date, *body)).isascii()
    head = [
        r"\documentclass[11pt]{article}",
        *([r"\usepackage[T1]{fontenc}"] if has_accents else []),
        r"\usepackage[margin=2.2cm]{geometry}",
        f"\\usepackage{{{','.join(PACKAGES)}}}",
        r"\allowdisplaybreaks",
        r"\setlength{\parindent}{0pt}",
        rf"\title{{{escape(document.title)}}}",
        rf"\author{{{escape(document.author)}}}",
        rf"\date{{{escape(document.date)}}}",
        r"\begin{document}",
        r"\maketitle",
        "",
    ]
    return "\n".join([*head, *body, r"\end{document}"]) + "\n"


def _section(section: Section, level: int) -> Iterator[str]:
    yield rf"\{HEADINGS[level]}{{{escape(section.title)}}}"
    yield ""
    for block in section.blocks:
        yield from _block(block)
        yield ""
    for part in section.parts:
        yield from _section(part, level + 1)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield "".join(map(_piece, block.pieces))
    elif isinstance(block, Equations):
        yield f"{escape(block.title)}:"
        yield r"\begin{align*}"
        yield " \\\\\n".join(f"  {line}" for line in block.lines)
        yield r"\end{align*}"
    else:
        yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    columns = "".join(rf">{{\raggedright\arraybackslash}}p{{{share:.3f}\linewidth}}" for share in _shares(table))
    yield rf"\begin{{longtable}}{{{columns}}}"
    yield r"\hline"
    yield rf"{' & '.join(map(escape, table.header))} \\"
    yield r"\hline"
    yield r"\endhead"
    for row in table.rows:
        yield rf"{' & '.join(map(_piece, row))} \\"
    yield r"\hline"
    yield r"\end{longtable}"


def _shares(table: Table) -> list[float]:
    """The width of each column as a part of the line: what lies between columns is taken off."""
    columns = list(zip(table.header, *table.rows, strict=True))
    lengths = [min(WIDEST, max(NARROWEST, *map(_length, column))) for column in columns]
    lengths = [max(length, *map(_longest_word, column)) for length, column in zip(lengths, columns, strict=True)]
    free = 1.0 - 0.03 * len(lengths)
    return [free * length / sum(lengths) for length in lengths]


def _length(piece: Piece) -> int:
    return len(piece.text) if isinstance(piece, Code) else len(piece) if isinstance(piece, str) else _width(piece)


def _longest_word(piece: Piece) -> int:
    """Characters that can't be broken."""
    if isinstance(piece, Formula):
        return _width(piece)
    words = piece.split() if isinstance(piece, str) else re.split(r"[ ,(=_]", piece.text)
    return max(map(len, words), default=0) + 1


def _width(formula: Formula) -> int:
    """About how wide a formula is: commands are not printed as they are written."""
    return len(
        re.sub(r"\\(mathrm|operatorname|left|right|frac)|[{}_^ ]", "", re.sub(r"\\[a-z]+ ?(?=_)", "x", formula.latex))
    )


def _piece(piece: Piece) -> str:
    if isinstance(piece, Formula):
        return f"${piece.latex}$"
    if isinstance(piece, str):
        return escape(piece)
    text = escape(piece.text)
    for sign in (",", "(", "=", r"\_"):  # where a long text may be broken
        text = text.replace(sign, rf"{sign}\allowbreak{{}}")
    return rf"\texttt{{{text}}}"


def escape(text: str) -> str:
    """Plain text for any TeX engine: signs beyond Latin letters as commands, others that have no command by name."""
    return "".join(map(_sign, " ".join(text.split())))


def _sign(character: str) -> str:
    if character in SPECIAL:
        return SPECIAL[character]
    if character in SIGNS:
        return rf"\ensuremath{{{SIGNS[character]}}}"
    if character.isascii() or character in "–—‘’“”…" or (character.isalpha() and "LATIN" in _name(character)):
        return character
    name = _name(character)
    if name.startswith("GREEK"):
        return _greek(name, character)
    plain = unicodedata.normalize("NFKD", character)  # subscripts and superscripts
    return plain if plain.isascii() else f"[{name.lower()}]"


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}")


def _greek(name: str, character: str) -> str:
    """``\\tau`` of GREEK SMALL LETTER TAU; capitals that look like Latin ones have no command of their own."""
    letter = name.split(" WITH ")[0].rsplit(" ", 1)[1].lower().replace("lamda", "lambda")
    if letter == "omicron":
        return "o" if character.islower() else "O"
    if "CAPITAL" not in name:
        return rf"\ensuremath{{\{'varsigma' if 'FINAL' in name else letter}}}"
    own = ("gamma", "delta", "theta", "lambda", "xi", "pi", "sigma", "upsilon", "phi", "psi", "omega")
    latin = dict(chi="X", eta="H", rho="P")
    return rf"\ensuremath{{\{letter.capitalize()}}}" if letter in own else latin.get(letter, letter[0].upper())
