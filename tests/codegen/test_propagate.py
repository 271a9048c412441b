"""The C function that carries linear systems over a part of a step gives what the engine gives for whole steps."""

import ctypes

import numpy as np

from eqneuro.build.toolchain import find_toolchain
from eqneuro.codegen.render import templates_directory
from eqneuro.engine.propagators import propagate


def test_parts_of_steps_have_the_propagators_of_whole_ones(tmp_path):
    """Dimensions 1 to 6, decays from 1e-3 to 30 per ms, couplings of any size, times from 1e-6 to 2 ms."""
    text = (templates_directory() / "propagate.c.j2").read_text(encoding="utf-8")
    source, library = tmp_path / "propagate.c", tmp_path / "propagate.so"
    begin = "#include <math.h>\n#include <string.h>\n"
    source.write_text(begin + text.replace("static void propagate", "void propagate"), encoding="utf-8")
    find_toolchain().compile(source, library)
    function = ctypes.CDLL(str(library)).propagate
    pointer = ctypes.POINTER(ctypes.c_double)
    function.argtypes = [ctypes.c_int, pointer, ctypes.c_double, pointer, pointer]
    rng = np.random.default_rng(7)
    for number in range(500):
        size = int(rng.integers(1, 7))
        matrix = np.triu(rng.normal(size=(size, size)) * 10.0 ** rng.uniform(-3.0, 2.0), 1)
        matrix += 0.2 * np.tril(rng.normal(size=(size, size)), -1) * (number % 3 == 0)
        matrix -= np.diag(10.0 ** rng.uniform(-3.0, 1.5, size))
        time = 10.0 ** rng.uniform(-6.0, 0.3)
        transition, response = np.empty((size, size)), np.empty((size, size))
        function(size, *(x.ctypes.data_as(pointer) if isinstance(x, np.ndarray) else x
                         for x in (np.ascontiguousarray(matrix), time, transition, response)))  # fmt: skip
        for found, expected in zip((transition, response), propagate(matrix, time), strict=True):
            largest = np.abs(expected).max()
            seen = np.abs(expected) > 1e-10 * largest
            np.testing.assert_allclose(found, expected, rtol=0.0, atol=2e-14 * largest)
            np.testing.assert_allclose(found[seen], expected[seen], rtol=2e-13)
