"""What runs in each step: rules of events alone have no kernel that looks at every synapse."""

import pytest

from eqneuro import (
    STDP,
    STP,
    Network,
    Neuron,
    SpikeSourceArray,
    STDPNearest,
    STDPSymmetric,
    STDPWeightDependent,
    Synapse,
)


def kernels(synapse):
    """Names of the kernels in the program of a step, those of synapses."""
    net = Network(dt=1.0)
    source = net.create(SpikeSourceArray([[1.0]] * 3))
    sink = net.create(2, Neuron(equations="v = g_exc", spike="v > 100.0"))
    net.connect(source, sink, "exc", synapse).all_to_all(1.0)
    net.simulate(2.0)
    program = net._runner._assembly.program
    rows = program.instructions().reshape(-1, 2 + 2 * program.threads)
    names = [net._compiled.functions[row[0]] for row in rows if row[0] >= 0]
    return {name.partition("_")[0] for name in names} & {"deliver", "transmit", "learn", "row", "global", "post"}


@pytest.mark.parametrize("rule", [STP, STDP, STDPNearest, STDPSymmetric, STDPWeightDependent])
def test_event_driven_rules_run_at_events_alone(rule):
    assert kernels(rule()) <= {"deliver", "post"}


def test_an_equation_of_each_step_is_what_costs():
    assert "learn" in kernels(Synapse(equations="5.0*dx/dt = -x", pre_spike="g_target += w\nx += 1.0"))
    assert kernels(None) == {"deliver"}
