"""Options of ``python -m benchmarks``: what is wrong with them is told in one line, before anything runs."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from benchmarks import peers
from benchmarks.suite.collection import Item


class Parser(argparse.ArgumentParser):
    """Says what is wrong without repeating all options; these are written out, since sessions are kept with them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **settings})

    def error(self, message: str) -> NoReturn:
        """Ends the program with status 2."""
        self.exit(2, f"{self.prog}: error: {message}\n")


def at_least(least: int) -> Callable[[str], int]:
    """A number of rounds or threads, not below the least that makes sense."""

    def read(text: str) -> int:
        number = _number(text, int, "a whole number")
        if number < least:
            raise argparse.ArgumentTypeError(f"must be {least} at least, not {text}")
        return int(number)

    return read


at_least_one = at_least(1)


def above_zero(text: str) -> float:
    """A time."""
    number = _number(text, float, "a number")
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be above 0, not {text}")
    return number


def core(text: str) -> int:
    """A core that this process may run on."""
    number = int(_number(text, int, "a whole number"))
    if hasattr(os, "sched_setaffinity"):
        before = os.sched_getaffinity(0)
        try:
            os.sched_setaffinity(0, {number})
        except (OSError, OverflowError, ValueError):
            raise argparse.ArgumentTypeError(f"there is no core {text} to run on") from None
        os.sched_setaffinity(0, before)
    return number


def _number(text: str, kind: type[int] | type[float], what: str) -> float:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}") from None


def wrong_simulators(arguments: argparse.Namespace, chosen: Sequence[Item]) -> str:
    """Why the simulators that were asked for by name cannot run what was chosen; nothing where they can."""
    asked = arguments.simulators or []
    missing = [name for name in asked if name in peers.PACKAGES and arguments.peers is None]
    idle = [name for name in asked if not any(item.simulators([name]) for item in chosen)]
    if asked and arguments.quick:
        return "--quick runs eqneuro and C: it takes no --simulators"
    if missing:
        return f"no --peers DIR, the folder for environments of peers, for {' and '.join(missing)}"
    return f"none of these cases is written for {' or '.join(idle)}" if idle else ""
