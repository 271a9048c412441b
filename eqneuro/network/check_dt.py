"""A network run with its step, with half of it and with a quarter: what its errors are, and which step would do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.model.models import OdeEquation
from eqneuro.network.check_errors import (
    SpikeCheck,
    Trains,
    VariableCheck,
    check_spikes,
    check_values,
    parted_trains,
    parted_values,
    step_for,
)
from eqneuro.network.check_sources import is_alone, is_random_source, jumps, obstacles, remarks
from eqneuro.network.check_text import as_html, as_text
from eqneuro.network.explain_steps import largest_safe_dt
from eqneuro.network.progress import Progress
from eqneuro.network.refining import refined, replay
from eqneuro.network.telling import plain
from eqneuro.network.time import steps_of
from eqneuro.network.view import PopulationView
from eqneuro.recording.recorders import SpikeRecorder

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population

MOST_NEURONS = 100
"""Of a population, whose variables are compared; of spikes, all are."""
HALVINGS, UNSURE = 6, 3
"""How often the steps are halved where the largest of them leads nowhere, and where errors are not small yet."""
NEAR = 0.4
"""A recommended step that is a smaller part of the smallest one that was tried is looked at anew."""
RUN_ALONE = 100.0
"""How long equations run by themselves to see which steps are stable, in ms."""
SAFETY = 0.9
"""A recommended step is this part of what the errors allow."""


@dataclass(frozen=True)
class StepCheck:
    """What `Network.check_dt` gives: text when printed, tables in notebooks, a dict by `to_dict`.

    ``steps`` are those of the runs that were compared; they begin below ``dt`` where ``failures`` says that larger ones
    led nowhere. ``recommended_dt`` is None where nothing can be said of it. ``parts_with_large_steps`` says that the
    run with the largest step parts from the others, which stay together: so it is the step, not chaos.
    ``obstacles`` say why other steps are not those of the same model; nothing is recommended then.
    """

    dt: float
    steps: tuple[float, float, float]
    start: float
    duration: float
    tolerance: float
    variables: tuple[VariableCheck, ...]
    spikes: tuple[SpikeCheck, ...]
    recommended_dt: float | None
    is_sure: bool
    parts_with_large_steps: bool = False
    failures: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether no variable has an error beyond rounding."""
        return all(check.is_exact for check in self.variables)

    @property
    def is_settled(self) -> bool:
        """Whether smaller steps would not say more: the recommended one is not far below those that were tried."""
        if self.recommended_dt is None:
            return self.is_exact or bool(self.obstacles)
        is_near = self.recommended_dt >= NEAR * self.steps[2] or self.is_parted
        return self.is_sure and is_near and not self.parts_with_large_steps

    @property
    def is_parted(self) -> bool:
        """Whether trajectories part while the runs go on, as those of networks that are sensitive to small changes."""
        windows = [*(check.window for check in self.spikes), *(check.window for check in self.variables)]
        return any(window < self.duration for window in windows)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain dicts, lists and numbers, which JSON can hold."""
        found: dict[str, Any] = plain(asdict(self))
        return found

    def of(self, population: str, variable: str) -> VariableCheck:
        """What was found of a variable.

        Raises
        ------
        KeyError
            If it was not looked at.
        """
        for check in self.variables:
            if (check.population, check.variable) == (population, variable):
                return check
        raise KeyError(f"nothing is known of {variable!r} of population {population!r}")

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)

    __repr__ = __str__


@dataclass
class _Run:
    """What was recorded of a copy: values by population and variable, shape (times, neurons), and spikes."""

    values: dict[tuple[int, str], NDArray[np.float64]] = field(default_factory=dict)
    trains: dict[int, Trains] = field(default_factory=dict)
    given: dict[int, tuple[NDArray[np.int64], NDArray[np.int32]]] = field(default_factory=dict)


def check_step(network: Network, duration: float, tolerance: float, progress: bool | None) -> StepCheck:
    """The check of a network; arguments as of `Network.check_dt`."""
    if not 0.0 < tolerance < 1.0:
        raise ValueError(f"tolerance is a part of the ranges of variables, as 0.01, not {tolerance!r}")
    count = steps_of(duration, network.dt)
    if count < 1:
        raise ValueError(f"check_dt() needs a duration of a step at least, not {duration!r}")
    failures: list[str] = []
    base, looked, found = 1, 0, None
    for _ in range(HALVINGS):
        runs = _three_runs(network, base, count, progress, failures)
        if runs is not None:
            found, looked = _compare(network, runs, base, count, tolerance, failures), looked + 1
            if found.is_settled or looked == UNSURE:
                break
        base *= 2
    if found is None:
        raise ArithmeticError(f"the network can't be run, not even with dt = {network.dt / base:g} ms: {failures[-1]}")
    return found


# -- runs -------------------------------------------------------------------------------------------------------------


def _three_runs(
    network: Network, base: int, count: int, progress: bool | None, failures: list[str]
) -> list[_Run] | None:
    """Runs with dt/base, half and a quarter of it; None where a number became infinite, which is noted."""
    runs: list[_Run] = []
    with Progress(7 * base * count, network.dt, progress, doing="checking dt", unit="ms") as bar:
        done = 0
        for steps in (base, 2 * base, 4 * base):
            try:
                runs.append(_run(network, steps, 4 * base, count, runs[0] if runs else None, bar, done))
            except ArithmeticError as error:
                failures.append(f"dt = {network.dt / steps:g} ms: {error}")
                return None
            done += steps * count
    return runs


def _run(
    network: Network, steps: int, most: int, count: int, first: _Run | None, bar: Progress, done: int
) -> _Run:  # fmt: skip
    """A copy with the step dt/steps, for as long as ``count`` steps of the network."""
    made = refined(network, steps)
    made._refinement = most // steps, most
    result = _Run()
    monitors, watched = [], []
    for population in made._populations:
        number = population._number
        if is_random_source(population):
            if first is not None:
                events, ranks = first.given[number]
                replay(population, (events * (4 * steps // most), ranks))
            monitors.append((number, made.monitor(population, "spike")))
            continue
        ranks = np.unique(np.linspace(0, population.size - 1, min(MOST_NEURONS, population.size)).astype(int))
        chosen = population if len(ranks) == population.size else PopulationView(population, ranks)
        for name in _compared(population):  # inputs are recorded as a step begins, all else as it ends
            offset = 0 if name.startswith(("g_", "sum(")) else steps - 1
            monitor = made.monitor(chosen, name, period=network.dt, period_offset=offset * made.dt)
            watched.append((number, name, monitor))
        if "spike" in population._outputs:
            monitors.append((number, made.monitor(population, "spike")))
    made._advance(steps * count, progress=bar.counter(done))
    bar.update(done + steps * count)
    for number, name, monitor in watched:
        values: NDArray[Any] = np.asarray(monitor.get(name, keep=True), dtype=made._real)
        result.values[number, name] = values.reshape(len(values), -1)
    for number, monitor in monitors:
        population = made._populations[number]
        recorder = monitor._recorders["spike"]
        assert isinstance(recorder, SpikeRecorder)
        times, ranks = recorder.events(made.dt)
        if is_random_source(population) and first is None:
            result.given[number] = np.ascontiguousarray(times, dtype=np.int64), np.ascontiguousarray(ranks)
        late = 0.0 if population._is_timed else 1.0  # on the grid: at the ends of steps
        begin = network.current_step * steps
        result.trains[number] = _trains((times + late - begin) * made.dt, ranks, population.size)
    return result


def _trains(times: NDArray[np.float64], ranks: NDArray[np.int32], size: int) -> Trains:
    order = np.lexsort((times, ranks))
    edges = np.searchsorted(ranks[order], np.arange(1, size))
    return np.split(times[order], edges)


def _compared(population: Population) -> list[str]:
    """Variables with ODEs; where there are none, those that are assigned."""
    model = population._kernel_model()
    if model is None or population._is_hidden or not population._enabled:
        return []
    odes = [e.variable for e in model.equations if isinstance(e, OdeEquation)]
    floats = {a.name for a in model.variables if a.type == "float"}
    return odes or [e.variable for e in model.equations if e.variable in floats]


# -- comparing --------------------------------------------------------------------------------------------------------


def _compare(
    network: Network, runs: list[_Run], base: int, count: int, tolerance: float, failures: list[str]
) -> StepCheck:
    dt, duration = network.dt, count * network.dt
    steps = dt / base, dt / (2 * base), dt / (4 * base)
    variables: list[VariableCheck] = []
    spikes: list[SpikeCheck] = []
    methods, by_step = _methods(network), False
    spiking = {number for run in runs for number, trains in run.trains.items() if any(map(len, trains))}
    for population in network._populations:
        number, name = population._number, population.name
        names = [variable for owner, variable in runs[0].values if owner == number]
        trains = [run.trains[number] for run in runs if number in run.trains]
        values = [[run.values[number, v] for run in runs] for v in names]
        windows = [np.inf, np.inf] if is_alone(population) else _windows(trains, values, steps, duration, dt)
        window = min(windows)
        by_step = by_step or windows[0] < duration < windows[1]
        on_grid = not population._is_timed
        is_jumping = jumps(population, spiking)
        highest = 1 if is_jumping else max((methods[number, v][1] for v in names), default=1)
        for variable, three in zip(names, values, strict=True):
            method = methods[number, variable][0]
            variables.append(check_values(name, variable, method, highest, three, dt, window, jumps=is_jumping))
        if trains and not population._is_hidden and not is_random_source(population):
            spikes.append(check_spikes(name, trains, steps[0], duration, window, on_grid=on_grid))
    allowed, is_sure = step_for(variables, steps[0], tolerance)
    against = tuple(obstacles(network))
    recommended = (
        None if allowed is None or against else _capped(network, SAFETY * allowed, steps, failed=bool(failures))
    )
    return StepCheck(
        dt, steps, network.time, duration, tolerance, tuple(variables), tuple(spikes), recommended, is_sure, by_step,
        tuple(failures), against, tuple(remarks(network)),
    )  # fmt: skip


def _windows(
    trains: list[Trains],
    values: list[list[NDArray[np.float64]]],
    steps: tuple[float, float, float],
    duration: float,
    dt: float,
) -> list[float]:
    """Until when the first two of the three runs of a population go together, and the last two."""
    pairs = ((0, 1), (1, 2))
    if trains and any(len(train) for run in trains for train in run):
        return [parted_trains(trains[a], trains[b], steps[a], duration) for a, b in pairs]
    return [min((parted_values(runs[a], runs[b], dt) for runs in values), default=np.inf) for a, b in pairs]


def _methods(network: Network) -> dict[tuple[int, str], tuple[str, int]]:
    """The method and its order for each variable."""
    from eqneuro.numerics.select import neuron_rules

    found = {}
    for population in network._populations:
        for rule in neuron_rules(population.model, network._method):
            for choice in rule.choices:
                found[population._number, choice.variable] = choice.method, max(1, choice.order)
    return found


def _capped(network: Network, wanted: float, steps: tuple[float, float, float], *, failed: bool) -> float:
    """Not much above what was tried, and stable."""
    if wanted <= steps[0]:
        return wanted
    limit = largest_safe_dt(network, RUN_ALONE)
    if limit is None:
        return steps[0] if failed else min(wanted, 4.0 * steps[0])
    return min(wanted, 4.0 * steps[0], max(steps[0], SAFETY * limit))
