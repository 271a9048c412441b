"""Parameters and variables as objects: they say the same as flags in text do."""

from __future__ import annotations

from typing import Literal

from eqneuro.language.distributions import Distribution

LOCALITIES: dict[str, Literal["local", "semiglobal", "global"]] = {
    "local": "local",
    "global": "global",
    "population": "global",
    "projection": "global",
    "semiglobal": "semiglobal",
    "postsynaptic": "semiglobal",
}
"""What each word for a locality means."""

TYPES: dict[object, Literal["float", "int", "bool"]] = {
    "float": "float", "int": "int", "bool": "bool", float: "float", int: "int", bool: "bool",
}  # fmt: skip

Value = float | int | bool | str | Distribution


class Parameter:
    """A parameter of a neuron or synapse.

    Parameters
    ----------
    value
        A number, the name of a constant, or a distribution.
    locality
        ``"global"`` (one value), ``"local"`` (one a neuron or synapse), ``"semiglobal"`` (one a post-synaptic neuron).
    type
        ``float``, ``int`` or ``bool``.

    Examples
    --------
    >>> from eqneuro import Neuron, Parameter
    >>> neuron = Neuron(parameters={"tau": Parameter(10.0, locality="local")}, equations="tau*dr/dt + r = 1.0")
    """

    def __init__(self, value: Value, locality: str = "global", type: object = "float") -> None:
        self.value = value
        self.locality = _locality(locality)
        self.type = _type(type)


class Variable:
    """An equation with its initial value, bounds, method, locality, type and unit (``"mV"``).

    Examples
    --------
    >>> from eqneuro import Neuron, Variable
    >>> neuron = Neuron(equations=[Variable("10.0*dv/dt + v = 1.0", init=-1.0, method="exponential"), "r = v"])
    """

    def __init__(
        self,
        equation: str,
        init: Value | None = None,
        min: Value | None = None,
        max: Value | None = None,
        method: str | None = None,
        locality: str = "local",
        type: object = "float",
        unit: str | None = None,
    ) -> None:
        self.equation = equation
        self.init = init
        self.min = min
        self.max = max
        self.method = method
        self.locality = _locality(locality)
        self.type = _type(type)
        self.unit = unit


class Creating:
    """The condition on which a synapse is made, with its probability, weight and delay (ms)."""

    def __init__(self, equation: str, proba: float = 1.0, w: float = 0.0, d: float | None = None) -> None:
        self.equation, self.proba, self.w, self.d = equation, proba, w, d


class Pruning:
    """The condition on which a synapse is removed, with its probability."""

    def __init__(self, equation: str, proba: float = 1.0) -> None:
        self.equation, self.proba = equation, proba


def _locality(word: str) -> Literal["local", "semiglobal", "global"]:
    if word not in LOCALITIES:
        raise ValueError(f"unknown locality {word!r}; known are {', '.join(LOCALITIES)}")
    return LOCALITIES[word]


def _type(kind: object) -> Literal["float", "int", "bool"]:
    if kind not in TYPES:
        raise ValueError(f"unknown type {kind!r}; known are float, int and bool")
    return TYPES[kind]
