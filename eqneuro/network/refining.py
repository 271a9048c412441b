"""Copies of networks that go on from their present state in smaller steps.

What is counted in steps is counted in smaller ones: delays, refractoriness, spikes under way, schedules, learning
periods. The past of variables between two grid points is read off Hermite's cubic where slopes are kept, off a straight
line elsewhere. Synapses and random numbers are those of the network (see `Configuration._refinement`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.engine.buffers import allocate
from eqneuro.network.checkpoint_format import Arrays, Part
from eqneuro.network.checkpoint_populations import describe_population, plan_population
from eqneuro.network.checkpoint_projections import (
    STRUCTURAL,
    UPDATED,
    describe_delays,
    describe_projection,
    plan_projection,
)
from eqneuro.network.configuration import EPOCH, STEP
from eqneuro.network.copying import ONE_AT_A_TIME, copy_parts
from eqneuro.network.delays import LONGEST

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population

Spikes = tuple[NDArray[np.int64], NDArray[np.int32]]
"""Steps and ranks."""


def refined(network: Network, steps: int) -> Network:
    """A network in the same state, each of whose steps is a part of the given one's: ``dt/steps``.

    Monitors and callbacks stay with the original.

    Raises
    ------
    ValueError
        If synapses come and go, which a copy can't follow, or delays are too long for so small steps.
    """
    from eqneuro.network.network import Network

    for projection in network._projections:
        if projection._pruning is not None or projection._creating is not None:
            raise ValueError(
                f"synapses of projection {projection.name!r} come and go at random: steps can't be compared while "
                "they do; call stop_pruning() and stop_creating() before"
            )
        if projection._connectivity is not None and projection._longest * steps > LONGEST:
            raise ValueError(f"delays of projection {projection.name!r} are too long for steps of {network.dt / steps}")
    settings = network._settings.inherited() | {"dt": network.dt / steps, "seed": network.seed}
    made: Network = Network(**settings)
    with ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what there was to say has been said of the original
        copy_parts(network, made)
    made._clock[STEP], made._clock[EPOCH] = network._clock[STEP] * steps, network._clock[EPOCH]
    _put_state(network, made, steps)
    made._dt_was_checked = True
    made._callbacks_on = False
    return made


def _put_state(network: Network, made: Network, steps: int) -> None:
    restores: list[Callable[[int], None]] = []
    for population, new in zip(network._populations, made._populations, strict=True):
        header, arrays = describe_population(population)
        arrays = _finer_population(population, dict(arrays), steps)
        header = header | {"window_counted": header["window_counted"] * steps}
        restores.append(plan_population(new, Part("", header, arrays), strict=False))
    for projection, copied in zip(network._projections, made._projections, strict=True):
        if projection._connectivity is None:
            continue
        header, arrays = describe_projection(projection)
        finer = describe_delays(projection._delays.finer(steps))
        header, arrays = {**header, **finer[0]}, {**arrays, **finer[1]}
        part = Part("", _finer_header(header, steps), _finer_synapses(arrays, steps))
        restores.append(plan_projection(copied, part, strict=False))
        if not copied._has_own_synapses:
            copied._delays = projection._delays.finer(steps)
    for restore in restores:
        restore(0)


# -- populations ------------------------------------------------------------------------------------------------------


def _finer_population(population: Population, arrays: Arrays, steps: int) -> Arrays:
    left, dt = arrays["refractory_left"], population._net.dt
    if "refractory_rest" in arrays:  # when, within the step so many from now, it ends
        rest, finer = arrays["refractory_rest"], dt / steps
        later = np.minimum(np.floor(rest / finer), steps - 1).astype(np.int64)
        arrays["refractory_left"], arrays["refractory_rest"] = left * steps + later, rest - later * finer
    else:  # this step and the next ones that it is frozen in
        arrays["refractory_left"] = np.where(left > 0, (left - 1) * steps + 1, left)
    for event in ("spike", "axon_spike"):
        if f"spikes/{event}/count" in arrays:
            _split_spikes(arrays, f"spikes/{event}", steps, dt)
    for name in [name for name in arrays if name.startswith("past/")]:
        key = name.removeprefix("past/")
        slopes = arrays.get(f"slopes/{key}")
        width = arrays[name].shape[1]
        now = arrays.get(f"attributes/{key}")
        present = arrays[name][0] if now is None else np.broadcast_to(now, width)
        arrays[name], finer_slopes = _finer_past(arrays[name], present, slopes, steps, dt)
        if finer_slopes is not None:
            arrays[f"slopes/{key}"] = finer_slopes
    for name in [name for name in arrays if name.startswith("sums/")]:
        del arrays[name]  # known again after a step
    if "past_steps" in arrays:
        arrays["past_steps"] = arrays["past_steps"] * steps
    if "more/origin" in arrays:
        arrays["more/origin"] = arrays["more/origin"] * steps
    for name in [name for name in arrays if name.startswith("more/times_")]:
        if arrays[name].ndim == 0 and arrays[name] == 0.0:  # one row a step: of the given network
            arrays[name] = np.array(dt)
    return arrays


def _split_spikes(arrays: Arrays, name: str, steps: int, dt: float) -> None:
    """Spikes of n steps ago happened ``n·steps`` small steps ago; those with a moment some later."""
    counts, ranks = arrays[f"{name}/count"], arrays[f"{name}/rank"]
    moments = arrays.get(f"{name}/moment")
    ages = np.repeat(np.arange(1, len(counts) + 1), counts) * steps
    if moments is not None:
        finer = dt / steps
        later = np.minimum(np.floor(moments / finer), steps - 1).astype(np.int64)
        ages, moments = ages - later, moments - later * finer
        order = np.argsort(ages, kind="stable")
        ages, ranks, arrays[f"{name}/moment"] = ages[order], ranks[order], moments[order]
    arrays[f"{name}/rank"] = ranks
    arrays[f"{name}/count"] = np.bincount(ages, minlength=len(counts) * steps + 1)[1:].astype(np.int64)


def _finer_past(
    rows: NDArray[Any], present: NDArray[Any], slopes: NDArray[Any] | None, steps: int, dt: float
) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Rows of 1, 2, … small steps ago, given those of whole steps ago and what is now."""
    known = np.concatenate([present[None], rows]).astype(float)
    ages = np.arange(1, len(rows) * steps + 1) / steps
    older = np.ceil(ages).astype(np.int64)
    part = (older - ages)[:, None]  # of the way from the older grid point to the younger one
    old, young = known[older], known[older - 1]
    if slopes is None:
        return (old + part * (young - old)).astype(rows.dtype), None
    inside = np.arange(len(slopes))  # the slope of now is not known yet: that of the last step stands for it
    kept = np.concatenate([slopes[:1], slopes[inside]]).astype(float)
    rise, end = dt * kept[np.minimum(older, len(slopes))], dt * kept[np.minimum(older - 1, len(slopes))]
    s = part
    values = (1 + 2 * s) * (1 - s) ** 2 * old + s * (1 - s) ** 2 * rise + s**2 * (3 - 2 * s) * young
    values += s**2 * (s - 1) * end
    change = 6 * s * (1 - s) * (young - old) + (1 - s) * (1 - 3 * s) * rise + s * (3 * s - 2) * end
    return values.astype(rows.dtype), (change / dt).astype(slopes.dtype)


# -- projections ------------------------------------------------------------------------------------------------------


def _finer_synapses(arrays: Arrays, steps: int) -> Arrays:
    for name in (*UPDATED, "updated_all"):
        if name in arrays:
            arrays[name] = arrays[name] * steps
    return arrays


def _finer_header(header: Mapping[str, Any], steps: int) -> dict[str, Any]:
    learns, period, start = header["learning"]
    finer: dict[str, Any] = {"learning": [learns, period if period == 1 else period * steps, start * steps]}
    finer["since"] = header["since"] * steps
    for name in STRUCTURAL:
        finer[name] = None
    return {**header, **finer}


# -- spikes that are given --------------------------------------------------------------------------------------------


def replay(population: Population, spikes: Spikes) -> None:
    """Lets the neurons of a population spike at given steps, in order, and do nothing else."""
    steps, ranks = spikes
    cursor = allocate(1, np.int64)

    def playback() -> list[Any]:
        cursor[0] = 0
        numbers = np.array([population.size, len(steps)], dtype=np.int64)
        output = population._outputs["spike"]
        return [
            (
                "spike_source",
                [numbers, steps, ranks, cursor, output.spiked, output.count, population._t_last],
                False,
            )
        ]

    changed = {"_kernel_model": lambda: None, "_playback": playback, "_list_starts": lambda starts: [0]}
    vars(population).update(changed)
    population._outputs["spike"].is_played = True
    population._net._note_change(structural=True)
