"""Networks of each simulator made ready to run, and their phases timed, as all files of networks do it."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.suite.protocol import Run

Connect = Callable[[Any, Any], Any]
"""Given the module and the network of a simulator, makes what is in it."""


def eqneuro_network(run: Run, dt: float, connect: Connect) -> tuple[Any, Any]:
    """A network of eqneuro, compiled; with what ``connect``, given the module and the network, makes of it."""
    with run.phase("import"):
        import eqneuro as ann
    with run.phase("build"):
        net = ann.Network(dt=dt, seed=run.seed, num_threads=run.threads)
        made = connect(ann, net)
    with run.phase("compile"):
        net.compile()
    return net, made


def annarchy_network(run: Run, dt: float, connect: Connect) -> tuple[Any, Any]:
    """The same of ANNarchy."""
    with run.phase("import"):
        import ANNarchy as ann
    with run.phase("build"):
        net = ann.Network(dt=dt, seed=run.seed)
        net.config(num_threads=run.threads)
        made = connect(ann, net)
    with run.phase("compile"):
        net.compile(directory=str(run.folder / "annarchy"))
    return net, made


@contextmanager
def without_compiler(run: Run) -> Iterator[None]:
    """Tells as ``build`` what is done inside, but for the CPU time of programs that are started: compilers."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    yield
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    compiler = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    run.add("compile", compiler)
    run.add("build", max(wall - compiler, 0.0))


def prepare_brian2(b2: Any, run: Run, dt: float) -> None:
    """C++ standalone mode, with Brian2's own flags."""
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.prefs.devices.cpp_standalone.openmp_threads = run.threads if run.threads > 1 else 0
    b2.defaultclock.dt = dt * b2.ms
    b2.seed(run.seed)


def run_brian2(b2: Any, run: Run, network: Any) -> None:
    """Compiles and runs the program; ``simulate`` is what it tells of its loop, ``build`` is in the rest of it."""
    build_brian2(b2, run, network, run.case.duration)
    run.add("simulate", b2.device._last_run_time)


def build_brian2(b2: Any, run: Run, network: Any, duration: float) -> None:
    """The same where its loop, of so many ms, is not told."""
    with run.phase("compile"):
        network.run(duration * b2.ms)
        b2.device.build(directory=str(run.folder / "brian2"), compile=True, run=False)
    with run.phase("build"):
        b2.device.run(with_output=False)
    run.add("build", -b2.device._last_run_time)


def prepare_nest(simulator: Any, run: Run, dt: float) -> None:
    simulator.verbosity = simulator.VerbosityLevel.ERROR
    simulator.ResetKernel()
    simulator.resolution = dt
    simulator.local_num_threads = run.threads
    simulator.rng_seed = run.seed
