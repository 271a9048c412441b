"""Which windows are looked through at once."""

from __future__ import annotations

import numpy as np
import pytest

from eqneuro.codegen.plan import SIDE_BY_SIDE
from eqneuro.engine.buffers import BLOCK
from eqneuro.network.specific.windows import Windows, lay_windows


def laid(geometry: tuple[int, ...], shape: tuple[int, ...], filters: int = 1, stride: int = 1) -> Windows:
    post = tuple(n // stride for n in geometry)
    places = np.indices((*post, filters)).reshape(len(geometry) + 1, -1).T
    centres, of = places[:, :-1] * stride, places[:, -1]
    return lay_windows(centres, shape, geometry, layer=None, filter_of=of, repeats_border=False)


@pytest.mark.parametrize("filters", [1, 3, 8, 31])
def test_groups_hold_neighbours_with_one_filter_in_one_block(filters: int) -> None:
    windows = laid((12, 50), (3, 5), filters)
    groups = windows.side_by_side
    covered = np.zeros(len(groups), dtype=int)
    for row in np.flatnonzero(groups):
        members = row + filters * np.arange(groups[row])
        covered[members] += 1
        assert groups[row] in (1, SIDE_BY_SIDE)
        if groups[row] > 1:
            np.testing.assert_array_equal(windows.corner[members], windows.corner[row] + np.arange(SIDE_BY_SIDE))
            assert (windows.corner[members] >= 0).all()
            assert len(set(windows.filter_of[members])) == 1
            assert members[0] // BLOCK == members[-1] // BLOCK
    np.testing.assert_array_equal(covered, 1, err_msg="each window belongs to one group")
    assert (groups == SIDE_BY_SIDE).sum() * SIDE_BY_SIDE > len(groups) / 3, "many are looked through at once"


@pytest.mark.parametrize(("geometry", "stride"), [((5,), 1), ((40,), 2), ((4, 6), 1)])
def test_windows_that_are_few_or_apart_are_looked_through_one_by_one(geometry: tuple[int, ...], stride: int) -> None:
    np.testing.assert_array_equal(laid(geometry, (3,) * len(geometry), stride=stride).side_by_side, 1)
