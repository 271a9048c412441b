"""Generated code is small: it is compiled in a tenth of a second, and stays in the caches of a core."""

from __future__ import annotations

from pathlib import Path

import eqneuro as ann
from eqneuro.build.toolchain import find_toolchain

MOST = 40_000
"""Bytes of an object file, symbols and all."""


def test_an_object_file_of_coba_is_small(tmp_path: Path) -> None:
    net = ann.Network(dt=0.1)
    cells = net.create(400, ann.IF_cond_exp())
    cells.v = ann.Normal(-55.0, 5.0)
    net.connect(cells[:320], cells, "exc").fixed_probability(0.02, weights=0.6)
    net.connect(cells[320:], cells, "inh").fixed_probability(0.02, weights=6.7)
    net.monitor(cells, "spike")
    net.compile()
    source, built = tmp_path / "network.c", tmp_path / "network.o"
    source.write_text(net.source(), encoding="utf-8")
    find_toolchain().compile_object(source, built)
    assert 1000 < built.stat().st_size < MOST
