"""What is told of a session of runs: its number, when it was, on which machine, and its command as it can be typed."""

from __future__ import annotations

import datetime
import itertools
import re
import shlex
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from benchmarks import peers
from benchmarks.suite.collection import NETWORKS, items
from benchmarks.suite.results import Record, Results

FOLDERS = ("--peers", "--work")
"""What is given to them is nobody else's concern."""
ALONE = ("growing", "unequal")
"""Networks that are not in the table."""


def new_session(command: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Its name and what is told of it."""
    now = datetime.datetime.now().astimezone()
    about = {"date": f"{now:%d %B %Y}", "command": recorded(command), "machine": peers.in_short(peers.machine())}
    return f"{now:%Y-%m-%d %H:%M:%S}", about


def numbered(files: Iterable[Results]) -> list[dict[str, int]]:
    """By file, the numbers of the sessions of which runs are left: the page counts through all files."""
    numbers = itertools.count(1)
    return [{session: next(numbers) for session in kept.used()} for kept in files]


def named(runs: Iterable[Record], numbers: Mapping[str, int]) -> str:
    """The numbers of the sessions that runs are of: ``"3, 4"``."""
    return ", ".join(map(str, sorted({numbers[run["session"]] for run in runs})))


def listed(files: Sequence[Results], facts: Mapping[str, str]) -> Iterator[str]:
    """A line a session, with what its machine differs by from that of which these facts are told."""
    for kept, numbers in zip(files, numbered(files), strict=True):
        for session, number in numbers.items():
            about, runs = kept.sessions[session], [run for run in kept.runs if run["session"] == session]
            where = elsewhere(about, facts, _processors_used(runs))
            command, speed = quoted(about["command"]), _speed_of_core(kept.clocks(session))
            yield f"{number}. {about['date']}{where}: `{command}`{speed}"


def elsewhere(about: Mapping[str, str], facts: Mapping[str, str], processors: int) -> str:
    """Whether a session, which used so many processors, was on another machine than that of these facts.

    Of older sessions the caches alone were recorded, or nothing: then this machine may have too few processors.
    """
    if "machine" in about:
        here, there = peers.in_short(facts), about["machine"]
    elif "caches" in about:
        here, there = facts.get("caches", ""), about["caches"]
    elif processors > _processors_of(facts):
        here, there = "", f"{processors} processors or more, nothing else was recorded"
    else:
        return ", on a machine that was not recorded"
    return f", on another machine ({there})" if there != here else ""


def cache_sizes(about: Mapping[str, str]) -> dict[str, float]:
    """Bytes of the caches of a core of the machine of a session, as far as they were recorded."""
    told = re.findall(r"\b(L\d) (\d+) KiB", about.get("machine", about.get("caches", "")))
    return {name: 1024.0 * float(size) for name, size in told}


def _processors_used(runs: Iterable[Record]) -> int:
    """By runs on more and more threads, which end where there are no more processors; others may share some."""
    return max((run["threads"] for run in runs if run["network"] == "threads"), default=1)


def _processors_of(facts: Mapping[str, str]) -> float:
    told = re.search(r", (\d+) cores", facts.get("CPU", ""))
    return float(told[1]) if told else float("inf")


def _speed_of_core(clocks: Sequence[float]) -> str:
    """How many additions that wait for each other its core made, where that was measured."""
    if not clocks:
        return ""
    shown = f"{statistics.median(clocks):.1f} ({min(clocks):.1f} – {max(clocks):.1f})"
    return f"; the core made {shown} dependent additions a nanosecond"


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
