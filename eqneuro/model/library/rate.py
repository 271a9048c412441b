"""Rate-coded neurons: the leaky integrator, the artificial neuron without dynamics, and the unit of a reservoir."""

from __future__ import annotations

from eqneuro.model.attributes import Value
from eqneuro.model.neuron import Neuron


class LeakyIntegrator(Neuron):
    r"""Leaky integrator with a threshold: what it receives, smoothed over ``tau``.

    .. math::
        \tau \frac{dv}{dt} + v &= \sum_{exc} w r - \sum_{inh} w r + B + \text{noise} \\
        r &= (v - T)^+

    Parameters
    ----------
    tau
        Time constant (ms).
    B
        Baseline of v.
    T
        Threshold of v below which r is 0.
    sum
        The input as text.
    noise
        A term of the input as text, such as ``"Uniform(-1.0, 1.0)"`` or ``"0.1*xi"``; none where it is None.

    Notes
    -----
    v takes the exponential method, which is exact while the input is constant over a step: a step of B is answered by
    B (1 − exp(−t/τ)). With white noise ``xi`` the increment has standard deviation √dt/τ.

    References
    ----------
    Dayan, P. & Abbott, L. F. (2001). Theoretical Neuroscience, chapter 7. MIT Press.

    Examples
    --------
    >>> from eqneuro import LeakyIntegrator, Network
    >>> net = Network(dt=1.0)
    >>> unit = net.create(2, LeakyIntegrator(tau=10.0, B=1.0))
    >>> net.simulate(100.0)
    >>> unit.r.round(3).tolist()
    [1.0, 1.0]
    """

    def __init__(
        self,
        tau: Value = 10.0,
        B: Value = 0.0,
        T: Value = 0.0,
        sum: str = "sum(exc) - sum(inh)",
        noise: str | None = None,
    ) -> None:
        super().__init__(
            parameters=dict(tau=tau, B=B, T=T),
            equations=f"""
                tau*dv/dt + v = {sum} + B{_term(noise)} : exponential
                r = pos(v - T)
            """,
            name="LeakyIntegrator",
            description="Leaky integrator with a threshold.",
        )


class McCullochPitts(Neuron):
    r"""Artificial neuron without dynamics: a function of the weighted sum.

    .. math:: r = f\left(\sum_{exc} w r - \sum_{inh} w r + b\right)

    Parameters
    ----------
    b
        Bias; −b is the threshold of a neuron that takes steps.
    transfer
        Name of the function f: ``heaviside`` (1 from 0 on, else 0), ``sigmoid``, ``tanh``, ``relu`` or any other
        function of the language with one argument.
    sum
        The input as text.

    References
    ----------
    McCulloch, W. S. & Pitts, W. (1943). A logical calculus of the ideas immanent in nervous activity. Bull. Math.
    Biophys. 5, 115–133.

    Examples
    --------
    >>> from eqneuro import InputArray, McCullochPitts, Network
    >>> net = Network(dt=1.0)
    >>> bits = net.create(InputArray(2))
    >>> conjunction = net.create(1, McCullochPitts(b=-1.5))
    >>> projection = net.connect(bits, conjunction, "exc").all_to_all(1.0)
    >>> net.compile()
    >>> bits.r = [1.0, 1.0]
    >>> net.simulate(2.0)
    >>> float(conjunction.r[0])
    1.0
    """

    def __init__(self, b: Value = 0.0, transfer: str = "heaviside", sum: str = "sum(exc) - sum(inh)") -> None:
        super().__init__(
            parameters=dict(b=b),
            equations=f"r = {transfer}({sum} + b)",
            name="McCullochPitts",
            description="Artificial neuron without dynamics (McCulloch & Pitts 1943).",
        )


class Reservoir(Neuron):
    r"""Unit of a random recurrent network that rings, or is chaotic, by itself.

    .. math::
        \tau \frac{dv}{dt} + v &= \sum_{in} w r + g \sum_{exc} w r + \text{noise} \\
        r &= \tanh v

    Parameters
    ----------
    tau
        Time constant (ms).
    g
        Gain of the recurrent input. With weights from Normal(0, 1/√N) activity dies out for g < 1 and is chaotic for g
        > 1.
    noise
        A term of the input as text, such as ``"0.01*xi"`` or ``"Uniform(-0.01, 0.01)"``; none where it is None.
    sum
        The input from outside as text.
    recurrent
        The input from the reservoir as text.

    References
    ----------
    Sompolinsky, H., Crisanti, A. & Sommers, H. J. (1988). Chaos in random neural networks. Phys. Rev. Lett. 61,
    259–262. Jaeger, H. (2001). The "echo state" approach to analysing and training recurrent neural networks. GMD
    Report 148.

    Examples
    --------
    >>> from eqneuro import Network, Normal, Reservoir, Uniform
    >>> net = Network(dt=1.0, seed=1)
    >>> units = net.create(100, Reservoir(g=0.5))
    >>> units.v = Uniform(-1.0, 1.0)
    >>> projection = net.connect(units, units, "exc").all_to_all(Normal(0.0, 0.1))
    >>> net.simulate(500.0)
    >>> bool(abs(units.r).max() < 0.01)  # it dies out
    True
    """

    def __init__(
        self,
        tau: Value = 10.0,
        g: Value = 1.5,
        noise: str | None = None,
        sum: str = "sum(in)",
        recurrent: str = "sum(exc)",
    ) -> None:
        super().__init__(
            parameters=dict(tau=tau, g=g),
            equations=f"""
                tau*dv/dt + v = {sum} + g*({recurrent}){_term(noise)} : exponential
                r = tanh(v)
            """,
            name="Reservoir",
            description="Unit of a random recurrent network with a tanh transfer function.",
        )


def _term(noise: str | None) -> str:
    return f" + {noise}" if noise else ""
