"""Threads wait for each other where one needs what another has done, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from eqneuro.engine.access import FIXED
from eqneuro.engine.program import Program

BOTH, FIRST, SECOND = [(0, 16), (16, 32)], [(0, 32), (0, 0)], [(0, 0), (0, 32)]


def waits(*instructions: tuple[str, list[tuple[int, int]]], looked_at: tuple[int, ...] = (), threads: int = 2) -> str:
    """Letters are numbered arrays' uses: ``"rW"`` reads array 0 anywhere and writes a range's own part of array 1."""
    arrays = [np.zeros(32) for _ in range(4)]
    program = Program(["kernel"], threads, [arrays[place] for place in looked_at])
    for access, ranges in instructions:
        used = [array if letter != "-" else None for array, letter in zip(arrays, access, strict=False)]
        program.add("kernel", used, ranges[:threads], access)
    return "".join("|" if call is None else "k" for call in program.calls)


@pytest.mark.parametrize(
    ("instructions", "expected"),
    [
        ([("W", BOTH), ("W", BOTH)], "kk"),  # each range goes on with what is its own
        ([("W", BOTH), ("r", BOTH)], "k|k"),  # what others write is read
        ([("r", BOTH), ("W", BOTH)], "k|k"),  # and must be read before it is written anew
        ([("r", BOTH), ("r", BOTH)], "kk"),
        ([("w", FIRST), ("r", FIRST)], "kk"),  # one thread alone, in the order of the program
        ([("w", FIRST), ("r", SECOND)], "k|k"),
        ([("w", FIRST), ("W", BOTH)], "k|k"),
        ([("W", BOTH), ("-W", BOTH), ("r", FIRST), ("-r", FIRST)], "kk|kk"),  # one barrier for both
        ([("W", BOTH), ("r-", FIRST), ("-W", BOTH), ("-r", FIRST)], "k|kk|k"),
        ([("W", BOTH), ("r", [(0, 0), (0, 0)])], "kk"),  # nobody has anything to do
        ([("RW", BOTH), ("rR", BOTH)], "kk"),
        ([("rW", BOTH), ("Wr", BOTH)], "k|k"),
    ],
)
def test_a_barrier_stands_where_a_range_needs_what_another_one_does(instructions, expected):
    assert waits(*instructions) == expected


def test_what_is_looked_at_between_steps_is_written_behind_a_barrier():
    """Threads judge by themselves whether the run ends: one that is late must still see the conditions of its step."""
    assert waits(("w", FIRST), looked_at=(0,)) == "|k"
    assert waits(("-w", FIRST), looked_at=(0,)) == "k"


def test_one_thread_waits_for_nobody():
    assert waits(("w", FIRST), ("r", FIRST), looked_at=(0,), threads=1) == "kk"


def test_views_of_one_array_are_one():
    whole = np.zeros(64)
    program = Program(["kernel"], 2)
    program.add("kernel", [whole[:32]], BOTH, "W")
    program.add("kernel", [whole[32:].reshape(2, 16)], BOTH, "r")
    assert None in program.calls


def test_arrays_of_which_nothing_is_said_may_be_written_anywhere():
    array = np.zeros(32)
    program = Program(["kernel"], 2)
    for _ in range(2):
        program.add("kernel", [array], BOTH)
    assert [call is None for call in program.calls] == [False, True, False]


def test_every_kernel_that_networks_share_says_what_it_does():
    from eqneuro.codegen.render import PARTS, fixed_kernels

    assert set(FIXED) == set(fixed_kernels(tuple(PARTS)))
