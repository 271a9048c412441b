"""Checks of steps as text and as tables for notebooks."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import TYPE_CHECKING

from eqneuro.network.telling import table_row
from eqneuro.numerics.stability import rounded_down

if TYPE_CHECKING:
    from eqneuro.network.check_dt import StepCheck
    from eqneuro.network.check_errors import SpikeCheck, VariableCheck

COLUMNS = 7


def as_text(check: StepCheck) -> str:
    """A table of the variables, the spikes, and the step that is recommended."""
    lines = [_title(check), *(f"  {text}" for text in check.failures)]
    for population in _populations(check):
        variables = [v for v in check.variables if v.population == population]
        lines += ["", f"population {population!r}"]
        lines += _table([_header(check), *(_row(v) for v in variables)]) if variables else []
        lines += [f"  {text}" for text in _notes(variables)]
        lines += [f"  {text}" for s in check.spikes if s.population == population for text in _spikes(s, check.steps)]
    lines += ["", _verdict(check), *(f"  {text}" for text in check.remarks)]
    return "\n".join(lines)


def _header(check: StepCheck) -> tuple[str, ...]:
    largest, _, smallest = (f"{step:g} ms" for step in check.steps)
    return "variable", "method", "order", f"error at {largest}", "of the range", f"error at {smallest}", "over"


def _title(check: StepCheck) -> str:
    steps = [f"{step:g}" for step in check.steps]
    span = f"{check.duration:g} ms from t = {check.start:g} ms"
    return f"dt = {check.dt:g} ms, over {span}: steps of {steps[0]}, {steps[1]} and {steps[2]} ms"


def _populations(check: StepCheck) -> list[str]:
    return list(dict.fromkeys([*(v.population for v in check.variables), *(s.population for s in check.spikes)]))


def _notes(variables: list[VariableCheck]) -> Iterator[str]:
    """What there is to say of variables, once for those of which the same is said."""
    for note in dict.fromkeys(v.note for v in variables if v.note and not v.is_exact):
        yield f"{', '.join(v.variable for v in variables if v.note == note)}: {note}"


def _row(check: VariableCheck) -> tuple[str, ...]:
    span = f"{check.window:g} ms"
    if check.errors is None:
        return check.variable, check.method, "–", "–", "–", "–", span
    if check.is_exact:
        seen = "exact" if check.method in ("exact", "exponential", "assignment") else "rounding"
        return check.variable, check.method, seen, "0", "0", "0", span
    order = "?" if check.order is None else f"{check.order:.2f}"
    part = 100.0 * check.errors[0] / check.scale
    return (
        check.variable, check.method, order, f"{check.errors[0]:.2g}", f"{part:.2g} %", f"{check.errors[2]:.2g}", span
    )  # fmt: skip


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[k]) for row in rows) for k in range(COLUMNS)]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _spikes(check: SpikeCheck, steps: tuple[float, float, float]) -> Iterator[str]:
    counts = ", ".join(f"{count:,}" for count in check.counts)
    rates = ", ".join(f"{rate:.3g}" for rate in check.rates)
    yield f"spikes: {counts} (rates {rates} Hz)"
    if check.shifts is not None:
        a, b = check.shifts
        order = check.note or (f"order {check.order:.2f}" if check.order is not None else "they do not move")
        h, half, quarter = (f"{step:g}" for step in steps)
        apart = f"{a:.2g} ms apart with {h} and {half} ms, {b:.2g} with {half} and {quarter} ms"
        yield f"  {check.matched:,} compared: {apart} ({order})"
    if check.is_parted:
        yield f"  the runs part at {check.window:.4g} ms: beyond, only rates can be compared"


def _verdict(check: StepCheck) -> str:
    if check.obstacles:
        return "\n".join(["no dt can be recommended: with other steps this is another model", *check.obstacles])
    wanted = f"mean errors of {100.0 * check.tolerance:g} % of the ranges"
    if check.recommended_dt is None:
        return (
            "no errors beyond rounding: dt decides nothing"
            if check.is_exact
            else "no dt can be recommended: the runs part at once"
        )
    step = rounded_down(check.recommended_dt)
    if not check.is_sure:
        return f"for {wanted}, dt must be {step:g} ms or less: check again from there"
    if check.is_parted:
        rates = "; ".join(_difference(s) for s in check.spikes if s.rates[2] > 0.0)
        verdict = f"no dt keeps these trajectories for long: for {wanted} until they part, {step:g} ms"
        return f"{verdict}\nrates with {check.steps[0]:g} and {check.steps[2]:g} ms: {rates}" if rates else verdict
    return f"recommended dt for {wanted}: {step:g} ms"


def _difference(check: SpikeCheck) -> str:
    change = 100.0 * (check.rates[0] / check.rates[2] - 1.0)
    return f"{check.population!r} {change:+.2g} % (chance alone: about {100.0 * check.chance:.2g} %)"


def as_html(check: StepCheck) -> str:
    """The same as tables."""
    parts = [f"<p>{html.escape(_title(check))}</p>", *(f"<p>{html.escape(text)}</p>" for text in check.failures)]
    for population in _populations(check):
        rows = [table_row(f"population {population}", tag="th", span=COLUMNS), table_row(*_header(check), tag="th")]
        rows += [table_row(*_row(v)) for v in check.variables if v.population == population]
        said = [text for s in check.spikes if s.population == population for text in _spikes(s, check.steps)]
        said += _notes([v for v in check.variables if v.population == population])
        rows += [table_row(text.strip(), span=COLUMNS) for text in said]
        parts.append(f"<table>{''.join(rows)}</table>")
    parts += [f"<p>{html.escape(text)}</p>" for text in (*_verdict(check).splitlines(), *check.remarks)]
    return "".join(parts)
