"""Many runs of one network with other seeds and arguments, in processes of their own."""

from __future__ import annotations

import inspect
import multiprocessing
import operator
import os
import pickle
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqneuro.network import progress
from eqneuro.network.copying import takes
from eqneuro.network.settings import KEYS

if TYPE_CHECKING:
    from eqneuro.network.network import Network

Method = Callable[..., Any]


class ParallelRuns:
    """Runs copies of itself side by side."""

    def parallel_run(
        self: Any,
        method: Method,
        number: int,
        max_processes: int = -1,
        seeds: str | Sequence[int] | None = None,
        measure_time: bool = False,
        executor: Executor | None = None,
        **arguments: Any,
    ) -> list[Any]:
        """Calls ``method(network, …)`` with so many new networks like this one, and gives what it returns, in order.

        A subclass that builds in ``__init__`` is built again for each run, from the arguments that this network was
        built from; any other network is copied. This network itself does not change.

        Parameters
        ----------
        method
            Called with a network and those of the arguments that it takes. What it returns comes back from another
            process: numbers, arrays, dicts, not networks.
        number
            How many runs.
        max_processes
            How many at the same time, as many as there are processors where −1. With 1 they run one after the other in
            this process.
        seeds
            ``"same"`` (as this network's), ``"sequential"`` (one more each time), or a list; where None, each run draws
            its own.
        measure_time
            Whether to print how long it took.
        executor
            One of `concurrent.futures`, or of a library with the same interface, that does the runs instead.
        arguments
            Of ``__init__`` or of the method. A list holds one value for each run; all else goes whole to each.

        Raises
        ------
        TypeError
            If neither the constructor nor the method takes an argument, or something can't go to another process.
        ValueError
            If a list holds fewer or more values than there are runs.
        RuntimeError
            If a run fails: says which, and why.

        Examples
        --------
        >>> from eqneuro import Network, Neuron
        >>> class Ramp(Network):
        ...     def __init__(self, slope=1.0):
        ...         self.population = self.create(1, Neuron(parameters=dict(slope=slope), equations="dr/dt = slope"))
        >>> def final_rate(net, duration):
        ...     net.simulate(duration)
        ...     return float(net.population.r[0])
        >>> Ramp().parallel_run(final_rate, 3, duration=10.0, slope=[1.0, 2.0, 3.0])
        [10.0, 20.0, 30.0]
        """
        begin = time.perf_counter()
        runs = plan_runs(self, method, _count(number, "number", 0), seeds, arguments)
        if executor is not None:
            results = _in_executor(executor, method, runs)
        else:
            processes = min(_processes(max_processes), len(runs))
            results = _in_processes(method, runs, processes) if processes > 1 else _in_turn(method, runs)
        if measure_time:
            print(f"Running {len(runs)} networks took {time.perf_counter() - begin:.3f} seconds.")
        return results


# -- what each run gets -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rebuilt:
    """A network that its class builds."""

    kind: Any
    positional: tuple[Any, ...]
    named: Mapping[str, Any]

    def build(self) -> Network:
        """The network."""
        made: Network = self.kind(*self.positional, **self.named)
        return made


@dataclass(frozen=True)
class Copied:
    """A network that is a copy."""

    original: Network
    settings: Mapping[str, Any]

    def build(self) -> Network:
        """The network."""
        made: Network = self.original.copy(**self.settings)
        return made


@dataclass(frozen=True)
class Run:
    """One run: how its network is made, and what the method gets beside it."""

    recipe: Rebuilt | Copied
    arguments: Mapping[str, Any]


def plan_runs(network: Network, method: Method, number: int, seeds: Any, given: Mapping[str, Any]) -> list[Run]:
    """What each run gets.

    Raises
    ------
    TypeError
        If neither the constructor nor the method takes an argument.
    ValueError
        If a list holds fewer or more values than there are runs, or the seeds make no sense.
    """
    for_network, for_method = _share_out(network, method, given)
    if "seed" in given and seeds is not None:
        raise TypeError("give either `seed` or `seeds`")
    chosen = given["seed"] if "seed" in given else _seeds(network, seeds, number)
    values = {name: _values(name, value, number) for name, value in {**given, "seed": chosen}.items()}
    return [
        Run(
            _recipe(network, {name: values[name][k] for name in (*for_network, "seed")}),
            {name: values[name][k] for name in for_method},
        )
        for k in range(number)
    ]


def _share_out(network: Network, method: Method, given: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Names that the constructor takes, and names that the method takes."""
    kind, builds = type(network), network._builds_itself()
    named = {p.name for p in inspect.signature(kind.__init__).parameters.values()} if builds else set()
    for_network = [name for name in given if name in KEYS or name in named]
    parameters = list(inspect.signature(method).parameters.values())[1:]
    taken = {p.name for p in parameters if p.kind is not inspect.Parameter.VAR_POSITIONAL}
    for_method = [name for name in given if name in taken]
    takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
    for name in given.keys() - {*for_network, *for_method}:
        if builds and takes(kind, name):
            for_network.append(name)
        elif takes_any:
            for_method.append(name)
        else:
            called = getattr(method, "__name__", "the method")
            raise TypeError(f"neither {kind.__name__}(…) nor {called}(…) takes an argument {name!r}")
    return for_network, for_method


def _seeds(network: Network, seeds: Any, number: int) -> list[int]:
    if seeds is None:
        return [int(word) for word in np.random.SeedSequence().generate_state(number)]
    if isinstance(seeds, str) and seeds in ("same", "sequential"):
        return [network.seed + (1 + k if seeds == "sequential" else 0) for k in range(number)]
    if isinstance(seeds, str) or np.ndim(seeds) != 1:
        raise ValueError(f"seeds must be 'same', 'sequential' or a list of {number} numbers, not {seeds!r}")
    return [operator.index(seed) for seed in seeds]


def _values(name: str, value: Any, number: int) -> Sequence[Any]:
    """One value for each run."""
    if not isinstance(value, list):
        return [value] * number
    if len(value) != number:
        raise ValueError(
            f"{name!r} is a list of {len(value)} values for {number} runs; a tuple or an array goes whole to each"
        )
    return value


def _recipe(network: Network, changed: Mapping[str, Any]) -> Rebuilt | Copied:
    """A network like this one, with other arguments."""
    if not network._builds_itself():
        return Copied(network, changed)
    kind = type(network)
    inherited = {k: v for k, v in network._settings.inherited().items() if not takes(kind, k)}
    if "precision" in changed:
        inherited.pop("dtype", None)
    positional, named = network._arguments
    signature = inspect.signature(kind.__init__)
    if not any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in signature.parameters.values()):
        names = [p.name for p in signature.parameters.values() if p.kind is not inspect.Parameter.POSITIONAL_ONLY]
        first = len(signature.parameters) - len(names)  # those that have no name outside
        names = names if first else names[1:]
        fixed = max(0, first - 1)
        named = {**dict(zip(names, positional[fixed:], strict=False)), **named}
        positional = positional[:fixed]
    return Rebuilt(kind, positional, {**inherited, **named, **changed})


def _count(value: Any, name: str, least: int) -> int:
    try:
        count = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} must be a whole number, not {value!r}") from None
    if count < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")
    return count


def _processes(wanted: Any) -> int:
    if wanted == -1:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return _count(wanted, "max_processes", 1)


# -- running ----------------------------------------------------------------------------------------------------------


def perform(method: Method, run: Run) -> Any:
    """One run, wherever it takes place."""
    return method(run.recipe.build(), **run.arguments)


def _failure(place: int, what: str, cause: BaseException | None) -> RuntimeError:
    error = RuntimeError(f"run {place} of parallel_run failed: {what}")
    error.__cause__ = cause
    return error


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _in_turn(method: Method, runs: Sequence[Run]) -> list[Any]:
    results = []
    for place, run in enumerate(runs):
        try:
            results.append(perform(method, run))
        except Exception as error:
            raise _failure(place, _describe(error), error) from error
    return results


def _in_executor(executor: Executor, method: Method, runs: Sequence[Run]) -> list[Any]:
    futures = [executor.submit(perform, method, run) for run in runs]
    results = []
    try:
        for place, future in enumerate(futures):
            try:
                results.append(future.result())
            except Exception as error:
                raise _failure(place, _describe(error), error) from error
    finally:
        for future in futures:
            future.cancel()
    return results


_SHARED: list[tuple[Method, Sequence[Run]]] = []
"""In a process of the pool: what it was forked to do."""


def _enter(method: Method, runs: Sequence[Run]) -> None:
    """The first that a process does: it leaves interrupts to the one that made it, and shows no bars."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    progress.PATIENCE = float("inf")
    _SHARED.append((method, runs))


def _work(place: int) -> tuple[bytes | None, str, bytes | None]:
    """One run: what it returned; or why it failed, and the exception if it can travel."""
    method, runs = _SHARED[-1]
    try:
        result = perform(method, runs[place])
    except Exception as error:
        error.add_note("".join(traceback.format_exception(error)))
        try:
            pickle.loads(packed := pickle.dumps(error))
        except Exception:
            packed = None
        return None, _describe(error), packed
    try:
        return pickle.dumps(result), "", None
    except Exception as error:
        return None, f"what it returns can't come back from another process ({_describe(error)})", None


def _in_processes(method: Method, runs: Sequence[Run], processes: int) -> list[Any]:
    """Processes are forked, so that methods and networks need not be pickled: no thread of ours lives between runs."""
    kind = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context(kind), _enter, (method, runs))
    results: list[Any] = [None] * len(runs)
    try:
        with warnings.catch_warnings():
            # threads of other libraries, as those of matrix products, mind forks themselves
            warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
            futures: dict[Future[Any], int] = {pool.submit(_work, place): place for place in range(len(runs))}
        with progress.Progress(len(runs), 1.0, None, "running", "networks") as bar:
            for done, future in enumerate(as_completed(futures), start=1):
                results[futures[future]] = _unpacked(futures[future], future)
                bar.update(done)
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()
    return results


def _unpacked(place: int, future: Future[Any]) -> Any:
    try:
        result, reason, packed = future.result()
    except BrokenProcessPool as error:
        raise _failure(place, "its process ended, as it does where memory runs out", error) from error
    if result is None:
        raise _failure(place, reason, None if packed is None else pickle.loads(packed))
    return pickle.loads(result)
