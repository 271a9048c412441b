"""Every kernel of every example belongs to a phase and an object that the user knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eqneuro.cli.bench import first_network

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_all_kernels_of_an_example_are_attributed(
    example: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EQNEURO_EXAMPLES_QUICK", "1")
    monkeypatch.chdir(tmp_path)
    network, steps = first_network(example, ())
    profile = network.profile(min(steps, 20) * network.dt, every=1)
    functions = set(network._runner.compiled.functions)
    objects = {x.name for x in (*network.get_populations(), *network.get_projections(), *network.get_monitors())}
    own = {("threads", "waiting for each other"), ("steps", "from one to the next")}
    own.add(("runs", "before and after their steps"))
    for row in profile.rows:
        assert row.part not in functions, "a kernel that no phase is known for has its C name"
        assert row.name in objects or (row.name, row.part) in own
    assert {row.name for row in profile.rows} & {population.name for population in network.get_populations()}
    np.testing.assert_allclose(sum(profile.phases.values()), profile.seconds, rtol=1e-9)
    for row in profile.rows:
        assert row.count >= 0.0
        assert row.bytes >= 0.0
