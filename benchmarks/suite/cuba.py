"""CUBA: leaky integrate-and-fire cells with currents, benchmark 2 of Brette et al. (2007), after Vogels & Abbott.

J. Comput. Neurosci. 23:349. Explicit Euler steps; NEST's cells are exact.
"""

from __future__ import annotations

from benchmarks.suite import balanced
from benchmarks.suite.protocol import Case, Wanted

CASES = (Case("4,000", 4000, 10e3, quick=2000.0), Case("40,000", 40000, 1000.0))
WANTED = {
    "4,000": Wanted({"brian2": 4.0, "annarchy": 2.5, "nest": 3.0}, reference=1.3),
    "40,000": Wanted({"brian2": 3.0, "annarchy": 4.0, "nest": 3.0}, reference=1.3),
}
AGREE = {"rate": 0.05}
MODEL = balanced.Balanced(
    parameters=dict(El=-49.0, Vr=-60.0, Vt=-50.0, tau=20.0, tau_exc=5.0, tau_inh=10.0),
    equations=(
        "tau*dv/dt = El - v + g_exc + g_inh",
        "tau_exc*dg_exc/dt = -g_exc",
        "tau_inh*dg_inh/dt = -g_inh",
    ),
    spike="v > Vt",
    reset="v = Vr",
    refractory=5.0,
    begin=dict(v=("Uniform", -60.0, -50.0)),
    weights=(1.62, -9.0),
    brian2_equations="""
        dv/dt = (El - v + g_exc + g_inh)/tau : 1 (unless refractory)
        dg_exc/dt = -g_exc/tau_exc : 1
        dg_inh/dt = -g_inh/tau_inh : 1
        """,
    brian2_method="euler",
    brian2_refractory="",
    nest_model="iaf_psc_exp",
    # C = tau, so that a current in pA moves v by so many mV
    nest_parameters=dict(
        C_m=20.0, tau_m=20.0, E_L=-49.0, V_th=-50.0, V_reset=-60.0, t_ref=5.0, tau_syn_ex=5.0, tau_syn_in=10.0,
    ),
    nest_begin=dict(v="V_m"),
    nest_weights=(1.62, -9.0),
)  # fmt: skip
# NEST has exact updates of the same equations.
eqneuro, brian2, annarchy, nest = balanced.simulators(MODEL)
