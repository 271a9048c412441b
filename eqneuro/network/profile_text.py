"""Profiles as text and as tables for notebooks."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from eqneuro.network.telling import table_row

if TYPE_CHECKING:
    from eqneuro.network.profile import Profile, ProfileRow

HEADINGS = ("phase", "of", "time", "share", "count", "each", "moved", "a second")
LEFT = 2
"""Columns of words; the others hold numbers, and stand to the right."""
SURE_SHARE, SURE_COUNT = 1.0, 2.0
"""Percent of the whole time, and of a count, from which on an error is told."""
ROUGH = 0.2
"""A relative error of a count, or an error of a share, from which on it is said how to do without."""
SHOWN = 30
"""Rows of the short text; those that took least are summed up."""


def as_text(profile: Profile) -> str:
    """The head, a row for each kernel, the threads, and the bandwidth of the machine."""
    rows = profile.rows
    if not rows:
        return "profile: no steps were run yet"
    cells = [HEADINGS, *map(_cells, _shortened(rows))]
    widths = [max(len(row[k]) for row in cells) for k in range(len(HEADINGS))]
    lines = ["  ".join(_aligned(cell, k, widths[k]) for k, cell in enumerate(row)).rstrip() for row in cells]
    return "\n".join([*_head(profile), "", *lines, "", *_foot(profile)])


def as_html(profile: Profile) -> str:
    """The same for notebooks."""
    rows = profile.rows
    if not rows:
        return "<p>profile: no steps were run yet</p>"
    table = [table_row(*HEADINGS, tag="th"), *(table_row(*_cells(row)) for row in rows)]
    head, foot = ("<br>".join(html.escape(line) for line in part) for part in (_head(profile), _foot(profile)))
    return f"<p>{head}</p><table>{''.join(table)}</table><p>{foot}</p>"


def _head(profile: Profile) -> list[str]:
    steps, seconds = profile.steps, profile.seconds
    each = f", {time_text(seconds / steps)} a step" if steps else ""
    ran = f"{steps:,} {_plural(steps, 'step')} in {time_text(seconds)}{each}"
    timed = f"{profile.timed_steps:,} {_plural(profile.timed_steps, 'step')} timed"
    own = profile.own_seconds / seconds if seconds else 0.0
    phases = [f"{phase} {share_text(spent / seconds)}" for phase, spent in profile.phases.items() if spent > 0.0]
    return [f"{ran}; {timed}, which took {share_text(own)}", ", ".join(phases)]


def _foot(profile: Profile) -> list[str]:
    lines, threads = [], profile.threads
    if len(threads) > 1:
        for k, row in enumerate(threads):
            whole = row.busy + row.waiting + row.unused or 1.0
            unused = f", not in use {share_text(row.unused / whole)}" if row.unused > 0.005 * whole else ""
            lines.append(
                f"thread {k}: busy {share_text(row.busy / whole)}, waiting {share_text(row.waiting / whole)}{unused}"
            )
    if any(row.count_error > ROUGH * row.count or row.seconds_error > ROUGH * profile.seconds for row in profile.rows):
        lines.append("few steps were timed: a longer run is surer, and net.profile(every=1) times and counts all steps")
    together = f"{len(threads)} threads together" if len(threads) > 1 else "one thread"
    memory, cache = profile.memory_bandwidth, profile.cache_bandwidth
    lines.append(
        f"the machine (triad, {together}): {rate_text(memory)} from memory, {rate_text(cache)} from a core's own cache"
    )
    return lines


def _shortened(rows: Sequence[ProfileRow]) -> list[ProfileRow | str]:
    if len(rows) <= SHOWN:
        return list(rows)
    least = sorted(rows, key=lambda row: -row.seconds)[SHOWN:]
    spent, share = sum(row.seconds for row in least), sum(row.share for row in least)
    kept: list[ProfileRow | str] = [row for row in rows if row not in least]
    return [*kept, f"and {len(least)} more: {time_text(spent)}, {share_text(share)}"]


def _cells(row: ProfileRow | str) -> tuple[str, ...]:
    if isinstance(row, str):
        return (row, *[""] * (len(HEADINGS) - 1))
    return (
        row.phase,
        f"{row.name}: {row.part}" if row.part else row.name,
        time_text(row.seconds),
        _share(row),
        _count(row),
        "" if row.nanoseconds is None else time_text(1e-9 * row.nanoseconds),
        _bytes_text(row.bytes) if row.bytes else "",
        "" if row.bandwidth is None else rate_text(row.bandwidth),
    )


def _share(row: ProfileRow) -> str:
    """Of the whole time, and what that may be off by, in percent of the same."""
    error = 100.0 * row.share * row.seconds_error / row.seconds if row.seconds else 0.0
    return f"{100.0 * row.share:.0f} ± {error:.0f} %" if error >= SURE_SHARE else share_text(row.share)


def _count(row: ProfileRow) -> str:
    """How many, and by how many percent of them that may be off."""
    if not row.count:
        return ""
    percent = 100.0 * row.count_error / row.count
    unsure = f" ± {percent:.0f} %" if percent >= SURE_COUNT else ""
    return f"{count_text(row.count)} {_plural(row.count, row.unit)}{unsure}"


def _aligned(cell: str, column: int, width: int) -> str:
    return f"{cell:<{width}}" if column < LEFT else f"{cell:>{width}}"


def _plural(number: float, word: str) -> str:
    return word if number == 1 else f"{word}s"


def time_text(seconds: float) -> str:
    """Three digits and a unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.9995 * size:
            return f"{_digits(seconds / size)} {unit}"
    return f"{_digits(1e9 * seconds)} ns"


def share_text(part: float) -> str:
    """Percent."""
    return f"{100.0 * part:.1f} %" if part < 0.9995 else "100 %"


def count_text(count: float) -> str:
    """A number with a thousand's unit where it is a large one."""
    for unit, size in (("G", 1e9), ("M", 1e6)):
        if count >= 0.9995 * size:
            return f"{_digits(count / size)} {unit}"
    return f"{count:,.0f}"


def rate_text(rate: float) -> str:
    """Bytes a second."""
    return f"{_digits(1e-9 * rate)} GB/s"


def _bytes_text(size: float) -> str:
    for unit, one in (("GB", 1e9), ("MB", 1e6)):
        if size >= 0.9995 * one:
            return f"{_digits(size / one)} {unit}"
    return f"{_digits(1e-3 * size)} kB"


def _digits(value: float) -> str:
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"
