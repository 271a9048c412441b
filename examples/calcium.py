"""Plasticity by calcium: one rule, two thresholds, and six shapes of the dependence on the timing of spikes.

Spikes of both sides bring calcium to the synapse, those of the pre-synaptic neuron with a delay D,

    tau_Ca c' = -c,              pre (D ms ago): c += C_pre,              post: c += C_post,

and while calcium is above a threshold, the efficacy rho goes down, or above another one, up. Else it moves to one of
its two stable states, DOWN (0) and UP (1), which rho_* = 1/2 separates. The noise is there with the calcium:

    tau rho' = -rho (1 - rho)(rho_* - rho) + gamma_p (1 - rho) [c > theta_p] - gamma_d rho [c > theta_d]
               + sigma sqrt(tau ([c > theta_d] + [c > theta_p])) xi.

Pairs of spikes are repeated 60 times at 1 Hz. Of each second, calcium is above theta_p for a share a_p, above theta_d
for a share a_d, and as the first term is small, rho is then an Ornstein-Uhlenbeck process, with G_p = gamma_p a_p,
G_d = gamma_d a_d and

    mean      G_p/(G_p + G_d) + (rho_0 - G_p/(G_p + G_d)) E,         E = exp(-(G_p + G_d) t/tau),
    variance  sigma^2 (a_p + a_d)/(2 (G_p + G_d)) (1 - E^2),

from which follow the probabilities that a synapse comes to lie on the other side of rho_*, and from these the change of
the synaptic strength: half of the synapses are UP at first, and an UP synapse is b = 5 times as strong as a DOWN one.

Graupner, M. & Brunel, N. (2012). Calcium-based plasticity model explains sensitivity of synaptic changes to spike
pattern, rate, and dendritic location. PNAS 109, 3991-3996, figures 1 and 2, table S1.
"""

from __future__ import annotations

import os
import sys
from math import erf, exp, log, sqrt

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}
UP, DOWN, BLUE = "#D55E00", "#0072B2", "#56B4E9"
SHARED = dict(tau_Ca=20.0, tau=150e3, theta_d=1.0, rho_star=0.5, sigma=2.8284)
SHAPES = {  # D for depression and P for potentiation, in the order of the time from the pre- to the post-synaptic spike
    "DP": dict(C_pre=1.0, C_post=2.0, theta_p=1.3, gamma_d=200.0, gamma_p=321.808, D=13.7),
    "DPD": dict(C_pre=0.9, C_post=0.9, theta_p=1.3, gamma_d=250.0, gamma_p=550.0, D=4.6),
    "DPD'": dict(C_pre=1.0, C_post=2.0, theta_p=2.5, gamma_d=50.0, gamma_p=600.0, D=2.2),
    "P": dict(C_pre=2.0, C_post=2.0, theta_p=1.3, gamma_d=160.0, gamma_p=257.447, D=0.0),
    "D": dict(C_pre=0.6, C_post=0.6, theta_p=1.3, gamma_d=500.0, gamma_p=550.0, D=0.0),
    "D'": dict(C_pre=1.0, C_post=2.0, theta_p=3.5, gamma_d=60.0, gamma_p=600.0, D=0.0),
}
PAIRS, PERIOD = 60, 1000.0
B = 5.0
"""The strength of an UP synapse, that of a DOWN one being 1."""

synapse = ann.Synapse(
    parameters="""
        tau_Ca = 20.0 : projection;  tau = 150e3 : projection;  sigma = 2.8284 : projection
        theta_d = 1.0 : projection;  rho_star = 0.5 : projection
        theta_p = 1.3;  gamma_d = 200.0;  gamma_p = 321.808;  C_pre = 1.0;  C_post = 2.0
    """,
    equations="""
        down = 1.0*(c > theta_d)
        up = 1.0*(c > theta_p)
        tau_Ca*dc/dt = -c : exponential
        tau*drho/dt = -rho*(1 - rho)*(rho_star - rho) + gamma_p*(1 - rho)*up - gamma_d*rho*down +
            sigma*sqrt(tau*(up + down))*xi
    """,
    pre_spike="c += C_pre",
    post_spike="c += C_post",
    name="Calcium",
)


def build(shapes: list[str], lags: np.ndarray, starts: np.ndarray, dt: float, seed: int = 1) -> ann.Network:
    """A synapse for each shape, lag (ms) and initial rho, between spike trains of its own."""
    net = ann.Network(dt=dt, seed=seed)
    first = 200.0 + PERIOD * np.arange(PAIRS)
    pre = net.create(ann.SpikeSourceArray([list(first)] * len(lags)))
    post = net.create(ann.SpikeSourceArray([list(first + lag) for lag in lags]))
    D = np.round(np.array([SHAPES[shape]["D"] for shape in shapes]) / dt) * dt
    learns = net.connect(pre, post, "exc", synapse, name="learns")
    learns.one_to_one(weights=1.0, delays=D + dt)  # a spike arrives one step later at the soonest
    for name in ("C_pre", "C_post", "theta_p", "gamma_d", "gamma_p"):
        learns.set({name: np.array([SHAPES[shape][name] for shape in shapes])})
    learns.rho = starts
    return net


def efficacies(
    shapes: list[str], lags: np.ndarray, synapses: int, dt: float, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """rho after all pairs of synapses that were DOWN and of some that were UP: (shape, lag, synapse)."""
    size = len(shapes), len(lags), 2 * synapses
    which = np.repeat(shapes, size[1] * size[2])
    starts = np.tile(np.repeat([0.0, 1.0], synapses), size[0] * size[1])
    net = build(list(which), np.tile(np.repeat(lags, size[2]), size[0]), starts, dt, seed)
    net.simulate(200.0 + PAIRS * PERIOD)
    found = np.array(net.get_projection("learns").rho).reshape(size)
    return found[:, :, :synapses], found[:, :, synapses:]


def shares(shape: str, lag: float) -> tuple[float, float]:
    """The share of the time that calcium is above theta_p, and above theta_d, with a pair in each period."""
    model, tau = SHAPES[shape], SHARED["tau_Ca"]
    apart = lag - model["D"]  # from the calcium of the pre-synaptic spike to that of the post-synaptic one
    first, second = (model["C_pre"], model["C_post"]) if apart > 0 else (model["C_post"], model["C_pre"])
    gap = abs(apart)
    before = (first * exp(-PERIOD / tau) + second * exp(-(PERIOD - gap) / tau)) / (1.0 - exp(-PERIOD / tau))
    top = before + first
    parts = (top, gap), (top * exp(-gap / tau) + second, PERIOD - gap)
    p, d = (
        sum(min(max(tau * log(c / theta), 0.0), length) for c, length in parts) / PERIOD
        for theta in (model["theta_p"], SHARED["theta_d"])
    )
    return p, d


def moments(shape: str, lag: float, start: float, time: float) -> tuple[float, float]:
    """Mean and standard deviation of rho after a time in ms, without the force to 0 and 1."""
    a_p, a_d = shares(shape, lag)
    G_p, G_d = SHAPES[shape]["gamma_p"] * a_p, SHAPES[shape]["gamma_d"] * a_d
    if G_p + G_d == 0.0:
        return start, 0.0
    end, E = G_p / (G_p + G_d), exp(-(G_p + G_d) * time / SHARED["tau"])
    return end + (start - end) * E, SHARED["sigma"] * sqrt((a_p + a_d) / (2.0 * (G_p + G_d)) * (1.0 - E * E))


def crossings(shape: str, lag: float) -> tuple[float, float]:
    """The probabilities that the pairs bring a synapse from DOWN to UP, and from UP to DOWN."""
    found = []
    for start in (0.0, 1.0):
        mean, deviation = moments(shape, lag, start, PAIRS * PERIOD)
        above = 0.5 * (1.0 + erf((mean - SHARED["rho_star"]) / (sqrt(2.0) * max(deviation, 1e-12))))
        found.append(above if start == 0.0 else 1.0 - above)
    return found[0], found[1]


def strength(to_up: float | np.ndarray, to_down: float | np.ndarray) -> float | np.ndarray:
    """The mean strength after the pairs, that before being 1, where half of the synapses are UP at first."""
    up = 0.5 * to_up + 0.5 * (1.0 - to_down)
    return (1.0 + (B - 1.0) * up) / (1.0 + (B - 1.0) * 0.5)


def look(lag: float, synapses: int, dt: float) -> dict[str, np.ndarray]:
    """Calcium of one pair, and rho of some synapses that begin DOWN and some that begin UP, once a second."""
    starts = np.repeat([0.0, 1.0], synapses)
    net = build(["DP"] * len(starts), np.full(len(starts), lag), starts, dt)
    learns = net.get_projection("learns")
    calcium = net.monitor(learns.dendrite(0), "c")
    net.simulate(500.0)
    calcium.pause()
    rho = net.monitor(learns, "rho", period=PERIOD)
    net.simulate(PAIRS * PERIOD - 300.0)
    return {"calcium": calcium.get("c")[:, 0], "rho": rho.get("rho")[:, :, 0]}


def draw(found: dict[str, tuple[np.ndarray, np.ndarray]], looks: dict[float, dict[str, np.ndarray]]) -> plt.Figure:
    """Calcium of a pair, rho during all pairs, and the change of the strength over the lag, for each shape.

    ``found`` holds, for each shape, lags and strengths; ``looks`` what was seen at two lags.
    """
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.6, 5.6), layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=(1.5, 1.0))
        left, right = above.subfigures(1, 2, width_ratios=(1.5, 1.0))
        panels = left.subplots(2, 2, sharex="row", sharey="row")
        for (calcium, rho), (lag, seen) in zip(panels.T, looks.items(), strict=True):
            times = np.arange(len(seen["calcium"])) * 500.0 / len(seen["calcium"]) - 200.0
            calcium.plot(times, seen["calcium"], color="0.2")
            for theta, color, text in ((1.3, UP, r"$\theta_p$"), (1.0, DOWN, r"$\theta_d$")):
                calcium.axhline(theta, color=color, lw=0.8)
                calcium.text(152, theta + (0.05 if color == UP else -0.05), text, color=color, fontsize=8,
                             va="bottom" if color == UP else "top", ha="right")  # fmt: skip
            calcium.set(xlim=(-60, 155), ylim=(0, 3.2), xlabel="time (ms)")
            calcium.set_title(f"pre to post {lag:+g} ms", fontsize=9, loc="left", pad=3)
            time = np.linspace(0.0, PAIRS, 100)
            for start, color in ((0.0, DOWN), (1.0, UP)):
                mean, deviation = np.array([moments("DP", lag, start, 1000.0 * t) for t in time]).T
                rho.fill_between(time, mean - deviation, mean + deviation, color=color, alpha=0.15, lw=0)
                rho.plot(time, mean, color=color, lw=1.6)
            count = seen["rho"].shape[1] // 2
            for k, trace in enumerate(seen["rho"].T):
                if k % count < 3:
                    rho.plot(np.arange(len(trace)), trace, color=DOWN if k < count else UP, lw=0.6)
            rho.axhline(SHARED["rho_star"], color="0.6", lw=0.8, ls=(0, (4, 3)))
            rho.set(xlabel="pairs", xlim=(0, PAIRS), ylim=(-0.15, 1.15))
        panels[0, 0].set_ylabel("calcium $c$")
        panels[1, 0].set_ylabel(r"efficacy $\rho$")
        strip = below.subplots(1, len(SHAPES) - 1, sharex=True, sharey=True)
        lags = np.linspace(-82.0, 82.0, 329)
        large = right.subplots()
        for ax, (shape, (at, values)) in zip((large, *strip), found.items(), strict=True):
            ax.axhline(1.0, color="0.6", lw=0.8, ls=(0, (4, 3)))
            ax.plot(lags, [strength(*crossings(shape, lag)) for lag in lags], color="0.2")
            ax.plot(at, values, "o", color="#009E73", ms=3.5, mfc="white")
            ax.set_title(shape, fontsize=9, loc="left", pad=3)
            ax.set(ylim=(0.3, 1.75), xlim=(-85, 85))
        large.set(xlabel="from pre- to post-synaptic spike (ms)", ylabel="strength after 60 pairs")
        strip[0].set_ylabel("strength")
        strip[2].set_xlabel("from pre- to post-synaptic spike (ms)")
    return figure


def main() -> None:
    is_quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    lags = np.array([-80, -60, -40, -30, -20, -15, -10, -5, 0, 5, 10, 15, 20, 30, 40, 60, 80], dtype=float)
    lags = lags[2:-2:4] if is_quick else lags
    found = {}
    for shape in SHAPES:
        down, up = efficacies([shape], lags, 5 if is_quick else 100 if shape == "DP" else 30, dt=0.5)
        to_up, to_down = (down[0] > 0.5).mean(axis=1), (up[0] < 0.5).mean(axis=1)
        found[shape] = lags, strength(to_up, to_down)
    listed = ", ".join(f"{value:.2f} at {lag:+g} ms" for lag, value in zip(*found["DP"], strict=True))
    print(f"DP: strength {listed}")
    spans = (f"{shape} {values.min():.2f} to {values.max():.2f}" for shape, (_, values) in found.items())
    print(f"least and greatest: {', '.join(spans)}")
    figure = draw(found, {lag: look(lag, synapses=5, dt=0.5) for lag in (-20.0, 30.0)})
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("calcium.png", dpi=130)


if __name__ == "__main__":
    main()
