"""Errors name the user's own file and the line in it."""

import subprocess
import sys
import textwrap

import pytest

from eqneuro.language.errors import EquationError
from eqneuro.model.neuron import Neuron
from eqneuro.model.synapse import Synapse


def place_of(make):
    """The last line of the message, and the text of the file there."""
    with pytest.raises(EquationError) as caught:
        make()
    return caught.value.origin, str(caught.value).splitlines()[-1]


def line_here(text):
    """The only line of this file that ends with a text in a comment."""
    with open(__file__, encoding="utf-8") as file:
        return next(n for n, line in enumerate(file, 1) if line.rstrip().endswith(f"# {text}"))


def test_a_wrong_line_of_a_long_string_is_named_with_its_line_in_the_file():
    def make():
        Neuron(
            parameters="tau = 10.0",
            equations="""
                dv/dt = -v / tau
                dw/dt = -w / tua  # the wrong one
            """,
        )

    origin, last = place_of(make)
    assert (origin.filename, origin.line) == (__file__, line_here("the wrong one"))
    assert last == f'File "{__file__}", line {origin.line}'


def test_a_string_made_of_parts_is_found_too():
    def make():
        Neuron(
            equations="u = 1.0\nv = 2.0 +\n"  # the second part
        )

    assert place_of(make)[0].line == line_here("the second part")


def test_lines_that_are_no_lines_of_the_file_are_named_by_the_string():
    def make():
        Neuron(equations="u = 1.0\nv = exq(u)")  # both in one

    assert place_of(make)[0].line == line_here("both in one")


def test_a_string_that_was_dedented_on_the_way_is_found():
    def make():
        Synapse(
            pre_spike=textwrap.dedent("""
                g_target += w
                x += nothing  # after dedent
            """)
        )

    assert place_of(make)[0].line == line_here("after dedent")


def test_of_two_equal_strings_the_one_that_was_called_is_named():
    def make():
        return "v = 1.0 *"  # not called with

    def other():
        Neuron(equations="v = 1.0 *")  # called with

    make()
    assert place_of(other)[0].line == line_here("called with")


def test_a_text_that_stands_nowhere_names_no_file():
    assert place_of(lambda: Neuron(equations="v = " + "*" * 3))[0] is None


def test_a_script_of_the_user_is_named(tmp_path):
    script = tmp_path / "model.py"
    script.write_text(
        'from eqneuro.model.neuron import Neuron\n\n\nNeuron(equations="""\n    v = 1.0\n    r = exq(v)\n""")\n'
    )
    result = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert result.stderr.splitlines()[-1] == f'File "{script}", line 6'
