"""Each wrong text gets exactly the message that the table, and the page made from it, show."""

import pickle
import runpy
from pathlib import Path

import pytest

from eqneuro.language.errors import EquationError
from eqneuro.model.neuron import Neuron
from eqneuro.model.resolve import ADDED_FUNCTIONS, DECLARED_CONSTANTS

HERE = Path(__file__).parent
TABLE = runpy.run_path(str(HERE / "wrong_texts.py"))
CASES = list(TABLE["cases"]())


@pytest.fixture(autouse=True)
def _nothing_declared():
    """Constants and functions that other tests declared are no names here."""
    constants, functions = set(DECLARED_CONSTANTS), dict(ADDED_FUNCTIONS)
    DECLARED_CONSTANTS.clear()
    ADDED_FUNCTIONS.clear()
    yield
    DECLARED_CONSTANTS.update(constants)
    ADDED_FUNCTIONS.update(functions)


@pytest.mark.parametrize("case", CASES, ids=[case.code[:60] for case in CASES])
def test_a_wrong_text_gets_the_message_of_the_table(case):
    assert TABLE["message_of"](case.code) == case.message


@pytest.mark.parametrize("case", CASES, ids=[case.code[:60] for case in CASES])
def test_a_message_names_the_text_and_puts_the_caret_under_the_line(case):
    first, shown, caret, *hints = case.message.split("\n")
    assert first.startswith("EquationError: ")
    assert " in " in first or first.endswith("add_function")
    assert set(caret.strip()) == {"^"}
    assert caret.index("^") > shown.index("|")
    assert len(caret) <= max(len(shown), shown.index("|") + 3)
    assert len(hints) <= 1
    assert all(hint.endswith((".", "?", "…")) for hint in hints)


def test_no_two_cases_are_the_same():
    assert len({case.code for case in CASES}) == len(CASES) >= 90


def test_the_page_of_errors_is_the_table_of_today():
    page = HERE.parent.parent / "docs" / "errors.md"
    assert page.read_text(encoding="utf-8") == TABLE["page"](), "python tests/language/wrong_texts.py > docs/errors.md"


def test_an_error_survives_the_way_between_processes():
    with pytest.raises(EquationError) as caught:
        Neuron(parameters="tau = 10.0", equations="dv/dt = v / tua")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert (copy.problem, copy.hint, copy.span) == (caught.value.problem, caught.value.hint, caught.value.span)
    assert copy.origin == caught.value.origin is not None


def test_a_traceback_calls_the_error_by_its_public_name():
    assert f"{EquationError.__module__}.{EquationError.__qualname__}" == "eqneuro.EquationError"
    assert issubclass(EquationError, ValueError)
