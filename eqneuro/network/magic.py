"""The module-level functions of older scripts: they work on one network that is made when it is first needed."""

from __future__ import annotations

import warnings
from typing import Any

from eqneuro.network.checks import level_outside
from eqneuro.network.constants import Constant
from eqneuro.network.network import Network
from eqneuro.network.population import Population
from eqneuro.network.projection import Projection
from eqneuro.network.settings import Defaults
from eqneuro.recording import monitor as recording
from eqneuro.recording.monitor import Monitor

_NETWORKS: list[Network] = []
_WAITING: list[Population] = []
_SAID: set[str] = set()


def magic_network() -> Network:
    """The network of the module-level functions; objects that wait for one join it."""
    if not _NETWORKS:
        _NETWORKS.append(Network())
    network = _NETWORKS[0]
    waiting, _WAITING[:] = _still_waiting(), []
    for population in waiting:
        network.create(population)
    return network


def await_network(population: Population) -> None:
    """Notes a ready population: `Network.create` takes it, or the module-level functions do."""
    _WAITING[:] = [*_still_waiting(), population]


def _still_waiting() -> list[Population]:
    return [p for p in _WAITING if p._network is None and not p._is_refused]


def adopt(thing: Population | Projection | Monitor) -> None:
    """An object that was made directly joins the magic network."""
    network = magic_network()
    if isinstance(thing, Population):
        _advise("Population(…)", "net.create(geometry, neuron)")
        network.create(thing)
    elif isinstance(thing, Projection):
        _advise("Projection(…)", "net.connect(pre, post, target)")
        network.connect(thing)
    else:
        _advise("Monitor(…)", "net.monitor(population, variables)")
        network._add_monitor(thing)


def adopt_constant(constant: Constant) -> None:
    """A constant that was made directly belongs to the magic network, in the place of one of the same name."""
    _advise("Constant(…)", "net.constant(name, value)")
    constant._share(magic_network()._constants)


def join(projection: Projection) -> None:
    """A ready projection between populations of the magic network joins it; others wait for `Network.connect`."""
    if _NETWORKS and projection._pre_population._network is _NETWORKS[0]:
        _advise(f"{type(projection).__name__}(…)", f"net.connect({type(projection).__name__}(…))")
        _NETWORKS[0].connect(projection)


recording.ADOPTION[0] = adopt


def _advise(older: str, newer: str) -> None:
    if older not in _SAID:
        _SAID.add(older)
        message = f"{older} works on a hidden network; with net = Network(), write {newer}"
        warnings.warn(message, DeprecationWarning, stacklevel=level_outside())


def _network(older: str, newer: str) -> Network:
    _advise(older, newer)
    return magic_network()


def setup(**settings: Any) -> None:
    """Settings of networks to come, as `Network.config`."""
    _advise("setup(…)", "Network(dt=…, seed=…)")
    Defaults.settings = Defaults.settings.changed(settings)
    if _NETWORKS:
        _NETWORKS[0].config(**settings)


def compile(*arguments: Any, **settings: Any) -> None:
    """`Network.compile`."""
    _network("compile()", "net.compile()").compile(*arguments, **settings)


def simulate(duration: float, measure_time: bool = False, **settings: Any) -> None:
    """`Network.simulate`."""
    _network("simulate()", "net.simulate(duration)").simulate(duration, measure_time, **settings)


def simulate_until(max_duration: float, population: Any, operator: str = "and", measure_time: bool = False) -> float:
    """`Network.simulate_until`."""
    network = _network("simulate_until()", "net.simulate_until(max_duration, population)")
    return network.simulate_until(max_duration, population, operator, measure_time)


def step() -> None:
    """`Network.step`."""
    _network("step()", "net.step()").step()


def reset(**which: bool) -> None:
    """`Network.reset`."""
    _network("reset()", "net.reset()").reset(**which)


def save(filename: Any, populations: bool = True, projections: bool = True) -> None:
    """`Network.save`."""
    _network("save()", "net.save(filename)").save(filename, populations, projections)


def load(filename: Any, populations: bool = True, projections: bool = True, **_: Any) -> None:
    """`Network.load`."""
    _network("load()", "net.load(filename)").load(filename, populations, projections)


def clear(functions: bool = True, neurons: bool = True, synapses: bool = True) -> None:
    """Forgets the objects of the magic network, and the functions of `add_function`."""
    from eqneuro.model.resolve import ADDED_FUNCTIONS

    _advise("clear()", "a new Network()")
    clear_objects()
    if functions:
        ADDED_FUNCTIONS.clear()


def clear_objects() -> None:
    """Forgets the magic network and what waits for it."""
    _NETWORKS.clear()
    _WAITING.clear()


def dt() -> float:
    """The step in ms."""
    return _network("dt()", "net.dt").dt


def get_time() -> float:
    """The time in ms."""
    return _network("get_time()", "net.time").time


def set_time(t: float) -> None:
    """Sets the time in ms."""
    _network("set_time()", "net.time = t").time = t


def get_current_step() -> int:
    """How many steps have been computed."""
    return _network("get_current_step()", "net.current_step").current_step


def set_current_step(t: int) -> None:
    """Sets the number of the step."""
    _network("set_current_step()", "net.current_step = n").current_step = t


def set_seed(seed: int, **_: Any) -> None:
    """Sets the seed."""
    _network("set_seed()", "Network(seed=…)").seed = seed


def get_population(name: str) -> Population | None:
    """The population of that name."""
    return _network("get_population()", "net.get_population(name)").get_population(name)


def get_projection(name: str) -> Projection | None:
    """The projection of that name."""
    return _network("get_projection()", "net.get_projection(name)").get_projection(name)


def populations() -> list[Population]:
    """All populations."""
    return _network("populations()", "net.get_populations()").get_populations()


def projections(post: Any = None, pre: Any = None, target: str | None = None) -> list[Projection]:
    """All projections, or those with the given ends and target."""
    return _network("projections()", "net.get_projections()").get_projections(post, pre, target)


def monitors() -> list[Monitor]:
    """All monitors."""
    return _network("monitors()", "net.get_monitors()").get_monitors()


def enable_learning(projections: Any = None, period: float | None = None, offset: float | None = None) -> None:
    """`Network.enable_learning`."""
    _network("enable_learning()", "net.enable_learning()").enable_learning(projections, period, offset)


def disable_learning(projections: Any = None) -> None:
    """`Network.disable_learning`."""
    _network("disable_learning()", "net.disable_learning()").disable_learning(projections)


def callbacks_enabled() -> bool:
    """Whether callbacks are called."""
    return _network("callbacks_enabled()", "net.callbacks_enabled()").callbacks_enabled()


def enable_callbacks() -> None:
    """Lets `simulate` call callbacks."""
    _network("enable_callbacks()", "net.enable_callbacks()").enable_callbacks()


def disable_callbacks() -> None:
    """Keeps `simulate` from calling them."""
    _network("disable_callbacks()", "net.disable_callbacks()").disable_callbacks()


def clear_all_callbacks() -> None:
    """Forgets all callbacks."""
    _network("clear_all_callbacks()", "net.clear_all_callbacks()").clear_all_callbacks()
