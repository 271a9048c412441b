"""Constants of a network: names that all its models may read."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from eqneuro.engine.buffers import allocate
from eqneuro.model.models import ModelUnits
from eqneuro.model.quantities import dimension_of, is_quantity
from eqneuro.model.resolve import CONSTANT_DIMENSIONS, DECLARED_CONSTANTS
from eqneuro.model.units import Dimension
from eqneuro.network.quantities import plain_value


class Constant:
    """A number that equations know by name; `set` acts from the next step on. It computes like a float.

    `Network.constant` makes one. Made directly, it belongs to the network of the module-level functions.

    Parameters
    ----------
    name
        How equations call it.
    value
        Its value: a number, or a quantity of pint, which models that have units are compared with.
    """

    dimension: Dimension | None = None
    """Its dimension, if it was made with a unit."""

    def __init__(self, name: str, value: float) -> None:
        from eqneuro.network.magic import adopt_constant

        self._prepare(name, value)
        adopt_constant(self)

    @classmethod
    def _of_network(cls, name: str, value: float) -> Constant:
        constant = cls.__new__(cls)
        constant._prepare(name, value)
        return constant

    def _prepare(self, name: str, value: float) -> None:
        self.name = name
        self._array = allocate(1, np.float64)
        self.dimension = dimension_of(value) if is_quantity(value) else None
        self.set(value)
        DECLARED_CONSTANTS.add(name)
        CONSTANT_DIMENSIONS.pop(name, None)
        if self.dimension is not None:
            CONSTANT_DIMENSIONS[name] = self.dimension

    def _share(self, constants: list[Constant]) -> None:
        """Joins constants, or takes the place of one of its name, whose memory kernels may know."""
        for place, known in enumerate(constants):
            if known.name == self.name:
                known.set(self.value)
                self._array = known._array
                constants[place] = self
                return
        constants.append(self)

    @property
    def value(self) -> float:
        """The present value."""
        return float(self._array[0])

    @property
    def array(self) -> Any:
        """What the kernels read."""
        return self._array

    def set(self, value: float) -> None:
        """A new value.

        Raises
        ------
        ValueError
            If it is not a number, or in another unit.
        """
        if is_quantity(value):
            value = plain_value(value, self.name, self._units, "the constants")
        number = float(value)
        if math.isnan(number):
            raise ValueError(f"constant {self.name!r} can't be NaN")
        self._array[0] = number

    @property
    def _units(self) -> ModelUnits | None:
        return None if self.dimension is None else ModelUnits({self.name: self.dimension}, ())

    def __float__(self) -> float:
        return self.value

    def __repr__(self) -> str:
        return f"Constant({self.name!r}, {self.value!r})"

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other or self.value == other

    def __neg__(self) -> float:
        return -self.value


def _binary(operation: Callable[[Any, Any], Any], *, reflected: bool = False) -> Callable[[Constant, Any], Any]:
    def method(self: Constant, other: Any) -> Any:
        number = other.value if isinstance(other, Constant) else other
        return operation(number, self.value) if reflected else operation(self.value, number)

    return method


for _name in ("add", "sub", "mul", "truediv", "pow", "lt", "le", "gt", "ge"):
    setattr(Constant, f"__{_name}__", _binary(getattr(operator, f"__{_name}__")))
    if _name in ("add", "sub", "mul", "truediv", "pow"):
        setattr(Constant, f"__r{_name}__", _binary(getattr(operator, f"__{_name}__"), reflected=True))
