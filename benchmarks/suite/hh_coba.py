"""Hodgkin–Huxley cells with conductances: benchmark 3 of Brette et al. (2007, J. Comput. Neurosci. 23:349).

Cells after Traub & Miles (1991): 20,000 µm² with 1 µF/cm²; all conductances are divided by the leak's, 10 nS, so that
they have no unit and C is a time of 20 ms. Exponential Euler steps of 0.1 ms. A spike is v rising above -20 mV. NEST
has such cells with an adaptive method only.
"""

from __future__ import annotations

from benchmarks.suite import balanced
from benchmarks.suite.protocol import Case, Wanted

CASES = (Case("4,000", 4000, 1000.0, quick=500.0),)
WANTED = Wanted({"brian2": 5.0, "annarchy": 5.0, "nest": 5.0}, reference=1.3)
AGREE = {"rate": 0.05}
_VOLTAGE = "El - v + g_exc*(Ee - v) + g_inh*(Ei - v) + GNa*m**3*h*(ENa - v) + GK*n**4*(EK - v)"
_RATES = dict(
    alpha_m="0.32*(13.0 - v + VT)/(exp((13.0 - v + VT)/4.0) - 1.0)",
    beta_m="0.28*(v - VT - 40.0)/(exp((v - VT - 40.0)/5.0) - 1.0)",
    alpha_h="0.128*exp((17.0 - v + VT)/18.0)",
    beta_h="4.0/(1.0 + exp((40.0 - v + VT)/5.0))",
    alpha_n="0.032*(15.0 - v + VT)/(exp((15.0 - v + VT)/5.0) - 1.0)",
    beta_n="0.5*exp((10.0 - v + VT)/40.0)",
)
MODEL = balanced.Balanced(
    parameters=dict(
        El=-60.0, EK=-90.0, ENa=50.0, VT=-63.0, GNa=2000.0, GK=600.0, Ee=0.0, Ei=-80.0,
        tau=20.0, tau_exc=5.0, tau_inh=10.0, top=-20.0,
    ),
    equations=(
        "before = v",
        f"tau*dv/dt = {_VOLTAGE}",
        *(f"d{x}/dt = ({_RATES[f'alpha_{x}']})*(1.0 - {x}) - ({_RATES[f'beta_{x}']})*{x}" for x in "mnh"),
        "tau_exc*dg_exc/dt = -g_exc",
        "tau_inh*dg_inh/dt = -g_inh",
    ),
    spike="(v > top) and (before <= top)",
    reset="",
    refractory=0.0,
    begin=dict(v=("Normal", -65.0, 5.0), g_exc=("Normal", 4.0, 1.5), g_inh=("Normal", 20.0, 12.0)),
    weights=(0.6, 6.7),
    brian2_equations=f"""
        dv/dt = ({_VOLTAGE})/tau : 1
        dm/dt = (alpha_m*(1 - m) - beta_m*m)/ms : 1
        dn/dt = (alpha_n*(1 - n) - beta_n*n)/ms : 1
        dh/dt = (alpha_h*(1 - h) - beta_h*h)/ms : 1
        dg_exc/dt = -g_exc/tau_exc : 1
        dg_inh/dt = -g_inh/tau_inh : 1
        """
    + "".join(f"{name} = {rate} : 1\n        " for name, rate in _RATES.items()),
    brian2_method="exponential_euler",
    brian2_refractory="v > top",
    nest_model="hh_cond_exp_traub",
    nest_parameters=dict(
        g_L=10.0, C_m=200.0, E_L=-60.0, E_Na=50.0, E_K=-90.0, g_Na=20000.0, g_K=6000.0, V_T=-63.0, E_ex=0.0, E_in=-80.0,
        tau_syn_ex=5.0, tau_syn_in=10.0,
    ),
    nest_begin=dict(v="V_m"),
    nest_weights=(6.0, -67.0),
    method="exponential",
)  # fmt: skip
# NEST's Hodgkin–Huxley cells are adaptive: it has no others.
eqneuro, brian2, annarchy, nest = balanced.simulators(MODEL)
