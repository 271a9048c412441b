"""How long neurons are frozen after a spike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.language.syntax import Expr, Name, Number
from eqneuro.model.models import ModelAttribute
from eqneuro.network.checkpoint import SavedPopulation
from eqneuro.network.state import PopulationState

TIME = ModelAttribute("refractory", "global", "float", Number(0.0), is_parameter=True)


class Refractoriness(PopulationState, SavedPopulation):
    """The refractory time of a population: that of its neuron, until the user sets another."""

    _geometry: tuple[int, ...]

    def _read_refractory(self) -> None:
        """Takes what the neuron says."""
        self._refractory: Expr | None = self.model.refractory
        self._has_own_refractory = False
        if isinstance(self._refractory, Number):
            self._set_refractory(float(self._refractory.value), None)
        self._first_refractory = self._refractory

    def _get_flat(self, name: str) -> Any:
        raise NotImplementedError

    def _sample(self, distribution: Any, count: int) -> NDArray[np.float64]:
        raise NotImplementedError

    def _set_attribute(self, name: str, value: Any, ranks: NDArray[Any] | None) -> None:
        raise NotImplementedError

    def _note_parameter(self, name: str, *, was_local: bool) -> None:
        raise NotImplementedError

    @property
    def refractory(self) -> Any:
        """How long a neuron is frozen after its spike, in ms: a number, or one for each neuron; None where a condition
        decides, or where neurons are never frozen.
        """
        if not isinstance(self._refractory, Name):
            return None
        value = self._get_flat(self._refractory.id)
        return value.reshape(self._geometry) if np.ndim(value) else value

    @refractory.setter
    def refractory(self, value: Any) -> None:
        self._set_attribute("refractory", value, None)

    def _set_refractory(self, value: Any, ranks: NDArray[Any] | None) -> None:
        """A time in ms, several, a distribution of them, or the name of an attribute.

        Raises
        ------
        ValueError
            If a time is negative or not finite, or there is no such attribute.
        """
        if isinstance(value, str):
            if value not in self._store.attributes:
                raise ValueError(f"refractory must be a time in ms or the name of an attribute, not {value!r}")
            self._follow(Name(value))
            return
        count = self._size if ranks is None else len(ranks)
        times = self._sample(value, count) if hasattr(value, "sample") else np.asarray(value, dtype=float)
        if not (np.isfinite(times).all() and (times >= 0.0).all()):
            raise ValueError(f"refractory must be a time in ms, finite and not negative, not {value!r}")
        before = self.refractory
        if not self._has_own_refractory:
            self._store.add(replace(TIME))
            self._has_own_refractory = True
            if ranks is not None and before is not None:
                self._store.write("refractory", before, self._sample)
        was_local = "refractory" in self._store.local
        self._store.write("refractory", times, self._sample, ranks)
        self._note_parameter("refractory", was_local=was_local)
        self._follow(Name("refractory"))

    def _follow(self, source: Expr | None) -> None:
        """Another expression gives the time."""
        if self._refractory != source:
            self._refractory = source
            self._net._note_change(structural=True)
