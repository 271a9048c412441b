"""Which synapse earned the reward? Dopamine that comes a second late strengthens the right one of 16,000.

160 excitatory and 40 inhibitory Izhikevich neurons fire at random, about once a second. Whenever one chosen neuron
fires within 20 ms after another one that projects to it, a reward comes 0.5 to 1.5 s later: dopamine d jumps up, for
all synapses alike, and decays with 200 ms. By then most neurons have fired again. But each synapse remembers for a
second, in its eligibility trace c, what spike-timing-dependent plasticity would have changed, and d turns that into a
change of the weight,

    c' = -c/tau_c + STDP,   w' = gain c d,   d' = -d/tau_d + rewards.

For other synapses c is as often positive as negative when dopamine comes, and a little more often negative. For the
chosen one, whose weight is 0 at the beginning, it is positive, and the stronger it gets the more rewards it earns.

A spike of ``critic`` is a reward; its variable d reaches the neurons by synapses with ``psp="pre.d"``, and plastic
synapses read it there, as ``post.dopamine``. With ``enable_learning(period=10)`` their equations take steps of 10 ms.

Izhikevich, E. M. (2007). Solving the distal reward problem through linkage of STDP and dopamine signaling. Cereb.
Cortex 17, 2443-2452, figure 1, where the network is five times larger and rewards come 1 to 3 s late.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.0}
SIZE, FAN_OUT, W_MAX = 200, 100, 4.0

cell = ann.Neuron(
    parameters="a = 0.02; b = 0.2; c = -65.0; d = 8.0",
    equations="""
        dopamine = g_dopamine
        I = g_exc - g_inh + Uniform(-6.5, 6.5)
        half = v + 0.5*(0.04*v^2 + 5*v + 140 - u + I)
        v = half + 0.5*(0.04*half^2 + 5*half + 140 - u + I) : init=-65.0
        u += a*(b*v - u) : init=-13.0
    """,
    spike="v >= 30",
    reset="v = c; u += d",
    name="Izhikevich",
)

critic = ann.Neuron(
    parameters=dict(tau=200.0, window=20.0, soonest=500.0, latest=1500.0, amount=0.1),
    equations="""
        first = if g_first > 0.0: t else: first : init=-1000.0
        coincides = g_second > 0.0 and t - first < window
        due = if coincides and due < t: t + Uniform(soonest, latest) else: due : init=-1.0
        tau*dd/dt = -d : exact
    """,
    spike="due <= t and due > t - dt",
    reset="d += amount",
    name="Critic",
)

synapse = ann.Synapse(
    parameters=dict(
        tau_plus=20.0, tau_minus=20.0, A_plus=0.1, A_minus=0.15, tau_c=1000.0, gain=0.1, w_max=W_MAX
    ),
    equations="""
        tau_plus*dx/dt = -x : event-driven
        tau_minus*dy/dt = -y : event-driven
        dw/dt = gain*c*post.dopamine : min=0.0, max=w_max
        tau_c*dc/dt = -c : exponential
    """,
    pre_spike="""
        g_target += w
        x += A_plus
        c -= y
    """,
    post_spike="""
        y += A_minus
        c += x
    """,
    name="DopamineModulated",
)  # fmt: skip


def build(seed: int = 1) -> tuple[ann.Network, tuple[int, int]]:
    """The network, and the ranks of the two neurons whose synapse earns the rewards."""
    net = ann.Network(dt=1.0, seed=seed)
    cells = net.create(SIZE, cell, name="cells")
    reward = net.create(1, critic, name="critic")
    excitatory, inhibitory = cells[: SIZE * 4 // 5], cells[SIZE * 4 // 5 :]
    inhibitory.a, inhibitory.d = 0.1, 2.0
    learns = net.connect(excitatory, cells, "exc", synapse, name="learns").fixed_number_post(FAN_OUT, weights=1.0)
    net.connect(inhibitory, cells, "inh").fixed_number_post(FAN_OUT, weights=1.0)
    net.connect(reward, cells, "dopamine", ann.Synapse(psp="pre.d")).all_to_all(weights=1.0)
    first = 0
    second = next(rank for rank in learns.post_ranks if first in learns.dendrite(rank).pre_ranks)
    learns.synapse(first, second).w = 0.0
    net.connect(cells[first : first + 1], reward, "first").all_to_all(weights=1.0)
    net.connect(cells[second : second + 1], reward, "second").all_to_all(weights=1.0)
    net.enable_learning(period=10.0)
    return net, (first, second)


def weights(net: ann.Network, pair: tuple[int, int]) -> tuple[float, np.ndarray]:
    """The weight of the chosen synapse, and those of all others."""
    learns = net.get_projection("learns")
    everything = np.sort(np.concatenate(learns.w))
    chosen = learns.synapse(*pair).w
    return chosen, np.delete(everything, np.searchsorted(everything, chosen))


def watch_a_reward(net: ann.Network, pair: tuple[int, int]) -> dict[str, np.ndarray]:
    """Runs to the first reward and 1.5 s on; the trace c of the chosen synapse and dopamine, every 10 ms."""
    reward, chosen = net.get_population("critic"), net.get_projection("learns").synapse(*pair)
    rows, left = [], 150
    while left > 0:
        net.simulate(10.0)
        rows.append((net.time, chosen.c, reward.d[0]))
        left -= bool(reward.d[0] > 0.0)
    time, c, d = np.array(rows[-400:]).T
    return {"time": time, "c": c, "d": d}


def run(duration: float, seed: int = 1, windows: int = 60) -> dict[str, object]:
    """The chosen weight and the distribution of the others over time."""
    net, pair = build(seed)
    monitor = net.monitor(net.get_population("critic"), "spike")
    first = watch_a_reward(net, pair)
    rows = [(net.time, *weights(net, pair))]
    for _ in range(windows):
        net.simulate(round((duration - rows[0][0]) / windows, -1))
        rows.append((net.time, *weights(net, pair)))
    times, chosen, others = map(np.array, zip(*rows, strict=True))
    rewards = np.array(monitor.get("spike")[0])  # in steps of 1 ms
    return {"first": first, "times": times, "chosen": chosen, "others": others, "rewards": rewards}


def draw(found: dict[str, object]) -> plt.Figure:
    """The first reward; the chosen weight among the others; all weights at the end."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.6, 4.2), layout="constrained")
        left, middle, right = figure.subfigures(1, 3, width_ratios=(1.2, 1.6, 1.0))
        trace, dopamine = left.subplots(2, 1, sharex=True)
        first = found["first"]
        trace.axhline(0.0, color="0.6", lw=0.8, ls=(0, (4, 3)))
        trace.plot(first["time"] / 1000.0, first["c"], color="#D55E00")
        trace.set(ylabel="$c$ of the chosen synapse")
        trace.set_title("the first reward", fontsize=9, loc="left", pad=3)
        dopamine.plot(first["time"] / 1000.0, first["d"], color="#009E73")
        dopamine.set(ylabel="dopamine $d$", xlabel="time (s)")

        ax = middle.subplots()
        time = found["times"] / 1000.0
        for low, high, shade in ((0, 100, "0.9"), (1, 99, "0.8"), (25, 75, "0.65")):
            ax.fill_between(time, *np.percentile(found["others"], (low, high), axis=1), color=shade, lw=0)
        ax.plot(time, found["chosen"], color="#D55E00", lw=1.6)
        ax.plot(found["rewards"] / 1000.0, np.full(len(found["rewards"]), -0.12), "|", color="#009E73", ms=4)
        ax.set(xlabel="time (s)", ylabel="weight", ylim=(-0.25, W_MAX + 0.1), xlim=(0, time[-1]))
        ax.set_title("the chosen synapse and all others", fontsize=9, loc="left", pad=3)

        ax = right.subplots()
        ax.hist(found["others"][-1], np.linspace(0.0, W_MAX, 41), orientation="horizontal", color="0.7")
        ax.axhline(found["chosen"][-1], color="#D55E00", lw=1.6)
        ax.set(xscale="log", xlabel="synapses", ylim=(-0.25, W_MAX + 0.1), yticks=())
        ax.set_title("at the end", fontsize=9, loc="left", pad=3)
    return figure


def main() -> None:
    is_quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    found = run(duration=300e3 if is_quick else 5000e3)
    others = found["others"][-1]
    print(f"{len(found['rewards'])} rewards in {found['times'][-1] / 1000:g} s")
    print(f"the rewarded synapse {found['chosen'][-1]:.2f}; others {others.mean():.2f}, at most {others.max():.2f}")
    figure = draw(found)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("dopamine.png", dpi=130)


if __name__ == "__main__":
    main()
