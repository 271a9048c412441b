"""Explanations of networks as text of half a page, in full, and as tables for notebooks."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from eqneuro.network.profile_text import time_text
from eqneuro.network.telling import table_row
from eqneuro.numerics.stability import rounded_down

if TYPE_CHECKING:
    from eqneuro.network.explain import EquationNote, Explanation, ObjectNote

WIDTH = 100
SHOWN = 8
"""Objects of a kind that the short text shows; one of many populations or projections is much like another."""


def as_text(explanation: Explanation) -> str:
    """Half a page; with ``explanation.details`` everything, each array too."""
    lines = [_head(explanation), f"memory: {_memory(explanation)}"]
    if explanation.threads > 1:
        lines.append(_threads(explanation))
    if explanation.ranges > 1:
        lines.append(_ranges(explanation))
    limit = explanation.largest_dt
    if limit is not None:
        verdict = "" if explanation.dt <= limit else f": dt = {explanation.dt:g} ms is too large"
        lines.append(f"largest safe dt: {rounded_down(limit):g} ms{verdict}")
    elif any(item.systems for item in explanation.objects):
        lines.append("largest safe dt: no method here becomes unstable, however large the step")
    for kind in ("population", "projection", "monitor"):
        items = [item for item in explanation.objects if item.kind == kind]
        shown = items if explanation.details else items[:SHOWN]
        lines += [""] if shown else []
        known: dict[tuple[EquationNote, ...], ObjectNote] = {}
        for item in shown:
            like = None if explanation.details or not item.equations else known.get(item.equations)
            lines += _object(explanation, item, like)
            known.setdefault(item.equations, item)
        if len(shown) < len(items):
            lines.append(f"and {len(items) - len(shown)} more {kind}s: explain(details=True)")
    lines += ["", "one step:", *(f"  {k}. {text}" for k, text in enumerate(explanation.step, start=1))]
    return "\n".join(lines if explanation.details else [_cut(line) for line in lines])


def _head(explanation: Explanation) -> str:
    parts = [f"dt = {explanation.dt:g} ms", f"{explanation.precision} precision"]
    return ", ".join([*parts, count(explanation.threads, "thread"), f"seed {explanation.seed}"])


def _threads(explanation: Explanation) -> str:
    """How many threads run the network, and why: what a step took on how many."""
    most = explanation.threads
    if explanation.threads_in_use is None:
        return f"threads: {most} at most; as it runs, measured times of its steps say how many are fastest"
    times = [f"{time_text(each)} on {number}" for number, each in explanation.seconds_per_step.items()]
    why = f"a step took {', '.join(times)}"
    if len(times) > 1:
        why += ", compared in turns"
    elif explanation.threads_in_use < most:
        why += ": too short, or too few, to try more"
    return f"threads: {explanation.threads_in_use} of {most} in use; {why}"


def _ranges(explanation: Explanation) -> str:
    """How the neurons are shared out to threads."""
    dearest = f"the dearest is expected to cost {explanation.unevenness:.2f} of the mean"
    return f"ranges: {explanation.ranges}, cut by the synapses of their neurons; {dearest}"


def _memory(explanation: Explanation) -> str:
    return f"{megabytes(explanation.bytes)} ({_kinds(explanation.objects)})"


def _kinds(items: Sequence[ObjectNote], most: int = 4) -> str:
    """Bytes by kind of array, the largest first."""
    sums: dict[str, int] = {}
    for array in (array for item in items for array in item.arrays):
        sums[array.kind] = sums.get(array.kind, 0) + array.bytes
    order = [kind for kind in sorted(sums, key=lambda kind: -sums[kind]) if sums[kind]]
    return ", ".join(f"{kind} {megabytes(sums[kind])}" for kind in order[:most]) or "no arrays"


def _object(explanation: Explanation, item: ObjectNote, like: ObjectNote | None) -> Iterator[str]:
    """``like`` is the object that has the same equations, and was shown."""
    if item.kind == "population":
        yield f"population {item.name!r}: {count(item.size, 'neuron')}, {megabytes(item.bytes)}"
    elif item.kind == "projection":
        yield f"projection {item.name!r}: {count(item.size, 'synapse')}, {megabytes(item.bytes)}; {item.remarks[0]}"
        yield from (f"  {line}" for line in _side_by_side(item.remarks[1:]))
    else:
        yield f"monitor {item.name!r}: {item.remarks[0]}, {megabytes(item.bytes)}"
    if like is not None:
        yield f"  the equations of {like.name!r}"
    else:
        yield from _equations(item.equations)
    if item.equations:
        yield from _speed(explanation, item)
    if item.updates and item.kind == "population" and like is None:
        yield f"  in a step: {'; '.join(item.updates)}"
    said = () if like is None else like.remarks
    yield from (f"  {remark}" for remark in item.remarks if item.kind == "population" and remark not in said)
    if explanation.details:
        yield from (f"    {a.kind}: {a.name}, {a.bytes:,} bytes" for a in item.arrays)


def _side_by_side(remarks: Sequence[str]) -> list[str]:
    """As many remarks in a line as it holds; none is broken."""
    lines: list[str] = []
    for remark in remarks:
        if lines and len(lines[-1]) + len(remark) + 4 <= WIDTH:
            lines[-1] += f"; {remark}"
        else:
            lines.append(remark)
    return lines


def _equations(equations: Sequence[EquationNote]) -> Iterator[str]:
    """Equations, those with the same method and reason under one another and said once."""
    for said, group in groupby(equations, key=lambda e: (e.method, e.reason, e.order, _exactness(e))):
        method, reason, order, exactness = said
        yield from (f"  {' '.join(e.text.split())}" for e in group)
        if order:
            yield f"      {method}, {exactness}. {reason}"


def _exactness(equation: EquationNote) -> str:
    if not equation.order:
        return ""
    if equation.is_exact:
        return "exact"
    if equation.held:
        held = f"{', '.join(equation.held)}, held over the step"
        return f"order 1 through {held}" if equation.order == 1 else f"order {equation.order}, 1 through {held}"
    return f"order {equation.order}"


def _speed(explanation: Explanation, item: ObjectNote) -> Iterator[str]:
    """The fastest decay and the largest step, at the present state and along a run."""
    known = [note for note in item.systems if note.time_constant is not None]
    if known:
        fastest = min(known, key=lambda note: note.time_constant or 0.0)
        where = "at the initial state" if explanation.time == 0.0 else f"at t = {explanation.time:g} ms"
        line = f"  fastest decay {where}: {fastest.fastest}, time constant {fastest.time_constant:.3g} ms"
        limits = [note for note in item.systems if note.largest_dt is not None]
        if limits:
            least = min(limits, key=lambda note: note.largest_dt or 0.0)
            assert least.largest_dt is not None
            line += f"; {least.method} is stable up to {rounded_down(least.largest_dt):g} ms"
        yield line
    run = item.along_run
    if run is not None:
        line = f"  along {run.duration:.3g} ms of a run by itself: {run.fastest}, {run.time_constant:.3g} ms"
        yield line + ("" if run.largest_dt is None else f"; stable up to {rounded_down(run.largest_dt):g} ms")


# -- notebooks --------------------------------------------------------------------------------------------------------


def as_html(explanation: Explanation) -> str:
    """The head, a table of equations, and tables of the steps and the arrays to unfold."""
    lines = as_text(explanation).splitlines()
    head = "<br>".join(html.escape(line) for line in lines[: lines.index("")])
    rows = []
    for item in explanation.objects:
        title = f"{item.kind} {item.name}: {item.size:,}, {megabytes(item.bytes)}"
        rows.append(table_row(title, tag="th", span=4))
        for e in item.equations:
            rows.append(table_row(e.text, e.method if e.order else "", _exactness(e), e.reason))
        rows += [table_row(text.strip(), span=4) for text in (*_speed(explanation, item), *item.remarks)]
    steps = "".join(f"<li>{html.escape(text)}</li>" for text in explanation.step)
    arrays = [
        table_row(item.name, a.kind, a.name, f"{a.bytes:,} bytes") for item in explanation.objects for a in item.arrays
    ]
    return (
        f"<p>{head}</p><table>{''.join(rows)}</table>"
        f"<details><summary>one step</summary><ol>{steps}</ol></details>"
        f"<details><summary>arrays</summary><table>{''.join(arrays)}</table></details>"
    )


# -- words ------------------------------------------------------------------------------------------------------------


def count(number: int, word: str) -> str:
    """``1 thread``, ``2 threads``."""
    return f"{number:,} {word}{'s' * (number != 1)}"


def megabytes(size: int) -> str:
    """Bytes as a reader takes them in."""
    return f"{size / 2**20:.2f} MiB" if size >= 10_000 else f"{size:,} bytes"


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
