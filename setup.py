"""The two extension modules; everything else is in pyproject.toml."""

from Cython.Build import cythonize
from setuptools import Extension, setup

FLAGS = ["-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"]

setup(
    ext_modules=cythonize(
        [
            Extension("eqneuro.engine._engine", ["eqneuro/engine/_engine.pyx"], extra_compile_args=FLAGS),
            Extension(
                "eqneuro.connectivity._sampling", ["eqneuro/connectivity/_sampling.pyx"], extra_compile_args=FLAGS
            ),
        ],
        compiler_directives={"language_level": 3, "boundscheck": False, "wraparound": False, "cdivision": True},
    )
)
