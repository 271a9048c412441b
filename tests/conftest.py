"""What all tests share: constants of the process are names that models may read; threads are as many as asked for."""

import os
import signal

import pytest

from eqneuro.engine.threads import FIXED
from eqneuro.model.resolve import CONSTANT_DIMENSIONS, DECLARED_CONSTANTS

os.environ[FIXED] = "1"  # else small networks would run on one thread, and tests of more would test nothing
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # in the background: tests of Ctrl-C would never end
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def nothing_declared():
    """Constants that other tests declared are no names here, and those declared here none elsewhere."""
    constants, dimensions = set(DECLARED_CONSTANTS), dict(CONSTANT_DIMENSIONS)
    DECLARED_CONSTANTS.clear()
    CONSTANT_DIMENSIONS.clear()
    yield
    DECLARED_CONSTANTS.clear()
    CONSTANT_DIMENSIONS.clear()
    DECLARED_CONSTANTS.update(constants)
    CONSTANT_DIMENSIONS.update(dimensions)
