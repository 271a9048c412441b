"""What the user writes for a synapse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from eqneuro.model.attributes import Creating, Parameter, Pruning, Value, Variable
from eqneuro.model.models import units_of

if TYPE_CHECKING:
    from eqneuro.model.models import SynapseModel


class Synapse:
    """A synapse, written in the equation language. The text is checked when the object is made.

    Parameters
    ----------
    parameters, equations, functions
        As of a `Neuron`; names are ``w``, ``pre.NAME``, ``post.NAME``, ``t_pre``, ``t_post`` and the synapse's own.
    psp
        What one synapse contributes each step: ``"w * pre.r"`` where nothing is said.
    operation
        How contributions are joined: ``sum``, ``mean``, ``max`` or ``min``.
    pre_spike, post_spike, pre_axon_spike
        Assignments that run at the event: ``"g_target += w"``.
    pruning, creating
        Conditions of structural plasticity.
    name, description
        For error messages and reports.

    Raises
    ------
    EquationError
        If the text can't be understood.

    Examples
    --------
    >>> from eqneuro import Synapse
    >>> saturating = Synapse(parameters=dict(gain=2.0), psp="w * tanh(gain * pre.r)")
    """

    def __init__(
        self,
        parameters: str | Sequence[str] | Mapping[str, Value | Parameter] | None = "",
        equations: str | Variable | Sequence[str | Variable] | None = "",
        psp: str | None = None,
        operation: str = "sum",
        pre_spike: str | Sequence[str] | None = None,
        post_spike: str | Sequence[str] | None = None,
        pre_axon_spike: str | Sequence[str] | None = None,
        functions: str | Sequence[str] | None = None,
        pruning: str | Pruning | None = None,
        creating: str | Creating | None = None,
        name: str | None = None,
        description: str | None = None,
    ) -> None:
        from eqneuro.model.synapse_analysis import SynapseText, analyse_synapse

        self.name = name or (type(self).__name__ if type(self) is not Synapse else "")
        self.description = description or ((type(self).__doc__ or "") if type(self) is not Synapse else "")
        text = SynapseText(
            parameters, equations, psp, operation, pre_spike, post_spike, pre_axon_spike, functions, pruning, creating,
            self.name, self.description,
        )  # fmt: skip
        self._model = analyse_synapse(text)

    @property
    def model(self) -> SynapseModel:
        """The checked model."""
        return self._model

    @property
    def units(self) -> dict[str, str]:
        """The units of attributes, in which they are read and written as plain numbers, as of a `Neuron`."""
        return units_of(self._model)

    def __repr__(self) -> str:
        kind = "spiking" if self.model.is_spiking else "rate-coded"
        return f"<{kind} synapse {self.name or 'without name'}: {', '.join(a.name for a in self.model.attributes)}>"
