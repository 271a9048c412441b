"""The extension modules, what a first network need not compile, and the packages with the templates among them.

Everything else is in pyproject.toml.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

MODULES = [
    "eqneuro.engine._engine",
    "eqneuro.connectivity._bits",
    "eqneuro.connectivity._sampling",
    "eqneuro.connectivity._space",
    "eqneuro.connectivity._turning",
]
SHARED = "eqneuro._cyutility"
"""What all of them take from Cython, compiled once: half of the time that compilers need."""
FLAGS = ["-O3", "-g0", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"]


def extension(name: str) -> Extension:
    """The module in the file of its name."""
    file = Path(*name.split("."))
    return Extension(
        name,
        [f"{file}{'.c' if name == SHARED else '.pyx'}"],
        depends=[str(path) for path in sorted(file.parent.glob("*.h"))],
        extra_compile_args=FLAGS,
        libraries=["m"],
    )


class BuildAll(build_ext):
    """The extension modules, then the templates and what all networks share, so that a first network need not wait.

    By a compiler found as networks find theirs, which may be another one than that of the modules. An installation that
    lacks it is as good: networks then make it.
    """

    def finalize_options(self) -> None:
        """All processors compile, where nothing else is said."""
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self) -> None:
        """Builds both."""
        super().run()
        root = Path(__file__).resolve().parent
        target = Path(root if self.inplace else self.build_lib, "eqneuro", "installed").absolute()
        places = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
        command = [sys.executable, "-m", "eqneuro.build.installation", str(target)]
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            told = {**os.environ, "PYTHONPATH": places, "EQNEURO_CACHE_DIR": scratch}
            done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reason = next(iter(done.stderr.splitlines()[-1:]), "nothing said")
            self.warn(f"what networks share, or the templates, are left to the first of them: {reason}")


setup(
    cmdclass={"build_ext": BuildAll},
    packages=[*find_packages(include=["eqneuro", "eqneuro.*"]), "eqneuro.templates"],
    package_dir={"eqneuro": "eqneuro", "eqneuro.templates": "templates"},
    ext_modules=cythonize(
        [extension(name) for name in (SHARED, *MODULES)],
        compiler_directives={"language_level": 3, "boundscheck": False, "wraparound": False, "cdivision": True},
        shared_utility_qualified_name=SHARED,
    ),
)
