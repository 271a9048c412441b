"""The picture of a profile: the phases of the whole, the kernels that take longest, threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eqneuro.network.profile_notes import OTHER, PHASES
from eqneuro.network.profile_text import count_text, rate_text, share_text, time_text
from eqneuro.recording.colours import ACCENT, EXCITATORY, INHIBITORY, INK, LEAF, QUIET, VIOLET

if TYPE_CHECKING:
    from eqneuro.network.profile import Profile, ProfileRow

COLOURS = dict(zip(PHASES, (EXCITATORY, ACCENT, INHIBITORY, VIOLET, LEAF, QUIET), strict=True))
SHOWN = 14
"""Kernels that are drawn: those that take longest."""
WHITE = "white"
LEAST = 0.002
"""Shares below this are not drawn."""
NARROW = 0.085
"""Shares below this have no room for their words."""


def draw(profile: Profile) -> Any:
    """A figure of two panels, or three where there are several threads."""
    from matplotlib.figure import Figure

    rows = sorted((row for row in profile.rows if row.share >= LEAST), key=lambda row: -row.seconds)[:SHOWN]
    threads = profile.threads
    heights = [0.55, max(1.0, 0.3 * len(rows)), *([0.25 + 0.25 * len(threads)] if len(threads) > 1 else [])]
    figure = Figure(figsize=(8.6, 1.1 + 1.25 * sum(heights)), layout="constrained")
    panels = figure.subplots(len(heights), 1, height_ratios=heights)
    steps, seconds = profile.steps, profile.seconds
    each = f", {time_text(seconds / steps)} a step" if steps else ""
    figure.suptitle(f"{steps:,} steps in {time_text(seconds)}{each}", x=0.01, ha="left", fontsize="large", color=INK)
    _draw_phases(panels[0], profile.phases, seconds)
    _draw_kernels(panels[1], rows, profile)
    if len(threads) > 1:
        _draw_threads(panels[2], profile)
    return figure


def _draw_phases(panel: Any, phases: dict[str, float], seconds: float) -> None:
    """One bar, cut into phases."""
    begin = 0.0
    for phase, spent in phases.items():
        share = spent / seconds if seconds else 0.0
        panel.barh(0, share, left=begin, color=COLOURS[phase], edgecolor="white", linewidth=1.0)
        if share >= NARROW:
            text = f"{phase}\n{share_text(share)}"
            panel.text(begin + share / 2, 0, text, ha="center", va="center", color=WHITE, fontsize="small")
        begin += share
    panel.set(xlim=(0.0, 1.0), ylim=(-0.42, 0.42))
    panel.axis("off")


def _draw_kernels(panel: Any, rows: list[ProfileRow], profile: Profile) -> None:
    """A bar for each kernel; what one thing that it does costs stands behind."""
    longest = max((row.seconds for row in rows), default=0.0) or 1.0
    unit, scale = ("s", 1.0) if longest >= 1.0 else ("ms", 1e-3) if longest >= 1e-3 else ("µs", 1e-6)
    for place, row in enumerate(rows):
        panel.barh(place, row.seconds / scale, color=COLOURS[row.phase], height=0.72)
        panel.text(row.seconds / scale, place, f" {_words(row)}", va="center", fontsize="small", color=INK)
    panel.set_yticks(range(len(rows)), [_name(row) for row in rows], fontsize="small")
    panel.invert_yaxis()
    panel.set_xlim(0.0, 1.6 * longest / scale)
    memory = f"memory: {rate_text(profile.memory_bandwidth)}, a core's own cache: {rate_text(profile.cache_bandwidth)}"
    panel.set_xlabel(f"time ({unit}); the machine's {memory}", fontsize="small")
    _plain(panel)


def _name(row: ProfileRow) -> str:
    if row.phase == OTHER:
        return f"{row.name}: {row.part}"
    return f"{row.phase}  {row.name}" + (f": {row.part}" if row.part else "")


def _words(row: ProfileRow) -> str:
    parts = []
    if row.nanoseconds is not None:
        parts.append(f"{time_text(1e-9 * row.nanoseconds)} × {count_text(row.count)} {row.unit}s")
    if row.bandwidth is not None and row.share > 0.02:
        parts.append(rate_text(row.bandwidth))
    return ", ".join(parts)


def _draw_threads(panel: Any, profile: Profile) -> None:
    """A bar for each thread: busy, and waiting for others."""
    for place, row in enumerate(profile.threads):
        whole = row.busy + row.waiting + row.unused or 1.0
        panel.barh(place, row.busy / whole, color=EXCITATORY, height=0.7)
        panel.barh(place, row.waiting / whole, left=row.busy / whole, color=ACCENT, height=0.7)
        panel.text(0.01, place, f"busy {share_text(row.busy / whole)}", va="center", color=WHITE, fontsize="small")
    panel.set_yticks(
        range(len(profile.threads)), [f"thread {k}" for k in range(len(profile.threads))], fontsize="small"
    )
    panel.set_xlim(0.0, 1.0)
    panel.set_xticks([])
    panel.set_xlabel("blue: in kernels, yellow: waiting for the other threads", fontsize="small")
    panel.invert_yaxis()
    _plain(panel)


def _plain(panel: Any) -> None:
    panel.spines[["top", "right"]].set_visible(False)
    panel.tick_params(labelsize="small")
