"""Izhikevich's quadratic neuron."""

from __future__ import annotations

from eqneuro.model.attributes import Value
from eqneuro.model.neuron import Neuron


class Izhikevich(Neuron):
    r"""Quadratic integrate-and-fire neuron with a recovery variable; its four parameters make the cortical classes.

    .. math::
        \frac{dv}{dt} &= 0.04 v^2 + 5 v + 140 - u + I \\
        \frac{du}{dt} &= a (b v - u)

    Where v > v_thresh the neuron spikes: v becomes c and u grows by d. The current I is ``conductance`` +
    ``noise`` · Normal(0, 1) + ``i_offset``.

    Parameters
    ----------
    a
        Rate of the recovery (1/ms).
    b
        Sensitivity of the recovery to v.
    c
        Potential after a spike (mV), and at the beginning.
    d
        Growth of the recovery at a spike.
    v_thresh
        Potential that counts as a spike (mV).
    i_offset
        Constant current.
    noise
        Standard deviation of the current that is drawn anew in each step.
    tau_refrac
        Refractory time (ms).
    conductance
        Synaptic current as text. A spike that arrives at ``exc`` adds its weight to ``g_exc`` for one step.

    Notes
    -----
    v and u take the explicit method from the same old state. u begins at b·c. Some classes of the 2003 paper (a, b, c,
    d): regular spiking 0.02, 0.2, −65, 8; intrinsically bursting 0.02, 0.2, −55, 4; chattering 0.02, 0.2, −50, 2; fast
    spiking 0.1, 0.2, −65, 2; low-threshold spiking 0.02, 0.25, −65, 2; thalamo-cortical 0.02, 0.25, −65, 0.05;
    resonator 0.1, 0.26, −65, 2.

    References
    ----------
    Izhikevich, E. M. (2003). Simple model of spiking neurons. IEEE Trans. Neural Netw. 14, 1569–1572.

    Examples
    --------
    >>> from eqneuro import Izhikevich, Network
    >>> net = Network(dt=0.1)
    >>> chattering = net.create(1, Izhikevich(c=-50.0, d=2.0, i_offset=10.0))
    >>> monitor = net.monitor(chattering, "spike")
    >>> net.simulate(100.0)
    >>> len(monitor.get("spike")[0]) > 5
    True
    """

    def __init__(
        self,
        a: Value = 0.02,
        b: Value = 0.2,
        c: Value = -65.0,
        d: Value = 8.0,
        v_thresh: Value = 30.0,
        i_offset: Value = 0.0,
        noise: Value = 0.0,
        tau_refrac: Value = 0.0,
        conductance: str = "g_exc - g_inh",
    ) -> None:
        super().__init__(
            parameters=dict(
                a=a, b=b, c=c, d=d, v_thresh=v_thresh, i_offset=i_offset, noise=noise, tau_refrac=tau_refrac
            ),
            equations=f"""
                I = {conductance} + noise*Normal(0.0, 1.0) + i_offset
                dv/dt = 0.04*v^2 + 5.0*v + 140.0 - u + I : init=c, explicit
                du/dt = a*(b*v - u) : init=b*c, explicit
            """,
            spike="v > v_thresh",
            reset="v = c; u += d",
            refractory="tau_refrac",
            name="Izhikevich",
            description="Quadratic integrate-and-fire neuron (Izhikevich 2003).",
        )
