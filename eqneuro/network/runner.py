"""Running: programs handed to the engine step by step, room made for recordings, numbers that are none reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from eqneuro.engine.program import NOT_FINITE, REPORT_LENGTH, load_engine, table_of
from eqneuro.network.assembly import Assembly
from eqneuro.network.binding import population_buffers
from eqneuro.network.requests import KernelSet

if TYPE_CHECKING:
    from eqneuro.compiler import CompiledNetwork
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population

CULPRITS, FIRST_GLOBAL = 1000, 500
"""A report of a number that is none holds the population's number times 1000, plus the variable's place; global
variables count from 500."""


class NotFiniteError(FloatingPointError):
    """A state variable became NaN or infinite: says which, in which population and neuron, and when.

    The network keeps the state it had at the end of that step.
    """


class Runner:
    """Runs a compiled network."""

    def __init__(self, network: Network, compiled: CompiledNetwork, kernels: KernelSet) -> None:
        self.network = network
        self.compiled = compiled
        self.kernels = kernels
        self.engine = load_engine(compiled.library)
        self._assembly: Assembly | None = None
        self._stops: tuple[Population, ...] = ()
        self._reports = np.zeros((network._num_threads, REPORT_LENGTH), dtype=np.int64)
        self._coefficients: list[tuple[Population, int, int, int]] = []
        for population in network._populations:
            layouts = self._layouts(population)
            population._linear.describe(layouts)
        self.stale = True

    def _layouts(self, population: Population) -> tuple[object, ...]:
        index = self.kernels.index("population", population._number)
        return () if index is None else self.compiled.layouts[index]

    def run(
        self,
        steps: int,
        stops: Sequence[Population] = (),
        require_all: bool = True,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Up to ``steps`` steps, fewer where the stop conditions hold; returns how many were done.

        Raises
        ------
        NotFiniteError
            At the end of the step in which a state variable became NaN or infinite.
        """
        network, done = self.network, 0
        for population in network._populations:
            population._begin()
        while done < steps:
            assembly = self._assemble(steps - done, tuple(stops))
            self._refresh_propagators()
            before = done
            done += self.engine.run(
                self._table,
                self._instructions,
                network._clock,
                network._dt,
                steps - done,
                network._num_threads,
                self._reports,
                assembly.stopped,
                len(stops),
                require_all,
                None if progress is None else lambda count, start=before: progress(start + count),
            )
            self._check_finite()
            if stops:
                holding = int(np.count_nonzero(assembly.stopped))
                if holding == len(stops) if require_all else holding > 0:
                    break
        return done

    def _assemble(self, steps: int, stops: tuple[Population, ...]) -> Assembly:
        """The program, written anew where objects, buffers or conditions have changed."""
        moved = [
            recorder.prepare(steps) for monitor in self.network._monitors for recorder in monitor._recorders.values()
        ]
        if self._assembly is None or self.stale or any(moved) or stops != self._stops:
            self._assembly = Assembly(self.network, self.compiled, self.kernels, stops)
            self._stops = stops
            self._table = self._assembly.program.table()
            self._instructions = self._assembly.program.instructions()
            self._bind_coefficients()
            self.stale = False
        return self._assembly

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
        network = self.network
        for linear, rule, number, table, _ in self._matrices:
            self.engine.call(table, number, network._clock, network._dt, linear.rows(rule))
            linear.refresh(rule, network._dt)

    def _check_finite(self) -> None:
        reports = [r for r in self._reports.tolist() if r[0] & NOT_FINITE]
        if not reports:
            return
        _, culprit, neuron, *_ = min(reports, key=lambda r: (r[1], r[2]))
        population = self.network._populations[culprit // CULPRITS]
        place = culprit % CULPRITS
        is_global = place >= FIRST_GLOBAL
        layout = self._layouts(population)[int(is_global)]
        name = layout.checked[place % FIRST_GLOBAL]
        value = float(population._store.arrays[name][neuron])
        step = self.network.current_step - 1
        raise NotFiniteError(
            f"{name!r}{'' if is_global else f' of neuron {neuron}'} in population {population.name!r} became {value} "
            f"in the step at t = {step * self.network.dt:g} ms"
        )
