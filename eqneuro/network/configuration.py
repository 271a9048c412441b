"""Settings and the clock of a network."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.network.settings import Settings

if TYPE_CHECKING:
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection
    from eqneuro.recording.monitor import Monitor

STEP, TICK, SEED, EPOCH, PARTS, MOST = range(6)
"""Places of the clock: the step, which users may set; the steps computed in all; the key of the random numbers; the
two numbers of a refinement."""
WORD = 2**64 - 1
FIXED = ("dt", "real", "method")
"""Settings that a compiled network keeps."""


class Configuration:
    """What decides how a network computes, and when it is."""

    _settings: Settings
    _clock: NDArray[np.int64]
    _seed: int
    _rng: np.random.Generator
    _populations: list[Population]
    _projections: list[Projection]
    _monitors: list[Monitor]

    # -- settings -----------------------------------------------------------------------------------------------------

    def config(self, *arguments: dict[str, Any], **settings: Any) -> None:
        """Changes settings: ``dt``, ``seed``, ``dtype`` or ``precision``, ``num_threads``, ``method``, ``spike_times``.

        Arrays of attributes that were read before the precision changes are not those of the network any more.

        Raises
        ------
        ValueError
            If a setting is unknown, a value makes no sense, or ``dt``, the precision or the method comes after
            `compile`.
        """
        for given in (*arguments, settings):
            before, after = self._settings, self._settings.changed(given)
            if self.compiled and any(getattr(before, key) != getattr(after, key) for key in FIXED):
                raise ValueError("dt, the precision and the method can't be changed after compile()")
            if self._populations and before.spike_times != after.spike_times:
                raise ValueError("spike_times can't be changed once there are populations")
            self._settings = after
            if "seed" in given and after.seed is not None:
                self.seed = after.seed
            if before.real is not after.real:
                for population in self._populations:
                    population._convert()
                for projection in self._projections:
                    projection._convert()
            self._note_change(structural=before != after)

    @property
    def compiled(self) -> bool:
        """Whether the network is compiled."""
        raise NotImplementedError

    @property
    def dt(self) -> float:
        """The step in ms."""
        return self._settings.dt

    @dt.setter
    def dt(self, value: float) -> None:
        self.config(dt=value)

    @property
    def seed(self) -> int:
        """Decides all random numbers; whole numbers of any size and sign, of which 64 bits count."""
        return self._seed

    @seed.setter
    def seed(self, value: int) -> None:
        try:
            self._seed = operator.index(value)
        except TypeError:
            raise ValueError(f"seed must be a whole number, not {value!r}") from None
        self._clock[SEED] = np.uint64(self._seed_word).astype(np.int64)
        self._reseed()
        if not self.compiled:
            for population in self._populations:
                population._initialise()

    @property
    def _seed_word(self) -> int:
        """The seed as generators take it."""
        return self._seed & WORD

    def _reseed(self) -> None:
        self._rng = np.random.default_rng(self._seed_word)

    @property
    def default_rng(self) -> np.random.Generator:
        """The generator of values that are assigned as distributions."""
        return self._rng

    @property
    def _real(self) -> type:
        return self._settings.real

    @property
    def _num_threads(self) -> int:
        return self._settings.num_threads

    @property
    def _method(self) -> str:
        return self._settings.method

    @property
    def _refinement(self) -> tuple[int, int]:
        """Which of some networks with different steps this is: all take the same random numbers at the same time.

        The first number says how many steps of the finest network one of this network takes, the second how many one
        of the coarsest does: (4, 4), (2, 4) and (1, 4) for networks with dt, dt/2 and dt/4. An increment of white noise
        is then the sum of the increments of the finest network, so that all see one Wiener process; all other draws
        of equations are those of the coarsest network's step, held over the steps that it is divided into. May be
        changed at any time; (1, 1), the default, is a network by itself.
        """
        return int(self._clock[PARTS]), int(self._clock[MOST])

    @_refinement.setter
    def _refinement(self, value: tuple[int, int]) -> None:
        parts, most = value
        if parts < 1 or most % parts:
            raise ValueError(f"{most} steps can't be split into whole ones of {parts}")
        self._clock[PARTS], self._clock[MOST] = parts, most

    # -- time ---------------------------------------------------------------------------------------------------------

    @property
    def current_step(self) -> int:
        """How many steps have been computed, or the number that was set."""
        return int(self._clock[STEP])

    @current_step.setter
    def current_step(self, value: int) -> None:
        try:
            step = operator.index(value)
        except TypeError:
            raise ValueError(f"current_step must be a whole number, not {value!r}") from None
        if step < 0:
            raise ValueError(f"current_step can't be negative: {value}")
        self._move_to(step)

    @property
    def time(self) -> float:
        """The time in ms: ``current_step * dt``."""
        return self.current_step * self.dt

    @time.setter
    def time(self, value: float) -> None:
        if not (math.isfinite(value) and value >= 0.0):
            raise ValueError(f"time must be a number of ms, not {value!r}")
        self._move_to(round(value / self.dt))

    def _move_to(self, step: int) -> None:
        """Sets the clock; recordings go on from there, inputs that follow a schedule find their place."""
        for monitor in self._monitors:
            monitor._leave(self.current_step)
        self._clock[STEP] = step
        for monitor in self._monitors:
            monitor._arrive(step)
        self._note_change()

    def _note_change(self, *, structural: bool = False) -> None:
        raise NotImplementedError
