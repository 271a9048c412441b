"""Balloon models: how the activity of neurons becomes a BOLD signal, in the equation language.

Times inside the models are in seconds, and 1 s is 1000 ms of the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eqneuro.model.neuron import Neuron

HAEMODYNAMICS = """
    I_CBF = sum(I_CBF)                                               : init=0.0
    ds/dt = (phi*I_CBF - kappa*s - gamma*(f_in - 1.0)) / 1000.0      : init=0.0
    df_in/dt = s / 1000.0                                            : init=1.0, min=0.01
    E = 1.0 - (1.0 - E_0)^(1.0/f_in)                                 : init=E_0
    dq/dt = (f_in*E/E_0 - q/v*f_out) / (1000.0*tau)                  : init=1.0, min=0.01
    dv/dt = (f_in - f_out) / (1000.0*tau)                            : init=1.0, min=0.01
    f_out = v^(1.0/alpha)                                            : init=1.0, min=0.01
"""
REVISED = """
    k_1 = 4.3 * v_0 * E_0 * TE
    k_2 = epsilon * r_0 * E_0 * TE
    k_3 = 1.0 - epsilon
"""
CLASSIC = """
    k_1 = (1.0 - V_0) * 4.3 * v_0 * E_0 * TE
    k_2 = 2.0 * E_0
    k_3 = 1.0 - epsilon
"""
NON_LINEAR = "BOLD = V_0 * (k_1*(1.0 - q) + k_2*(1.0 - q/v) + k_3*(1.0 - v))   : init=0.0"
LINEAR = "BOLD = V_0 * ((k_1 + k_2)*(1.0 - q) + (k_3 - k_2)*(1.0 - v))         : init=0.0"


class BoldModel:
    """A model of the BOLD signal: equations as those of a rate-coded neuron, that read ``sum(INPUT)``.

    Parameters
    ----------
    parameters, equations
        As of a `Neuron`. Time is in ms.
    inputs
        Names of the inputs: for ``["I_CBF"]`` equations read ``sum(I_CBF)``.
    output
        Names of the variables that are recorded where nothing else is asked for.
    name, description
        For messages and reports.

    Raises
    ------
    EquationError
        If the text can't be understood.
    ValueError
        If an input is not read, or an output is no variable.

    Examples
    --------
    >>> from eqneuro import BoldModel
    >>> leak = BoldModel("tau = 1000.0", "tau*dBOLD/dt + BOLD = sum(I_CBF)", inputs="I_CBF")
    """

    def __init__(
        self,
        parameters: str | Mapping[str, Any],
        equations: str | Sequence[str],
        inputs: str | Sequence[str],
        output: str | Sequence[str] = ["BOLD"],  # never changed; a list, as scripts compare it with one
        name: str = "Custom BOLD model",
        description: str = "",
    ) -> None:
        self.inputs = [inputs] if isinstance(inputs, str) else list(inputs)
        self.output = [output] if isinstance(output, str) else list(output)
        self.name = name
        self.description = description
        self.neuron = Neuron(parameters=parameters, equations=equations, name=name, description=description)
        model = self.neuron.model
        for wanted in self.inputs:
            if wanted not in model.targets:
                raise ValueError(f"the equations of {name!r} do not read its input: sum({wanted})")
        known = [attribute.name for attribute in model.variables]
        for wanted in self.output:
            if wanted not in known:
                raise ValueError(f"{wanted!r}, an output of {name!r}, is none of its variables: {', '.join(known)}")

    def __repr__(self) -> str:
        return f"<BOLD model {self.name}: {', '.join(self.inputs)} to {', '.join(self.output)}>"


class _Balloon(BoldModel):
    """The balloon model with the coefficients and the equation of the signal that a subclass chooses."""

    def _set_up(self, coefficients: str, signal: str, values: Mapping[str, float]) -> None:
        kind = type(self)
        about = (kind.__doc__ or "").partition("\n")[0]
        super().__init__(dict(values), HAEMODYNAMICS + coefficients + signal, ["I_CBF"], ["BOLD"], kind.__name__, about)


class balloon_RN(_Balloon):
    r"""Balloon model with revised coefficients and a non-linear signal.

    .. math::

        \dot s &= φ I_{CBF} - κ s - γ (f_{in} - 1), \quad \dot f_{in} = s, \quad E = 1 - (1 - E_0)^{1/f_{in}} \\
        τ \dot q &= f_{in} E / E_0 - f_{out} q / v, \quad τ \dot v = f_{in} - f_{out}, \quad f_{out} = v^{1/α} \\
        BOLD &= V_0 (k_1 (1 - q) + k_2 (1 - q / v) + k_3 (1 - v)) \\
        k_1 &= 4.3 v_0 E_0 TE, \quad k_2 = ε r_0 E_0 TE, \quad k_3 = 1 - ε

    Parameters
    ----------
    phi
        Gain of the input.
    kappa, gamma
        Decay of the signal that widens the vessels, and how flow acts back on it, in 1/s.
    E_0
        Fraction of oxygen that is taken out at rest.
    tau
        Mean transit time in s.
    alpha
        Stiffness of the vessels.
    V_0
        Volume fraction of venous blood at rest.
    v_0
        Frequency offset at the surface of a magnetised vessel, in 1/s.
    TE
        Echo time in s.
    epsilon
        Ratio of the signals inside and outside of vessels.
    r_0
        How the relaxation rate inside vessels depends on their oxygen, in 1/s.

    References
    ----------
    Buxton, Wong & Frank (1998), Magnetic Resonance in Medicine 39; Friston, Mechelli, Turner & Price (2000),
    NeuroImage 12; Stephan, Weiskopf, Drysdale, Robinson & Friston (2007), NeuroImage 38,
    doi 10.1016/j.neuroimage.2007.07.040.
    """

    def __init__(
        self,
        phi: float = 1.0,
        kappa: float = 1 / 1.54,
        gamma: float = 1 / 2.46,
        E_0: float = 0.34,
        tau: float = 0.98,
        alpha: float = 0.33,
        V_0: float = 0.02,
        v_0: float = 40.3,
        TE: float = 40 / 1000.0,
        epsilon: float = 1.43,
        r_0: float = 25,
    ) -> None:
        self._set_up(REVISED, NON_LINEAR, _without_self(locals()))


class balloon_RL(_Balloon):
    r"""Balloon model with revised coefficients and a linear signal.

    As `balloon_RN`, with :math:`BOLD = V_0 ((k_1 + k_2)(1 - q) + (k_3 - k_2)(1 - v))`.
    """

    def __init__(
        self,
        phi: float = 1.0,
        kappa: float = 1 / 1.54,
        gamma: float = 1 / 2.46,
        E_0: float = 0.34,
        tau: float = 0.98,
        alpha: float = 0.33,
        V_0: float = 0.02,
        v_0: float = 40.3,
        TE: float = 40 / 1000.0,
        epsilon: float = 1.43,
        r_0: float = 25,
    ) -> None:
        self._set_up(REVISED, LINEAR, _without_self(locals()))


class balloon_CN(_Balloon):
    r"""Balloon model with classic coefficients and a non-linear signal.

    As `balloon_RN`, with :math:`k_1 = (1 - V_0) 4.3 v_0 E_0 TE`, :math:`k_2 = 2 E_0`, :math:`k_3 = 1 - ε`.
    """

    def __init__(
        self,
        phi: float = 1.0,
        kappa: float = 1 / 1.54,
        gamma: float = 1 / 2.46,
        E_0: float = 0.34,
        tau: float = 0.98,
        alpha: float = 0.33,
        V_0: float = 0.02,
        v_0: float = 40.3,
        TE: float = 40 / 1000.0,
        epsilon: float = 1.43,
    ) -> None:
        self._set_up(CLASSIC, NON_LINEAR, _without_self(locals()))


class balloon_CL(_Balloon):
    """Balloon model with classic coefficients and a linear signal.

    The coefficients are those of `balloon_CN`, the signal that of `balloon_RL`.
    """

    def __init__(
        self,
        phi: float = 1.0,
        kappa: float = 1 / 1.54,
        gamma: float = 1 / 2.46,
        E_0: float = 0.34,
        tau: float = 0.98,
        alpha: float = 0.33,
        V_0: float = 0.02,
        v_0: float = 40.3,
        TE: float = 40 / 1000.0,
        epsilon: float = 1.43,
    ) -> None:
        self._set_up(CLASSIC, LINEAR, _without_self(locals()))


class balloon_maith2021(_Balloon):
    r"""Balloon model with the coefficients of Friston et al. (2000) and their estimates of its parameters.

    As `balloon_RN`, with :math:`k_1 = 7 E_0`, :math:`k_2 = 2`, :math:`k_3 = 2 E_0 - 0.2`; κ = 0.665/s, γ = 0.412/s,
    τ = 1.0387 s, α = 0.3215, E_0 = 0.3424, V_0 = 0.02.

    References
    ----------
    Friston, Mechelli, Turner & Price (2000), NeuroImage 12, doi 10.1006/nimg.2000.0630; used by Maith et al. (2021).
    """

    def __init__(self) -> None:
        values = dict(phi=1.0, kappa=0.665, gamma=0.412, E_0=0.3424, tau=1.0387, alpha=0.3215, V_0=0.02)
        self._set_up("k_1 = 7.0 * E_0\nk_2 = 2.0\nk_3 = 2.0*E_0 - 0.2\n", NON_LINEAR, values)


class balloon_two_inputs(BoldModel):
    r"""Balloon model in which activity drives blood flow and the use of oxygen on two ways.

    As `balloon_RN`, but oxygen is not taken out as flow lets it: its metabolic rate follows an input of its own,

    .. math::

        \dot s_{CMRO2} &= I_{CMRO2} - κ s_{CMRO2} - γ (r - 1), \quad \dot r = s_{CMRO2} \\
        τ \dot q &= r - f_{out} q / v

    References
    ----------
    Buxton (2012), NeuroImage 62, doi 10.1016/j.neuroimage.2012.01.049.
    """

    def __init__(self) -> None:
        equations = """
            I_CBF = sum(I_CBF)                                                    : init=0.0
            I_CMRO2 = sum(I_CMRO2)                                                : init=0.0
            ds_CBF/dt = (I_CBF - kappa*s_CBF - gamma*(f_in - 1.0)) / 1000.0       : init=0.0
            df_in/dt = s_CBF / 1000.0                                             : init=1.0, min=0.01
            ds_CMRO2/dt = (I_CMRO2 - kappa*s_CMRO2 - gamma*(r - 1.0)) / 1000.0    : init=0.0
            dr/dt = s_CMRO2 / 1000.0                                              : init=1.0, min=0.01
            f_out = v^(1.0/alpha)                                                 : init=1.0, min=0.01
            dq/dt = (r - q/v*f_out) / (1000.0*tau)                                : init=1.0, min=0.01
            dv/dt = (f_in - f_out) / (1000.0*tau)                                 : init=1.0, min=0.01
        """
        values = dict(kappa=1 / 1.54, gamma=1 / 2.46, E_0=0.34, tau=0.98, alpha=0.33, V_0=0.02)
        values |= dict(v_0=40.3, TE=40 / 1000.0, epsilon=1.43, r_0=25.0)
        about = (type(self).__doc__ or "").partition("\n")[0]
        inputs = ["I_CBF", "I_CMRO2"]
        super().__init__(values, equations + REVISED + NON_LINEAR, inputs, ["BOLD"], type(self).__name__, about)


def _without_self(values: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if name not in ("self", "__class__")}
