"""Quantities of pint that users give to populations, projections and networks, as plain numbers in eqneuro's units."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from eqneuro.model.models import ModelUnits
from eqneuro.model.quantities import dimension_of, is_quantity, magnitude_of
from eqneuro.model.units import TIME, Dimension, describe_value

if TYPE_CHECKING:
    from eqneuro.network.projection import Projection


def plain_value(value: Any, name: str, units: ModelUnits | None, owner: str) -> Any:
    """What an attribute is set to.

    Raises
    ------
    ValueError
        If it is a quantity of another dimension, or one for a model that has no units.
    """
    if not is_quantity(value):
        return value
    if units is None:
        raise ValueError(f"the model of {owner} has no units: {name!r} takes plain numbers, not {value}")
    return _checked(value, units.dimensions.get(name), f"{name!r} of {owner}")


def plain_time(value: Any, what: str) -> Any:
    """A time in ms.

    Raises
    ------
    ValueError
        If it is a quantity of another dimension.
    """
    return _checked(value, TIME, what) if is_quantity(value) else value


def plain_weights(value: Any, projection: Projection) -> Any:
    """Weights: in the unit that the synapse says, or that the neurons' conductance or current has."""
    if not is_quantity(value):
        return value
    owner, own = f"projection {projection.name!r}", projection.model.units
    if own is not None and "w" in own.dimensions:
        return plain_value(value, "w", own, owner)
    units = projection._post_population.model.units
    if units is None:
        raise ValueError(f"the neurons of {owner} have no units: weights are plain numbers, not {value}")
    is_simple = projection.model.psp is None and not projection.model.equations
    return _checked(value, _of_target(projection, units) if is_simple else None, f"weights of {owner}")


def _of_target(projection: Projection, units: ModelUnits) -> Dimension | None:
    known = units.dimensions
    return known.get(f"g_{projection.target}", known.get(f"sum({projection.target})"))


def _checked(value: Any, wanted: Dimension | None, what: str) -> Any:
    found = dimension_of(value)
    if wanted is not None and found != wanted:
        verb = "are" if what.startswith("weights") else "is"
        raise ValueError(f"{what} {verb} {describe_value(wanted)}, not {describe_value(found)}")
    return magnitude_of(value)


def plain_arguments(
    projection: Projection, signature: inspect.Signature, arguments: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a connector, with weights and times as plain numbers."""
    if not any(map(is_quantity, (*arguments, *named.values()))):
        return arguments, named
    bound = signature.bind(projection, *arguments, **named)
    for name, value in bound.arguments.items():
        given = plain_weights(value, projection) if name in ("weights", "w") else plain_time(value, f"{name!r}")
        bound.arguments[name] = given
    return bound.args[1:], bound.kwargs
