"""What a network says of itself: which methods it uses and why, and how large the errors of its step are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eqneuro.network.check_dt import StepCheck
    from eqneuro.network.explain import Explanation


class Checking:
    """Explains a network and checks its step."""

    def explain(self: Any, details: bool = False, duration: float = 100.0) -> Explanation:
        """Which method each equation got and why, how large dt may be, what happens in a step, memory and threads.

        Parameters
        ----------
        details
            Whether the text lists each array, and all of many objects. A notebook and `Explanation.to_dict` have them
            in any case.
        duration
            Equations of methods that large steps make unstable are run by themselves for up to so many ms, from the
            present state, to see what a spike asks for; 0: only the present state is looked at.

        Examples
        --------
        >>> from eqneuro import HodgkinHuxley, Network
        >>> net = Network(dt=0.01)
        >>> cells = net.create(10, HodgkinHuxley)
        >>> cells.I = 10.0
        >>> explanation = net.explain()
        >>> [(note.method, note.largest_dt is None) for note in explanation.objects[0].systems]
        [('rk4', False)]
        >>> 0.05 < explanation.largest_dt < 0.2
        True
        """
        from eqneuro.network.explain import explain_network

        return explain_network(self, details=details, duration=duration)

    def check_dt(self: Any, duration: float, tolerance: float = 0.01, progress: bool | None = None) -> StepCheck:
        """Runs copies with dt, dt/2 and dt/4 from the present state, and says how large the errors of dt are.

        The copies have the same synapses, the same delays in ms and the same white noise; other random numbers are held
        over the steps that one of dt is divided into, and sources that spike at random spike alike. The network itself
        does not run: its state, time and recordings stay as they are.

        Parameters
        ----------
        duration
            How long each copy runs, in ms; together they take seven times what a run of the network takes. Where dt
            leads to infinite numbers or far from small errors, smaller steps are tried.
        tolerance
            Of the recommended dt: the mean error of each variable as a part of its range.
        progress
            As of `simulate`.

        Raises
        ------
        ValueError
            If synapses come and go (structural plasticity), or an argument makes no sense.
        ArithmeticError
            If the network can't be run with any of the steps.
        KeyboardInterrupt
            At the end of a step of a copy.

        Examples
        --------
        >>> from eqneuro import Network, Neuron
        >>> net = Network(dt=0.1)
        >>> neuron = Neuron(equations="10.0*dv/dt = 1.0 - v : midpoint", parameters="")
        >>> cells = net.create(1, neuron, name="cells")
        >>> check = net.check_dt(20.0)
        >>> round(check.of("cells", "v").order)
        2
        >>> check.recommended_dt > 0.1, net.time
        (True, 0.0)
        """
        from eqneuro.network.check_dt import check_step

        return check_step(self, duration, tolerance, progress)
