"""Random distributions: objects that are drawn from, and symbols in equations."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from eqneuro.language.syntax import Draw, Expr, Number, Unary

Shape = int | tuple[int, ...]
BLOCK = 1 << 16
"""Numbers that are drawn at once: they stay in the cache, and what is in between takes little memory."""
SMALLEST = float(np.nextafter(0.0, 1.0))


class Distribution:
    """A random distribution.

    Without ``rng``, values that are assigned to populations and projections follow the seed of their network, and
    `get_values` draws from a generator of its own.
    """

    arguments: ClassVar[tuple[str, ...]]
    """Names of the distribution's own arguments, in order."""
    clips: ClassVar[bool] = True
    """Whether ``min`` and ``max`` follow them."""
    ranges: ClassVar[dict[str, tuple[float, float]]] = {}
    """The smallest and largest value of the arguments that have one."""

    def __init__(
        self, *arguments: float, min: float | None, max: float | None, rng: np.random.Generator | None
    ) -> None:
        for name, value in zip(self.arguments, arguments, strict=True):
            if not isinstance(value, int | float | np.number) or not np.isfinite(value):
                raise ValueError(f"{name} of {type(self).__name__} must be a finite number, not {value!r}")
            low, high = self.ranges.get(name, (-np.inf, np.inf))
            if not low <= value <= high:
                what = (
                    f"between {low:g} and {high:g}" if np.isfinite(high) else "0 or more" if low == 0.0 else "above 0"
                )
                raise ValueError(f"{name} of {type(self).__name__} must be {what}, not {value!r}")
        self._arguments = tuple(float(value) for value in arguments)
        self.rng = rng
        self._min, self._max = min, max
        if min is not None and max is not None and min > max:
            raise ValueError(f"min={min} of {type(self).__name__} is larger than max={max}")

    def _draw(self, rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
        raise NotImplementedError

    def sample(self, rng: np.random.Generator, shape: Shape, real: type = np.float64) -> NDArray[Any]:
        """Values from ``rng``, or from the generator the distribution was made with; rounded to those of ``real``."""
        source = self.rng or rng
        if not isinstance(shape, int) or shape <= BLOCK:
            return self._clipped(source, shape).astype(real, copy=False)
        values: NDArray[Any] = np.empty(shape, dtype=real)
        for first in range(0, shape, BLOCK):
            part = values[first : first + BLOCK]
            part[:] = self._clipped(source, len(part))
        return values

    def _clipped(self, rng: np.random.Generator, shape: Shape) -> NDArray[np.float64]:
        values = np.asarray(self._draw(rng, shape), dtype=float)
        if self._min is not None or self._max is not None:
            np.clip(values, self._min, self._max, out=values)
        return values

    def get_values(self, shape: Shape) -> NDArray[np.float64]:
        """An array of the given shape.

        Examples
        --------
        >>> from eqneuro import Uniform
        >>> Uniform(0.0, 1.0).get_values((2, 3)).shape
        (2, 3)
        """
        if self.rng is None:
            self.rng = np.random.default_rng()
        return self.sample(self.rng, shape)

    def get_value(self) -> float:
        """One value."""
        return float(self.get_values(1)[0])

    @property
    def expression(self) -> Draw:
        """The distribution as it stands in an equation."""
        bounds = [None if bound is None else _number(bound) for bound in (self._min, self._max)]
        return Draw(type(self).__name__, tuple(map(_number, self._arguments)), bounds[0], bounds[1])

    def __repr__(self) -> str:
        parts = [f"{value:g}" for value in self._arguments]
        parts += [f"{k}={v:g}" for k, v in (("min", self._min), ("max", self._max)) if v is not None]
        return f"{type(self).__name__}({', '.join(parts)})"


def _number(value: float) -> Expr:
    return Unary("-", Number(-value)) if value < 0 else Number(value)


class Uniform(Distribution):
    """Between ``min`` and ``max``, all equally likely."""

    arguments = ("min", "max")
    clips = False

    def __init__(self, min: float, max: float, rng: np.random.Generator | None = None) -> None:
        super().__init__(min, max, min=None, max=None, rng=rng)

    def _draw(self, rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
        low, high = self._arguments
        return low + (high - low) * rng.random(shape)


class DiscreteUniform(Distribution):
    """A whole number from ``min`` to ``max``, both included."""

    arguments = ("min", "max")
    clips = False

    def __init__(self, min: float, max: float, rng: np.random.Generator | None = None) -> None:
        super().__init__(min, max, min=None, max=None, rng=rng)

    def _draw(self, rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
        low, high = np.ceil(self._arguments[0]), np.floor(self._arguments[1])
        drawn: NDArray[Any] = low + np.floor((high - low + 1.0) * rng.random(shape))
        return drawn


class Normal(Distribution):
    """Mean ``mu`` and standard deviation ``sigma``; values beyond ``min`` or ``max`` are set to these."""

    arguments = ("mu", "sigma")

    def __init__(
        self,
        mu: float,
        sigma: float,
        min: float | None = None,
        max: float | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        super().__init__(mu, sigma, min=min, max=max, rng=rng)

    def _draw(self, rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
        return rng.normal(self._arguments[0], abs(self._arguments[1]), shape)


class LogNormal(Distribution):
    """exp of a normal number with mean ``mu`` and standard deviation ``sigma``."""

    arguments = ("mu", "sigma")

    def __init__(
        self,
        mu: float,
        sigma: float,
        min: float | None = None,
        max: float | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        super().__init__(mu, sigma, min=min, max=max, rng=rng)

    def _draw(self, rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
        return rng.lognormal(self._arguments[0], abs(self._arguments[1]), shape)


class Exponential(Distribution):
    """Density λ·exp(−λ·x), so that the mean is 1/λ."""

    arguments = ("Lambda",)
    ranges: ClassVar = {"Lambda": (SMALLEST, np.inf)}

    def __init__(
        self, Lambda: float, min: float | None = None, max: float | None = None, rng: np.random.Generator | None = None
    ) -> None:
        super().__init__(Lambda, min=min, max=max, rng=rng)

    def _draw(self, rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
        return rng.exponential(1.0 / self._arguments[0], shape)


class Gamma(Distribution):
    """Shape ``alpha`` and scale ``beta``: mean α·β."""

    arguments = ("alpha", "beta")
    ranges: ClassVar = {"alpha": (0.0, np.inf), "beta": (0.0, np.inf)}

    def __init__(
        self,
        alpha: float,
        beta: float = 1.0,
        min: float | None = None,
        max: float | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        super().__init__(alpha, beta, min=min, max=max, rng=rng)

    def _draw(self, rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
        return rng.gamma(self._arguments[0], self._arguments[1], shape)


class Binomial(Distribution):
    """The number of successes in ``n`` trials of probability ``p``."""

    arguments = ("n", "p")
    ranges: ClassVar = {"n": (0.0, np.inf), "p": (0.0, 1.0)}
    clips = False

    def __init__(self, n: float, p: float, rng: np.random.Generator | None = None) -> None:
        super().__init__(n, p, min=None, max=None, rng=rng)

    def _draw(self, rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
        return rng.binomial(int(self._arguments[0]), self._arguments[1], shape)


class Bernoulli(Distribution):
    """1 with probability ``p``, else 0."""

    arguments = ("p",)
    ranges: ClassVar = {"p": (0.0, 1.0)}
    clips = False

    def __init__(self, p: float, rng: np.random.Generator | None = None) -> None:
        super().__init__(p, min=None, max=None, rng=rng)

    def _draw(self, rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
        return rng.random(shape) < self._arguments[0]


class Poisson(Distribution):
    """A count of mean ``mean``."""

    arguments = ("mean",)
    ranges: ClassVar = {"mean": (0.0, np.inf)}
    clips = False

    def __init__(self, mean: float, rng: np.random.Generator | None = None) -> None:
        super().__init__(mean, min=None, max=None, rng=rng)

    def _draw(self, rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
        return rng.poisson(self._arguments[0], shape)


DISTRIBUTIONS: dict[str, type[Distribution]] = {
    kind.__name__: kind
    for kind in (Uniform, DiscreteUniform, Normal, LogNormal, Exponential, Gamma, Binomial, Bernoulli, Poisson)
}
OPTIONAL_ARGUMENTS: dict[str, tuple[Expr, ...]] = {"Gamma": (Number(1.0),)}
"""Values of last arguments that may be left out."""


def draw_values(rng: np.random.Generator, count: int, distribution: Distribution) -> NDArray[Any]:
    """What `evaluate` asks for where a distribution stands."""
    return distribution.sample(rng, count)
