"""What the planner decides: what leaves the loop, what is shared, what is read."""

import re

import pytest

import eqneuro as ann
from eqneuro.compiler import plan_kernels
from eqneuro.network.requests import gather


def plans_of(neuron, change=lambda population: None, **settings):
    net = ann.Network(dt=0.1, seed=1, **settings)
    change(net.create(10, neuron))
    return plan_kernels(gather(net)[0])[0]


def loop(plan):
    return "\n".join(line for line in plan.body if not line.startswith("/*"))


LIF = ann.Neuron(parameters="tau = 10.0; I = 1.0", equations="tau*dv/dt + v = I")


def test_what_is_the_same_for_all_neurons_is_computed_before_the_loop():
    [plan] = plans_of(LIF)
    assert "/" not in loop(plan)
    assert any("h / tau" in line for line in plan.invariants)


def test_a_parameter_that_differs_between_neurons_is_read_in_the_loop():
    [plan] = plans_of(LIF, lambda population: setattr(population, "tau", ann.Uniform(5.0, 15.0)))
    assert re.search(r"const real tau = all_tau\[i\];", loop(plan))
    [one_value] = plans_of(LIF)
    assert "all_tau" not in loop(one_value)


def test_common_subexpressions_are_computed_once():
    neuron = ann.Neuron(parameters="x = 1.0", equations="a = exp(-v*v) + 1.0\nb = exp(-v*v)*2.0\ndv/dt = -v")
    [plan] = plans_of(neuron)
    assert loop(plan).count("exp(") == 1


def test_an_expression_after_an_assignment_sees_the_new_value():
    """Equal texts that mean different values must not be shared."""
    neuron = ann.Neuron(equations="a = exp(x)\nx = x + 1.0\nb = exp(x)")
    [plan] = plans_of(neuron)
    assert loop(plan).count("exp(") == 2


def test_library_calls_leave_the_branches_of_conditionals():
    [plan] = plans_of(ann.Neuron(equations="r = if t > 1.0: exp(r) else: log(2.0 + r)"))
    lines = loop(plan).splitlines()
    assert [line for line in lines if "?" in line and ("exp" in line or "log(" in line)] == []


@pytest.mark.parametrize(("method", "stages"), [("explicit", 1), ("midpoint", 2), ("heun", 2), ("rk4", 4)])
def test_a_right_side_is_evaluated_once_a_stage(method, stages):
    [plan] = plans_of(ann.Neuron(equations=f"dv/dt = exp(-v) : {method}"))
    assert loop(plan).count("exp(") == stages


def test_unread_parameters_are_not_bound():
    [plan] = plans_of(ann.Neuron(parameters="used = 1.0; unused = 2.0", equations="r = used"))
    assert [slot.key for slot in plan.layout.slots if "attribute" in slot.key] == ["attribute:used", "attribute:r"]


def test_populations_of_one_model_share_a_kernel_whatever_their_sizes_and_values():
    net = ann.Network(dt=0.1, seed=1)
    for size in (1, 10, 1000):
        net.create(size, LIF).tau = float(size)
    net.create(5, LIF).tau = [1.0, 2.0, 3.0, 4.0, 5.0]
    assert len(gather(net)[0].kernels) == 2


def test_the_request_of_a_network_does_not_depend_on_sizes_values_or_the_step():
    def digest(size, tau, dt, weight, probability):
        net = ann.Network(dt=dt, seed=1)
        neuron = ann.Neuron(
            parameters="tau = 10.0", equations="tau*dv/dt = -v + g_exc", spike="v > 1.0", reset="v = 0.0"
        )
        population = net.create(size, neuron)
        population.tau = tau
        net.connect(population, population, "exc").fixed_probability(probability, weight)
        return gather(net)[0].digest("")

    assert digest(10, 5.0, 0.1, 0.3, 0.5) == digest(2000, 7.0, 0.5, 0.7, 0.1)


def test_a_conductance_flagged_unless_refractory_is_frozen_with_the_rest():
    lines = "v = v + 1.0\ndg_exc/dt = -g_exc/5.0 : init=1.0{}"

    def conductance_after_a_spike(flag):
        neuron = ann.Neuron(equations=lines.format(flag), spike="v >= 2.0", reset="v = 0.0", refractory=2.0)
        net = ann.Network(dt=1.0, seed=1)
        population = net.create(1, neuron)
        net.simulate(4.0)  # a spike in the second step, and two refractory ones
        return population.g_exc[0]

    decay = 1.0 - 1.0 / 5.0
    assert conductance_after_a_spike("") == pytest.approx(decay**4, rel=1e-14)
    assert conductance_after_a_spike(", unless_refractory") == pytest.approx(decay**2, rel=1e-14)
