"""The models, written once as right sides that eqneuro, SciPy and Brian2 read alike; NEST has them built in.

Times in ms, potentials in mV, conductances in nS, capacitances in pF, currents in pA.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

STEPS = (0.4, 0.2, 0.1, 0.05, 0.025)
"""Steps in ms; each divides `SAMPLE` and the times of the events, none of which is a multiple of `SAMPLE`."""
SAMPLE = 2.0
"""The state is compared every so many ms."""
DURATION = 100.0


@dataclass(frozen=True)
class Problem:
    """A neuron and what drives it.

    ``rates[x]`` is dx/dt, in ms; ``smooth`` and ``spiking`` are parameters of a run below the threshold and of one
    above it; ``events`` are (time, variable, jump) of the input; ``frozen`` rest while the neuron is refractory (in
    eqneuro all that is not called ``g_…``). ``methods`` and ``brian2`` are those of eqneuro and Brian2 that suit it,
    ``within`` those of eqneuro that are also run with spikes at their true times within the steps; ``nest`` names
    NEST's model, its parameters and how it calls the variables.
    """

    name: str
    title: str
    rates: dict[str, str]
    initial: dict[str, float]
    parameters: dict[str, float]
    smooth: dict[str, float]
    spiking: dict[str, float]
    methods: tuple[str, ...]
    brian2: tuple[str, ...]
    within: tuple[str, ...] = ()
    threshold: str = ""
    reset: dict[str, str] = field(default_factory=dict)
    refractory: float = 0.0
    frozen: tuple[str, ...] = ()
    is_crossing: bool = False
    """Whether a spike is an upward crossing of the threshold, without a reset."""
    smooth_events: tuple[tuple[float, str, float], ...] = ()
    spiking_events: tuple[tuple[float, str, float], ...] = ()
    nest: dict[str, Any] = field(default_factory=dict)

    def drive(self, case: str) -> tuple[dict[str, float], tuple[tuple[float, str, float], ...]]:
        """All parameters and the events of a case, ``smooth`` or ``spiking``."""
        own, events = (self.smooth, self.smooth_events) if case == "smooth" else (self.spiking, self.spiking_events)
        return {**self.parameters, **own}, events

    def to_record(self) -> dict[str, Any]:
        """What the programs of the peers read."""
        return asdict(self)


def _events(first: float, period: float, variable: str, jump: float) -> tuple[tuple[float, str, float], ...]:
    return tuple((float(t), variable, jump) for t in np.arange(first, DURATION, period))


SMALL_STEPS = ("explicit", "midpoint", "heun", "rk4")
STIFF = ("semiimplicit", "implicit", "sdirk2", "rk45")

HODGKIN_HUXLEY = Problem(
    name="hh",
    title="Hodgkin–Huxley (Traub & Miles 1991)",
    rates={
        "v": "(g_L*(E_L - v) + g_K*n**4*(E_K - v) + g_Na*m**3*h*(E_Na - v) + I)/C",
        "n": "0.032*(15.0 - v + V_T)/(exp((15.0 - v + V_T)/5.0) - 1.0)*(1.0 - n) - 0.5*exp((10.0 - v + V_T)/40.0)*n",
        "m": "0.32*(13.0 - v + V_T)/(exp((13.0 - v + V_T)/4.0) - 1.0)*(1.0 - m)"
        " - 0.28*(v - V_T - 40.0)/(exp((v - V_T - 40.0)/5.0) - 1.0)*m",
        "h": "0.128*exp((17.0 - v + V_T)/18.0)*(1.0 - h) - 4.0/(1.0 + exp((40.0 - v + V_T)/5.0))*h",
    },
    initial={"v": -65.0, "n": 0.03, "m": 0.02, "h": 0.99},
    parameters=dict(C=200.0, g_L=10.0, g_K=6000.0, g_Na=20000.0, E_L=-60.0, E_K=-90.0, E_Na=50.0, V_T=-63.0),
    smooth={"I": -200.0},
    spiking={"I": 500.0},
    methods=(*SMALL_STEPS, "exponential", *STIFF),
    brian2=("exponential_euler", "rk2", "rk4"),
    threshold="v > -20.0",
    is_crossing=True,
    nest=dict(
        model="hh_cond_exp_traub",
        parameters=dict(
            C_m="C", g_L="g_L", g_K="g_K", g_Na="g_Na", E_L="E_L", E_K="E_K", E_Na="E_Na", V_T="V_T", I_e="I"
        ),
        variables=dict(v="V_m", n="Act_n", m="Act_m", h="Inact_h"),
        has_spikes=False,
    ),
)

ADEX = Problem(
    name="adex",
    title="AdEx (Brette & Gerstner 2005)",
    rates={
        "v": "(g_L*(E_L - v) + g_L*D*exp((v - V_T)/D) - w + I)/C",
        "w": "(a*(v - E_L) - w)/tau_w",
    },
    initial={"v": -70.6, "w": 0.0},
    parameters=dict(
        C=281.0, g_L=30.0, E_L=-70.6, V_T=-50.4, D=2.0, a=4.0, tau_w=144.0, b=80.5, V_peak=0.0, V_reset=-60.0
    ),
    smooth={"I": 500.0},
    spiking={"I": 1000.0},
    methods=(*SMALL_STEPS, "auto", *STIFF),
    brian2=("euler", "rk2", "rk4"),
    within=("heun", "rk4", "rk45"),
    threshold="v > V_peak",
    reset={"v": "V_reset", "w": "w + b"},
    nest=dict(
        model="aeif_cond_exp",
        parameters=dict(
            C_m="C", g_L="g_L", E_L="E_L", V_th="V_T", Delta_T="D", a="a", tau_w="tau_w", b="b", V_peak="V_peak",
            V_reset="V_reset", I_e="I",
        ),
        variables=dict(v="V_m", w="w"),
    ),
)  # fmt: skip

IZHIKEVICH = Problem(
    name="izhikevich",
    title="Izhikevich (2003), regular spiking",
    rates={"v": "0.04*v**2 + 5.0*v + 140.0 - u + I", "u": "a*(b*v - u)"},
    initial={"v": -72.0, "u": -14.0},
    parameters=dict(a=0.02, b=0.2, c=-65.0, d=8.0),
    smooth={"I": 1.0},
    spiking={"I": 10.0},
    methods=(*SMALL_STEPS, "auto", *STIFF),
    brian2=("euler", "rk2", "rk4"),
    within=("heun", "rk4", "rk45"),
    threshold="v > 30.0",
    reset={"v": "c", "u": "u + d"},
    nest=dict(
        model="izhikevich",
        parameters=dict(a="a", b="b", c="c", d="d", I_e="I"),
        variables=dict(v="V_m", u="U_m"),
    ),
)

_LIF = dict(C=250.0, g_L=16.6667, E_L=-70.0, E_exc=0.0, E_inh=-85.0, tau_exc=2.0, tau_inh=5.0, V_th=-55.0, V_r=-60.0)
_LIF_NEST = dict(
    C_m="C", g_L="g_L", E_L="E_L", E_ex="E_exc", E_in="E_inh", tau_syn_ex="tau_exc", tau_syn_in="tau_inh",
    V_th="V_th", V_reset="V_r", I_e="I",
)  # fmt: skip

EXPONENTIAL = Problem(
    name="lif_exponential",
    title="LIF, conductances that decay exponentially",
    rates={
        "v": "(g_L*(E_L - v) + g_exc*(E_exc - v) + g_inh*(E_inh - v) + I)/C",
        "g_exc": "-g_exc/tau_exc",
        "g_inh": "-g_inh/tau_inh",
    },
    initial={"v": -70.0, "g_exc": 0.0, "g_inh": 0.0},
    parameters=_LIF,
    smooth={"I": 0.0},
    spiking={"I": 360.0},
    methods=(*SMALL_STEPS, "exponential", "auto", *STIFF),
    brian2=("euler", "exponential_euler", "rk4"),
    within=("heun", "rk4", "rk45"),
    threshold="v > V_th",
    reset={"v": "V_r"},
    refractory=2.0,
    frozen=("v",),
    smooth_events=(*_events(4.4, 8.0, "g_exc", 8.0), *_events(10.4, 12.0, "g_inh", 6.0)),
    spiking_events=(*_events(4.4, 8.0, "g_exc", 8.0), *_events(10.4, 12.0, "g_inh", 6.0)),
    nest=dict(model="iaf_cond_exp", parameters=_LIF_NEST, variables=dict(v="V_m", g_exc="g_ex", g_inh="g_in")),
)

ALPHA = replace(
    EXPONENTIAL,
    name="lif_alpha",
    title="LIF, alpha-shaped conductances",
    rates={
        "v": "(g_L*(E_L - v) + g_alpha_exc*(E_exc - v) + g_alpha_inh*(E_inh - v) + I)/C",
        "g_alpha_exc": "(2.718281828459045*g_exc - g_alpha_exc)/tau_exc",
        "g_alpha_inh": "(2.718281828459045*g_inh - g_alpha_inh)/tau_inh",
        "g_exc": "-g_exc/tau_exc",
        "g_inh": "-g_inh/tau_inh",
    },
    initial={"v": -70.0, "g_alpha_exc": 0.0, "g_alpha_inh": 0.0, "g_exc": 0.0, "g_inh": 0.0},
    smooth_events=(*_events(4.4, 8.0, "g_exc", 4.0), *_events(10.4, 12.0, "g_inh", 3.0)),
    spiking_events=(*_events(4.4, 8.0, "g_exc", 4.0), *_events(10.4, 12.0, "g_inh", 3.0)),
    nest=dict(model="iaf_cond_alpha", parameters=_LIF_NEST, variables=dict(v="V_m")),
)

BRUNEL = Problem(
    name="brunel",
    title="Brunel's neuron (2000): LIF, delta pulses",
    rates={"v": "(mu - v)/tau"},
    initial={"v": 0.0},
    parameters=dict(tau=20.0, theta=20.0, V_r=10.0),
    smooth={"mu": 12.0},
    spiking={"mu": 24.0},
    methods=("explicit", "midpoint", "rk4", "exact"),
    brian2=("euler", "rk4", "exact"),
    threshold="v > theta",
    reset={"v": "V_r"},
    refractory=2.0,
    frozen=("v",),
    smooth_events=_events(4.4, 8.0, "v", 1.0),
    spiking_events=_events(4.4, 8.0, "v", 1.0),
    nest=dict(
        model="iaf_psc_delta",
        parameters=dict(tau_m="tau", V_th="theta", V_reset="V_r", E_L="mu"),
        variables=dict(v="V_m"),
    ),
)

PROBLEMS = (HODGKIN_HUXLEY, ADEX, IZHIKEVICH, EXPONENTIAL, ALPHA, BRUNEL)
"""The single neurons; the network of rates has a file of its own."""
