"""Reports in Markdown and LaTeX: what is written can be read."""

import re
import shutil
import subprocess
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt

import eqneuro as ann
from eqneuro.reporting.document import Code, Document, Equations, Formula, Paragraph, Section, Table
from eqneuro.reporting.latex import escape, write_latex
from eqneuro.reporting.markdown import write_markdown

TRICKY = 'a_b | 50% & $5 #1 {x} <y> ~z^2 \\end *bold* `code` [link] "q" τ²≥Ω₁ é ☃ Ͱ'


def document(*blocks):
    return Document("T_1", "A|B", "", (Section("S_1", blocks, (Section("Part", (Paragraph((TRICKY,)),)),)),))


def written(network, folder, **options):
    path = folder / "report.tex"
    ann.report(network, path, **options)
    return path.read_text()


# -- Markdown ----------------------------------------------------------------------------------------------------------


def rendered_tables(text):
    """The cells of all tables, as a reader of Markdown sees them."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    tables, row = [], []
    for before, token in pairwise(tokens):
        if before.type == "table_open":
            tables.append([])
        if before.type == "tr_open":
            row = []
            tables[-1].append(row)
        if before.type in ("th_open", "td_open"):
            row.append("".join(child.content for child in token.children))
    return tables


def test_tables_of_markdown_are_rendered_with_all_their_cells():
    rows = ((TRICKY, Code("f(a|b)")), (Formula("x_{1}"), "2"))
    (table,) = rendered_tables(write_markdown(document(Table(("A", "B"), rows)), standalone=True))
    assert table == [["A", "B"], [TRICKY, "f(a|b)"], ["$x_{1}$", "2"]]


def test_every_table_of_a_network_is_rendered(network, tmp_path):
    ann.report(network, tmp_path / "report.md")
    tables = rendered_tables((tmp_path / "report.md").read_text())
    assert len(tables) > 10
    for table in tables:
        assert {len(row) for row in table} == {len(table[0])}
    assert ["first", "12 (3, 4)", "Leaky_thing"] in [row for table in tables for row in table]


def test_formulas_of_markdown_stand_between_dollars_on_lines_of_their_own():
    lines = write_markdown(document(Equations("E", (r"x &= 1", r"y &\leftarrow 2"))), standalone=True).splitlines()
    places = [k for k, line in enumerate(lines) if line == "$$"]
    assert [lines[k + 1] for k in places[::2]] == ["x = 1", r"y \leftarrow 2"]


def test_headings_of_markdown_follow_the_depth():
    text = write_markdown(document(), standalone=True)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [r"# T\_1", r"## S\_1", "### Part"]
    assert write_markdown(document(), standalone=False).startswith(r"## S\_1")


# -- LaTeX -------------------------------------------------------------------------------------------------------------


def check_latex(text):
    """Braces, environments, \\left and \\right are in balance, and rows of tables have as many cells as columns."""
    bare = re.sub(r"\\[\\{}&$]", "", re.sub(r"\\textbackslash", "", text))
    depth = 0
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert bare.count("$") % 2 == 0
    assert len(re.findall(r"\\left(?![a-z])", text)) == len(re.findall(r"\\right(?![a-z])", text))
    stack = []
    for kind, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", text):
        if kind == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert not stack
    for columns, body in re.findall(r"\\begin\{longtable\}\{([^\n]*)\}\n(.*?)\\end\{longtable\}", text, re.DOTALL):
        for line in body.splitlines():
            if line.endswith("\\\\"):
                assert len(re.findall(r"(?<!\\)&", line)) == columns.count("p{") - 1, line


@pytest.mark.parametrize("standalone", [True, False])
def test_latex_of_a_network_is_in_balance(network, tmp_path, standalone):
    text = written(network, tmp_path, standalone=standalone)
    check_latex(text)
    assert (r"\begin{document}" in text) == standalone
    assert text.startswith(r"\documentclass" if standalone else "% needs")


def test_latex_of_difficult_text_is_in_balance_and_ascii_but_for_accents():
    text = write_latex(document(Table(("A", "B"), ((TRICKY, Code(TRICKY)),))), standalone=True)
    check_latex(text)
    assert set(filter(lambda character: not character.isascii(), text)) == {"é"}


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("50% & a_b", r"50\% \& a\_b"),
        ("τ ≥ Ω", r"\ensuremath{\tau} \ensuremath{\ge} \ensuremath{\Omega}"),
        ("ς Α ο", r"\ensuremath{\varsigma} A o"),
        ("x² é", "x2 é"),
        ("☃", "[snowman]"),
        ("a\n  b", "a b"),
    ],
)
def test_plain_text_is_escaped_for_latex(text, printed):
    assert escape(text) == printed


def models():
    return [*ann.list_standard_neurons(), *ann.list_standard_synapses()]


def test_all_built_in_models_are_typeset(tmp_path):
    net = ann.Network(dt=0.1)
    rate = net.create(2, ann.Neuron(equations="r = sum(exc)", name="plain"))
    spiking = net.create(2, ann.IF_curr_exp)
    for kind in models():
        model = kind if isinstance(kind, type) else getattr(ann, kind)
        if issubclass(model, ann.Neuron):
            net.create(2, model)
        else:
            cells = spiking if model().model.is_spiking else rate
            net.connect(cells, cells, "exc", model).all_to_all(0.5)
    text = written(net, tmp_path)
    check_latex(text)
    for kind in models():
        name = kind.__name__ if isinstance(kind, type) else kind
        assert rf"\subsection{{{escape(name)}" in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no TeX here; its structure is tested above")
@pytest.mark.parametrize("standalone", [True, False])
def test_latex_compiles(network, tmp_path, standalone):
    text = written(network, tmp_path, standalone=standalone)
    if not standalone:
        (tmp_path / "body.tex").write_text(text)
        packages = re.search(r"\\usepackage\{.*?\}", text)[0]
        text = "\n".join(
            [r"\documentclass{article}", packages, r"\begin{document}", r"\input{body.tex}", r"\end{document}"]
        )
    (tmp_path / "whole.tex").write_text(text)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "whole.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
