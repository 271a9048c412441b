"""The two extension modules, and the packages with the templates among them; everything else is in pyproject.toml."""

from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup

FLAGS = ["-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"]


def extension(name: str) -> Extension:
    """The module in the file of its name."""
    return Extension(name, [f"{name.replace('.', '/')}.pyx"], extra_compile_args=FLAGS, libraries=["m"])


setup(
    packages=[*find_packages(include=["eqneuro", "eqneuro.*"]), "eqneuro.templates"],
    package_dir={"eqneuro": "eqneuro", "eqneuro.templates": "templates"},
    ext_modules=cythonize(
        [extension("eqneuro.engine._engine"), extension("eqneuro.connectivity._sampling")],
        compiler_directives={"language_level": 3, "boundscheck": False, "wraparound": False, "cdivision": True},
    ),
)
