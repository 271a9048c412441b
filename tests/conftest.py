"""Constants of all networks of the process are names that models may read."""

import pytest

from eqneuro.model.resolve import CONSTANT_DIMENSIONS, DECLARED_CONSTANTS


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
