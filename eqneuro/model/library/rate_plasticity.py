"""Plastic synapses between rate-coded neurons: Hebbian learning and what keeps it within bounds."""

from __future__ import annotations

from eqneuro.model.attributes import Value
from eqneuro.model.synapse import Synapse


class Hebb(Synapse):
    r"""Hebbian learning: weights of neurons that are active together grow.

    .. math:: \Delta w = \eta\, r_{pre}\, r_{post}

    Parameters
    ----------
    eta
        Learning rate, of one step.

    References
    ----------
    Hebb, D. O. (1949). The Organization of Behavior. Wiley.

    Examples
    --------
    >>> from eqneuro.model.library.rate_plasticity import Hebb
    >>> Hebb(eta=0.001)
    <rate-coded synapse Hebb: eta, w>
    """

    def __init__(self, eta: Value = 0.01) -> None:
        super().__init__(
            parameters=dict(eta=eta),
            equations="w += eta*pre.r*post.r",
            name="Hebb",
            description="Hebbian learning.",
        )


class Oja(Synapse):
    r"""Oja's rule: Hebbian learning that keeps the weights' norm, and finds the first principal component.

    .. math:: \Delta w = \eta (r_{pre}\, r_{post} - \alpha\, r_{post}^2\, w)

    Parameters
    ----------
    eta
        Learning rate, of one step.
    alpha
        Strength of the normalisation: the norm of a neuron's weights goes to 1/√α.

    References
    ----------
    Oja, E. (1982). Simplified neuron model as a principal component analyzer. J. Math. Biol. 15, 267–273.

    Examples
    --------
    >>> from eqneuro.model.library.rate_plasticity import Oja
    >>> Oja(eta=0.001)
    <rate-coded synapse Oja: eta, alpha, w>
    """

    def __init__(self, eta: Value = 0.01, alpha: Value = 1.0) -> None:
        super().__init__(
            parameters=dict(eta=eta, alpha=alpha),
            equations="w += eta*(pre.r*post.r - alpha*post.r^2*w)",
            name="Oja",
            description="Hebbian learning with Oja's normalisation.",
        )


class IBCM(Synapse):
    r"""Intrator and Cooper's rule: what drives a neuron beyond a sliding threshold is learnt, all else unlearnt.

    .. math::
        \tau \frac{d\theta}{dt} + \theta &= r_{post}^2 \\
        \Delta w &= \eta\, r_{post} (r_{post} - \theta)\, r_{pre}, \qquad w \ge 0

    Parameters
    ----------
    eta
        Learning rate, of one step.
    tau
        Time constant of the threshold (ms).

    Notes
    -----
    The threshold θ, one for each post-synaptic neuron, moves before the weights do.

    References
    ----------
    Intrator, N. & Cooper, L. N. (1992). Objective function formulation of the BCM theory of visual cortical plasticity.
    Neural Netw. 5, 3–17.

    Examples
    --------
    >>> from eqneuro.model.library.rate_plasticity import IBCM
    >>> IBCM(tau=500.0)
    <rate-coded synapse IBCM: eta, tau, theta, w>
    """

    def __init__(self, eta: Value = 0.01, tau: Value = 2000.0) -> None:
        super().__init__(
            parameters=dict(eta=eta, tau=tau),
            equations="""
                tau*dtheta/dt + theta = post.r^2 : postsynaptic, exponential
                w += eta*post.r*(post.r - theta)*pre.r : min=0.0
            """,
            name="IBCM",
            description="Intrator and Cooper's rule with a sliding threshold.",
        )


class BCM(Synapse):
    r"""The rule of Bienenstock, Cooper and Munro, whose threshold is the square of the mean activity.

    .. math::
        \tau \frac{dm}{dt} + m &= r_{post}, \qquad \theta = m^2 / c_0 \\
        \Delta w &= \eta\, (r_{post} (r_{post} - \theta)\, r_{pre} - \epsilon\, w), \qquad w \ge 0

    Parameters
    ----------
    eta
        Learning rate, of one step.
    tau
        Time constant of the mean activity (ms).
    c_0
        The activity that the rule aims at.
    epsilon
        Decay of the weights.

    Notes
    -----
    In `IBCM` the threshold is the mean of the square instead.

    References
    ----------
    Bienenstock, E. L., Cooper, L. N. & Munro, P. W. (1982). Theory for the development of neuron selectivity:
    orientation specificity and binocular interaction in visual cortex. J. Neurosci. 2, 32–48.

    Examples
    --------
    >>> from eqneuro.model.library.rate_plasticity import BCM
    >>> BCM(c_0=2.0)
    <rate-coded synapse BCM: eta, tau, c_0, epsilon, m, w>
    """

    def __init__(self, eta: Value = 0.01, tau: Value = 2000.0, c_0: Value = 1.0, epsilon: Value = 0.0) -> None:
        super().__init__(
            parameters=dict(eta=eta, tau=tau, c_0=c_0, epsilon=epsilon),
            equations="""
                tau*dm/dt + m = post.r : postsynaptic, exponential
                w += eta*(post.r*(post.r - m^2/c_0)*pre.r - epsilon*w) : min=0.0
            """,
            name="BCM",
            description="The rule of Bienenstock, Cooper and Munro.",
        )


class Covariance(Synapse):
    r"""The covariance rule: weights grow where both neurons are on the same side of their populations' mean rates.

    .. math:: \Delta w = \eta\, (r_{pre} - \langle r_{pre} \rangle) (r_{post} - \langle r_{post} \rangle)

    Parameters
    ----------
    eta
        Learning rate, of one step.

    Notes
    -----
    ⟨r⟩ is the mean over the population, in the last step.

    References
    ----------
    Sejnowski, T. J. (1977). Storing covariance with nonlinearly interacting neurons. J. Math. Biol. 4, 303–321.

    Examples
    --------
    >>> from eqneuro.model.library.rate_plasticity import Covariance
    >>> Covariance(eta=0.001)
    <rate-coded synapse Covariance: eta, w>
    """

    def __init__(self, eta: Value = 0.01) -> None:
        super().__init__(
            parameters=dict(eta=eta),
            equations="w += eta*(pre.r - mean(pre.r))*(post.r - mean(post.r))",
            name="Covariance",
            description="The covariance rule.",
        )
