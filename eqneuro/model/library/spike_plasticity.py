"""Plastic synapses between spiking neurons: short-term plasticity, and plasticity by the times of spikes."""

from __future__ import annotations

from eqneuro.model.attributes import Value
from eqneuro.model.synapse import Synapse

TRACES = """
    tau_plus*dx/dt = -x : event-driven
    tau_minus*dy/dt = -y : event-driven
"""
"""What the last pre- and post-synaptic spikes leave behind."""


class STP(Synapse):
    r"""Short-term plasticity: a synapse that facilitates and depresses with use.

    .. math::
        \frac{dx}{dt} = \frac{1 - x}{\tau_{rec}}, \qquad \frac{du}{dt} = \frac{U - u}{\tau_{facil}}

    At a pre-synaptic spike the target grows by w·u·x; then x loses the share u, and u grows by U (1 − u).

    Parameters
    ----------
    tau_rec
        Time constant of the recovery from depression (ms).
    tau_facil
        Time constant of the facilitation (ms).
    U
        Share of the resources that a spike uses at rest.

    Notes
    -----
    x and u are event-driven: brought up to date, exactly, at spikes only. Both parts of a spike use the values before
    it.

    References
    ----------
    Tsodyks, M. & Markram, H. (1997). The neural code between neocortical pyramidal neurons depends on neurotransmitter
    release probability. PNAS 94, 719–723.

    Examples
    --------
    >>> from eqneuro.model.library.spike_plasticity import STP
    >>> STP(tau_facil=50.0, U=0.2)
    <spiking synapse STP: tau_rec, tau_facil, U, w, x, u>
    """

    def __init__(self, tau_rec: Value = 100.0, tau_facil: Value = 0.01, U: Value = 0.5) -> None:
        super().__init__(
            parameters=dict(tau_rec=tau_rec, tau_facil=tau_facil, U=U),
            equations="""
                dx/dt = (1.0 - x)/tau_rec : init=1.0, event-driven
                du/dt = (U - u)/tau_facil : init=U, event-driven
            """,
            pre_spike="""
                g_target += w*u*x
                x *= 1.0 - u
                u += U*(1.0 - u)
            """,
            name="STP",
            description="Short-term plasticity (Tsodyks & Markram 1997).",
        )


class STDP(Synapse):
    r"""Plasticity by the times of spikes: a weight grows where the pre-synaptic spike comes first, else shrinks.

    .. math:: \tau_+ \frac{dx}{dt} = -x, \qquad \tau_- \frac{dy}{dt} = -y

    At a pre-synaptic spike the target grows by w, x grows by A₊·w_max and w shrinks by y; at a post-synaptic spike y
    grows by A₋·w_max and w grows by x. A pair of spikes Δt apart changes w by A₊·w_max·exp(−Δt/τ₊) or
    −A₋·w_max·exp(−Δt/τ₋), and all pairs add up. w stays between w_min and w_max.

    Parameters
    ----------
    tau_plus, tau_minus
        Time constants of the traces of pre- and post-synaptic spikes (ms).
    A_plus, A_minus
        Heights of potentiation and depression, as shares of w_max.
    w_min, w_max
        Bounds of the weight.

    Notes
    -----
    The traces are event-driven: brought up to date, exactly, at spikes only.

    References
    ----------
    Song, S., Miller, K. D. & Abbott, L. F. (2000). Competitive Hebbian learning through spike-timing-dependent synaptic
    plasticity. Nat. Neurosci. 3, 919–926.

    Examples
    --------
    >>> from eqneuro.model.library.spike_plasticity import STDP
    >>> STDP(A_minus=0.0105)
    <spiking synapse STDP: tau_plus, tau_minus, A_plus, A_minus, w_min, w_max, x, y, w>
    """

    def __init__(
        self,
        tau_plus: Value = 20.0,
        tau_minus: Value = 20.0,
        A_plus: Value = 0.01,
        A_minus: Value = 0.01,
        w_min: Value = 0.0,
        w_max: Value = 1.0,
    ) -> None:
        super().__init__(
            parameters=dict(
                tau_plus=tau_plus, tau_minus=tau_minus, A_plus=A_plus, A_minus=A_minus, w_min=w_min, w_max=w_max
            ),
            equations=TRACES,
            pre_spike="""
                g_target += w
                x += A_plus*w_max
                w -= y : min=w_min, max=w_max
            """,
            post_spike="""
                y += A_minus*w_max
                w += x : min=w_min, max=w_max
            """,
            name="STDP",
            description="Plasticity by the times of spikes (Song, Miller & Abbott 2000).",
        )


class STDPNearest(Synapse):
    r"""`STDP` of nearest neighbours: each spike is paired with the last one of the other side alone.

    .. math:: \tau_+ \frac{dx}{dt} = -x, \qquad \tau_- \frac{dy}{dt} = -y

    At a pre-synaptic spike x becomes A₊·w_max, whatever it was, and w shrinks by y; at a post-synaptic spike y becomes
    A₋·w_max and w grows by x. w stays between w_min and w_max.

    Parameters
    ----------
    tau_plus, tau_minus
        Time constants of the traces of pre- and post-synaptic spikes (ms).
    A_plus, A_minus
        Heights of potentiation and depression, as shares of w_max.
    w_min, w_max
        Bounds of the weight.

    References
    ----------
    Morrison, A., Diesmann, M. & Gerstner, W. (2008). Phenomenological models of synaptic plasticity based on spike
    timing. Biol. Cybern. 98, 459–478 (the symmetric scheme of its section 4.1.2).

    Examples
    --------
    >>> from eqneuro.model.library.spike_plasticity import STDPNearest
    >>> STDPNearest(A_minus=0.0105)
    <spiking synapse STDPNearest: tau_plus, tau_minus, A_plus, A_minus, w_min, w_max, x, y, w>
    """

    def __init__(
        self,
        tau_plus: Value = 20.0,
        tau_minus: Value = 20.0,
        A_plus: Value = 0.01,
        A_minus: Value = 0.01,
        w_min: Value = 0.0,
        w_max: Value = 1.0,
    ) -> None:
        super().__init__(
            parameters=dict(
                tau_plus=tau_plus, tau_minus=tau_minus, A_plus=A_plus, A_minus=A_minus, w_min=w_min, w_max=w_max
            ),
            equations=TRACES,
            pre_spike="""
                g_target += w
                x = A_plus*w_max
                w -= y : min=w_min, max=w_max
            """,
            post_spike="""
                y = A_minus*w_max
                w += x : min=w_min, max=w_max
            """,
            name="STDPNearest",
            description="Plasticity by the times of neighbouring spikes.",
        )


class STDPSymmetric(Synapse):
    r"""Plasticity by how near spikes are, not by their order, which holds the post-synaptic rate: for inhibition.

    .. math:: \tau \frac{dx}{dt} = -x, \qquad \tau \frac{dy}{dt} = -y, \qquad \alpha = 2 \rho_0 \tau

    At a pre-synaptic spike the target grows by w, x grows by A·w_max and w by y − α·A·w_max; at a post-synaptic spike y
    grows by A·w_max and w by x. A pair of spikes Δt apart changes w by A·w_max·exp(−\|Δt\|/τ), and each pre-synaptic
    spike by −α·A·w_max. w stays between w_min and w_max.

    Parameters
    ----------
    tau
        Time constant of the traces (ms).
    A
        Height of the window, as a share of w_max.
    rho_0
        The post-synaptic rate (Hz) at which weights stay as they are, where spikes are independent.
    w_min, w_max
        Bounds of the weight.

    References
    ----------
    Vogels, T. P., Sprekeler, H., Zenke, F., Clopath, C. & Gerstner, W. (2011). Inhibitory plasticity balances
    excitation and inhibition in sensory pathways and memory networks. Science 334, 1569–1573.

    Examples
    --------
    >>> from eqneuro.model.library.spike_plasticity import STDPSymmetric
    >>> STDPSymmetric(rho_0=3.0)
    <spiking synapse STDPSymmetric: tau, A, rho_0, w_min, w_max, x, y, w>
    """

    def __init__(
        self, tau: Value = 20.0, A: Value = 0.01, rho_0: Value = 5.0, w_min: Value = 0.0, w_max: Value = 1.0
    ) -> None:
        super().__init__(
            parameters=dict(tau=tau, A=A, rho_0=rho_0, w_min=w_min, w_max=w_max),
            equations="""
                tau*dx/dt = -x : event-driven
                tau*dy/dt = -y : event-driven
            """,
            pre_spike="""
                g_target += w
                x += A*w_max
                w += y - 2.0*rho_0/1000.0*tau*A*w_max : min=w_min, max=w_max
            """,
            post_spike="""
                y += A*w_max
                w += x : min=w_min, max=w_max
            """,
            name="STDPSymmetric",
            description="Plasticity by how near spikes are (Vogels et al. 2011).",
        )


class STDPWeightDependent(Synapse):
    r"""`STDP` whose steps depend on the weight: the nearer to a bound, the smaller those towards it.

    .. math:: \tau_+ \frac{dx}{dt} = -x, \qquad \tau_- \frac{dy}{dt} = -y

    At a pre-synaptic spike the target grows by w, x grows by A₊·w_max and w shrinks by y·(w/w_max)^μ₋; at a
    post-synaptic spike y grows by A₋·w_max and w grows by x·(1 − w/w_max)^μ₊. All pairs add up.

    Parameters
    ----------
    tau_plus, tau_minus
        Time constants of the traces of pre- and post-synaptic spikes (ms).
    A_plus, A_minus
        Heights of potentiation and depression, as shares of w_max.
    mu_plus, mu_minus
        Exponents: with 0 the steps are those of `STDP`, with 1 they are in proportion to the way that is left.
    w_max
        The largest weight; the smallest is 0.

    References
    ----------
    Gütig, R., Aharonov, R., Rotter, S. & Sompolinsky, H. (2003). Learning input correlations through nonlinear
    temporally asymmetric Hebbian plasticity. J. Neurosci. 23, 3697–3714.

    Examples
    --------
    >>> from eqneuro.model.library.spike_plasticity import STDPWeightDependent
    >>> STDPWeightDependent(mu_plus=0.02, mu_minus=0.02)
    <spiking synapse STDPWeightDependent: tau_plus, tau_minus, A_plus, A_minus, mu_plus, mu_minus, w_max, x, y, w>
    """

    def __init__(
        self,
        tau_plus: Value = 20.0,
        tau_minus: Value = 20.0,
        A_plus: Value = 0.01,
        A_minus: Value = 0.01,
        mu_plus: Value = 1.0,
        mu_minus: Value = 1.0,
        w_max: Value = 1.0,
    ) -> None:
        super().__init__(
            parameters=dict(
                tau_plus=tau_plus, tau_minus=tau_minus, A_plus=A_plus, A_minus=A_minus, mu_plus=mu_plus,
                mu_minus=mu_minus, w_max=w_max,
            ),
            equations=TRACES,
            pre_spike="""
                g_target += w
                x += A_plus*w_max
                w -= y*(w/w_max)^mu_minus : min=0.0, max=w_max
            """,
            post_spike="""
                y += A_minus*w_max
                w += x*(1.0 - w/w_max)^mu_plus : min=0.0, max=w_max
            """,
            name="STDPWeightDependent",
            description="Plasticity by the times of spikes, in steps that depend on the weight (Gütig et al. 2003).",
        )  # fmt: skip
