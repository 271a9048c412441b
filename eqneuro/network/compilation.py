"""Networks become programs: compiled C, or the reference interpreter."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from eqneuro.compiler import CompiledNetwork
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection
    from eqneuro.network.reference import ReferenceRunner
    from eqneuro.network.runner import Runner

BACKENDS = ("c", "reference")


class Compilation:
    """Builds a network, and knows what was built."""

    _populations: list[Population]
    _projections: list[Projection]
    _compiled: CompiledNetwork | None
    _runner: Runner | ReferenceRunner | None
    _options: dict[str, Any]
    _is_restructured: bool

    @property
    def compiled(self) -> bool:
        """Whether the network is compiled."""
        return self._runner is not None

    @property
    def directory(self) -> str:
        """Where the compiled network is."""
        from eqneuro.build.cache import folder

        return str(self._compiled.library.parent if self._compiled else folder())

    def compile(
        self,
        directory: str | os.PathLike[str] | None = None,
        clean: bool = False,
        compiler: str | None = "default",
        compiler_flags: str | None = "default",
        silent: bool = False,
        backend: str = "c",
        **_: Any,
    ) -> None:
        """Makes the network ready to run; `simulate` does so by itself.

        Values that populations and projections hold when they are first compiled are what `reset` brings back. A
        network whose equations were compiled before, on this machine and in any process, is found in the cache.

        Parameters
        ----------
        directory
            Where the C file and the library go, instead of the cache.
        clean
            Whether to compile even what the cache holds.
        compiler, compiler_flags
            The C compiler, and flags to add; ``"default"`` leaves the choice to eqneuro.
        silent
            Whether to say nothing.
        backend
            ``"c"`` generates C and compiles it; ``"reference"`` lets an interpreter in numpy walk the equations, many
            times slower, to compare with: a second implementation that shares only the language, the checked
            models and the counters of random numbers.

        Raises
        ------
        ValueError
            If there is no such backend.
        RuntimeError
            If a projection has no synapses because no connector was called.
        EquationError
            If an equation turns out to be wrong only now.
        NoCompilerError
            If there is no C compiler.
        """
        if backend not in BACKENDS:
            raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, not {backend!r}")
        self._options = {"directory": None if directory is None else Path(directory).absolute()}
        self._options["compiler"] = None if compiler == "default" else compiler
        self._options["flags"] = None if compiler_flags == "default" else compiler_flags
        self._options["backend"] = backend
        self._build(clean=clean)

    def _build(self, *, clean: bool = False) -> None:
        for projection in self._projections:
            projection._check_connected()
            projection._keep_initial()
        for population in self._populations:
            population._keep_initial()
        if self._options.get("backend") == "reference":
            from eqneuro.network.reference import ReferenceRunner

            self._compiled, self._runner = None, ReferenceRunner(_network(self))
        else:
            self._compile_c(clean=clean)
        self._is_restructured = False

    def _compile_c(self, *, clean: bool) -> None:
        from eqneuro.build.toolchain import find_toolchain
        from eqneuro.compiler import compile_network
        from eqneuro.network.requests import gather
        from eqneuro.network.runner import Runner

        request, kernels = gather(_network(self))
        options = self._options
        toolchain = find_toolchain(options.get("compiler"), options.get("flags"))
        self._compiled = compile_network(request, toolchain=toolchain, directory=options.get("directory"), clean=clean)
        self._runner = Runner(_network(self), self._compiled, kernels)

    def source(self) -> str:
        """The generated C."""
        if self._runner is None:
            self.compile()
        if self._compiled is None:
            raise RuntimeError("the reference backend generates no C: compile with the default backend")
        return self._compiled.source.read_text(encoding="utf-8")


def _network(part: Compilation) -> Network:
    return cast("Network", part)
