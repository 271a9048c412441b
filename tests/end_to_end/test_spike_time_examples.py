"""The example of spike times between grid points, and the page about them."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pytest

DOCS = Path(__file__).parents[2] / "docs"


def test_the_ring_has_the_orders_that_its_picture_shows(example):
    module = example("spike_times")
    steps = np.array([1.0, 0.5, 0.25])
    reference, _ = module.ring("exact", 0.2, "interpolated")
    errors = module.measure(steps, reference)
    for method, order in (("explicit", 1.0), ("heun", 2.0), ("rk4", 4.0)):
        slope = np.polyfit(np.log(steps), np.log(errors["interpolated", method]), 1)[0]
        assert slope == pytest.approx(order, abs=0.2)
    assert (errors["interpolated", "exact"] < 1e-11).all()
    assert (errors["grid", "exact"] > 0.05).all()
    module.draw(steps, errors)


def test_the_code_of_the_page_gives_what_it_says():
    """The first spike is at τ·ln(I/(I − θ)) = 10·ln 4."""
    text = (DOCS / "spike-times.md").read_text(encoding="utf-8")
    [code] = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "spike-times.md", "exec"), {})
    assert float(said.getvalue()) == pytest.approx(10.0 * np.log(4.0), rel=1e-12)
    assert "(spike-times.md)" in (DOCS / "index.md").read_text(encoding="utf-8")
