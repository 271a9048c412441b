"""What the user writes for a neuron."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eqneuro.model.attributes import Parameter, Value, Variable
from eqneuro.model.models import units_of

if TYPE_CHECKING:
    from eqneuro.model.models import NeuronModel


class Neuron:
    """A neuron, written in the equation language.

    The text is checked when the object is made: syntax, names, functions, flags and methods.

    Parameters
    ----------
    parameters
        ``"tau = 10.0; v_rest = -65.0 : population"``, a dict ``{name: value}`` or a list of strings.
    equations
        ODEs and assignments, one a line: ``"tau*dv/dt + v = g_exc : init=-65.0, exponential"``; or a list of strings
        and `Variable` objects.
    spike, axon_spike
        Conditions on which the neuron spikes: ``"v > v_thresh"``.
    reset, axon_reset
        Assignments that run at the spike: ``"v = v_reset"``.
    refractory
        How long the neuron is frozen after a spike: ms, the name of a parameter or variable, or a condition.
    functions
        Functions of this neuron: ``"f(x) = 1 / (1 + exp(-x))"``.
    spike_times
        ``"grid"``: spikes happen at the ends of steps; ``"interpolated"``: at the moment within the step at which the
        condition comes true. As the network has it where None.
    name, description
        For error messages and reports.

    Raises
    ------
    EquationError
        If the text can't be understood; the message shows the line and a caret.
    ValueError
        If spike times can't be interpolated: where equations are random, for instance.

    Examples
    --------
    >>> from eqneuro import Network, Neuron
    >>> lif = Neuron(
    ...     parameters="tau = 20.0; I = 16.0",
    ...     equations="tau*dv/dt + v = I : init=0.0, exact",
    ...     spike="v > 15.0",
    ...     reset="v = 0.0",
    ...     refractory=5.0,
    ... )
    >>> net = Network(dt=0.1)
    >>> population = net.create(10, lif)
    """

    def __init__(
        self,
        parameters: str | Sequence[str] | Mapping[str, Value | Parameter] | None = None,
        equations: str | Variable | Sequence[str | Variable] | None = None,
        spike: str | None = None,
        axon_spike: str | None = None,
        reset: str | Sequence[str] | None = None,
        axon_reset: str | Sequence[str] | None = None,
        refractory: float | str | None = None,
        functions: str | Sequence[str] | None = None,
        name: str = "",
        description: str = "",
        spike_times: str | None = None,
    ) -> None:
        from eqneuro.model.analysis import NeuronText, analyse_neuron
        from eqneuro.model.spike_times import INTERPOLATED, read_mode, refuse_interpolation

        self.name = name or (type(self).__name__ if type(self) is not Neuron else "")
        self.description = description or ((type(self).__doc__ or "") if type(self) is not Neuron else "")
        text = NeuronText(
            parameters,
            equations,
            spike,
            axon_spike,
            reset,
            axon_reset,
            refractory,
            functions,
            self.name,
            self.description,
        )
        self._model = analyse_neuron(text)
        if spike_times is not None:
            self._model = replace(self._model, spike_times=read_mode(spike_times, text.owner))
            if spike_times == INTERPOLATED:
                refuse_interpolation(self._model, text.owner)

    @property
    def model(self) -> NeuronModel:
        """The checked model."""
        return self._model

    @property
    def units(self) -> dict[str, str]:
        """The units of attributes and inputs, in which they are read and written as plain numbers: ``{"v": "mV"}``.

        Empty for a model that has no units; what is a plain number, or left open by the text, is left out.
        """
        return units_of(self._model)

    def __repr__(self) -> str:
        kind = "spiking" if self.model.is_spiking else "rate-coded"
        return f"<{kind} neuron {self.name or 'without name'}: {', '.join(a.name for a in self.model.attributes)}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))
