"""BOLD signals: what a scanner would see of populations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.model.library.balloon import BoldModel, balloon_RN

FLOW = MappingProxyType({"I_CBF": "r"})
"""Which variable of the neurons is which input of the model: their rate drives blood flow."""


class BoldRecorder:
    """Records a BOLD model of one voxel or several."""

    _recorder: Any
    _voxels: Any

    def _observe(
        self,
        network: Any,
        voxels: Sequence[Sequence[tuple[Any, float, float]]],
        model: BoldModel | type[BoldModel] | None,
        mapping: Mapping[str, str],
        recorded: str | Sequence[str] | None,
        begins: bool,
    ) -> None:
        """Makes the voxels; each is a list of populations or views, their weights, and windows in ms."""
        kind: Any = balloon_RN if model is None else model
        chosen = kind() if isinstance(kind, type) else kind
        if not isinstance(chosen, BoldModel):
            raise TypeError(f"bold_model must be a BoldModel, not {model!r}")
        self.bold_model = chosen
        self.mapping = dict(mapping)
        if sorted(self.mapping) != sorted(chosen.inputs):
            wanted = ", ".join(map(repr, chosen.inputs))
            raise ValueError(f"the mapping must say which variable is {wanted} of {chosen.name!r}, not {self.mapping}")
        variables = chosen.output if recorded is None else [recorded] if isinstance(recorded, str) else list(recorded)
        self._voxels, self._recorder = network._add_voxels(chosen, voxels, self.mapping, variables, begins)

    def start(self) -> None:
        """The model runs from now on, and is recorded."""
        self._voxels.enable()
        self._recorder.start()

    def stop(self) -> None:
        """Records no more; the model goes on."""
        self._recorder.pause()

    def get(self, variable: str | Sequence[str]) -> Any:
        """What was recorded of a variable of the model, shape (steps, voxels), and forgets it.

        Parameters
        ----------
        variable
            One name; several give a dict.

        Raises
        ------
        ValueError
            If it is not recorded.
        """
        return self._recorder.get(variable)


class BoldMonitor(BoldRecorder):
    """The BOLD signal of populations. Made by `Network.boldmonitor`, or directly.

    What drives the model is the mean of a variable over each population. Nothing happens before `start`.

    Parameters
    ----------
    populations
        One population or view, or several.
    bold_model
        A `BoldModel`; `balloon_RN` where None.
    mapping
        For each input of the model the variable of the neurons.
    scale_factor
        The weight of each population's mean; its share of all neurons where None.
    normalize_input
        Over how many ms the mean of each population is measured at first; from then on its relative deviation from
        that drives the model (the difference, where the mean is 0). One number, or one for each; 0 for the plain mean.
    recorded_variables
        Of the model; its output where None.
    start
        Whether it starts at once.

    Raises
    ------
    ValueError
        If there is no such variable, or a list has not one entry for each population.

    Examples
    --------
    >>> from eqneuro import InputArray, Network
    >>> net = Network(dt=1.0)
    >>> population = net.create(InputArray(10))
    >>> monitor = net.boldmonitor(population)
    >>> monitor.start()
    >>> population.r = 0.1
    >>> net.simulate(100.0)
    >>> monitor.get("BOLD").shape
    (100, 1)
    """

    def __init__(
        self,
        populations: Any = None,
        bold_model: BoldModel | type[BoldModel] | None = None,
        mapping: Mapping[str, str] = FLOW,
        scale_factor: float | Sequence[float] | None = None,
        normalize_input: float | Sequence[float] | None = None,
        recorded_variables: str | Sequence[str] | None = None,
        start: bool = False,
    ) -> None:
        given = list(populations) if isinstance(populations, list | tuple) else [populations]
        network = _network_of(given)
        sizes = np.array([len(p.ranks) for p in given], dtype=float)
        weights = sizes / sizes.sum() if scale_factor is None else _each(scale_factor, len(given), "scale_factor")
        windows = _each(0.0 if normalize_input is None else normalize_input, len(given), "normalize_input")
        voxel = list(zip(given, weights.tolist(), windows.tolist(), strict=True))
        self._observe(network, [voxel], bold_model, mapping, recorded_variables, start)


class BoldMonitorFromSlices(BoldRecorder):
    """The BOLD signals of parts of one population, a voxel each.

    Made by `Network.boldmonitor_from_slices`, or directly.

    Parameters
    ----------
    population
        The population.
    slices
        What each voxel sees: slices, ranks, or views of the population; all of it where None.
    bold_model, mapping, recorded_variables, start
        As of `BoldMonitor`.
    normalize_input
        As there, one for all.

    Examples
    --------
    >>> from eqneuro import InputArray, Network
    >>> net = Network(dt=1.0)
    >>> population = net.create(InputArray(10))
    >>> monitor = net.boldmonitor_from_slices(population, [slice(0, 5), [7, 8]], start=True)
    >>> net.simulate(50.0)
    >>> monitor.get("BOLD").shape
    (50, 2)
    """

    def __init__(
        self,
        population: Any,
        slices: Sequence[Any] | None = None,
        bold_model: BoldModel | type[BoldModel] | None = None,
        mapping: Mapping[str, str] = FLOW,
        normalize_input: float = 0,
        recorded_variables: str | Sequence[str] | None = None,
        start: bool = False,
    ) -> None:
        network = _network_of([population])
        views = [population] if slices is None else [_part(population, given) for given in slices]
        if not views:
            raise ValueError("boldmonitor_from_slices needs at least one slice")
        window = float(_each(normalize_input, 1, "normalize_input")[0])
        voxels = [[(view, 1.0, window)] for view in views]
        self._observe(network, voxels, bold_model, mapping, recorded_variables, start)


def _network_of(populations: Sequence[Any]) -> Any:
    """The network of all populations.

    Raises
    ------
    TypeError
        If something is no population.
    ValueError
        If there are none, or they belong to none or several.
    """
    if not populations:
        raise ValueError("a BOLD signal needs populations")
    owners = []
    for given in populations:
        population = getattr(given, "population", given)
        if not hasattr(population, "_recordable"):
            raise TypeError(f"a BOLD signal is that of populations or views, not {given!r}")
        owners.append(population._network)
    if owners[0] is None or any(owner is not owners[0] for owner in owners):
        raise ValueError("all populations of a BOLD signal belong to the same network")
    return owners[0]


def _each(given: Any, count: int, what: str) -> NDArray[np.float64]:
    """One number for each population."""
    values = np.asarray(given, dtype=float)
    if values.shape not in ((), (count,)) or not np.isfinite(values).all():
        raise ValueError(f"{what} is a number, or {count} of them, one for each population, not {given!r}")
    if what == "normalize_input" and (values < 0.0).any():
        raise ValueError(f"normalize_input is a time in ms, not {given!r}")
    return np.broadcast_to(values, (count,))


def _part(population: Any, given: Any) -> Any:
    if hasattr(given, "population"):
        if given.population is not population:
            raise ValueError(f"{given!r} is no part of population {population.name!r}")
        return given
    return population[given]
