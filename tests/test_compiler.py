"""The route itself: what it asks of Python while it plans."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

import eqneuro as ann
from eqneuro import compiler


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    gc.enable()
    yield
    gc.unfreeze()
    gc.enable()


def test_nothing_is_collected_while_a_network_is_planned_and_all_as_before_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    plan = compiler.plan_kernels

    def watched(request):
        seen.append(gc.isenabled())
        return plan(request)

    monkeypatch.setattr(compiler, "plan_kernels", watched)
    net = ann.Network()
    net.create(1, ann.Neuron(equations="v = 1.0"))
    net.compile(clean=True)
    assert seen == [False]
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_collecting_is_on_again_after_an_error() -> None:
    with pytest.raises(KeyError), compiler.without_collections():
        raise KeyError
    assert gc.isenabled()


def test_who_has_switched_it_off_finds_it_off() -> None:
    gc.disable()
    with compiler.without_collections():
        pass
    assert not gc.isenabled()


def test_what_a_program_has_frozen_stays_frozen() -> None:
    gc.freeze()
    with compiler.without_collections():
        pass
    assert gc.get_freeze_count() > 0


def test_garbage_made_meanwhile_is_found_later() -> None:
    class Node:
        alive = 0

        def __init__(self) -> None:
            self.me = self
            Node.alive += 1

        def __del__(self) -> None:
            Node.alive -= 1

    with compiler.without_collections():
        for _ in range(3000):
            Node()
        assert Node.alive == 3000
    gc.collect()
    assert Node.alive == 0
