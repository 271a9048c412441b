"""Neurons with voltage-gated channels: Hodgkin and Huxley's axon, and PyNN's cortical cell."""

from __future__ import annotations

from eqneuro.model.attributes import Value
from eqneuro.model.neuron import Neuron


class HodgkinHuxley(Neuron):
    r"""The membrane of the squid's giant axon, potentials in today's sign and with the rest near −70 mV.

    .. math::
        C \frac{dv}{dt} &= g_L (V_L - v) + g_K n^4 (V_K - v) + g_{Na} m^3 h (V_{Na} - v) + I + g_{exc} - g_{inh} \\
        \frac{dx}{dt} &= a_x(v) (1 - x) - b_x(v)\, x, \qquad x \in \{n, m, h\}

    with

    .. math::
        a_n &= \frac{0.01 (v + 60)}{1 - e^{-0.1 (v + 60)}}, & b_n &= 0.125\, e^{-0.0125 (v + 70)} \\
        a_m &= \frac{0.1 (v + 45)}{1 - e^{-0.1 (v + 45)}}, & b_m &= 4\, e^{-(v + 70)/18} \\
        a_h &= 0.07\, e^{-0.05 (v + 70)}, & b_h &= \frac{1}{1 + e^{-0.1 (v + 40)}}

    An action potential is one spike: v rises through ``v_thresh``. Nothing is reset.

    Parameters
    ----------
    C
        Capacitance (µF/cm²).
    gNa, gK, gL
        Conductances of sodium, potassium and leak (mS/cm²).
    VNa, VK, VL
        Their reversal potentials (mV).
    I
        Constant current (µA/cm²). A step of 6 makes one spike or two, one of 7 goes on firing; one of 60 blocks the
        membrane: after two spikes it oscillates without reaching 0 mV.
    v_thresh
        Potential that an action potential crosses upwards (mV).
    k_m
        Change of v (mV) in which b_m falls by a factor e.
    current
        Synaptic current (µA/cm²) as text; a spike that arrives at ``exc`` adds its weight to ``g_exc`` for one step.

    Notes
    -----
    ``k_m`` is 18 in the paper of 1952. Lecture notes in use print 80 there by mistake: b_m then falls so slowly with v
    that m hardly opens near the rest and closes during the action potential, and the membrane fires once at most,
    whatever the current. Scripts that carry the 80 get just that with ``HodgkinHuxley(k_m=80.0)``.

    All four equations form one system, updated by the classical Runge–Kutta method (``rk4``); dt must not be larger
    than 0.05 ms. The gates begin at their rest for v = −70 mV. The rates a_n and a_m have no gap at v = −60 and v = −45
    mV, where the formula is 0/0.

    References
    ----------
    Hodgkin, A. L. & Huxley, A. F. (1952). A quantitative description of membrane current and its application to
    conduction and excitation in nerve. J. Physiol. 117, 500–544.

    Examples
    --------
    >>> from eqneuro import HodgkinHuxley, Network
    >>> net = Network(dt=0.01)
    >>> axon = net.create(1, HodgkinHuxley(I=10.0))
    >>> monitor = net.monitor(axon, "spike")
    >>> net.simulate(100.0)
    >>> len(monitor.get("spike")[0])
    7
    """

    def __init__(
        self,
        C: Value = 1.0,
        gNa: Value = 120.0,
        gK: Value = 36.0,
        gL: Value = 0.3,
        VNa: Value = 45.0,
        VK: Value = -82.0,
        VL: Value = -59.387,
        I: Value = 0.0,
        v_thresh: Value = 0.0,
        k_m: Value = 18.0,
        current: str = "g_exc - g_inh",
    ) -> None:
        super().__init__(
            parameters=dict(C=C, gNa=gNa, gK=gK, gL=gL, VNa=VNa, VK=VK, VL=VL, I=I, v_thresh=v_thresh, k_m=k_m),
            functions="""
                a_n(v) = 0.01*(v + 60.0)/(1.0 - exp(-0.1*(v + 60.0)))
                b_n(v) = 0.125*exp(-0.0125*(v + 70.0))
                a_m(v) = 0.1*(v + 45.0)/(1.0 - exp(-0.1*(v + 45.0)))
                b_m(v, k) = 4.0*exp(-(v + 70.0)/k)
                a_h(v) = 0.07*exp(-0.05*(v + 70.0))
                b_h(v) = 1.0/(1.0 + exp(-0.1*(v + 40.0)))
            """,
            equations=f"""
                v_before = v
                dn/dt = a_n(v)*(1.0 - n) - b_n(v)*n : init=a_n(-70.0)/(a_n(-70.0) + b_n(-70.0)), rk4
                dm/dt = a_m(v)*(1.0 - m) - b_m(v, k_m)*m : init=a_m(-70.0)/(a_m(-70.0) + b_m(-70.0, k_m)), rk4
                dh/dt = a_h(v)*(1.0 - h) - b_h(v)*h : init=a_h(-70.0)/(a_h(-70.0) + b_h(-70.0)), rk4
                C*dv/dt = gL*(VL - v) + gK*n^4*(VK - v) + gNa*m^3*h*(VNa - v) + I + {current} : init=-70.0, rk4
            """,
            spike="v > v_thresh and v_before <= v_thresh",
            name="HodgkinHuxley",
            description="Membrane of the squid's giant axon (Hodgkin & Huxley 1952).",
        )


class HH_cond_exp(Neuron):
    r"""Cortical cell with sodium and potassium channels and conductances that decay exponentially.

    .. math::
        c_m \frac{dv}{dt} &= g_{leak} (e_{leak} - v) + \bar g_K n^4 (e_K - v) + \bar g_{Na} m^3 h (e_{Na} - v)
            + g_{exc} (e_{rev,E} - v) + g_{inh} (e_{rev,I} - v) + i_{offset} \\
        \frac{dx}{dt} &= a_x (1 - x) - b_x x, \qquad x \in \{n, m, h\}, \qquad \tau_{syn} \frac{dg}{dt} = -g

    with, for x = v − v_offset,

    .. math::
        a_n &= \frac{0.032 (15 - x)}{e^{(15 - x)/5} - 1}, & b_n &= 0.5\, e^{(10 - x)/40} \\
        a_m &= \frac{0.32 (13 - x)}{e^{(13 - x)/4} - 1}, & b_m &= \frac{0.28 (x - 40)}{e^{(x - 40)/5} - 1} \\
        a_h &= 0.128\, e^{(17 - x)/18}, & b_h &= \frac{4}{1 + e^{(40 - x)/5}}

    An action potential is one spike: v rises through ``v_thresh``. Nothing is reset.

    Parameters
    ----------
    gbar_Na, gbar_K, gleak
        Conductances of sodium, potassium and leak (µS).
    cm
        Capacitance of the membrane (nF).
    v_offset
        Shift of the rates' potentials (mV).
    e_rev_Na, e_rev_K, e_rev_leak
        Reversal potentials of the channels (mV).
    e_rev_E, e_rev_I
        Reversal potentials of excitatory and inhibitory input (mV).
    tau_syn_E, tau_syn_I
        Time constants of the synaptic conductances (ms).
    i_offset
        Constant current (nA).
    v_thresh
        Potential that an action potential crosses upwards (mV).

    Notes
    -----
    All equations take the exponential method from the same old state. The cell begins at e_rev_leak with n = m = 0, h =
    1.

    References
    ----------
    Traub, R. D. & Miles, R. (1991). Neuronal Networks of the Hippocampus. Cambridge University Press. Brette, R. et al.
    (2007). Simulation of networks of spiking neurons. J. Comput. Neurosci. 23, 349–398.

    Examples
    --------
    >>> from eqneuro import HH_cond_exp, Network
    >>> net = Network(dt=0.01)
    >>> cell = net.create(1, HH_cond_exp(i_offset=0.5))
    >>> monitor = net.monitor(cell, "spike")
    >>> net.simulate(50.0)
    >>> len(monitor.get("spike")[0])
    4
    """

    def __init__(
        self,
        gbar_Na: Value = 20.0,
        gbar_K: Value = 6.0,
        gleak: Value = 0.01,
        cm: Value = 0.2,
        v_offset: Value = -63.0,
        e_rev_Na: Value = 50.0,
        e_rev_K: Value = -90.0,
        e_rev_leak: Value = -65.0,
        e_rev_E: Value = 0.0,
        e_rev_I: Value = -80.0,
        tau_syn_E: Value = 0.2,
        tau_syn_I: Value = 2.0,
        i_offset: Value = 0.0,
        v_thresh: Value = 0.0,
    ) -> None:
        super().__init__(
            parameters=dict(
                gbar_Na=gbar_Na, gbar_K=gbar_K, gleak=gleak, cm=cm, v_offset=v_offset, e_rev_Na=e_rev_Na,
                e_rev_K=e_rev_K, e_rev_leak=e_rev_leak, e_rev_E=e_rev_E, e_rev_I=e_rev_I, tau_syn_E=tau_syn_E,
                tau_syn_I=tau_syn_I, i_offset=i_offset, v_thresh=v_thresh,
            ),
            functions="""
                a_n(x) = 0.032*(15.0 - x)/(exp((15.0 - x)/5.0) - 1.0)
                b_n(x) = 0.5*exp((10.0 - x)/40.0)
                a_m(x) = 0.32*(13.0 - x)/(exp((13.0 - x)/4.0) - 1.0)
                b_m(x) = 0.28*(x - 40.0)/(exp((x - 40.0)/5.0) - 1.0)
                a_h(x) = 0.128*exp((17.0 - x)/18.0)
                b_h(x) = 4.0/(1.0 + exp((40.0 - x)/5.0))
            """,
            equations="""
                v_before = v
                dn/dt = a_n(v - v_offset)*(1.0 - n) - b_n(v - v_offset)*n : init=0.0, exponential
                dm/dt = a_m(v - v_offset)*(1.0 - m) - b_m(v - v_offset)*m : init=0.0, exponential
                dh/dt = a_h(v - v_offset)*(1.0 - h) - b_h(v - v_offset)*h : init=1.0, exponential
                cm*dv/dt = gleak*(e_rev_leak - v) + gbar_K*n^4*(e_rev_K - v) + gbar_Na*m^3*h*(e_rev_Na - v) \
                    + g_exc*(e_rev_E - v) + g_inh*(e_rev_I - v) + i_offset : init=e_rev_leak, exponential
                tau_syn_E*dg_exc/dt = -g_exc : exponential
                tau_syn_I*dg_inh/dt = -g_inh : exponential
            """,
            spike="v > v_thresh and v_before <= v_thresh",
            name="HH_cond_exp",
            description="Cortical cell with Hodgkin–Huxley channels and exponential conductances (Traub & Miles 1991).",
        )  # fmt: skip
