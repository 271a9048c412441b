"""Networks: populations, projections and monitors that run together."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eqneuro.engine.buffers import allocate
from eqneuro.network.building import Building, NetworkType
from eqneuro.network.constants import Constant
from eqneuro.network.population import Population
from eqneuro.network.progress import Progress
from eqneuro.network.settings import Defaults, Settings
from eqneuro.network.time import steps_of

if TYPE_CHECKING:
    from eqneuro.compiler import CompiledNetwork
    from eqneuro.network.callbacks import Callback
    from eqneuro.network.explain import Explanation
    from eqneuro.network.projection import Projection
    from eqneuro.network.runner import Runner
    from eqneuro.recording.monitor import Monitor

Populations = Population | Sequence[Population]


class Network(Building, metaclass=NetworkType):
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

    Raises
    ------
    ValueError
        If dt is not positive, or a setting is unknown.

    Notes
    -----
    A subclass may build its objects in ``__init__`` without calling ``super().__init__()``; ``dt``, ``seed`` and the other
    settings may be given to it all the same.

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
    ) -> None:
        given = dict(dt=dt, seed=seed, dtype=dtype, num_threads=num_threads, precision=precision, method=method)
        chosen = {key: value for key, value in given.items() if value is not None}
        if chosen:
            self.config(**chosen)

    def _set_up(self) -> None:
        """What exists before any ``__init__`` runs."""
        self._settings: Settings = Defaults.settings
        self._clock = allocate(4, np.int64)  # step, tick, seed, epoch
        self._seed = int(np.random.SeedSequence().generate_state(1)[0])
        self._populations: list[Population] = []
        self._projections: list[Projection] = []
        self._monitors: list[Monitor] = []
        self._constants: list[Constant] = []
        self._callbacks: list[Callback] = []
        self._callbacks_on = True
        self._compiled: CompiledNetwork | None = None
        self._runner: Runner | None = None
        self._options: dict[str, Any] = {}
        self._is_changed = self._is_restructured = True
        self.seed = self._seed if self._settings.seed is None else self._settings.seed

    # -- settings -----------------------------------------------------------------------------------------------------

    def config(self, *arguments: dict[str, Any], **settings: Any) -> None:
        """Changes settings: ``dt``, ``seed``, ``dtype`` or ``precision``, ``num_threads``, ``method``.

        Raises
        ------
        ValueError
            If a setting is unknown, a value makes no sense, or ``dt`` comes after `compile`.
        """
        for given in (*arguments, settings):
            before, self._settings = self._settings, self._settings.changed(given)
            if self.compiled and any(getattr(before, k) != getattr(self._settings, k) for k in ("dt", "real", "method")):
                self._settings = before
                raise ValueError("dt, the precision and the method can't be changed after compile()")
            if "seed" in given and self._settings.seed is not None:
                self.seed = self._settings.seed
            if before.real is not self._settings.real:
                for item in (*self._populations, *self._projections):
                    item._convert()
            self._note_change(structural=before != self._settings)

    @property
    def dt(self) -> float:
        """The step in ms."""
        return self._settings.dt

    @dt.setter
    def dt(self, value: float) -> None:
        self.config(dt=value)

    @property
    def seed(self) -> int:
        """Decides all random numbers."""
        return self._seed

    @seed.setter
    def seed(self, value: int) -> None:
        self._seed = int(value)
        self._clock[2] = np.uint64(self._seed & (2**64 - 1)).astype(np.int64)
        self._rng = np.random.default_rng(self._seed & (2**64 - 1))
        for population in self._populations:
            population._initialise()

    @property
    def default_rng(self) -> np.random.Generator:
        """The generator of values that are assigned as distributions."""
        return self._rng

    @property
    def _real(self) -> type:
        return self._settings.real

    @property
    def _dt(self) -> float:
        return self._settings.dt

    @property
    def _num_threads(self) -> int:
        return self._settings.num_threads

    @property
    def _method(self) -> str:
        return self._settings.method

    # -- time ---------------------------------------------------------------------------------------------------------

    @property
    def current_step(self) -> int:
        """How many steps have been computed."""
        return int(self._clock[0])

    @current_step.setter
    def current_step(self, value: int) -> None:
        self._clock[0] = int(value)

    @property
    def time(self) -> float:
        """The time in ms: ``current_step * dt``."""
        return self.current_step * self.dt

    @time.setter
    def time(self, value: float) -> None:
        self._clock[0] = round(value / self.dt)

    # -- compiling ----------------------------------------------------------------------------------------------------

    @property
    def compiled(self) -> bool:
        """Whether the network is compiled."""
        return self._compiled is not None

    @property
    def directory(self) -> str:
        """Where the compiled network is."""
        from eqneuro.build.cache import folder

        return str(self._compiled.library.parent if self._compiled else folder())

    def compile(
        self,
        directory: str | os.PathLike[str] | None = None,
        clean: bool = False,
        compiler: str | None = None,
        compiler_flags: str | None = None,
        silent: bool = False,
        **_: Any,
    ) -> None:
        """Makes the network ready to run; `simulate` does so by itself.

        Values that populations hold now are what `reset` brings back. A network whose equations were compiled before, on
        this machine and in any process, is found in the cache.

        Parameters
        ----------
        directory
            Where the C file and the library go, instead of the cache.
        clean
            Whether to compile even what the cache holds.
        compiler, compiler_flags
            The C compiler, and flags to add; ``"default"`` leaves the choice to eqneuro.
        silent
            Whether to say nothing.

        Raises
        ------
        EquationError
            If an equation turns out to be wrong only now.
        NoCompilerError
            If there is no C compiler.
        """
        self._options = {"directory": None if directory is None else Path(directory).absolute()}
        self._options["compiler"] = None if compiler == "default" else compiler
        self._options["flags"] = None if compiler_flags == "default" else compiler_flags
        for population in self._populations:
            population._initialise()
            population._store.save()
        for projection in self._projections:
            projection._saved.clear()
        self._build(clean=clean)

    def _build(self, *, clean: bool = False) -> None:
        from eqneuro.build.toolchain import find_toolchain
        from eqneuro.compiler import compile_network
        from eqneuro.network.requests import gather
        from eqneuro.network.runner import Runner

        request, kernels = gather(self)
        options = self._options
        toolchain = find_toolchain(options.get("compiler"), options.get("flags"))
        self._compiled = compile_network(request, toolchain=toolchain, directory=options.get("directory"), clean=clean)
        self._runner = Runner(self, self._compiled, kernels)
        self._is_changed = self._is_restructured = False

    def _note_change(self, *, structural: bool = False) -> None:
        """Something that the program depends on has changed; ``structural``: the code may have to change with it."""
        self._is_changed = True
        self._is_restructured = self._is_restructured or structural

    def _ready(self) -> Runner:
        """The runner, brought up to date with what has changed."""
        if self._compiled is None or self._runner is None:
            self.compile()
        elif self._is_restructured or any(p._has_spread() for p in self._populations):
            self._build()
        assert self._runner is not None
        self._runner.stale = self._runner.stale or self._is_changed
        self._is_changed = False
        return self._runner

    def _forget(self) -> None:
        self._callbacks.clear()
        self._compiled = self._runner = None
        self._clock[0] = self._clock[3] = 0

    def source(self) -> str:
        """The generated C."""
        if self._compiled is None:
            self.compile()
        assert self._compiled is not None
        return self._compiled.source.read_text()

    def explain(self) -> Explanation:
        """Which method each equation got and why, what happens in a step, memory and threads."""
        from eqneuro.network.explain import explain_network

        return explain_network(self)

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
        NotFiniteError
            At the end of the step in which a state variable became NaN or infinite.
        KeyboardInterrupt
            At the end of a step; the network can go on from there.
        """
        steps = steps_of(duration, self.dt)
        begin, first = time.perf_counter(), self.current_step
        with Progress(steps, self.dt, progress) as bar:
            for moment, functions in self._pauses(steps):
                done = self.current_step - first
                if moment > done:
                    self._ready().run(moment - done, progress=lambda count, done=done: bar.update(done + count))
                for function, number in functions:
                    function(number)
        if measure_time:
            print(f"Simulating {duration / 1000.0:g} seconds of the network took {time.perf_counter() - begin:.3f} seconds.")

    def _pauses(self, steps: int) -> list[tuple[int, list[tuple[Any, int]]]]:
        """When callbacks are called within a run, in steps after its start, and its end."""
        moments: dict[int, list[tuple[Any, int]]] = {}
        for callback in self._callbacks if self._callbacks_on else []:
            for moment, number in callback.moments(steps, self.dt):
                moments.setdefault(moment, []).append((callback.function, number))
        return [*sorted(moments.items()), (steps, [])]

    def simulate_until(
        self, max_duration: float, population: Populations, operator: str = "and", measure_time: bool = False
    ) -> float:
        """Runs until the stop conditions of populations hold, at most ``max_duration`` ms; returns the ms that have passed.

        Conditions are looked at after each step, never before the first one.

        Parameters
        ----------
        operator
            ``"and"``: all populations' conditions hold; ``"or"``: one does.

        Raises
        ------
        ValueError
            If a population has no stop condition, or ``operator`` is another word.
        """
        if operator not in ("and", "or"):
            raise ValueError(f"operator must be 'and' or 'or', not {operator!r}")
        chosen = [population] if isinstance(population, Population) else list(population)
        begin = time.perf_counter()
        stops = [p for p in chosen if p._stop is not None]
        first = self.current_step
        self._ready().run(steps_of(max_duration, self.dt), stops, require_all=operator == "and")
        if measure_time:
            print(f"The network stopped after {time.perf_counter() - begin:.3f} seconds.")
        return (self.current_step - first) * self.dt

    def step(self) -> None:
        """One step, without callbacks."""
        self._ready().run(1)

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
        self._clock[0] = 0
        self._clock[3] = 0 if reseed_rng else self._clock[3] + 1
        if reseed_rng:
            self._rng = np.random.default_rng(self._seed & (2**64 - 1))
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
        self._note_change()

    # -- callbacks ----------------------------------------------------------------------------------------------------

    def enable_callbacks(self) -> None:
        """Lets `simulate` call the functions that `every` decorates."""
        self._callbacks_on = True

    def disable_callbacks(self) -> None:
        """Keeps `simulate` from calling them."""
        self._callbacks_on = False

    def callbacks_enabled(self) -> bool:
        """Whether callbacks are called."""
        return self._callbacks_on

    def clear_all_callbacks(self) -> None:
        """Forgets all callbacks."""
        self._callbacks.clear()

    # -- memory -------------------------------------------------------------------------------------------------------

    def memory_footprint(self) -> dict[str, int]:
        """Prints how many bytes each object holds, and gives them by name."""
        held = {item.name: item._nbytes() for item in (*self._populations, *self._projections, *self._monitors)}
        for name, size in held.items():
            print(f"{name:<30} {size / 2**20:10.3f} MiB")
        print(f"{'all':<30} {sum(held.values()) / 2**20:10.3f} MiB")
        return held

    def __repr__(self) -> str:
        parts = f"{len(self._populations)} populations, {len(self._projections)} projections"
        return f"<{type(self).__name__} of {parts}, dt = {self.dt:g} ms, t = {self.time:g} ms>"
