"""Models in which the compiled route and the interpreter once differed; each holds the model and what was wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from eqneuro import EquationError, Network, Neuron, Synapse, Uniform

from .agreement import assert_agree

STEPS = 60


def neurons(size: int = 3, method: str = "explicit", dt: float = 0.5, **text: Any) -> Callable[[], Network]:
    """A network of one population, everything recorded."""

    def build() -> Network:
        net = Network(dt=dt, seed=3, method=method)
        population = net.create(size, Neuron(**text))
        net.monitor(population, [*population.variables, *["spike"] * population.model.is_spiking])
        return net

    return build


def synapses(*, spiking: bool, **text: Any) -> Callable[[], Network]:
    """Two populations, and synapses between them that have the text."""

    def build() -> Network:
        net = Network(dt=0.5, seed=3)
        common = "dv/dt = 0.31 - 0.1*v + 0.1*xi"
        if spiking:
            neuron = Neuron(equations=f"{common} + g_exc", spike="v > 0.713", reset="v -= 0.9", refractory=1.0)
        else:
            neuron = Neuron(equations=f"{common} + 0.1*sum(exc)\nr = v")
        pre, post = net.create(4, neuron), net.create(3, neuron)
        projection = net.connect(pre, post, "exc", Synapse(**text)).all_to_all(Uniform(0.0, 0.5), Uniform(0.5, 4.0))
        net.monitor(post, [*post.variables, *["spike"] * spiking])
        net.monitor(projection, projection.variables)
        return net

    return build


def test_a_refractory_condition_counts_as_it_is_before_the_step_whoever_else_spikes():
    # it was looked at again after the update, where some neuron of the same sixteen had crossed its threshold
    text = dict(equations="dv/dt = 0.87 - 0.1*v + 0.9*xi", spike="v > 0.413", reset="v -= 0.9", refractory="v > 0.713")
    for size in (1, 20):
        outcome = assert_agree(neurons(size, **text), STEPS)
        [spikes] = outcome.spikes.values()
        assert len(spikes) > size


@pytest.mark.parametrize("kind", ["int", "bool"])
def test_statements_of_a_reset_read_what_a_typed_variable_holds(kind):
    # the statement after `n = 2.7*v` read 2.7*v, not the whole number or truth value that n has become
    reset = "n = 2.7*v\nm = m + n\nv = 0.1"
    build = neurons(equations=f"dv/dt = 0.31\nn = n : {kind}\nm = m", spike="v > 0.9173", reset=reset)
    outcome = assert_agree(build, STEPS)
    held = next(values for key, values in outcome.series.items() if key.startswith("m "))
    np.testing.assert_array_equal(held, np.round(held))


def test_a_reset_of_a_variable_of_the_whole_population_is_refused():
    # it was taken, and ended in a KeyError when the network was compiled
    with pytest.raises(EquationError, match="global variable 'n' is changed by a single neuron"):
        Neuron(equations="dv/dt = 0.31\nn = n : population", spike="v > 0.9", reset="n = n + 1.0\nv = 0.0")


def test_bounds_of_a_distribution_may_be_random_themselves():
    # the C text named a number that nobody had drawn
    line = "x = Normal(0.0, 1.0, min=Uniform(-1.0, 0.0), max=Uniform(0.0, 1.0))"
    values = next(iter(assert_agree(neurons(equations=line), STEPS).series.values()))
    assert np.abs(values).max() <= 1.0
    assert np.unique(values).size == values.size


def test_the_derivative_of_a_power_with_a_parameter_as_exponent_has_a_value_at_zero():
    # p·x^p/x is 0/0 there: Newton's iterations gave up, and the explicit step was taken
    build = neurons(parameters="p = 2.3", equations="dv/dt = 1.0 - v^p : init=0.0, implicit")
    first = next(iter(assert_agree(build, STEPS).series.values()))[0, 0]
    assert first == pytest.approx(0.5 * (1.0 - first**2.3), rel=1e-12)


def test_roots_of_even_powers():
    # sympy makes |v| of them, which had no C form
    lines = "dv/dt = -0.21 : init=1.0\na = (v^2)^0.5\nb = sqrt(v^2)\nc = (v*v)^1.5\nd = (v^4)^0.25"
    assert_agree(neurons(equations=lines), STEPS)


def test_the_root_of_a_negative_number_is_no_number():
    # sympy makes i·√2 of it, which had no C form
    series = assert_agree(neurons(equations="x = sqrt(-2.0)\ny = log(-2.0) + t"), STEPS).series
    assert all(np.isnan(values).all() for values in series.values())


def test_a_stop_condition_may_draw_random_numbers():
    # the C text read a block of numbers that this kernel does not have
    ends = []
    for backend in ("c", "reference"):
        net = Network(dt=0.5, seed=3)
        net.create(4, Neuron(equations="dv/dt = 0.31"), stop_condition="v > 2.0 and Uniform(0.0, 1.0) < 0.1")
        net.compile(backend=backend)
        ends.append(net.simulate_until(100.0, net.get_populations()[0]))
    assert ends[0] == ends[1]
    assert 6.0 < ends[0] < 100.0


def test_event_driven_variables_of_one_clock_are_brought_up_to_date_together():
    # an equation that read x alone moved the clock of y on as well, where another equation stands between the two
    build = synapses(
        spiking=True,
        equations="""
            dx/dt = -x/5.0 : event-driven
            dg/dt = -g/3.0 : projection, event-driven
            dy/dt = -y/7.0 : event-driven
            k = 0.1*x
        """,
        pre_spike="g_target += w\nx += 1.0\ny += 1.0\ng += 0.1",
        post_spike="w += 0.01*x - 0.01*y",
    )
    outcome = assert_agree(build, STEPS)
    assert any(outcome.spikes.values())


def test_localities_draw_noise_of_one_name_each_for_itself():
    # the rows' kernel named a number that only the projection's kernel had drawn
    equations = "dg/dt = -g + xi_a : projection\ndh/dt = -h + xi_a : postsynaptic\ndk/dt = -k + xi_a"
    assert_agree(synapses(spiking=False, equations=equations), STEPS)


def test_a_projection_without_synapses_does_nothing():
    # the interpreter looked for the first of them
    def build() -> Network:
        net = Network(dt=0.5, seed=1)
        neuron = Neuron(equations="dv/dt = 0.31 + g_exc", spike="v > 0.713", reset="v = 0.0")
        population = net.create(3, neuron)
        synapse = Synapse(equations="dx/dt = -x : event-driven", pre_spike="x += w\ng_target += x", post_spike="w += x")
        net.connect(population, population, "exc", synapse).fixed_probability(0.0, Uniform(0.0, 1.0))
        net.monitor(population, ["v", "spike"])
        return net

    assert_agree(build, STEPS)


def test_bounds_of_an_ode_may_be_random():
    # the draws of bounds were not counted among those of the equation
    lines = (
        "dv/dt = 0.3 - v + 0.1*xi : max=Uniform(0.1, 0.2)\ndu/dt = 1.0 - u + Uniform(0.0, 1.0) : min=Normal(0.0, 0.5)"
    )
    series = assert_agree(neurons(equations=lines), STEPS).series
    assert max(values.max() for key, values in series.items() if key.startswith("v ")) <= 0.2


@pytest.mark.parametrize("method", ["implicit", "sdirk2"])
def test_a_step_function_of_the_variable_is_not_linear(method):
    # its derivative is 0, so the equation was solved as if the function had its value at 0 everywhere
    lines = f"dv/dt = 1.37*(v > 0.31) - v : init=1.0, {method}\ndu/dt = 0.9*floor(u) - u + 0.2 : init=1.9, {method}"
    series = assert_agree(neurons(equations=lines), STEPS).series
    last = next(values[-1, 0] for key, values in series.items() if key.startswith("v "))
    assert last == pytest.approx(1.37, rel=1e-6)


def test_the_logarithm_of_zero_is_minus_infinity():
    # as a literal it became no number at all
    series = assert_agree(neurons(equations="a = log(0.0)\nb = ln(0.0)\nv = exp(a) + exp(b)"), 3).series
    assert all((values == -np.inf).all() for key, values in series.items() if key.startswith(("a ", "b ")))


def test_a_projection_without_synapses_reaches_neurons_that_spike_within_steps():
    # the compiled route made room for less than no spikes
    def build() -> Network:
        net = Network(dt=0.5, seed=1)
        equations = "dv/dt = 0.31 + g_exc\ndg_exc/dt = -g_exc"
        population = net.create(3, Neuron(equations=equations, spike="v > 0.713", reset="v = 0.0"))
        timed = net.create(
            3, Neuron(equations=equations, spike="v > 0.713", reset="v = 0.0", spike_times="interpolated")
        )
        net.connect(population, timed, "exc").fixed_probability(0.0, 1.0, Uniform(0.5, 4.0))
        net.monitor(timed, ["v", "spike"])
        return net

    assert_agree(build, STEPS)


def test_equations_that_noise_reaches_may_have_neighbours_of_other_methods_that_are_not_linear():
    # the interpreter looked for the coefficients of these, too
    lines = "dx/dt = 0.3*sin(x) - x + u : rk4\ndu/dt = -u + y + 0.1*x : exact\ndy/dt = -y + 0.2*xi : exact"
    assert_agree(neurons(equations=lines), STEPS)


def test_two_sources_of_one_equation_leave_another_one_a_number_of_its_own():
    # the factor of the covariance was whatever the library made of a matrix without inverse
    lines = "du/dt = -u + y : exact\ndy/dt = -y/2.3 + 0.2*xi_a - 0.3*xi_b : exact\nz = Normal(0.0, 1.0)"
    assert_agree(neurons(equations=lines), STEPS)


@pytest.mark.parametrize("method", ["implicit", "sdirk2"])
def test_delays_of_each_neuron_are_known_in_every_stage_of_an_iteration(method):
    def build() -> Network:
        net = Network(dt=0.1, seed=3)
        right = "-x^3 - 0.4*x(t - (0.3*tau + 0.6)) + sin(t)"
        neuron = Neuron(parameters="tau = 2.0", equations=f"dx/dt = {right} : init=0.5, {method}\ny = x(t - tau)")
        population = net.create(20, neuron)
        population.tau = Uniform(1.0, 4.0)
        net.monitor(population, ["x", "y"])
        return net

    assert_agree(build, STEPS)


def test_where_a_formula_is_0_by_0_both_agree_until_there():
    # C takes the limit, the interpreter what the formula gives, which ends its run: not a difference of the two
    line = "u = t/50.0\ndv/dt = (u - 0.21)/(exp((u - 0.21)/0.5) - 1.0) - v : init=0.1"
    outcome = assert_agree(neurons(equations=line), STEPS)
    assert not outcome.ended
    [values] = (values for key, values in outcome.series.items() if key.startswith("u "))
    assert (values == 0.21).any()


def test_networks_that_differ_before_a_formula_is_0_by_0_are_told_apart():
    def build() -> Network:
        made.append(True)
        slope = 0.3 if len(made) % 2 else 0.4  # the compiled run has another equation than the interpreted one
        line = f"u = t/50.0\ndv/dt = (u - 0.21)/(exp((u - 0.21)/0.5) - 1.0) - {slope}*v : init=0.1"
        return neurons(equations=line)()

    made: list[bool] = []
    with pytest.raises(AssertionError, match="compiled and interpreted differ"):
        assert_agree(build, STEPS)
