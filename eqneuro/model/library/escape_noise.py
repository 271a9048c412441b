"""Generalised integrate-and-fire neurons that spike by chance, the more likely the closer they are to the threshold."""

from __future__ import annotations

from eqneuro.model.attributes import Value
from eqneuro.model.neuron import Neuron

ESCAPE = """
    R = tau_m/C_m : init=tau_m/C_m
    tau_m*du/dt = u_r - u + R*I_ext + {current} : init=u_r, exponential
    tau_v*dv/dt = u_th - v : init=u_th, exponential
    {synapses}
    hazard = c/1000.0*exp((u - v)/delta_u)
"""
"""Membrane u, threshold v and the rate of escape (1/ms)."""

FIRES = "Uniform(0.0, 1.0) < 1.0 - exp(-hazard*dt)"
"""A step without a spike has probability exp(−hazard·dt)."""

RESET = "u = u_r; v += J_v/tau_v"


class GIF_curr(Neuron):
    r"""Generalised integrate-and-fire neuron with an adaptive threshold and escape noise; input acts for one step.

    .. math::
        \tau_m \frac{du}{dt} &= u_r - u + R\, I_{ext} + R (g_{exc} - g_{inh}), \qquad R = \tau_m / C_m \\
        \tau_v \frac{dv}{dt} &= u_{th} - v \\
        \lambda &= c\, e^{(u - v)/\Delta_u}

    The neuron spikes in a step with probability 1 − exp(−λ dt). Then u becomes u_r and the threshold v grows by
    J_v/τ_v, so that each spike adds the kernel J_v/τ_v · exp(−t/τ_v) of area J_v to it.

    Parameters
    ----------
    C_m
        Capacitance of the membrane (pF).
    tau_m
        Time constant of the membrane (ms).
    tau_v
        Time constant of the threshold (ms).
    J_v
        Area of the threshold's kernel (mV·ms).
    u_r
        Potential at rest and after a spike (mV).
    u_th
        Threshold at rest (mV).
    c
        Rate of spikes at the threshold (Hz).
    delta_u
        Softness of the threshold (mV): the rate grows by a factor e over it.
    I_ext
        Constant current (pA).
    current
        Synaptic part of the drive (mV) as text; R is at hand.
    refractory_period
        Refractory time (ms), in which both u and the threshold stand still.

    Notes
    -----
    Variables are ``u``, the threshold ``v``, the escape rate ``hazard`` (1/ms) and the resistance ``R`` (GΩ). Both ODEs
    are linear and take the exponential method, which is exact for constant input; λ is taken at the end of each step.
    The default current drives u towards exactly u_th.

    References
    ----------
    Mensi, S., Naud, R., Pozzorini, C., Avermann, M., Petersen, C. C. H. & Gerstner, W. (2012). Parameter extraction and
    classification of three cortical neuron types. J. Neurophysiol. 107, 1756–1775. Schwalger, T., Deger, M. & Gerstner,
    W. (2017). Towards a theory of cortical columns. PLoS Comput. Biol. 13, e1005507.

    Examples
    --------
    >>> from eqneuro import GIF_curr, Network
    >>> net = Network(dt=0.5, seed=1)
    >>> cells = net.create(100, GIF_curr())
    >>> monitor = net.monitor(cells, "spike")
    >>> net.simulate(1000.0)
    >>> 2.0 < monitor.mean_fr() < 10.0
    True
    """

    def __init__(
        self,
        C_m: Value = 250.0,
        tau_m: Value = 10.0,
        tau_v: Value = 1000.0,
        J_v: Value = 1000,
        u_r: Value = -65.0,
        u_th: Value = -50.0,
        c: Value = 10.0,
        delta_u: Value = 5.0,
        I_ext: Value = 375.0,
        current: str = "R*(g_exc - g_inh)",
        refractory_period: Value = 0.0,
    ) -> None:
        super().__init__(
            parameters=dict(
                C_m=C_m, tau_m=tau_m, tau_v=tau_v, J_v=J_v, u_r=u_r, u_th=u_th, c=c, delta_u=delta_u, I_ext=I_ext,
                refractory_period=refractory_period,
            ),
            equations=ESCAPE.format(current=current, synapses=""),
            spike=FIRES,
            reset=RESET,
            refractory="refractory_period",
            name="GIF_curr",
            description="Generalised integrate-and-fire neuron with an adaptive threshold and escape noise.",
        )  # fmt: skip


class GIF_curr_exp(Neuron):
    r"""Generalised integrate-and-fire neuron with an adaptive threshold and escape noise; currents decay exponentially.

    .. math::
        \tau_m \frac{du}{dt} &= u_r - u + R\, I_{ext} + R (g_{exc} - g_{inh}), \qquad R = \tau_m / C_m \\
        \tau_v \frac{dv}{dt} &= u_{th} - v, \qquad \tau_g \frac{dg}{dt} = -g \\
        \lambda &= c\, e^{(u - v)/\Delta_u}

    The neuron spikes in a step with probability 1 − exp(−λ dt). Then u becomes u_r and the threshold v grows by
    J_v/τ_v.

    Parameters
    ----------
    C_m, tau_m, tau_v, J_v, u_r, u_th, c, delta_u, I_ext, current, refractory_period
        As of `GIF_curr`.
    tau_g_exc, tau_g_inh
        Time constants of the synaptic currents (ms).

    Notes
    -----
    A spike that arrives at ``exc`` adds its weight (pA) to ``g_exc``, which decays exactly.

    References
    ----------
    Mensi, S. et al. (2012). J. Neurophysiol. 107, 1756–1775. Schwalger, T., Deger, M. & Gerstner, W. (2017). Towards a
    theory of cortical columns. PLoS Comput. Biol. 13, e1005507.

    Examples
    --------
    >>> from eqneuro import GIF_curr_exp, Network
    >>> net = Network(dt=0.5, seed=1)
    >>> cells = net.create(100, GIF_curr_exp(tau_g_exc=3.0))
    >>> monitor = net.monitor(cells, "spike")
    >>> net.simulate(1000.0)
    >>> 2.0 < monitor.mean_fr() < 10.0
    True
    """

    def __init__(
        self,
        C_m: Value = 250.0,
        tau_m: Value = 10.0,
        tau_v: Value = 1000.0,
        J_v: Value = 1000,
        u_r: Value = -65.0,
        u_th: Value = -50.0,
        c: Value = 10.0,
        delta_u: Value = 5.0,
        tau_g_exc: Value = 5.0,
        tau_g_inh: Value = 5.0,
        I_ext: Value = 375.0,
        current: str = "R*(g_exc - g_inh)",
        refractory_period: Value = 0.0,
    ) -> None:
        synapses = """
    tau_g_exc*dg_exc/dt = -g_exc : exponential
    tau_g_inh*dg_inh/dt = -g_inh : exponential
        """
        super().__init__(
            parameters=dict(
                C_m=C_m, tau_m=tau_m, tau_v=tau_v, J_v=J_v, u_r=u_r, u_th=u_th, c=c, delta_u=delta_u,
                tau_g_exc=tau_g_exc, tau_g_inh=tau_g_inh, I_ext=I_ext, refractory_period=refractory_period,
            ),
            equations=ESCAPE.format(current=current, synapses=synapses),
            spike=FIRES,
            reset=RESET,
            refractory="refractory_period",
            name="GIF_curr_exp",
            description="Generalised integrate-and-fire neuron with escape noise and exponential currents.",
        )  # fmt: skip
