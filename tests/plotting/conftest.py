"""Pictures are drawn in memory, and closed after each test."""

from collections.abc import Iterator

import matplotlib
import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def _drawn_in_memory() -> Iterator[None]:
    matplotlib.use("Agg")
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()  # what was drawn can be rendered
    plt.close("all")
