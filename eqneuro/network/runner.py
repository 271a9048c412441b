"""Running: programs handed to the engine step by step, room made for recordings, numbers that are none reported."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.layout import KernelLayout
from eqneuro.engine.program import NOT_FINITE, REPORT_LENGTH, load_engine, table_of
from eqneuro.engine.threads import thread_choice
from eqneuro.network import waiting
from eqneuro.network.assembly import Assembly
from eqneuro.network.binding import population_buffers
from eqneuro.network.linear import LinearSystems
from eqneuro.network.ranges import Ranges, arriving_at, share_out, unit_of
from eqneuro.network.requests import KernelSet
from eqneuro.network.running import Running, Told
from eqneuro.numerics.error_control import INNER, LIMIT

if TYPE_CHECKING:
    from eqneuro.compiler import CompiledNetwork
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection

Matrix = tuple[LinearSystems, int, int, NDArray[np.uint64], list[NDArray[Any] | None]]
"""A linear system: whose it is, its rule, the kernel that fills its matrix, the addresses for it, and the arrays."""
MANY_NEURONS, MANY_SYNAPSES = 20_000, 500_000
"""From so many on a network is divided from the beginning."""
CULPRITS, FIRST_GLOBAL = 1000, 500
"""A report of a number that is none holds the population's number times 1000, plus the variable's place; global
variables count from 500."""


class NotFiniteError(FloatingPointError):
    """A state variable became NaN or infinite: says which, in which population and neuron, and when.

    The network keeps the state it had at the end of that step.
    """


class StepLimitError(ArithmeticError):
    """A method that divides steps took too many: says in which population and neuron, and when.

    The network keeps the state it had at the end of that step, in which the neuron's variables are not right.
    """


class Runner(Running):
    """Runs a compiled network."""

    def __init__(self, network: Network, compiled: CompiledNetwork, kernels: KernelSet) -> None:
        super().__init__(network)
        self.compiled = compiled
        self.kernels = kernels
        self.engine = load_engine(compiled.library)
        self.threads = thread_choice(network._num_threads, is_large=_is_large(network))
        self._assembly: Assembly | None = None
        self._ranges: dict[tuple[int, ...], Ranges] = {}
        self._stops: tuple[Population, ...] = ()
        self._assembled = -1  # the network's revision
        self._reports = np.zeros((network._num_threads, REPORT_LENGTH), dtype=np.int64)
        self._matrices: list[Matrix] = []
        self._changing: list[Projection] = []
        self._catching_up: list[tuple[Projection, int, list[NDArray[Any] | None]]] = []
        self._worked_out: tuple[float, ...] = ()
        self._delayed = [population for population in network._populations if population._own_delays]
        for population in network._populations:
            population._linear.describe(self._layouts(population))

    def _layouts(self, population: Population) -> tuple[KernelLayout, ...]:
        index = self.kernels.index("population", population._number)
        return () if index is None else self.compiled.layouts[index]

    def _run(self, steps: int, stops: tuple[Population, ...], require_all: bool, progress: Told | None) -> int:
        network, done = self.network, 0
        self.is_stopped = False
        for population in self._delayed:
            population._check_delays()
        while done < steps:
            assembly = self._assemble(steps - done, stops)
            if done == 0:
                self._begin(steps, may_stop=bool(stops))
            self._refresh_propagators()
            assembly.ahead.catch_up(self.engine)
            with self._waiting(steps - done):
                done += self.engine.run(
                    self._table,
                    self._instructions,
                    network._clock,
                    network.dt,
                    steps - done,
                    self.threads,
                    self._reports,
                    assembly.stopped,
                    len(stops),
                    require_all,
                    None if progress is None else lambda count, before=done: progress(before + count),
                    None if network._watch is None else network._watch.sheet(assembly, (self, self._assembled, stops)),
                )
            assembly.ahead.note()
            for projection in self._changing:
                projection._is_ahead = True
            self._check_finite()
            if stops:
                holding = int(np.count_nonzero(assembly.stopped))
                self.is_stopped = holding == len(stops) if require_all else holding > 0
                if self.is_stopped:
                    break
        return done

    @contextmanager
    def _waiting(self, steps: int) -> Iterator[None]:
        """Post-synaptic spikes may wait during so many steps; synapses catch up with them, however these end."""
        for projection, _, _ in self._catching_up:
            waiting.begin(projection, steps)
        try:
            yield
        finally:
            for projection, number, buffers in self._catching_up:
                with waiting.all_at_once(projection) as ranges:
                    self.engine.call(table_of(buffers), number, self.network._clock, self.network.dt, ranges)

    def _assemble(self, steps: int, stops: tuple[Population, ...]) -> Assembly:
        """The program, written anew where objects, buffers or conditions have changed."""
        network = self.network
        is_stale = self._assembly is None or self._assembled != network._revision or stops != self._stops
        ranges = 1 if self.threads is None else self.threads.ranges
        is_divided = self._assembly is not None and self._assembly.program.threads != ranges
        if self._prepare_recorders(steps, is_stale=is_stale) or is_divided or self._assembly is None:
            begin, is_first = time.perf_counter(), self._assembly is None
            self.division = self._shared_out(ranges)
            self._assembly = Assembly(network, self.compiled, self.kernels, self.division, stops)
            self._stops, self._assembled = stops, network._revision
            self._table = self._assembly.program.table()
            self._instructions = self._assembly.program.instructions()
            self._bind_coefficients()
            self._catching_up = self._assembly.catching_up
            self._changing = [p for p in network._projections if p._connectivity is not None and p.model.variables]
            self._worked_out = ()
            if self.threads is not None and (is_divided or is_first):
                self.threads.arranged(time.perf_counter() - begin, is_first=is_first)
        return self._assembly

    def _shared_out(self, ranges: int) -> Ranges:
        """Synapses that come and go don't move the ranges: all rows of spikes would have to be sorted anew."""
        units = [unit_of(p, arriving_at(p)) for p in self.network._populations if ranges > 1]
        key = (ranges, *units)
        if key not in self._ranges:
            self._ranges[key] = share_out(self.network, ranges)
        return self._ranges[key]

    def _bind_coefficients(self) -> None:
        self._matrices = []
        for population in self.network._populations:
            for layout in self._layouts(population):
                if layout.function.startswith("coefficients_"):
                    number = self.compiled.functions.index(layout.function)
                    rule = layout.propagators[0].rule
                    buffers = population_buffers(population, layout)
                    self._matrices.append((population._linear, rule, number, table_of(buffers), buffers))

    def _refresh_propagators(self) -> None:
        """Works out what follows from parameters and constants, where these may have changed."""
        network = self.network
        if not self._matrices:
            return
        state = (network._values_revision, *(constant.value for constant in network._constants))
        if state == self._worked_out and not network._holders:
            return
        for linear, rule, number, table, _ in self._matrices:
            self.engine.call(table, number, network._clock, network.dt, linear.rows(rule))
            linear.refresh(rule, network.dt)
        self._worked_out = state

    def _check_finite(self) -> None:
        reports = [r for r in self._reports.tolist() if r[0] & NOT_FINITE]
        if not reports:
            return
        # the first neuron of the first population, whatever the number of threads is
        _, culprit, neuron, *_ = min(reports, key=lambda report: (report[1] // CULPRITS, report[2], report[1]))
        population, place = self.network._populations[culprit // CULPRITS], culprit % CULPRITS
        is_global = place >= FIRST_GLOBAL
        name = self._layouts(population)[int(is_global)].checked[place % FIRST_GLOBAL]
        where, when = self._at_last_step(population, None if is_global else neuron)
        if name.startswith(INNER):
            raise StepLimitError(too_many_steps(name.removeprefix(INNER), where, when))
        value = float(population._store.arrays[name][neuron])
        raise NotFiniteError(f"{name!r} {where} became {value} {when}")


def too_many_steps(variable: str, where: str, when: str) -> str:
    """What `StepLimitError` says."""
    return (
        f"the equation of {variable!r} {where} took more than {LIMIT:,} internal steps of rk45 {when}: it is too stiff "
        "for this method; `sdirk2` and `implicit` have no such limit"
    )


def _is_large(network: Network) -> bool:
    synapses = sum(p._built.synapses for p in network._projections if p._connectivity is not None)
    return synapses >= MANY_SYNAPSES or sum(p.size for p in network._populations) >= MANY_NEURONS
