"""Structural plasticity: synapses pruned and created where the conditions of their model hold, at the end of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from eqneuro.connectivity.editing import free_pairs
from eqneuro.language.evaluate import evaluate
from eqneuro.language.syntax import Draw, Expr, Name
from eqneuro.model.models import StructuralRule
from eqneuro.network.checks import check_memory
from eqneuro.network.conditions import Pairs, Streams, Synapses
from eqneuro.network.configuration import EPOCH
from eqneuro.network.edits import SynapseEdits

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection
    from eqneuro.network.reference import ReferenceRunner
    from eqneuro.network.runner import Runner

Ranks = NDArray[np.int64]
BLOCK = 2**18
"""Pairs that are looked at together."""
PRUNING, CREATING, WEIGHTS = 3, 4, 5
"""Streams of random numbers of a projection; connectors have those before."""


@dataclass(frozen=True)
class Schedule:
    """Every ``period`` steps, counted from step ``start``."""

    period: int
    start: int

    def is_due(self, step: int) -> bool:
        """Whether a step ends with it."""
        return (step - self.start) % self.period == 0

    def steps_until(self, step: int) -> int:
        """How many steps to run from the start of ``step`` to the end of the next one that is due."""
        return (self.start - step) % self.period + 1


class StructuralPlasticity(SynapseEdits):
    """Prunes and creates synapses by the conditions ``pruning`` and ``creating`` of their `Synapse`.

    Both conditions are looked at together at the end of a step, before either acts: what is pruned is not created in
    the same step. ``pre.x`` and ``post.x`` are the values at the end of the step, whatever the delay.
    """

    _pruning: Schedule | None = None
    _creating: Schedule | None = None

    def start_pruning(self, period: float | None = None) -> None:
        """Removes synapses where ``pruning`` holds, at the end of this step and of each ``period`` ms from now.

        Parameters
        ----------
        period
            In ms; each step where None.

        Raises
        ------
        ValueError
            If the synapse has no such condition, or the period is shorter than dt.
        """
        self._pruning = self._schedule("pruning", self.model.pruning, period)

    def stop_pruning(self) -> None:
        """Removes no more synapses."""
        self._pruning = None

    def start_creating(self, period: float | None = None) -> None:
        """Creates synapses where ``creating`` holds, at the end of this step and of each ``period`` ms from now.

        All pairs of the projection's neurons that have no synapse are looked at, a neuron with itself apart.

        Parameters
        ----------
        period
            In ms; each step where None.

        Raises
        ------
        ValueError
            If the synapse has no such condition, or the condition reads what only an existing synapse has, or the
            period is shorter than dt.
        """
        schedule = self._schedule("creating", self.model.creating, period)
        self._check_of_new(self._rule(self.model.creating))
        self._creating = schedule

    def stop_creating(self) -> None:
        """Creates no more synapses."""
        self._creating = None

    def _schedule(self, what: str, rule: StructuralRule | None, period: float | None) -> Schedule:
        self._built  # noqa: B018
        self._check_editable()
        if rule is None:
            raise ValueError(f"the synapse of projection {self.name!r} has no condition: give it Synapse({what}=…)")
        net = self._net
        steps = 1 if period is None else round(period / net.dt)
        if steps < 1:
            raise ValueError(f"period of {what} must be at least dt = {net.dt:g} ms, not {period}")
        return Schedule(steps, net.current_step)

    def _is_event_based(self) -> bool:
        raise NotImplementedError

    def _rule(self, rule: StructuralRule | None) -> StructuralRule:
        assert rule is not None
        return rule

    def _check_of_new(self, rule: StructuralRule) -> None:
        """Refuses to look at what is drawn at random when a synapse is made."""
        read = {
            node.id for expr in (rule.condition, rule.weight) if expr for node in expr.walk() if isinstance(node, Name)
        }
        for attribute in self.model.attributes:
            origin = rule.weight if attribute.name == "w" else attribute.init
            if attribute.name in read and origin and any(isinstance(node, Draw) for node in origin.walk()):
                raise ValueError(
                    f"creating of projection {self.name!r} reads {attribute.name!r}, which is drawn for each synapse: "
                    "a pair of neurons without synapse has none"
                )

    # -- at the end of a step -----------------------------------------------------------------------------------------

    def _schedules(self) -> list[Schedule]:
        return [schedule for schedule in (self._pruning, self._creating) if schedule is not None]

    def _restructure(self, step: int) -> None:
        """Phase 8 of a step."""
        pruned: Ranks | None = None
        created: tuple[Any, ...] | None = None
        if self._pruning is not None and self._pruning.is_due(step):
            pruned = self._find_pruned(step)
        if self._creating is not None and self._creating.is_due(step):
            created = self._find_created(step)
        if pruned is not None:
            self._remove(pruned)
        if created is not None:
            self._add(*created)

    def _streams(self, which: int, step: int) -> Streams:
        net = self._net
        return Streams(net._seed_word, self._number, which, int(net._clock[EPOCH]), step)

    def _pairs_of(self, pre: Any, post: Any, own: Callable[[Pairs, str], Any], step: int, streams: Streams) -> Pairs:
        return Pairs(cast("Projection", self), pre, post, own, step * self._net.dt, streams)

    def _find_pruned(self, step: int) -> Ranks:
        """Places of the synapses to prune."""
        rule, streams, built = self._rule(self.model.pruning), self._streams(PRUNING, step), self._built
        self._values  # noqa: B018
        updated = None
        if self._is_event_based():
            position = None if self._spike_rows is None else self._spike_rows.position
            updated = self._plastic.in_own_order(position)
        found = []
        for begin in range(0, built.synapses, BLOCK):
            places = slice(begin, min(begin + BLOCK, built.synapses))
            rows = np.searchsorted(built.row_start, np.arange(places.start, places.stop), side="right") - 1
            synapses = Synapses(cast("Projection", self), places, updated)
            pairs = self._pairs_of(built.pre_ranks[places], built.post_ranks[rows], synapses.own, step, streams)
            found.append(begin + _thinned(np.flatnonzero(pairs.holds(rule.condition)), rule, streams))
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)

    def _find_created(self, step: int) -> tuple[Ranks, Ranks, NDArray[Any], float, np.random.Generator]:
        """Ends, weights and delays of the synapses to create."""
        rule, streams = self._rule(self.model.creating), self._streams(CREATING, step)
        delay = self._usual_delay() if rule.delay is None else float(self._steps(np.asarray(rule.delay)))
        own = partial(self._of_new, rule, delay)
        chosen = list(self._wanted_pairs(rule, own, step, streams))
        pre = np.concatenate([found[0] for found in chosen]) if chosen else np.empty(0, dtype=np.int64)
        post = np.concatenate([found[1] for found in chosen]) if chosen else np.empty(0, dtype=np.int64)
        weights = (
            0.0
            if rule.weight is None
            else self._pairs_of(pre, post, own, step, self._streams(WEIGHTS, step)).value(rule.weight)
        )
        return pre, post, np.broadcast_to(np.asarray(weights, dtype=float), pre.shape), delay, streams[Streams.VALUES]

    def _wanted_pairs(
        self, rule: StructuralRule, own: Callable[[Pairs, str], Any], step: int, streams: Streams
    ) -> Iterator[tuple[Ranks, Ranks]]:
        """Pairs without synapse for which the condition holds, some rows at a time."""
        ends = self._ends()
        rows = max(1, BLOCK // max(1, len(ends.pre)))
        for first in range(0, len(ends.post), rows):
            posts = ends.post[first : first + rows]
            pairs = self._pairs_of(ends.pre, posts[:, None], own, step, streams)
            wanted = pairs.holds(rule.condition) & free_pairs(self._built, ends, first, first + len(posts))
            row, column = np.divmod(_thinned(np.flatnonzero(wanted), rule, streams), len(ends.pre))
            yield ends.pre[column].astype(np.int64), posts[row].astype(np.int64)

    def _of_new(self, rule: StructuralRule, delay: float, pairs: Pairs, name: str) -> Any:
        """What a synapse would begin with, were it made."""
        if name == "d" and name not in self._values:
            return delay * self._net.dt
        attribute = self._attribute(name)
        if name == "w" and attribute.locality == "local":
            return 0.0 if rule.weight is None or _reads(rule.weight, "w") else pairs.value(rule.weight)
        if self._is_single(name):
            return self._values[name][0].item()
        begin = evaluate(attribute.init, pairs)
        if attribute.locality == "local":
            return begin
        values = np.full(self._post_population.size, begin, dtype=float)
        values[self._built.post_ranks] = self._values[name]
        return values[pairs.post]


def _reads(expr: Expr, name: str) -> bool:
    return any(isinstance(node, Name) and node.id == name for node in expr.walk())


def _thinned(chosen: Ranks, rule: StructuralRule, streams: Streams) -> Ranks:
    """Those that chance lets through."""
    return chosen if rule.probability == 1.0 else chosen[streams[Streams.CHANCE].random(len(chosen)) < rule.probability]


class StructuralSteps:
    """Runs a network in pieces that end where synapses are pruned or created."""

    _projections: list[Projection]

    @property
    def current_step(self) -> int:
        """How many steps have been computed."""
        raise NotImplementedError

    def _ready(self) -> Runner | ReferenceRunner:
        raise NotImplementedError

    def _advance(
        self,
        steps: int,
        stops: Sequence[Population] = (),
        require_all: bool = True,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Up to ``steps`` steps, as `Runner.run` does; new code is compiled where synapses that come and go need it."""
        done = 0
        if any(projection._schedules() for projection in self._projections):
            check_memory(cast("Network", self), steps, may_stop=bool(stops))
        while done < steps:
            runner, first = self._ready(), self.current_step
            due = [schedule.steps_until(first) for p in self._projections for schedule in p._schedules()]
            piece = min([steps - done, *due])
            count = None if progress is None else partial(_count_on, progress, done)
            try:
                done += runner.run(piece, stops, require_all, count)
            finally:  # an interrupt may come at the end of a step that is due
                if due and self.current_step == first + piece:
                    for projection in self._projections:
                        projection._restructure(self.current_step - 1)
            if runner.is_stopped:
                break
        return done


def _count_on(progress: Callable[[int], None], before: int, count: int) -> None:
    progress(before + count)
