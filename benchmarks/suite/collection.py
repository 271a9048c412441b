"""The networks there are, their cases, and what is wanted of each."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from benchmarks.suite.protocol import Case, Wanted
from benchmarks.suite.reference import source

NETWORKS = (
    "coba",
    "cuba",
    "brunel",
    "hh_coba",
    "izhikevich",
    "stdp",
    "rate_network",
    "reservoir",
    "single_neuron",
    "short_calls",
    "building",
    "neighbours",
    "compiling",
    "microcircuit",
)
"""In the order of the table."""
SIMULATORS = ("eqneuro", "brian2", "annarchy", "nest", "genn", "numpy", "scipy", "reservoirpy", "c")
TITLES = {
    "eqneuro": "eqneuro",
    "brian2": "Brian2 C++",
    "annarchy": "ANNarchy",
    "nest": "NEST",
    "genn": "GeNN",
    "numpy": "numpy",
    "scipy": "scipy",
    "reservoirpy": "reservoirpy",
    "c": "C by hand",
}
"""As in the table."""
TOLERANCE = 0.02
"""Share of a mean by which models may differ that are written for simulators with other methods, unless their network's
file says otherwise: ``AGREE``, a share for each observable."""


@dataclass(frozen=True)
class Item:
    """A case of a network."""

    network: str
    case: Case

    @property
    def name(self) -> str:
        return f"{self.network}:{self.case.name}"

    @property
    def module(self) -> ModuleType:
        return importlib.import_module(f"benchmarks.suite.{self.network}")

    @property
    def threads(self) -> int:
        """As many as the case itself says."""
        return int(self.case.options.get("threads", 1))

    def wanted(self) -> tuple[Wanted, ...]:
        """Targets of this case: a network has the same for all its cases, or a mapping with some for each."""
        found = getattr(self.module, "WANTED", ())
        if isinstance(found, Mapping):
            found = found.get(self.case.name, ())
        return (found,) if isinstance(found, Wanted) else tuple(found)

    def tolerance(self, observable: str) -> float:
        """The share of its mean by which models may differ."""
        return float(getattr(self.module, "AGREE", {}).get(observable, TOLERANCE))

    def simulators(self, chosen: Sequence[str]) -> list[str]:
        """Those for which there is a function, or a program in C."""
        without = self.case.options.get("without", ())
        return [name for name in chosen if name not in without and self._has(name)]

    def _has(self, simulator: str) -> bool:
        return source(self.network).exists() if simulator == "c" else hasattr(self.module, simulator)


def items(only: Sequence[str] = (), networks: Sequence[str] = NETWORKS) -> Iterator[Item]:
    """All cases, or those of some networks, or single ones, written ``NETWORK:CASE``.

    Raises
    ------
    LookupError
        If a name fits no case.
    """
    modules = {name: importlib.import_module(f"benchmarks.suite.{name}") for name in networks}
    every = [Item(name, case) for name, module in modules.items() for case in module.CASES]
    for name in only:
        if not any(name in (item.network, item.name) for item in every):
            raise LookupError(unknown(name, [*networks, *(item.name for item in every)]))
    yield from (item for item in every if not only or item.network in only or item.name in only)


def unknown(name: str, names: Sequence[str]) -> str:
    """What is said of a name that is not among these: those near it, or all that are no cases."""
    near = difflib.get_close_matches(name, names, n=3)
    return f"no case {name!r}; " + (f"near it: {_listed(near)}" if near else f"there are: {_listed(_short(names))}")


def _short(names: Sequence[str]) -> list[str]:
    """Networks, each of which stands for all of its cases; or cases, where these alone are known."""
    return [name for name in names if ":" not in name] or list(names)


def _listed(names: Sequence[str]) -> str:
    """Quoted, since some of them hold commas."""
    return ", ".join(map(repr, names))
