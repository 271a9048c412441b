"""Networks: populations, projections and monitors that run together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eqneuro.engine.buffers import allocate
from eqneuro.network.building import Building, NetworkType
from eqneuro.network.callbacks import CallbackSwitch, calls, warn_of_lost_callbacks
from eqneuro.network.checking import Checking
from eqneuro.network.compilation import Compilation
from eqneuro.network.configuration import EPOCH, STEP, Configuration
from eqneuro.network.population import Population
from eqneuro.network.profiling import Profiling
from eqneuro.network.progress import Progress
from eqneuro.network.settings import Defaults
from eqneuro.network.structural import StructuralSteps
from eqneuro.network.summary import counted
from eqneuro.network.time import steps_of
from eqneuro.network.voxels import Observing

if TYPE_CHECKING:
    from eqneuro.compiler import CompiledNetwork
    from eqneuro.network.reference import ReferenceRunner
    from eqneuro.network.runner import Runner

Populations = Population | Sequence[Population]


class Network(
    Compilation,
    Configuration,
    Building,
    Observing,
    StructuralSteps,
    CallbackSwitch,
    Checking,
    Profiling,
    metaclass=NetworkType,
):
    """Populations, projections and monitors that run together.

    Parameters
    ----------
    dt
        The step in ms, 1.0 where nothing is said.
    seed
        Decides all random numbers: the same seed gives the same bits, on any number of threads. Drawn where None.
    dtype
        ``eqneuro.float64`` (default) or ``eqneuro.float32``; ``precision="double"`` or ``"float"`` says the same.
    num_threads
        How many threads share the neurons out.
    method
        The numerical method of equations that name none: ``"explicit"`` (default), ``"auto"``, ``"exponential"`` …
    spike_times
        When neurons that do not say so themselves spike: ``"grid"`` (default), at the ends of steps, or
        ``"interpolated"``, at the moment within the step at which their condition comes true.

    Raises
    ------
    ValueError
        If dt is not positive, or a setting is unknown.

    Notes
    -----
    A subclass may build its objects in ``__init__`` without calling ``super().__init__()``; ``dt``, ``seed`` and the
    other settings may be given to it all the same.

    Examples
    --------
    >>> from eqneuro import IF_curr_exp, Network
    >>> net = Network(dt=0.1, seed=42)
    >>> population = net.create(100, IF_curr_exp(i_offset=1.0))
    >>> spikes = net.monitor(population, "spike")
    >>> net.simulate(100.0)
    >>> len(spikes.get("spike"))
    100
    """

    def __init__(
        self,
        dt: float | None = None,
        seed: int | None = None,
        dtype: Any = None,
        num_threads: int | None = None,
        *,
        precision: str | None = None,
        method: str | None = None,
        spike_times: str | None = None,
    ) -> None:
        given = dict(dt=dt, seed=seed, dtype=dtype, num_threads=num_threads, precision=precision, method=method)
        given["spike_times"] = spike_times
        chosen = {key: value for key, value in given.items() if value is not None}
        if chosen:
            self.config(**chosen)

    def _set_up(self) -> None:
        """What exists before any ``__init__`` runs."""
        self._settings = Defaults.settings
        self._clock = allocate(6, np.int64)
        self._refinement = 1, 1
        self._populations, self._projections, self._monitors, self._constants = [], [], [], []
        self._callbacks, self._callbacks_on = [], True
        self._holders: set[Population] = set()  # those whose parameters the user may have written into
        self._is_simulating = False
        self._watch = None
        self._compiled: CompiledNetwork | None = None
        self._runner: Runner | ReferenceRunner | None = None
        self._options: dict[str, Any] = {}
        self._revision = self._values_revision = 0
        self._dt_was_checked = False
        self._is_restructured = True
        given = self._settings.seed
        self.seed = int(np.random.SeedSequence().generate_state(1)[0]) if given is None else given

    def _note_change(self, *, structural: bool = False) -> None:
        """Something that the program depends on has changed; ``structural``: the code may have to change with it."""
        self._revision += 1
        self._values_revision += 1
        self._is_restructured = self._is_restructured or structural

    def _note_values(self) -> None:
        """Parameters have other values: what was worked out from them may be out of date."""
        self._values_revision += 1

    def _ready(self) -> Runner | ReferenceRunner:
        """The runner, brought up to date with what has changed."""
        if self._runner is None:
            self.compile()
        elif self._is_restructured or any(p._has_spread() for p in self._holders):
            self._build()
        assert self._runner is not None
        return self._runner

    def _forget(self) -> None:
        self._callbacks.clear()
        self._compiled = self._runner = None
        self._holders.clear()
        self._is_restructured = True
        self._clock[STEP] = self._clock[EPOCH] = 0

    def _builds_itself(self) -> bool:
        return type(self).__init__ is not Network.__init__

    # -- running ------------------------------------------------------------------------------------------------------

    def simulate(self, duration: float, measure_time: bool = False, progress: bool | None = None) -> None:
        """Runs the network for ``duration`` ms, rounded up to whole steps.

        Parameters
        ----------
        duration
            In ms.
        measure_time
            Whether to print how long it took.
        progress
            Whether to show a progress bar; where None, if it takes longer than a second and someone watches.

        Raises
        ------
        ValueError
            If the duration is negative or not finite.
        NotFiniteError
            At the end of the step in which a state variable became NaN or infinite.
        KeyboardInterrupt
            At the end of a step; the network can go on from there.
        """
        steps = steps_of(duration, self._settings.dt)
        if self._is_simulating:
            raise RuntimeError("simulate() can't be called while the network runs, as in a callback")
        warn_of_lost_callbacks(self)
        begin = time.perf_counter()
        self._is_simulating = True
        try:
            with Progress(steps, self._settings.dt, progress) as bar:
                self._ready()  # compiled before a callback changes what reset brings back
                self._run_with_callbacks(steps, bar)
        finally:
            self._is_simulating = False
        if measure_time:
            print(f"Simulating {duration / 1000.0:g} seconds took {time.perf_counter() - begin:.3f} seconds.")

    def _run_with_callbacks(self, steps: int, bar: Progress) -> None:
        done = 0
        for moment, function, number in calls(self._callbacks if self._callbacks_on else (), steps, self.dt):
            if moment > done:
                done += self._advance(moment - done, progress=bar.counter(done))
                bar.update(done)
            if self._callbacks_on:  # a callback may switch the others off
                function(number)
        if steps > done:
            self._advance(steps - done, progress=bar.counter(done))

    def simulate_until(
        self, max_duration: float, population: Populations, operator: str = "and", measure_time: bool = False
    ) -> float:
        """Runs until stop conditions hold, at most ``max_duration`` ms; returns the ms that have passed.

        Conditions are looked at after each step, never before the first one. A population without a condition never
        lets the run end early, which earns a warning.

        Parameters
        ----------
        max_duration
            In ms.
        population
            One or several.
        operator
            ``"and"``: all populations' conditions hold; ``"or"``: one does.
        measure_time
            Whether to print how long it took.

        Raises
        ------
        ValueError
            If ``operator`` is another word, or a population belongs to another network.
        """
        from eqneuro.network.checks import check_stops

        if operator not in ("and", "or"):
            raise ValueError(f"operator must be 'and' or 'or', not {operator!r}")
        steps = steps_of(max_duration, self.dt)
        stops = check_stops(self, population, require_all=operator == "and")
        begin, first = time.perf_counter(), self.current_step
        if steps:
            self._advance(steps, stops, require_all=operator == "and")
        if measure_time:
            print(f"The network stopped after {time.perf_counter() - begin:.3f} seconds.")
        return (self.current_step - first) * self.dt

    def step(self) -> None:
        """One step, without callbacks."""
        self._advance(1)

    def reset(
        self,
        populations: bool = True,
        projections: bool = False,
        synapses: bool = False,
        monitors: bool = True,
        reseed_rng: bool = True,
    ) -> None:
        """Goes back to time 0.

        Parameters
        ----------
        populations
            Whether neurons get back what they held at `compile`; spikes under way are lost.
        projections
            Whether synapses get back their parameters and variables, but for the weights.
        synapses
            Whether weights too are brought back.
        monitors
            Whether recordings are emptied.
        reseed_rng
            Whether random numbers repeat themselves; False gives others.
        """
        self._move_to(0)
        self._clock[EPOCH] = 0 if reseed_rng else self._clock[EPOCH] + 1
        if reseed_rng:
            self._reseed()
        if populations:
            for population in self._populations:
                population.reset()
                population._on_reset()
        if projections or synapses:
            for projection in self._projections:
                projection.reset(synapses=synapses)
        if monitors:
            for monitor in self._monitors:
                monitor.reset()

    def __repr__(self) -> str:
        parts = f"{counted(len(self._populations), 'population')}, {counted(len(self._projections), 'projection')}"
        return f"<{type(self).__name__} of {parts}, dt = {self.dt:g} ms, t = {self.time:g} ms>"
