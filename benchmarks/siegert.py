"""Integrate-and-fire neurons with white noise beside Siegert's rates: ``python -m benchmarks.siegert``.

τ dV = (μ − V) dt + σ√τ dW fires, once V reaches θ, at the rate (Siegert 1951; Brunel 2000)

    1/ν = t_ref + τ·√π·∫ exp(x²)·(1 + erf(x)) dx    from (V_r − μ)/σ to (θ − μ)/σ

A simulation looks at the threshold at the ends of steps alone, and misses crossings between them: as if the threshold
were 0.58·σ·√(h/τ) higher. The rates are therefore extrapolated to h = 0 in powers of √h, neuron by neuron, from
networks that see the same noise.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

import numpy as np
from scipy.integrate import quad
from scipy.special import erfcx

from eqneuro import Network, Neuron

TAU, THRESHOLD, RESET, REFRACTORY = 20.0, 20.0, 10.0, 2.0
WARM_UP = 600.0
"""ms that are not counted: with little noise neurons forget but slowly that they began together."""
CASES = ((20.0, 5.0), (15.0, 5.0), (25.0, 1.0))
"""μ and σ."""
STEPS = (0.2, 0.05, 0.0125)
"""ms; the refractory time is a whole number of each."""

Rates = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def siegert(mu: float, sigma: float) -> float:
    """The rate in Hz."""
    low, high = (RESET - mu) / sigma, (THRESHOLD - mu) / sigma
    total, _ = quad(lambda x: erfcx(-x), low, high, epsabs=0.0, epsrel=1e-12)  # exp(x²)·(1 + erf(x))
    return float(1000.0 / (REFRACTORY + TAU * np.sqrt(np.pi) * total))


def simulate(mu: float, sigma: float, steps: Sequence[float], neurons: int, duration: float, seed: int = 1) -> Rates:
    """The rate of each neuron for each step, in Hz."""
    neuron = Neuron(
        parameters=f"tau = {TAU} : population; mu = {mu} : population; sigma = {sigma} : population",
        equations=f"tau*dv/dt = mu - v + sigma*sqrt(tau)*xi : exact, init=Uniform({RESET}, {THRESHOLD})",
        spike=f"v >= {THRESHOLD}",
        reset=f"v = {RESET}",
        refractory=REFRACTORY,
    )
    rates = []
    for step in steps:
        net = Network(dt=step, seed=seed)
        net._refinement = round(step / min(steps)), round(max(steps) / min(steps))
        population = net.create(neurons, neuron)
        spikes = net.monitor(population, "spike", start=False)
        net.simulate(WARM_UP)
        spikes.start()
        net.simulate(duration)
        counted = spikes.get("spike")
        rates.append([1000.0 * len(counted[rank]) / duration for rank in range(neurons)])
    return np.array(rates)


def extrapolate(rates: Rates, steps: Sequence[float]) -> tuple[float, float]:
    """The mean rate at h = 0, and its standard error: a polynomial in √h through the rates of all steps."""
    powers = np.vander(np.sqrt(steps), increasing=True)
    weights = np.linalg.inv(powers)[0]
    each = weights @ rates
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each)))


def main() -> None:
    """A table of all cases."""
    parser = argparse.ArgumentParser(prog="benchmarks.siegert", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--neurons", type=int, default=8000)
    parser.add_argument("--duration", type=float, default=8000.0, help="ms that are counted")
    chosen = parser.parse_args()
    steps = " | ".join(f"h = {step:g} ms" for step in STEPS)
    print(f"| μ | σ | {steps} | extrapolated | Siegert | standard errors apart |")
    print(f"|{'---|' * (len(STEPS) + 5)}")
    for mu, sigma in CASES:
        begin = time.perf_counter()
        rates = simulate(mu, sigma, STEPS, chosen.neurons, chosen.duration)
        mean, error = extrapolate(rates, STEPS)
        cells = " | ".join(f"{rate:.3f}" for rate in rates.mean(axis=1))
        expected = siegert(mu, sigma)
        row = f"| {mu:g} | {sigma:g} | {cells} | {mean:.3f} ± {error:.3f} | {expected:.4f}"
        print(f"{row} | {(mean - expected) / error:+.1f} |", flush=True)
        print(f"{time.perf_counter() - begin:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
