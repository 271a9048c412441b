"""Connection strings: conditions and probabilities in the equation language, computed for blocks of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eqneuro.codegen.pairs import pair_text
from eqneuro.connectivity.connection_text import read_connection_text
from eqneuro.connectivity.matrix import Connectivity, Places
from eqneuro.connectivity.pair_kernel import MANY, PairKernel, Values, pair_kernel
from eqneuro.connectivity.parts import PAIRS, Part, in_turn
from eqneuro.connectivity.patterns import Ends
from eqneuro.connectivity.rows import Rows
from eqneuro.language.errors import EquationError
from eqneuro.language.evaluate import evaluate
from eqneuro.language.source import SourceText
from eqneuro.language.syntax import Expr, Name, Number

AXES = "xyz"


@dataclass(frozen=True)
class Side:
    """What a connection string may ask about the neurons of one population.

    Attributes
    ----------
    geometry
        Gives ``x_pre``, ``y_pre``, ``z_pre`` and ``d``.
    attributes
        Names that may stand behind ``pre.`` or ``post.``.
    read
        Gives the values of one of them: a number, or one for each neuron of the population, by rank.
    """

    geometry: tuple[int, ...]
    attributes: Collection[str] = ()
    read: Callable[[str], Any] | None = None


def where(
    ends: Ends, pre: Side, post: Side, condition: str, constants: Mapping[str, Any], allow_self_connections: bool
) -> Connectivity:
    """The pairs for which a condition holds.

    Raises
    ------
    EquationError
        If the text can't be understood.
    """
    source = SourceText(condition, "the condition of `where`")
    pairs = _Pairs(ends, pre, post, source, constants, is_condition=True)
    excluded = ends.excluded(allow_self_connections)

    def some(part: Part) -> NDArray[np.bool_]:
        mask = pairs.values(part).astype(bool, order="C")
        _exclude(mask, excluded[slice(*part)])
        return mask

    return _collect(ends, "where", some, pairs)


def distance_probability(
    ends: Ends,
    pre: Side,
    post: Side,
    probability: str,
    constants: Mapping[str, Any],
    allow_self_connections: bool,
    seed: int,
    stream: int,
) -> Connectivity:
    """Each pair with a probability of its own; what is drawn for a pair depends on its ranks, not on other pairs.

    Raises
    ------
    EquationError
        If the text can't be understood, or gives anything but a number from 0 to 1.
    """
    from eqneuro.connectivity import _sampling

    source = SourceText(probability, "the probability of `distance_probability`")
    pairs = _Pairs(ends, pre, post, source, constants, is_condition=False)
    excluded = ends.excluded(allow_self_connections)

    def some(part: Part) -> NDArray[np.bool_]:
        place = slice(*part)
        chances = np.ascontiguousarray(pairs.values(part), dtype=np.float64)
        allowed = np.ones(chances.shape, dtype=bool)
        _exclude(allowed, excluded[place])
        wrong = _sampling.accept_pairs(chances, ends.post[place], ends.pre, seed, stream, allowed.view(np.uint8))
        if wrong >= 0:
            row, column = divmod(wrong, len(ends.pre))
            pair = f"i = {ends.pre[column]}, j = {ends.post[place][row]}"
            raise _RangeError(f"probability {chances[row, column]:g} of the pair {pair} is not between 0 and 1")
        return allowed

    try:
        return _collect(ends, "distance_probability", some, pairs)
    except _RangeError as error:  # raised again here, since threads don't know what the user called
        message = str(error)
    raise EquationError(message, source, pairs.expr.span, "Bounds are written as `clip(p, 0, 1)`.")


class _RangeError(ValueError):
    """A probability is none."""


def _collect(ends: Ends, pattern: str, masks: Callable[[Part], NDArray[np.bool_]], pairs: _Pairs) -> Connectivity:
    """The pairs that are True in the masks, shape (rows, pre-synaptic neurons), of all parts."""
    from eqneuro.connectivity._sampling import columns_of

    rows = Rows(ends, pattern)
    for found in in_turn(lambda part: columns_of(masks(part).view(np.uint8)), pairs.parts(), ends.threads):
        rows.append(*found)
    return rows.finish()


def _exclude(mask: NDArray[np.bool_], excluded: Places) -> None:
    alone = np.flatnonzero(excluded >= 0)
    mask[alone, excluded[alone]] = False


class _Pairs:
    """An expression over pairs: what depends on one side is computed for that side, the rest for blocks of pairs."""

    def __init__(
        self, ends: Ends, pre: Side, post: Side, source: SourceText, constants: Mapping[str, Any], *, is_condition: bool
    ) -> None:
        self._ends = ends
        known = {"i", "j", "d", "N_pre", "N_post", "pi"}
        known |= {f"{axis}_pre" for axis, _ in zip(AXES, pre.geometry, strict=False)}
        known |= {f"{axis}_post" for axis, _ in zip(AXES, post.geometry, strict=False)}
        attributes = {"pre": pre.attributes, "post": post.attributes}
        self.expr: Expr = read_connection_text(source, known, constants, attributes, is_condition=is_condition)
        self._needed = {node.id for node in self.expr.walk() if isinstance(node, Name)}
        self._places = {"pre": _coordinates(pre.geometry, ends.pre), "post": _coordinates(post.geometry, ends.post)}
        self._names = {**constants, "N_pre": float(ends.pre_size), "N_post": float(ends.post_size)}
        sides = self._one_side("pre", "i", pre, ends.pre), self._one_side("post", "j", post, ends.post)
        self._pre = {name: values[np.newaxis] for name, values in sides[0].items()}
        self._post = {name: values[:, np.newaxis] for name, values in sides[1].items()}
        pairs = len(ends.pre) * len(ends.post)
        is_large = pairs * self._operations() >= MANY
        self._kernel = self._compiled(*sides, is_condition=is_condition) if is_large else None

    def _operations(self) -> int:
        """How many are done for a pair."""
        dimensions = max(map(len, self._places.values()))
        of_distance = 3 * dimensions + 1 if "d" in self._needed else 0
        return of_distance + sum(not isinstance(node, Name | Number) for node in self.expr.walk())

    def _one_side(
        self, owner: Literal["pre", "post"], rank: str, side: Side, ranks: NDArray[np.uint32]
    ) -> dict[str, NDArray[np.float64]]:
        """Names that depend on one neuron, those that are needed, for each chosen neuron."""
        found = {rank: ranks.astype(np.float64)}
        found |= {f"{axis}_{owner}": x for axis, x in zip(AXES, self._places[owner], strict=False)}
        for name in self._needed:
            if name.startswith(f"{owner}.") and side.read is not None:
                values = np.asarray(side.read(name.removeprefix(f"{owner}.")), dtype=np.float64).ravel()
                found[name] = values[ranks] if values.size > 1 else np.broadcast_to(values, ranks.shape)
        return {name: values for name, values in found.items() if name in self._needed}

    def _compiled(self, pre: Values, post: Values, *, is_condition: bool) -> PairKernel | None:
        """What computes the expression for very many pairs."""
        axes: list[tuple[str | None, str | None]] = []
        if "d" in self._needed:
            here, there = ({f"{side}[{k}]": x for k, x in enumerate(self._places[side])} for side in ("pre", "post"))
            axes, pre, post = list(zip_longest(here, there)), {**pre, **here}, {**post, **there}
        constants = {name: value for name, value in self._names.items() if name in self._needed}
        text = pair_text(self.expr, list(pre), list(post), list(constants), axes, is_condition=is_condition)
        return pair_kernel(text, pre, post, constants)

    def parts(self) -> list[Part]:
        """Rows one after the other, as many as hold some pairs: the first, and the one behind the last."""
        pairs = PAIRS if self._kernel is None else self._kernel.pairs
        rows, height = len(self._ends.post), max(1, pairs // max(1, len(self._ends.pre)))
        return list(pairwise([*range(0, rows, height), rows]))

    def values(self, part: Part) -> NDArray[Any]:
        """The values of some rows, shape (rows, pre-synaptic neurons)."""
        if self._kernel is not None:
            return self._kernel.values(part, len(self._ends.pre))
        place = slice(*part)
        names = {**self._names, **self._pre, **{name: values[place] for name, values in self._post.items()}}
        if "d" in self._needed:
            names["d"] = self._distances(place)
        return np.broadcast_to(evaluate(self.expr, names), (place.stop - place.start, len(self._ends.pre)))

    def _distances(self, place: slice) -> NDArray[np.float64]:
        pre, post = self._places["pre"], self._places["post"]
        total = np.zeros((place.stop - place.start, len(self._ends.pre)))
        for axis in range(max(len(pre), len(post))):
            a = pre[axis] if axis < len(pre) else np.zeros(1)
            b = post[axis][place] if axis < len(post) else np.zeros(1)
            total += (a[np.newaxis] - b[:, np.newaxis]) ** 2
        return np.sqrt(total, out=total)


def _coordinates(geometry: tuple[int, ...], ranks: NDArray[np.uint32]) -> list[NDArray[np.float64]]:
    return [axis.astype(np.float64) for axis in np.unravel_index(ranks, geometry)]
