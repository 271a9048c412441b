"""Heun's method for noise in Stratonovich's sense: x' = f(x, t) + G(x, t)∘ξ.

The whole system is first brought to the end of the step by Euler and Maruyama, y = x + h·f(x, t) + G(x, t)·ΔW; then

    x(t+h) = x + h/2·(f(x, t) + f(y, t + h)) + ½·(G(x, t) + G(y, t + h))·ΔW

with `heun`, and with `explicit` x + h·f(x, t) + ½·(…)·ΔW (Euler and Heun). Strong order 1 where the sources commute
(Rümelin 1982; Kloeden & Platen 1992, 14.2 and 15.1), and no derivative of G.
"""

from __future__ import annotations

from collections.abc import Sequence

from eqneuro.numerics.noise import Noise
from eqneuro.numerics.rules import Let
from eqneuro.numerics.symbols import DT
from eqneuro.numerics.system import Step, System

ORDERS = {"explicit": 1, "heun": 2}
"""Methods that take their noise like this, and the order of what is not random."""


def step(whole: System, noise: Noise, members: Sequence[int], method: str) -> Step:
    """One step of some equations of a system; the others, which may have other methods, are foreseen as well."""
    ends = tuple(whole.temporary(f"{method}_end", x) for x in whole.variables)
    lets = tuple(
        Let(end, x + DT * f + noise.increment(k))
        for k, (end, x, f) in enumerate(zip(ends, whole.variables, whole.rights, strict=True))
    )
    there = whole.at(ends, DT)
    values = []
    for k in members:
        f = whole.rights[k]
        drift = DT * f if method == "explicit" else DT / 2 * (f + there[k])
        kick = noise.mean_kick(k, ends) if noise.needs_means(k) else noise.kick(k)
        values.append(whole.variables[k] + drift + kick)
    return Step(lets, tuple(values), order=ORDERS[method], has_noise=True)
