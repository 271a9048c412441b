"""The generated C is what was read and kept; after a change on purpose: ``python tests/codegen/golden.py``."""

import runpy
from pathlib import Path

import pytest

GOLDEN = runpy.run_path(str(Path(__file__).with_name("golden.py")))


@pytest.mark.parametrize("make", GOLDEN["MODELS"], ids=lambda make: make.__name__)
def test_generated_c_is_what_was_kept(make):
    kept = GOLDEN["FOLDER"].joinpath(f"{make.__name__}.c").read_text()
    assert GOLDEN["text_of"](make()) == kept
