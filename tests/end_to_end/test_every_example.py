"""Every example's network, saved at half-time and loaded in new processes on 2, 3 and 4 threads, keeps its bits."""

from __future__ import annotations

from pathlib import Path

import pytest

from .halves import ROOT, assert_same_bits

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_network_that_is_saved_and_loaded_goes_on_with_the_same_bits_on_other_threads(
    example: Path, tmp_path: Path
) -> None:
    assert_same_bits(example, tmp_path)
