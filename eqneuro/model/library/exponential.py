"""Adaptive exponential integrate-and-fire neurons: that of Brette and Gerstner, and PyNN's two."""

from __future__ import annotations

from eqneuro.model.attributes import Value
from eqneuro.model.library.integrate_and_fire import ALPHA_SYNAPSES, EXPONENTIAL_SYNAPSES
from eqneuro.model.neuron import Neuron


def _eif_equations(excitation: str, inhibition: str, synapses: str) -> str:
    """The equations of PyNN's neurons, with the names of the two conductances."""
    return f"""
    I = {excitation}*(e_rev_E - v) + {inhibition}*(e_rev_I - v) + i_offset
    tau_m*dv/dt = v_rest - v + delta_T*exp((v - v_thresh)/delta_T) + tau_m/cm*(I - w) : init=v_rest, explicit
    tau_w*dw/dt = a*(v - v_rest)/1000.0 - w : explicit
    {synapses}
    """


class AdEx(Neuron):
    r"""Adaptive exponential integrate-and-fire neuron.

    .. math::
        C \frac{dv}{dt} &= -g_L (v - E_L) + g_L \Delta_T\, e^{(v - v_T)/\Delta_T} + I + g_{exc} - g_{inh} - w \\
        \tau_w \frac{dw}{dt} &= a (v - E_L) - w

    Where v > v_spike the neuron spikes: v becomes v_reset and w grows by b.

    Parameters
    ----------
    C
        Capacitance of the membrane (pF).
    gL
        Conductance of the leak (nS).
    EL
        Reversal potential of the leak (mV).
    VT
        Potential at which the exponential takes over (mV).
    DeltaT
        Slope factor (mV), how sharply it does.
    a
        Coupling of the adaptation to v (nS).
    tau_w
        Time constant of the adaptation (ms).
    b
        Growth of the adaptation at a spike (pA).
    v_reset
        Potential after a spike (mV).
    v_spike
        Potential that counts as a spike (mV).
    I
        Constant current (pA).
    tau_refrac
        Refractory time (ms).
    current
        Synaptic current (pA) as text; a spike that arrives at ``exc`` adds its weight to ``g_exc`` for one step.

    Notes
    -----
    Both equations form one system, updated by the classical Runge–Kutta method (``rk4``). On their right sides v counts
    as v_spike where it is beyond, and the exponent as 50: the solution is the same, since a spike resets v there, but a
    potential that runs away within one step can neither overflow nor carry w along.

    References
    ----------
    Brette, R. & Gerstner, W. (2005). Adaptive exponential integrate-and-fire model as an effective description of
    neuronal activity. J. Neurophysiol. 94, 3637–3642. Firing patterns by parameters: Naud, R., Marcille, N., Clopath,
    C. & Gerstner, W. (2008). Biol. Cybern. 99, 335–347.

    Examples
    --------
    >>> from eqneuro import AdEx, Network
    >>> net = Network(dt=0.1)
    >>> cell = net.create(1, AdEx(I=1000.0))
    >>> monitor = net.monitor(cell, "spike")
    >>> net.simulate(200.0)
    >>> steps = monitor.get("spike")[0]
    >>> bool(steps[2] - steps[1] > steps[1] - steps[0])  # it adapts
    True
    """

    def __init__(
        self,
        C: Value = 281.0,
        gL: Value = 30.0,
        EL: Value = -70.6,
        VT: Value = -50.4,
        DeltaT: Value = 2.0,
        a: Value = 4.0,
        tau_w: Value = 144.0,
        b: Value = 80.5,
        v_reset: Value = -70.6,
        v_spike: Value = 20.0,
        I: Value = 0.0,
        tau_refrac: Value = 0.0,
        current: str = "g_exc - g_inh",
    ) -> None:
        super().__init__(
            parameters=dict(
                C=C, gL=gL, EL=EL, VT=VT, DeltaT=DeltaT, a=a, tau_w=tau_w, b=b, v_reset=v_reset, v_spike=v_spike, I=I,
                tau_refrac=tau_refrac,
            ),
            equations=f"""
                C*dv/dt = gL*(DeltaT*exp(min((cut(v, v_spike) - VT)/DeltaT, 50.0)) - (cut(v, v_spike) - EL)) \
                    + I + {current} - w : init=EL, rk4
                tau_w*dw/dt = a*(cut(v, v_spike) - EL) - w : rk4
            """,
            functions="cut(x, highest) = min(x, highest)",
            spike="v > v_spike",
            reset="v = v_reset; w += b",
            refractory="tau_refrac",
            name="AdEx",
            description="Adaptive exponential integrate-and-fire neuron (Brette & Gerstner 2005).",
        )  # fmt: skip


class EIF_cond_exp_isfa_ista(Neuron):
    r"""Adaptive exponential integrate-and-fire neuron with conductances that decay exponentially.

    .. math::
        I &= g_{exc} (e_{rev,E} - v) + g_{inh} (e_{rev,I} - v) + i_{offset} \\
        \tau_m \frac{dv}{dt} &= v_{rest} - v + \Delta_T\, e^{(v - v_{thresh})/\Delta_T} + \frac{\tau_m}{c_m} (I - w) \\
        \tau_w \frac{dw}{dt} &= \frac{a}{1000} (v - v_{rest}) - w, \qquad \tau_{syn} \frac{dg}{dt} = -g

    Where v > v_spike the neuron spikes: v becomes v_reset and w grows by b.

    Parameters
    ----------
    v_rest
        Resting potential (mV).
    cm
        Capacitance of the membrane (nF).
    tau_m
        Time constant of the membrane (ms).
    tau_refrac
        Refractory time (ms).
    tau_syn_E, tau_syn_I
        Time constants of the conductances (ms).
    e_rev_E, e_rev_I
        Reversal potentials of excitatory and inhibitory input (mV).
    tau_w
        Time constant of the adaptation (ms).
    a
        Coupling of the adaptation to v (nS).
    b
        Growth of the adaptation at a spike (nA).
    i_offset
        Constant current (nA).
    delta_T
        Slope factor of the exponential (mV).
    v_thresh
        Potential at which the exponential takes over (mV).
    v_reset
        Potential after a spike (mV).
    v_spike
        Potential that counts as a spike (mV).

    Notes
    -----
    v and w take the explicit method from the same old state, conductances (µS) decay exactly.

    References
    ----------
    Brette, R. & Gerstner, W. (2005). J. Neurophysiol. 94, 3637–3642. Davison, A. P. et al. (2009). PyNN: a common
    interface for neuronal network simulators. Front. Neuroinform. 2:11.

    Examples
    --------
    >>> from eqneuro import EIF_cond_exp_isfa_ista, Network
    >>> net = Network(dt=0.1)
    >>> cell = net.create(1, EIF_cond_exp_isfa_ista(i_offset=1.0))
    >>> monitor = net.monitor(cell, ["v", "w", "spike"])
    >>> net.simulate(50.0)
    >>> len(monitor.get("spike")[0]) > 0
    True
    """

    def __init__(
        self,
        v_rest: Value = -70.6,
        cm: Value = 0.281,
        tau_m: Value = 9.3667,
        tau_refrac: Value = 0.1,
        tau_syn_E: Value = 5.0,
        tau_syn_I: Value = 5.0,
        e_rev_E: Value = 0.0,
        e_rev_I: Value = -80.0,
        tau_w: Value = 144.0,
        a: Value = 4.0,
        b: Value = 0.0805,
        i_offset: Value = 0.0,
        delta_T: Value = 2.0,
        v_thresh: Value = -50.4,
        v_reset: Value = -70.6,
        v_spike: Value = -40.0,
    ) -> None:
        super().__init__(
            parameters=dict(
                v_rest=v_rest, cm=cm, tau_m=tau_m, tau_refrac=tau_refrac, tau_syn_E=tau_syn_E, tau_syn_I=tau_syn_I,
                e_rev_E=e_rev_E, e_rev_I=e_rev_I, tau_w=tau_w, a=a, b=b, i_offset=i_offset, delta_T=delta_T,
                v_thresh=v_thresh, v_reset=v_reset, v_spike=v_spike,
            ),
            equations=_eif_equations("g_exc", "g_inh", EXPONENTIAL_SYNAPSES),
            spike="v > v_spike",
            reset="v = v_reset; w += b",
            refractory="tau_refrac",
            name="EIF_cond_exp_isfa_ista",
            description="Adaptive exponential integrate-and-fire neuron with exponential conductances.",
        )  # fmt: skip


class EIF_cond_alpha_isfa_ista(Neuron):
    r"""Adaptive exponential integrate-and-fire neuron with conductances shaped as alpha functions.

    .. math::
        I &= \alpha_{exc} (e_{rev,E} - v) + \alpha_{inh} (e_{rev,I} - v) + i_{offset} \\
        \tau_m \frac{dv}{dt} &= v_{rest} - v + \Delta_T\, e^{(v - v_{thresh})/\Delta_T} + \frac{\tau_m}{c_m} (I - w) \\
        \tau_w \frac{dw}{dt} &= \frac{a}{1000} (v - v_{rest}) - w \\
        \tau_{syn} \frac{d\alpha}{dt} &= e^{(\tau_{syn} - dt/2)/\tau_{syn}}\, g - \alpha, \qquad
        \tau_{syn} \frac{dg}{dt} = -g

    Parameters
    ----------
    v_rest, cm, tau_m, tau_refrac, tau_syn_E, tau_syn_I, e_rev_E, e_rev_I, tau_w, a, b, i_offset, delta_T, v_thresh
        As of `EIF_cond_exp_isfa_ista`; ``tau_syn_E`` and ``tau_syn_I`` are the times of the conductances' peaks.
    v_reset, v_spike
        As there.

    References
    ----------
    Brette, R. & Gerstner, W. (2005). J. Neurophysiol. 94, 3637–3642. Davison, A. P. et al. (2009). PyNN: a common
    interface for neuronal network simulators. Front. Neuroinform. 2:11.

    Examples
    --------
    >>> from eqneuro import EIF_cond_alpha_isfa_ista, Network
    >>> net = Network(dt=0.1)
    >>> cell = net.create(1, EIF_cond_alpha_isfa_ista(i_offset=1.0))
    >>> monitor = net.monitor(cell, ["v", "w", "spike"])
    >>> net.simulate(50.0)
    >>> len(monitor.get("spike")[0]) > 0
    True
    """

    def __init__(
        self,
        v_rest: Value = -70.6,
        cm: Value = 0.281,
        tau_m: Value = 9.3667,
        tau_refrac: Value = 0.1,
        tau_syn_E: Value = 5.0,
        tau_syn_I: Value = 5.0,
        e_rev_E: Value = 0.0,
        e_rev_I: Value = -80.0,
        tau_w: Value = 144.0,
        a: Value = 4.0,
        b: Value = 0.0805,
        i_offset: Value = 0.0,
        delta_T: Value = 2.0,
        v_thresh: Value = -50.4,
        v_reset: Value = -70.6,
        v_spike: Value = -40.0,
    ) -> None:
        super().__init__(
            parameters=dict(
                v_rest=v_rest, cm=cm, tau_m=tau_m, tau_refrac=tau_refrac, tau_syn_E=tau_syn_E, tau_syn_I=tau_syn_I,
                e_rev_E=e_rev_E, e_rev_I=e_rev_I, tau_w=tau_w, a=a, b=b, i_offset=i_offset, delta_T=delta_T,
                v_thresh=v_thresh, v_reset=v_reset, v_spike=v_spike,
            ),
            equations=_eif_equations("alpha_exc", "alpha_inh", ALPHA_SYNAPSES),
            spike="v > v_spike",
            reset="v = v_reset; w += b",
            refractory="tau_refrac",
            name="EIF_cond_alpha_isfa_ista",
            description="Adaptive exponential integrate-and-fire neuron with alpha-shaped conductances.",
        )  # fmt: skip
