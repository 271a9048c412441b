"""What programs say of mistakes in their arguments."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def told_in_one_line(run: Callable[[], object], capsys: pytest.CaptureFixture[str]) -> str:
    """The line that a program ends with at once, and nothing beside it."""
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err
