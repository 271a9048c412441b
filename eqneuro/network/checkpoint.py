"""Networks, populations and projections saved to files and loaded again, with everything that is under way."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from eqneuro import __version__
from eqneuro.network.checkpoint_format import Arrays, Part, encoded, read_file, write_file
from eqneuro.network.configuration import EPOCH, SEED

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection
    from eqneuro.recording.monitor import Monitor

Filename = str | os.PathLike[str]
Restore = Callable[[int], None]


class SavedState:
    """What a special kind of population or projection holds beside its attributes."""

    def _more_state(self) -> Arrays:
        """Arrays for a file, by names of one word."""
        return {}

    def _plan_more(self, part: Part) -> Restore:
        """Checks those arrays; gives what takes them, told by how many steps it is later than in the file.

        Raises
        ------
        ValueError
            If one does not fit; nothing has been changed then.
        """
        return lambda shift: None

    def _copy_more(self, original: Any) -> None:
        """Takes it from the object that this one is a copy of, as `reset` would bring it back."""


class SavedPopulation(SavedState):
    """Saves and loads one population."""

    def save(self: Any, filename: Filename) -> None:
        """Writes the population to a file, as `Network.save` does with all."""
        from eqneuro.network.checkpoint_populations import describe_population

        header, arrays = describe_population(self)
        _write(filename, self._net, {"populations": [header]}, _below(f"populations/{encoded(self.name)}", arrays))

    def load(self: Any, filename: Filename) -> None:
        """Loads the population from its own file, or its part of that of a whole network.

        Its attributes must be those of the file, its equations may be others. Times of last spikes and the like move
        with the network's time, which stays as it is.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file does not fit, or is damaged; nothing is loaded then.
        """
        from eqneuro.network.checkpoint_populations import plan_population

        _load_alone(self, filename, "populations", plan_population)


class SavedProjection(SavedState):
    """Saves and loads one projection."""

    _has_own_synapses = True
    """Whether its synapses are its own, each with its own values, and so stand in files."""

    def save(self: Any, filename: Filename) -> None:
        """Writes the projection to a file, as `Network.save` does with all."""
        from eqneuro.network.checkpoint_projections import describe_projection

        header, arrays = describe_projection(self)
        _write(filename, self._net, {"projections": [header]}, _below(f"projections/{encoded(self.name)}", arrays))

    def load(self: Any, filename: Filename) -> None:
        """Loads the projection from its own file, or its part of that of a whole network: its synapses become those
        of the file, whichever it had.

        Its attributes must be those of the file, its equations may be others.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file does not fit, or is damaged; nothing is loaded then.
        """
        from eqneuro.network.checkpoint_projections import plan_projection

        _load_alone(self, filename, "projections", plan_projection)


class SavedNetwork:
    """Saves and loads a network."""

    def save(self: Any, filename: Filename, populations: bool = True, projections: bool = True) -> None:
        """Writes the network to a file: time, seed, constants, attributes, and what is under way.

        Another network with the same objects, in this process or another, on any number of threads, goes on from it
        with the same bits. Recorded data, callbacks and what `reset` brings back are not saved.

        Parameters
        ----------
        filename
            ``.npz`` is compressed, ``.gz`` too, ``.h5`` and ``.hdf5`` need h5py; another suffix means a plain NumPy
            archive. Folders are made. A file of that name is replaced when the new one is complete.
        populations, projections
            Whether they are saved.

        Raises
        ------
        RuntimeError
            If a projection has no synapses because no connector was called.
        """
        from eqneuro.network.checkpoint_populations import describe_population
        from eqneuro.network.checkpoint_projections import describe_projection

        header: dict[str, Any] = {"network": _describe_clock(self)}
        arrays = {f"constants/{encoded(c.name)}": np.array(c.value) for c in self._constants}
        for kind, items, describe in (
            ("populations", self._populations if populations else None, describe_population),
            ("projections", self._projections if projections else None, describe_projection),
        ):
            described = [] if items is None else [describe(item) for item in items]
            header[kind] = None if items is None else [own for own, _ in described]
            for own, found in described:
                arrays |= _below(f"{kind}/{encoded(own['name'])}", found)
        header["monitors"] = [_describe_monitor(monitor) for monitor in self._monitors]
        _write(filename, self, header, arrays)

    def load(self: Any, filename: Filename, populations: bool = True, projections: bool = True, **_: Any) -> None:
        """Goes back to what was saved: the network must have the same objects, with the same names and equations.

        `reset` still brings back what the network held before.

        Parameters
        ----------
        filename
            Of a file that `save` has written.
        populations, projections
            Whether they are loaded; time, seed and constants always are.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file does not fit, which is said with the name of what does not, or is damaged. Nothing is loaded
            then.
        """
        from eqneuro.network.checkpoint_populations import plan_population
        from eqneuro.network.checkpoint_projections import plan_projection

        left_out = [kind for kind, wanted in (("populations", populations), ("projections", projections)) if not wanted]
        header, arrays = read_file(filename, lambda name: name.partition("/")[0] not in left_out)
        whole = Part(os.fspath(filename), header, arrays)
        if "network" not in header:
            [kind] = {"populations", "projections"} & set(header)
            one = header[kind][0]["name"]
            whole.refuse(f"it holds one of the {kind} of a network, {one!r}, which has a load() of its own")
        _check_settings(whole, self)
        restores = [_plan_clock(whole, self)]
        if populations:
            restores += _plan_all(whole, "populations", self._populations, plan_population)
        if projections:
            restores += _plan_all(whole, "projections", self._projections, plan_projection)
        for restore in restores:
            restore(0)
        for settings in header["monitors"]:
            _put_monitor(self.get_monitor(settings["name"]), settings)


# -- files ------------------------------------------------------------------------------------------------------------


def _below(path: str, arrays: Arrays) -> Arrays:
    return {f"{path}/{name}": array for name, array in arrays.items()}


def _write(filename: Filename, network: Network, header: dict[str, Any], arrays: Arrays) -> None:
    about = {"written_by": __version__, "dt": network.dt, "precision": _precision(network)}
    write_file(filename, about | {"step": network.current_step} | header, arrays)


def _precision(network: Network) -> str:
    return "double" if np.dtype(network._real).itemsize == 8 else "float"


def _check_settings(part: Part, network: Network) -> None:
    for name, here in (("dt", network.dt), ("precision", _precision(network))):
        there = part.header[name]
        if there != here:
            part.refuse(f"{name} is {there} in the file, and {here} in this network")


def _part_of(whole: Part, kind: str, header: dict[str, Any]) -> Part:
    start = f"{kind}/{encoded(header['name'])}/"
    arrays = {name[len(start) :]: array for name, array in whole.arrays.items() if name.startswith(start)}
    return Part(whole.filename, header, arrays)


def _plan_all(whole: Part, kind: str, items: list[Any], plan: Callable[..., Restore]) -> list[Restore]:
    """Every object of a network, each with its part of the file."""
    one, found = kind.removesuffix("s"), whole.header[kind]
    if found is None:
        whole.refuse(f"it was saved without {kind}")
    headers = {header["name"]: header for header in found}
    for item in items:
        if item.name not in headers:
            whole.refuse(f"{one} {item.name!r} is not in it")
    for name in headers.keys() - {item.name for item in items}:
        whole.refuse(f"it holds {one} {name!r}, which this network has not")
    return [plan(item, _part_of(whole, kind, headers[item.name]), strict=True) for item in items]


def _load_alone(item: Population | Projection, filename: Filename, kind: str, plan: Callable[..., Restore]) -> None:
    """One object, from its own file or from that of a network."""
    start = f"{kind}/"
    header, arrays = read_file(filename, lambda name: name.startswith(start))
    whole, found = Part(os.fspath(filename), header, arrays), header.get(kind) or []
    chosen = [own for own in found if own["name"] == item.name] if "network" in header else found
    if not chosen:
        whole.refuse(f"{kind.removesuffix('s')} {item.name!r} is not in it")
    _check_settings(whole, item._net)
    restore = plan(item, _part_of(whole, kind, chosen[0]), strict=False)
    restore(item._net.current_step - header["step"])


# -- the network itself -----------------------------------------------------------------------------------------------


def _describe_clock(network: Network) -> dict[str, Any]:
    """Time and random numbers; JSON holds whole numbers of any size."""
    return {
        "seed": network.seed,
        "epoch": int(network._clock[EPOCH]),
        "generator": network.default_rng.bit_generator.state,
    }


def _plan_clock(part: Part, network: Network) -> Restore:
    header, constants = part.header["network"], {}
    for name, key in part.below("constants").items():
        constants[name] = float(part.array(key, "f", ()))
        if network.get_constant(name) is None:
            part.refuse(f"it holds the constant {name!r}, which this network has not")
    for constant in network._constants:
        if constant.name not in constants:
            part.refuse(f"constant {constant.name!r} is not in it")
    try:
        np.random.PCG64().state = header["generator"]
    except (ValueError, TypeError, KeyError):
        part.refuse("the state of the generator of random numbers in it makes no sense")

    def restore(shift: int) -> None:
        for population in network._populations:
            population._keep_initial()  # before constants change
        for name, value in constants.items():
            known = network.get_constant(name)
            assert known is not None
            known.set(value)
        network._seed = header["seed"]
        network._clock[SEED] = np.uint64(network._seed_word).astype(np.int64)
        network._clock[EPOCH] = header["epoch"]
        network.default_rng.bit_generator.state = header["generator"]
        network._move_to(part.header["step"])

    return restore


def _describe_monitor(monitor: Monitor) -> dict[str, Any]:
    return {"name": monitor.name, "object": _watched(monitor), "settings": [int(x) for x in monitor._settings]}


def _watched(monitor: Monitor) -> str:
    watched = monitor.object
    for side in ("population", "projection"):  # of a view, of a dendrite
        watched = getattr(watched, side, watched)
    return str(getattr(watched, "name", ""))


def _put_monitor(monitor: Monitor | None, settings: dict[str, Any]) -> None:
    """A monitor of the same name and population goes on as it was; others are left alone."""
    if monitor is None or _watched(monitor) != settings["object"] or settings["settings"][2] < 1:
        return
    monitor.pause()
    monitor._settings[:] = settings["settings"]
    monitor._settings[0] = 0
    if settings["settings"][0]:
        monitor.resume()
