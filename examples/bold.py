"""The BOLD response: what a scanner sees of a population that is active for some seconds.

A hundred Poisson neurons fire faster for a while. Their mean rate drives a balloon model,

    s' = phi I - kappa s - gamma (f - 1),    f' = s,    tau v' = f - v^(1/alpha),
    tau q' = f (1 - (1 - E0)^(1/f)) / E0 - q v^(1/alpha - 1),

of blood flow f, volume v and deoxyhaemoglobin q, which runs with the network. The signal rises seconds after the
neurons, and undershoots when they are back at rest. The four variants have classic or revised coefficients, and a
linear or a non-linear signal.

Friston, K. J. et al. (2000). Nonlinear responses in fMRI. NeuroImage 12, 466-477. Stephan, K. E. et al. (2007).
Comparing hemodynamic models with DCM. NeuroImage 38, 387-401.
"""

from __future__ import annotations

import os
import sys

import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import solve_ivp

import eqneuro as ann

STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.2}
PHI, KAPPA, GAMMA, E_0, TAU, ALPHA, V_0 = 1.0, 1 / 1.54, 1 / 2.46, 0.34, 0.98, 0.33, 0.02
K_1, K_2, K_3 = 4.3 * 40.3 * E_0 * 0.04, 1.43 * 25.0 * E_0 * 0.04, 1.0 - 1.43
"""Coefficients of the revised model, at an echo time of 40 ms."""
NEURONS, REST, ACTIVE, WINDOW = 100, 5.0, 30.0, 100.0
BEGIN, END = 4000.0, 10000.0
VARIANTS = {"RN": ann.balloon_RN, "RL": ann.balloon_RL, "CN": ann.balloon_CN, "CL": ann.balloon_CL}


def scan(duration: float, dt: float = 1.0, seed: int = 1) -> dict[str, np.ndarray]:
    """The rate of the population above rest (kHz), variables of the revised model, and the signals of all variants."""
    net = ann.Network(dt=dt, seed=seed)
    rates = f"{REST} + {ACTIVE - REST}*(t >= {BEGIN})*(t < {END})"
    cells = net.create(ann.PoissonPopulation(NEURONS, rates=rates), name="cortex")
    cells.compute_firing_rate(WINDOW)
    reader = net.create(NEURONS, ann.Neuron(equations=f"r = (sum(exc) - {REST})/1000.0"))
    net.connect(ann.DecodingProjection(cells, reader, "exc", window=WINDOW)).one_to_one(1.0)
    recorded = ["I_CBF", "s", "f_in", "v", "q", "BOLD"]
    whole = net.boldmonitor(reader, VARIANTS["RN"](), recorded_variables=recorded, start=True)
    others = {name: net.boldmonitor(reader, make(), start=True) for name, make in VARIANTS.items() if name != "RN"}
    net.simulate(duration)
    found = {name: whole.get(name)[:, 0] for name in recorded}
    found |= {name: monitor.get("BOLD")[:, 0] for name, monitor in others.items()}
    return found | {"RN": found["BOLD"], "time": dt / 1000.0 * np.arange(1, len(found["BOLD"]) + 1)}


def integrated(drive: np.ndarray, time: np.ndarray) -> dict[str, np.ndarray]:
    """The revised model with the same drive, by SciPy; times in s."""

    def slope(t: float, state: np.ndarray) -> list[float]:
        s, f, v, q = state
        moved = PHI * np.interp(t, time, drive) - KAPPA * s - GAMMA * (f - 1.0)
        extracted = 1.0 - (1.0 - E_0) ** (1.0 / f)
        outflow = v ** (1.0 / ALPHA)
        return [moved, s, (f - outflow) / TAU, (f * extracted / E_0 - q / v * outflow) / TAU]

    solved = solve_ivp(slope, (0.0, time[-1]), [0.0, 1.0, 1.0, 1.0], t_eval=time, rtol=1e-8, atol=1e-10, max_step=0.1)
    _, f, v, q = solved.y
    bold = V_0 * (K_1 * (1.0 - q) + K_2 * (1.0 - q / v) + K_3 * (1.0 - v))
    return {"f_in": f, "v": v, "q": q, "BOLD": bold}


def draw(found: dict[str, np.ndarray], exact: dict[str, np.ndarray]) -> plt.Figure:
    """Activity, the state of the balloon and its signal, beside SciPy; and the signals of the four variants."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(2, 2, figsize=(9.5, 4.4), layout="constrained", sharex=True)
        time = found["time"]
        (activity, signal), (state, variants) = axes
        activity.plot(time, 1000.0 * found["I_CBF"] + REST, color="0.5", lw=0.8)
        activity.set(ylabel="mean rate (Hz)", ylim=(0, None))
        for name, text, colour in (
            ("f_in", "flow $f$", "#D55E00"),
            ("v", "volume $v$", "#0072B2"),
            ("q", "$q$", "#009E73"),
        ):
            state.plot(time, found[name], color=colour, lw=2.5, alpha=0.5, label=text)
            state.plot(time, exact[name], color="black", ls=(0, (4, 3)), lw=0.8)
        state.legend(frameon=False)
        state.set(xlabel="time (s)", ylabel="relative to rest")
        signal.plot(time, 100.0 * found["BOLD"], color="#CC79A7", lw=2.5, alpha=0.6, label="revised, non-linear")
        signal.plot(time, 100.0 * exact["BOLD"], color="black", ls=(0, (4, 3)), lw=0.8, label="SciPy")
        signal.legend(frameon=False)
        for name in VARIANTS:
            style = "-" if name.endswith("N") else ":"
            variants.plot(time, 100.0 * found[name], color="C0" if name[0] == "R" else "C1", ls=style, label=name)
        variants.legend(frameon=False, title="revised, classic; non-linear, linear", title_fontsize=7.5, ncols=2)
        variants.set(xlabel="time (s)")
        for axis in (activity, signal, variants):
            axis.axvspan(BEGIN / 1000.0, END / 1000.0, color="0.93", zorder=-1)
        for axis in (signal, variants):
            axis.axhline(0.0, color="0.7", lw=0.6)
            axis.set(ylabel="BOLD (%)", xlim=(0, time[-1]))
    return figure


def main() -> None:
    quick = os.environ.get("EQNEURO_EXAMPLES_QUICK") == "1"
    found = scan(20000.0 if quick else 40000.0)
    exact = integrated(found["I_CBF"], found["time"])
    off = np.abs(found["BOLD"] - exact["BOLD"]).max() / exact["BOLD"].max()
    peak = found["time"][found["BOLD"].argmax()]
    print(f"the signal is largest, {100 * found['BOLD'].max():.2f} %, {peak - BEGIN / 1000:.1f} s after the onset")
    print(
        f"and falls to {100 * found['BOLD'].min():.2f} % afterwards; {100 * off:.2f} % of its peak from SciPy at most"
    )
    figure = draw(found, exact)
    if "--show" in sys.argv:
        plt.show()
    else:
        figure.savefig("bold.png", dpi=130)


if __name__ == "__main__":
    main()
