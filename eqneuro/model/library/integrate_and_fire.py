"""Leaky integrate-and-fire neurons: Lapicque's membrane, and PyNN's four with currents or conductances."""

from __future__ import annotations

from eqneuro.model.attributes import Value
from eqneuro.model.neuron import Neuron

EXPONENTIAL_SYNAPSES = """
    tau_syn_E*dg_exc/dt = -g_exc : exponential
    tau_syn_I*dg_inh/dt = -g_inh : exponential
"""
"""Input that jumps by the weight at a spike and decays exponentially."""

ALPHA_SYNAPSES = """
    tau_syn_E*dg_exc/dt = -g_exc : exponential
    tau_syn_I*dg_inh/dt = -g_inh : exponential
    tau_syn_E*dalpha_exc/dt = exp((tau_syn_E - dt/2.0)/tau_syn_E)*g_exc - alpha_exc : exponential
    tau_syn_I*dalpha_inh/dt = exp((tau_syn_I - dt/2.0)/tau_syn_I)*g_inh - alpha_inh : exponential
"""
"""Input that rises and falls as an alpha function, its peak the weight.

The factor is e, for the peak of x·e^(1−x) at x = 1, corrected by half a step because ``g`` is held over each step.
"""


class LIF(Neuron):
    r"""Leaky integrate-and-fire neuron, a capacitor with a leak and a threshold.

    .. math:: C \frac{dv}{dt} = -g_L (v - V_L) + I + g_{exc} - g_{inh}

    Where v > VT the neuron spikes, v becomes VR, and it rests for ``tau_refrac``. Under a constant current beyond g_L
    (VT − V_L) it fires at 1 / (tau_refrac + τ ln(R I / (R I − (VT − V_L)))) with R = 1/gL and τ = C/gL where VR = VL.

    Parameters
    ----------
    C
        Capacitance of the membrane (pF).
    gL
        Conductance of the leak (nS).
    VL
        Reversal potential of the leak, where v rests (mV).
    VT
        Threshold (mV).
    VR
        Potential after a spike (mV).
    I
        Constant current (pA).
    tau_refrac
        Refractory time (ms).
    current
        Synaptic current (pA) as text. A spike that arrives at ``exc`` adds its weight to ``g_exc`` for one step.

    Notes
    -----
    The equation is linear in v and takes the exponential method, which is exact while the inputs are constant over a
    step.

    References
    ----------
    Lapicque, L. (1907). Recherches quantitatives sur l'excitation électrique des nerfs traitée comme une polarisation.
    J. Physiol. Pathol. Gén. 9, 620–635.

    Examples
    --------
    >>> from eqneuro import LIF, Network
    >>> net = Network(dt=0.1)
    >>> cell = net.create(1, LIF(I=200.0))
    >>> monitor = net.monitor(cell, "spike")
    >>> net.simulate(100.0)
    >>> len(monitor.get("spike")[0])
    3
    """

    def __init__(
        self,
        C: Value = 200.0,
        gL: Value = 10.0,
        VL: Value = -65.0,
        VT: Value = -50.0,
        VR: Value = -65.0,
        I: Value = 0.0,
        tau_refrac: Value = 2.0,
        current: str = "g_exc - g_inh",
    ) -> None:
        super().__init__(
            parameters=dict(C=C, gL=gL, VL=VL, VT=VT, VR=VR, I=I, tau_refrac=tau_refrac),
            equations=f"C*dv/dt = -gL*(v - VL) + I + {current} : init=VL, exponential",
            spike="v > VT",
            reset="v = VR",
            refractory="tau_refrac",
            name="LIF",
            description="Leaky integrate-and-fire neuron (Lapicque 1907).",
        )


class IF_curr_exp(Neuron):
    r"""Leaky integrate-and-fire neuron with a fixed threshold and currents that decay exponentially.

    .. math::
        \tau_m \frac{dv}{dt} &= v_{rest} - v + \frac{\tau_m}{c_m} (g_{exc} - g_{inh} + i_{offset}) \\
        \tau_{syn} \frac{dg}{dt} &= -g

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
        Time constants of excitatory and inhibitory currents (ms).
    v_thresh
        Threshold (mV).
    v_reset
        Potential after a spike (mV).
    i_offset
        Constant current (nA).

    Notes
    -----
    Variables are ``v`` and the currents ``g_exc``, ``g_inh`` (nA); weights are in nA. All equations take the
    exponential method: the currents decay exactly, v is exact while they are held over a step.

    References
    ----------
    Davison, A. P. et al. (2009). PyNN: a common interface for neuronal network simulators. Front. Neuroinform. 2:11.

    Examples
    --------
    >>> from eqneuro import IF_curr_exp, Network
    >>> net = Network(dt=0.1)
    >>> cells = net.create(3, IF_curr_exp(tau_refrac=2.0))
    >>> cells.i_offset = [0.5, 1.0, 2.0]
    >>> monitor = net.monitor(cells, "spike")
    >>> net.simulate(100.0)
    >>> [len(train) for train in monitor.get("spike").values()]
    [0, 3, 8]
    """

    def __init__(
        self,
        v_rest: Value = -65.0,
        cm: Value = 1.0,
        tau_m: Value = 20.0,
        tau_refrac: Value = 0.0,
        tau_syn_E: Value = 5.0,
        tau_syn_I: Value = 5.0,
        v_thresh: Value = -50.0,
        v_reset: Value = -65.0,
        i_offset: Value = 0.0,
    ) -> None:
        super().__init__(
            parameters=dict(
                v_rest=v_rest, cm=cm, tau_m=tau_m, tau_refrac=tau_refrac, tau_syn_E=tau_syn_E, tau_syn_I=tau_syn_I,
                v_thresh=v_thresh, v_reset=v_reset, i_offset=i_offset,
            ),
            equations="cm*dv/dt = cm/tau_m*(v_rest - v) + g_exc - g_inh + i_offset : init=v_rest, exponential"
            + EXPONENTIAL_SYNAPSES,
            spike="v > v_thresh",
            reset="v = v_reset",
            refractory="tau_refrac",
            name="IF_curr_exp",
            description="Leaky integrate-and-fire neuron with exponential currents.",
        )  # fmt: skip


class IF_cond_exp(Neuron):
    r"""Leaky integrate-and-fire neuron with a fixed threshold and conductances that decay exponentially.

    .. math::
        c_m \frac{dv}{dt} &= \frac{c_m}{\tau_m} (v_{rest} - v)
            + g_{exc} (e_{rev,E} - v) + g_{inh} (e_{rev,I} - v) + i_{offset} \\
        \tau_{syn} \frac{dg}{dt} &= -g

    Parameters
    ----------
    v_rest, cm, tau_m, tau_refrac, tau_syn_E, tau_syn_I, v_thresh, v_reset, i_offset
        As of `IF_curr_exp`.
    e_rev_E, e_rev_I
        Reversal potentials of excitatory and inhibitory input (mV).

    Notes
    -----
    Variables are ``v`` and the conductances ``g_exc``, ``g_inh`` (µS); weights are in µS.

    References
    ----------
    Davison, A. P. et al. (2009). PyNN: a common interface for neuronal network simulators. Front. Neuroinform. 2:11.

    Examples
    --------
    >>> from eqneuro import IF_cond_exp, Network
    >>> net = Network(dt=0.1)
    >>> cell = net.create(1, IF_cond_exp(i_offset=0.8))
    >>> net.simulate(20.0)
    >>> bool(-65.0 < cell.v[0] < -50.0)
    True
    """

    def __init__(
        self,
        v_rest: Value = -65.0,
        cm: Value = 1.0,
        tau_m: Value = 20.0,
        tau_refrac: Value = 0.0,
        tau_syn_E: Value = 5.0,
        tau_syn_I: Value = 5.0,
        e_rev_E: Value = 0.0,
        e_rev_I: Value = -70.0,
        v_thresh: Value = -50.0,
        v_reset: Value = -65.0,
        i_offset: Value = 0.0,
    ) -> None:
        super().__init__(
            parameters=dict(
                v_rest=v_rest, cm=cm, tau_m=tau_m, tau_refrac=tau_refrac, tau_syn_E=tau_syn_E, tau_syn_I=tau_syn_I,
                e_rev_E=e_rev_E, e_rev_I=e_rev_I, v_thresh=v_thresh, v_reset=v_reset, i_offset=i_offset,
            ),
            equations="cm*dv/dt = cm/tau_m*(v_rest - v) + g_exc*(e_rev_E - v) + g_inh*(e_rev_I - v) + i_offset"
            " : init=v_rest, exponential" + EXPONENTIAL_SYNAPSES,
            spike="v > v_thresh",
            reset="v = v_reset",
            refractory="tau_refrac",
            name="IF_cond_exp",
            description="Leaky integrate-and-fire neuron with exponential conductances.",
        )  # fmt: skip


class IF_curr_alpha(Neuron):
    r"""Leaky integrate-and-fire neuron with a fixed threshold and currents shaped as alpha functions.

    .. math::
        c_m \frac{dv}{dt} &= \frac{c_m}{\tau_m} (v_{rest} - v) + \alpha_{exc} - \alpha_{inh} + i_{offset} \\
        \tau_{syn} \frac{d\alpha}{dt} &= g_{max}\, g - \alpha, \qquad \tau_{syn} \frac{dg}{dt} = -g, \qquad
        g_{max} = e^{(\tau_{syn} - dt/2)/\tau_{syn}}

    Parameters
    ----------
    v_rest, cm, tau_m, tau_refrac, tau_syn_E, tau_syn_I, v_thresh, v_reset, i_offset
        As of `IF_curr_exp`; ``tau_syn_E`` and ``tau_syn_I`` are the times of the currents' peaks.

    Notes
    -----
    A spike with weight w (nA) raises ``g_exc`` by w; the current ``alpha_exc`` peaks at w after tau_syn.

    References
    ----------
    Davison, A. P. et al. (2009). PyNN: a common interface for neuronal network simulators. Front. Neuroinform. 2:11.

    Examples
    --------
    >>> from eqneuro import IF_curr_alpha, Network
    >>> net = Network(dt=0.1)
    >>> cell = net.create(1, IF_curr_alpha())
    >>> cell.g_exc = 1.0
    >>> net.simulate(5.0)
    >>> round(float(cell.alpha_exc[0]), 2)
    1.0
    """

    def __init__(
        self,
        v_rest: Value = -65.0,
        cm: Value = 1.0,
        tau_m: Value = 20.0,
        tau_refrac: Value = 0.0,
        tau_syn_E: Value = 5.0,
        tau_syn_I: Value = 5.0,
        v_thresh: Value = -50.0,
        v_reset: Value = -65.0,
        i_offset: Value = 0.0,
    ) -> None:
        super().__init__(
            parameters=dict(
                v_rest=v_rest, cm=cm, tau_m=tau_m, tau_refrac=tau_refrac, tau_syn_E=tau_syn_E, tau_syn_I=tau_syn_I,
                v_thresh=v_thresh, v_reset=v_reset, i_offset=i_offset,
            ),
            equations="cm*dv/dt = cm/tau_m*(v_rest - v) + alpha_exc - alpha_inh + i_offset : init=v_rest, exponential"
            + ALPHA_SYNAPSES,
            spike="v > v_thresh",
            reset="v = v_reset",
            refractory="tau_refrac",
            name="IF_curr_alpha",
            description="Leaky integrate-and-fire neuron with alpha-shaped currents.",
        )  # fmt: skip


class IF_cond_alpha(Neuron):
    r"""Leaky integrate-and-fire neuron with a fixed threshold and conductances shaped as alpha functions.

    .. math::
        c_m \frac{dv}{dt} &= \frac{c_m}{\tau_m} (v_{rest} - v)
            + \alpha_{exc} (e_{rev,E} - v) + \alpha_{inh} (e_{rev,I} - v) + i_{offset} \\
        \tau_{syn} \frac{d\alpha}{dt} &= g_{max}\, g - \alpha, \qquad \tau_{syn} \frac{dg}{dt} = -g

    Parameters
    ----------
    v_rest, cm, tau_m, tau_refrac, tau_syn_E, tau_syn_I, e_rev_E, e_rev_I, v_thresh, v_reset, i_offset
        As of `IF_cond_exp`; ``tau_syn_E`` and ``tau_syn_I`` are the times of the conductances' peaks.

    Notes
    -----
    A spike with weight w (µS) raises ``g_exc`` by w; the conductance ``alpha_exc`` peaks at w after tau_syn.

    References
    ----------
    Davison, A. P. et al. (2009). PyNN: a common interface for neuronal network simulators. Front. Neuroinform. 2:11.

    Examples
    --------
    >>> from eqneuro import IF_cond_alpha, Network
    >>> net = Network(dt=0.1)
    >>> cell = net.create(1, IF_cond_alpha(e_rev_E=-20.0))
    >>> cell.g_exc = 0.02
    >>> net.simulate(10.0)
    >>> bool(cell.v[0] > -65.0)
    True
    """

    def __init__(
        self,
        v_rest: Value = -65.0,
        cm: Value = 1.0,
        tau_m: Value = 20.0,
        tau_refrac: Value = 0.0,
        tau_syn_E: Value = 5.0,
        tau_syn_I: Value = 5.0,
        e_rev_E: Value = 0.0,
        e_rev_I: Value = -70.0,
        v_thresh: Value = -50.0,
        v_reset: Value = -65.0,
        i_offset: Value = 0.0,
    ) -> None:
        super().__init__(
            parameters=dict(
                v_rest=v_rest, cm=cm, tau_m=tau_m, tau_refrac=tau_refrac, tau_syn_E=tau_syn_E, tau_syn_I=tau_syn_I,
                e_rev_E=e_rev_E, e_rev_I=e_rev_I, v_thresh=v_thresh, v_reset=v_reset, i_offset=i_offset,
            ),
            equations="cm*dv/dt = cm/tau_m*(v_rest - v) + alpha_exc*(e_rev_E - v) + alpha_inh*(e_rev_I - v) + i_offset"
            " : init=v_rest, exponential" + ALPHA_SYNAPSES,
            spike="v > v_thresh",
            reset="v = v_reset",
            refractory="tau_refrac",
            name="IF_cond_alpha",
            description="Leaky integrate-and-fire neuron with alpha-shaped conductances.",
        )  # fmt: skip
