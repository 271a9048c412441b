"""The route on one page: from the checked models of a network to a library that runs them.

    NetworkRequest   what is asked for: the distinct kernels of a network           (codegen.requests)
      → KernelPlan   every line of each C function decided                           (codegen.population, .projections)
      → C text       laid out by the templates                                       (codegen.render)
      → library      compiled once, found in the cache from then on                  (build.toolchain, build.cache)

What all networks share was compiled when eqneuro was installed; where that does not fit, it is compiled while the
equations of the first network are planned. It is linked to each (build.shared).
A request is hashed before any of this: where the cache holds its library, neither sympy nor jinja2 is imported.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import eqneuro
from eqneuro.build import cache, shared
from eqneuro.build.toolchain import Toolchain, find_toolchain
from eqneuro.codegen.layout import KernelLayout
from eqneuro.codegen.requests import (
    FilterRequest,
    KernelRequest,
    NetworkRequest,
    PopulationRequest,
    ProjectionRequest,
    StopRequest,
    SynapseRequest,
)

if TYPE_CHECKING:
    from concurrent.futures import Future

    from eqneuro.codegen.pairs import PairText
    from eqneuro.codegen.plan import Plan

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CompiledNetwork:
    """A library and, for each kernel that was asked for, the layouts of its functions."""

    library: Path
    source: Path
    layouts: tuple[tuple[KernelLayout, ...], ...]
    functions: tuple[str, ...]
    """Names in the order of the library's table of kernels."""


def compile_network(
    request: NetworkRequest, *, toolchain: Toolchain | None = None, directory: Path | None = None, clean: bool = False
) -> CompiledNetwork:
    """The library of a network: from the cache, or made.

    Raises
    ------
    CompilationError
        If the C compiler refuses the text.
    NoCompilerError
        If there is no compiler and the library is not in the cache.
    """
    chosen = toolchain or find_toolchain()
    digest = request.digest(version(chosen))
    objects: list[Future[Path]] = []

    def make() -> tuple[str, dict[str, Any]]:
        with stage("plan and render"), without_collections():
            objects.append(begin_shared(request.real, chosen))
            text, layouts, functions = generate(request)
        return text, {"layouts": [[x.to_record() for x in group] for group in layouts], "functions": functions}

    def build(source: Path, library: Path) -> None:
        with stage("compile"):
            chosen.compile(source, library, *(part.result() for part in objects))

    entry = cache.obtain(digest, make, build, where=directory, anew=clean)
    layouts = tuple(tuple(KernelLayout.from_record(r) for r in group) for group in entry.notes["layouts"])
    return CompiledNetwork(entry.library, entry.source, layouts, tuple(entry.notes["functions"]))


def compile_pairs(pairs: PairText) -> Path:
    """The library of a text about pairs of neurons: from the cache, or made. Products are rounded as numpy's are.

    Raises
    ------
    NoCompilerError
        If there is no compiler and the library is not in the cache.
    """
    chosen = find_toolchain(flags="-ffp-contract=off")
    digest = pairs.digest(version(chosen))

    def make() -> tuple[str, dict[str, Any]]:
        from eqneuro.codegen.render import render_pairs

        return render_pairs(pairs), {}

    return cache.obtain(digest, make, lambda source, library: chosen.compile(source, library)).library


def begin_shared(real: str, toolchain: Toolchain) -> Future[Path]:
    """The object file of what networks share, compiled meanwhile where it is not there."""
    from eqneuro.codegen.render import render_shared

    return shared.begin(render_shared(real), toolchain)


def generate(request: NetworkRequest) -> tuple[str, list[list[KernelLayout]], list[str]]:
    """The C text of a network, the layouts of its kernels, and the names in its table of kernels."""
    from eqneuro.codegen.render import fixed_kernels, render_network

    groups = plan_kernels(request)
    plans = [plan for group in groups for plan in group]
    text = render_network(plans, request.real, request.parts)
    fixed = fixed_kernels(request.parts)
    return text, [[p.layout for p in group] for group in groups], [*fixed, *(p.function for p in plans)]


def plan_kernels(request: NetworkRequest) -> list[list[Plan]]:
    """For each kernel that is asked for, the plans of its C functions."""
    from sympy.core.parameters import distribute

    from eqneuro.codegen.filters import plan_filter
    from eqneuro.codegen.plasticity import plan_synapses
    from eqneuro.codegen.population import plan_population, plan_stop
    from eqneuro.codegen.projections import plan_projection
    from eqneuro.codegen.spike_times import plan_timed_population

    groups: list[list[Plan]] = []
    with distribute(False):  # products stay as the user wrote them
        for number, kernel in enumerate(request.kernels):
            name = f"{slug(kernel)}_{number}"
            match kernel:
                case PopulationRequest(timed=True):
                    groups.append(list(plan_timed_population(kernel, name, request.real, request.method)))
                case PopulationRequest():
                    groups.append(list(plan_population(kernel, name, request.real, request.method)))
                case StopRequest():
                    groups.append([plan_stop(kernel, name, request.real)])
                case ProjectionRequest():
                    groups.append([plan_projection(kernel, name, request.real)])
                case FilterRequest():
                    groups.append([plan_filter(kernel, name, request.real)])
                case SynapseRequest():
                    groups.append([plan_synapses(kernel, name, request.real, request.method)])
    return groups


def slug(kernel: KernelRequest) -> str:
    """A name for C functions that says whose they are."""
    model = kernel.population.model if isinstance(kernel, StopRequest) else kernel.model
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in model.name).strip("_")
    fallback = "synapses" if isinstance(kernel, ProjectionRequest | FilterRequest | SynapseRequest) else "neurons"
    return plain or fallback


def version(toolchain: Toolchain) -> str:
    """Changes with all that may change a library beside what is asked for."""
    return f"{eqneuro.__version__} {template_stamp()} {toolchain.identity}"


def template_stamp() -> str:
    """Changes with the templates and the generator, so that a checkout never runs the code of an older one."""
    package = Path(__file__).parent
    templates = package / "templates" if (package / "templates").is_dir() else package.parent / "templates"
    files = [*templates.glob("*.j2"), *(package / "codegen").glob("*.py"), *(package / "numerics").glob("*.py")]
    stamps = sorted(f"{f.name}:{f.stat().st_size}:{f.stat().st_mtime_ns}" for f in files)
    return hashlib.sha256("".join(stamps).encode()).hexdigest()[:16]


@contextmanager
def without_collections() -> Iterator[None]:
    """Keeps Python from looking for garbage meanwhile.

    Nearly all that importing sympy and planning make stays, and is looked through once for each quarter by which it has
    grown. At the end it is put among what is old already, since the next short look would go through all of it.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if gc.get_freeze_count() == 0:  # else the program around keeps objects of its own there
            gc.freeze()
            gc.unfreeze()
        gc.enable()


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Logs how long a stage takes."""
    begin = time.perf_counter()
    yield
    logger.debug("%s: %.0f ms", name, 1000.0 * (time.perf_counter() - begin))
