"""What a new process pays: run as a script in a process of its own, with one word that says what to measure.

It imports nothing but eqneuro before the clock starts, and prints seconds, then what was found in ``sys.modules``.
"""

import sys
import time

HEAVY = ("sympy", "scipy", "matplotlib", "lark")


def loaded() -> str:
    return ",".join(name for name in HEAVY if name in sys.modules) or "none"


def measure_import() -> None:
    begin = time.perf_counter()
    import eqneuro  # noqa: F401

    print(time.perf_counter() - begin, loaded())


def measure_names() -> None:
    """The names a spiking network needs, which are imported on their first use."""
    begin = time.perf_counter()
    from eqneuro import Monitor, Network, Neuron, Normal, Population, Projection, Synapse  # noqa: F401

    print(time.perf_counter() - begin, loaded())


def measure_script() -> None:
    """The whole process is timed by its parent; printed is the time of the simulation."""
    from benchmarks.networks import coba

    one = coba()
    one.network.compile()
    begin = time.perf_counter()
    one.network.simulate(1000.0)
    print(time.perf_counter() - begin, loaded())


def measure_compile() -> None:
    from benchmarks.networks import coba

    network = coba().network
    begin = time.perf_counter()
    network.compile()
    print(time.perf_counter() - begin, loaded())


def measure_compile_imported() -> None:
    import filelock  # noqa: F401
    import jinja2  # noqa: F401
    import sympy  # noqa: F401

    from eqneuro.codegen import population, projections, render  # noqa: F401

    measure_compile()


if __name__ == "__main__":
    {
        "import": measure_import,
        "names": measure_names,
        "script": measure_script,
        "compile": measure_compile,
        "compile-imported": measure_compile_imported,
    }[sys.argv[1]]()
