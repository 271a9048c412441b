"""What is told of a session of runs: when it was, on which machine, and its command as it can be typed again."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise

from benchmarks import peers
from benchmarks.suite.collection import NETWORKS, items

FOLDERS = ("--peers", "--work")
"""What is given to them is nobody else's concern."""
ALONE = ("growing", "unequal")
"""Networks that are not in the table."""


def new_session(command: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Its name and what is told of it."""
    now = datetime.datetime.now().astimezone()
    about = {"date": f"{now:%d %B %Y}", "command": recorded(command), "machine": peers.in_short(peers.machine())}
    return f"{now:%Y-%m-%d %H:%M:%S}", about


def recorded(command: Sequence[str]) -> str:
    """The command without the names of folders, quoted for a shell."""
    return shlex.join(_without_folder(before, word) for before, word in pairwise(["", *command]))


def _without_folder(before: str, word: str) -> str:
    option, is_given, _ = word.partition("=")
    if is_given and option in FOLDERS:
        return f"{option}=DIR"
    return "DIR" if before in FOLDERS else word


def quoted(command: str) -> str:
    """A command that was recorded when its words were joined by spaces alone.

    Words after ``--only`` are put together to the longest names of networks and cases that there are. A command with
    other words there is not touched, nor one with quotes.
    """
    words = command.split(" ")
    if "'" in command or "--only" not in words:
        return command
    begin = words.index("--only") + 1
    end = next((k for k in range(begin, len(words)) if words[k].startswith("--")), len(words))
    try:
        names = list(_names(words[begin:end]))
    except LookupError:
        return command
    return " ".join([*words[:begin], *map(shlex.quote, names), *words[end:]])


def _names(words: Sequence[str]) -> Iterator[str]:
    networks = (*NETWORKS, *ALONE)
    known = {*networks, *(item.name for item in items(networks=networks))}
    first = 0
    while first < len(words):
        ends = range(len(words), first, -1)
        last = next((end for end in ends if " ".join(words[first:end]) in known), None)
        if last is None:
            raise LookupError(f"no case begins with {words[first]!r}")
        yield " ".join(words[first:last])
        first = last
