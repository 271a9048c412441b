"""COBA: leaky integrate-and-fire cells with conductances, benchmark 1 of Brette et al. (2007), after Vogels & Abbott.

J. Comput. Neurosci. 23:349. Conductances are in units of the leak's; a drive of 20 mV keeps the network going, since
most fall silent within a second without it. Explicit Euler steps; NEST has such cells with an adaptive method only.
"""

from __future__ import annotations

from benchmarks.suite import balanced
from benchmarks.suite.protocol import Case, Wanted

CASES = (
    Case("4,000", 4000, 10e3, quick=2000.0),
    Case("40,000", 40000, 1000.0),
    Case("4,000, exponential Euler", 4000, 10e3, dict(method="exponential", without=("nest", "c"))),
)
_PEERS = {"annarchy": 3.5, "nest": 4.0}
WANTED = {
    "4,000": Wanted(_PEERS | {"brian2": 4.0}, reference=1.3),
    "40,000": Wanted({"brian2": 3.0, "annarchy": 4.0, "nest": 4.0}, reference=1.3),
}
AGREE = {"rate": 0.05}
MODEL = balanced.Balanced(
    parameters=dict(El=-60.0, Vr=-60.0, Vt=-50.0, Ee=0.0, Ei=-80.0, tau=20.0, tau_exc=5.0, tau_inh=10.0, I=20.0),
    equations=(
        "tau*dv/dt = El - v + g_exc*(Ee - v) + g_inh*(Ei - v) + I",
        "tau_exc*dg_exc/dt = -g_exc",
        "tau_inh*dg_inh/dt = -g_inh",
    ),
    spike="v > Vt",
    reset="v = Vr",
    refractory=5.0,
    begin=dict(v=("Normal", -55.0, 5.0), g_exc=("Normal", 4.0, 1.5), g_inh=("Normal", 20.0, 12.0)),
    weights=(0.6, 6.7),
    brian2_equations="""
        dv/dt = (El - v + g_exc*(Ee - v) + g_inh*(Ei - v) + I)/tau : 1 (unless refractory)
        dg_exc/dt = -g_exc/tau_exc : 1
        dg_inh/dt = -g_inh/tau_inh : 1
        """,
    brian2_method="euler",
    brian2_refractory="",
    brian2_methods=dict(exponential="exponential_euler"),
    nest_model="iaf_cond_exp",
    # a leak of 1 nS, so that weights in nS are in its units and a current in pA moves v by so many mV; C = tau
    nest_parameters=dict(
        g_L=1.0, C_m=20.0, E_L=-60.0, V_th=-50.0, V_reset=-60.0, t_ref=5.0, E_ex=0.0, E_in=-80.0, I_e=20.0,
        tau_syn_ex=5.0, tau_syn_in=10.0,
    ),
    nest_begin=dict(v="V_m", g_exc="g_ex", g_inh="g_in"),
    nest_weights=(0.6, -6.7),
)  # fmt: skip
# NEST has such cells with an adaptive method only; its conductance model has no other.
eqneuro, brian2, annarchy, nest = balanced.simulators(MODEL)
