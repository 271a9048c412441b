"""The picture of ``eqneuro demo``: spikes, the rate of the population, voltages."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqneuro.cli.demo import Outcome
from eqneuro.plotting import raster, rate_histogram
from eqneuro.plotting.spikes import mean_rates
from eqneuro.plotting.style import EXCITATORY, INHIBITORY, QUIET, plain
from eqneuro.recording.pictures import INK

DRAWN = 500
"""Neurons of the raster: all of them would be a grey sheet."""

PEAK = -25.0
"""mV up to which spikes are drawn: the model has none, its neurons are reset at the threshold."""


def draw(outcome: Outcome) -> Any:
    """A figure with three panels."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 7.2), layout="constrained")
    top, middle, bottom = figure.subplots(3, 1, sharex=True, height_ratios=(3.2, 1.1, 1.3))
    for panel in (top, middle, bottom):
        plain(panel)
        panel.tick_params(colors=INK, labelsize=9)
    _draw_raster(top, outcome)
    _draw_rate(middle, outcome)
    _draw_voltage(bottom, outcome)
    for panel in (top, middle):
        panel.set_xlabel("")
    figure.align_ylabels((top, middle, bottom))
    return figure


def _draw_raster(panel: Any, outcome: Outcome) -> None:
    """Neurons picked evenly, numbered anew, so that excitation and inhibition keep their proportion."""
    picked = np.unique(np.linspace(0, outcome.neurons - 1, DRAWN).round().astype(int)).tolist()
    spikes = {place: outcome.spikes[rank] for place, rank in enumerate(picked)}
    border = sum(rank < outcome.neurons * 4 // 5 for rank in picked)
    groups = {"excitatory": range(border), "inhibitory": range(border, len(picked))}
    raster(spikes, outcome.dt, groups=groups, ax=panel)
    panel.get_legend().remove()
    middles = (border / 2, (border + len(picked)) / 2)
    panel.set_yticks(middles, ["excitatory", "inhibitory"], rotation=90, va="center")
    for label, color in zip(panel.get_yticklabels(), (EXCITATORY, INHIBITORY), strict=True):
        label.set_color(color)
    panel.tick_params(axis="y", length=0)
    panel.set(ylabel=f"{len(picked)} of {outcome.neurons:,} neurons", ylim=(-1, len(picked)))
    panel.set_title(
        f"Balanced network of {outcome.neurons:,} conductance-based neurons, {outcome.synapses:,} synapses",
        loc="left", fontsize=12, color=INK,
    )  # fmt: skip


def _draw_rate(panel: Any, outcome: Outcome) -> None:
    rate_histogram(outcome.spikes, outcome.dt, bins=2.0, window=(0.0, outcome.duration), color=QUIET, ax=panel)
    _, settled = mean_rates(outcome.spikes, outcome.dt, 2.0, (outcome.duration / 2.0, outcome.duration))
    panel.set_ylim(0.0, 1.5 * max(settled.max(), 1.0))  # the volley at the start is cut off
    panel.axhline(outcome.rate, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    panel.annotate(
        f"{outcome.rate:.1f} Hz, CV {outcome.variation:.2f} in the second half",
        (0.995, 0.97), xycoords="axes fraction", ha="right", va="top", fontsize=9, color=INK,
    )  # fmt: skip


def _draw_voltage(panel: Any, outcome: Outcome) -> None:
    """The liveliest of the recorded neurons."""
    column = max(range(outcome.voltages.shape[1]), key=lambda rank: len(outcome.spikes[rank]))
    voltage = outcome.voltages[:, column]
    times = np.arange(len(voltage)) * outcome.dt
    panel.plot(times, voltage, color=EXCITATORY, linewidth=0.9)
    spikes = np.asarray(outcome.spikes[column], dtype=float) * outcome.dt
    panel.vlines(spikes, -50.0, PEAK, color=EXCITATORY, linewidth=0.9)
    panel.axhline(-50.0, color=INK, linewidth=0.6, linestyle=(0, (1, 3)))
    panel.set(xlabel="time (ms)", ylabel=f"v of neuron {column} (mV)", xlim=(0.0, outcome.duration))
