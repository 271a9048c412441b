"""The action potential: what Hodgkin and Huxley found in the giant axon of the squid.

A patch of membrane is a capacitor beside three conductances in series with a battery each: a constant leak, potassium
behind four gates n, and sodium behind three gates m that open fast and one gate h that closes slowly,

    C v' = gL (VL - v) + gK n^4 (VK - v) + gNa m^3 h (VNa - v) + I
    x'   = a_x(v) (1 - x) - b_x(v) x        for each of the gates x = n, m, h.

A pulse that depolarises the membrane opens the gates m: sodium flows in and depolarises it further, until h has closed
and n has opened and potassium brings the potential back, even below rest. Nothing is reset by hand: the spike *is* the
solution. A constant current makes the membrane fire again and again, at more than 50 Hz from the
first current that does so at all, and too strong a current blocks it, since h can't reopen.

Units are those of the paper of 1952, in today's sign: ms, mV, µA/cm², mS/cm², µF/cm².

Hodgkin, A. L. & Huxley, A. F. (1952). A quantitative description of membrane current and its application to conduction
and excitation in nerve. J. Physiol. 117, 500-544.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.4}

# The whole neuron. The rates a_n and a_m are 0/0 at v = -60 and v = -45 as they are written here; eqneuro sees that and
# computes their limits there. The spike condition only marks the moment at which v rises through 0 mV.
axon = ann.Neuron(
    parameters=dict(
        C=1.0, gNa=120.0, gK=36.0, gL=0.3, VNa=45.0, VK=-82.0, VL=-59.387, I=0.0, pulse=0.0, begin=5.0, end=6.0
    ),
    functions="""
        a_n(v) = 0.01*(v + 60)/(1 - exp(-0.1*(v + 60)))
        a_m(v) = 0.1*(v + 45)/(1 - exp(-0.1*(v + 45)))
        a_h(v) = 0.07*exp(-0.05*(v + 70))
        b_n(v) = 0.125*exp(-0.0125*(v + 70))
        b_m(v) = 4*exp(-(v + 70)/18)
        b_h(v) = 1/(1 + exp(-0.1*(v + 40)))
    """,
    equations="""
        before = v
        I_pulse = if t >= begin and t < end: pulse else: 0.0
        dn/dt = a_n(v)*(1 - n) - b_n(v)*n : init=a_n(-70)/(a_n(-70) + b_n(-70)), rk4
        dm/dt = a_m(v)*(1 - m) - b_m(v)*m : init=a_m(-70)/(a_m(-70) + b_m(-70)), rk4
        dh/dt = a_h(v)*(1 - h) - b_h(v)*h : init=a_h(-70)/(a_h(-70) + b_h(-70)), rk4
        C*dv/dt = gL*(VL - v) + gK*n^4*(VK - v) + gNa*m^3*h*(VNa - v) + I + I_pulse : init=-70.0, rk4
    """,
    spike="v > 0 and before <= 0",
    name="Axon",
)  # fmt: skip


def action_potential(pulse: float = 20.0, duration: float = 25.0, dt: float = 0.01) -> dict[str, np.ndarray]:
    """Potential and gates after a pulse of 1 ms (µA/cm²), at the times ``t`` (ms)."""
    net = ann.Network(dt=dt)
    membrane = net.create(1, axon)
    membrane.pulse = pulse
    monitor = net.monitor(membrane, ["v", "n", "m", "h"])
    net.simulate(duration)
    traces = {name: values[:, 0] for name, values in monitor.get().items()}
    traces["t"] = dt * np.arange(1, len(traces["v"]) + 1)  # what is recorded in a step is the state at its end
    traces["I_Na"] = 120.0 * traces["m"] ** 3 * traces["h"] * (traces["v"] - 45.0)
    traces["I_K"] = 36.0 * traces["n"] ** 4 * (traces["v"] + 82.0)
    return traces


def count_spikes(currents: np.ndarray | list[float], duration: float = 500.0, dt: float = 0.01) -> np.ndarray:
    """Number of action potentials under each constant current (µA/cm²), all computed side by side."""
    net = ann.Network(dt=dt)
    membranes = net.create(len(currents), axon)
    membranes.I = np.asarray(currents)
    monitor = net.monitor(membranes, "spike")
    net.simulate(duration)
    return np.array([len(train) for train in monitor.get("spike").values()])


def draw(traces: dict[str, np.ndarray], currents: np.ndarray, counts: np.ndarray, duration: float) -> plt.Figure:
    """Left the action potential, its gates and its currents; right how often it comes."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.0, 5.2), layout="constrained")
        grid = figure.add_gridspec(3, 2, width_ratios=(1.15, 1.0), height_ratios=(1.2, 1.0, 1.0))
        t = traces["t"]
        potential = figure.add_subplot(grid[0, 0])
        potential.axvspan(5.0, 6.0, color="0.9", lw=0)
        potential.text(5.5, 58.0, "pulse", ha="center", va="bottom", color="0.45", fontsize=8)
        for level, name, side in ((45.0, "$V_{Na}$", "bottom"), (-82.0, "$V_K$", "top"), (-70.0, "rest", "bottom")):
            potential.axhline(level, color="0.75", lw=0.7, ls=(0, (4, 3)), zorder=0)
            potential.text(t[-1], level, name, ha="right", va=side, fontsize=8, color="0.45")
        potential.plot(t, traces["v"], color="black")
        potential.set(ylabel="$v$ (mV)", ylim=(-98, 58), yticks=(-80, -40, 0, 40))

        gates = figure.add_subplot(grid[1, 0], sharex=potential)
        for name, color in (("n", "#0072B2"), ("m", "#D55E00"), ("h", "#009E73")):
            gates.plot(t, traces[name], color=color, label=f"${name}$")
        gates.set(ylabel="gate open", ylim=(-0.03, 1.05), yticks=(0, 0.5, 1))
        gates.legend(frameon=False, ncols=3, loc="upper right", handlelength=1.2)

        flow = figure.add_subplot(grid[2, 0], sharex=potential)
        flow.axhline(0.0, color="0.75", lw=0.7, zorder=0)
        flow.plot(t, traces["I_Na"] / 1000.0, color="#D55E00", label="$I_{Na}$")
        flow.plot(t, traces["I_K"] / 1000.0, color="#0072B2", label="$I_K$")
        flow.set(ylabel="current out (mA/cm²)", xlabel="time (ms)", xlim=(0, t[-1]))
        flow.legend(frameon=False, ncols=2, loc="upper right", handlelength=1.2)
        for axes in (potential, gates):
            axes.tick_params(labelbottom=False)
        figure.align_ylabels([potential, gates, flow])

        rate = figure.add_subplot(grid[:, 1])
        rate.plot(currents, counts / duration * 1000.0, ".-", color="black", markersize=5, lw=0.8)
        rate.set(xlabel="constant current $I$ (µA/cm²)", ylabel="action potentials per second")
        rate.set(xlim=(0, max(currents)), ylim=(0, None))
        rate.annotate("it starts at once\nwith 56 per second", (6.3, 40), (11, 34), color="0.35", va="center",
                      arrowprops=dict(arrowstyle="-", color="0.6", lw=0.8))  # fmt: skip
        if max(currents) >= 60:
            rate.annotate("blocked:\n$h$ can't reopen", (58.0, 6), (42, 18), color="0.35", va="center", ha="center",
                          arrowprops=dict(arrowstyle="-", color="0.6", lw=0.8))  # fmt: skip
    return figure


def main() -> None:
    duration = 100.0 if os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1" else 500.0
    traces = action_potential()
    currents = np.concatenate([np.arange(0.0, 10.0, 0.5), np.arange(10.0, 66.0, 2.0)])
    counts = count_spikes(currents, duration)
    named = dict(zip((7.0, 10.0, 20.0, 60.0), count_spikes([7.0, 10.0, 20.0, 60.0], duration), strict=True))
    print(f"rest {traces['v'][0]:.2f} mV, peak {traces['v'].max():.1f} mV, lowest {traces['v'].min():.1f} mV")
    print(f"in {duration:g} ms: " + ", ".join(f"{number} spikes at {current:g}" for current, number in named.items()))
    figure = draw(traces, currents, counts, duration)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("hodgkin_huxley.png", dpi=130)


if __name__ == "__main__":
    main()
