"""Settings of networks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from eqneuro.language.names import suggest
from eqneuro.model.flags import METHODS
from eqneuro.model.spike_times import read_mode
from eqneuro.network.quantities import plain_time

MAXIMUM_THREADS = 64
WHOLE = int | np.integer
REAL = int | float | np.integer | np.floating
PRECISIONS = {"double": np.float64, "float": np.float32}
KEYS = ("dt", "seed", "dtype", "precision", "num_threads", "method", "spike_times")
IGNORED = (
    "paradigm", "structural_plasticity", "suppress_warnings", "verbose", "show_time", "visible_cores",
    "only_int_idx_type", "sparse_matrix_format", "sparse_matrix_storage_order", "disable_split_matrix",
)  # fmt: skip
"""Settings of older scripts that decide nothing here."""


@dataclass(frozen=True)
class Settings:
    """What `Network.config` changes."""

    dt: float = 1.0
    seed: int | None = None
    real: type = np.float64
    num_threads: int = 1
    method: str = "explicit"
    spike_times: str = "grid"

    def changed(self, given: Mapping[str, Any]) -> Settings:
        """The settings with some of them changed.

        Raises
        ------
        ValueError
            If one is unknown or a value makes no sense.
        """
        new = self
        for key, value in given.items():
            if key in IGNORED:
                continue
            if key not in KEYS:
                hint = suggest(key, KEYS) or f"Known are {', '.join(KEYS)}."
                raise ValueError(f"unknown setting {key!r}. {hint}")
            new = replace(new, **_read(key, value))
        return new

    def inherited(self) -> dict[str, Any]:
        """What a copy of a network has of it: all but the seed."""
        given = {"dt": self.dt, "dtype": self.real, "num_threads": self.num_threads, "method": self.method}
        return given | {"spike_times": self.spike_times}


def _read(key: str, value: Any) -> dict[str, Any]:
    match key:
        case "dt":
            value = plain_time(value, "dt")
            if not (isinstance(value, REAL) and math.isfinite(value) and value > 0.0):
                raise ValueError(f"dt must be a positive time in ms, not {value!r}")
            return {"dt": float(value)}
        case "seed":
            if value is not None and not isinstance(value, WHOLE):
                raise ValueError(f"seed must be a whole number, not {value!r}")
            return {"seed": None if value is None or value == -1 else int(value)}
        case "dtype":
            try:
                kind = np.dtype(value).type
            except TypeError:
                kind = np.void
            if kind not in PRECISIONS.values():
                raise ValueError(f"dtype must be float64 or float32, not {value!r}")
            return {"real": kind}
        case "precision":
            if value not in PRECISIONS:
                raise ValueError(f"precision must be 'double' or 'float', not {value!r}")
            return {"real": PRECISIONS[value]}
        case "num_threads":
            if not (isinstance(value, WHOLE) and 1 <= value <= MAXIMUM_THREADS):
                raise ValueError(f"num_threads must be a whole number from 1 to {MAXIMUM_THREADS}, not {value!r}")
            return {"num_threads": int(value)}
        case "spike_times":
            return {"spike_times": read_mode(value, "a network")}
    known = [method for method in METHODS if method != "event-driven"]
    if value not in known:
        raise ValueError(
            f"unknown method {value!r}. {suggest(str(value), known) or 'Known are ' + ', '.join(known) + '.'}"
        )
    return {"method": value}


class Defaults:
    """Settings of networks to come, as the module-level `setup` changes them."""

    settings = Settings()
