"""The flag `stratonovich`: where it stands, where it is refused, and that compiled networks heed it."""

import numpy as np
import pytest

from eqneuro import EquationError, Network, Neuron, Synapse

NEURONS = 20_000


def caret(error):
    """What the caret of an error stands under."""
    lines = str(error.value).splitlines()
    row = next(k for k, line in enumerate(lines) if set(line.strip()) == {"^"})
    begin = lines[row].index("^")
    return lines[row - 1][begin : begin + lines[row].count("^")]


def test_an_ode_with_noise_takes_the_flag_beside_others():
    model = Neuron(equations="dv/dt = -v + v*xi : init=1.0, stratonovich, heun").model
    assert model.equations[0].conditions == ("stratonovich",)
    assert model.equations[0].method == "heun"


def test_an_equation_without_noise_is_refused():
    with pytest.raises(EquationError, match="'stratonovich' of an equation without noise") as error:
        Neuron(equations="dv/dt = -v : heun, stratonovich")
    assert caret(error) == "stratonovich"


@pytest.mark.parametrize("equation", ["v = 1.0 : stratonovich", "v = Normal(0.0, 1.0) : stratonovich"])
def test_an_assignment_is_refused(equation):
    with pytest.raises(EquationError, match="makes no sense for an assignment") as error:
        Neuron(equations=equation)
    assert caret(error) == "stratonovich"
    assert "ODEs with white noise" in str(error.value)


def test_a_parameter_is_refused():
    with pytest.raises(EquationError, match="makes no sense for a parameter") as error:
        Neuron(parameters="tau = 1.0 : stratonovich")
    assert caret(error) == "stratonovich"


def test_flag_that_stands_twice_is_refused():
    with pytest.raises(EquationError, match="stands twice") as error:
        Neuron(equations="dv/dt = v*xi : stratonovich, stratonovich")
    assert caret(error) == "stratonovich"


def test_an_event_driven_equation_admits_no_noise_in_any_sense():
    with pytest.raises(EquationError, match="event-driven") as error:
        Synapse(equations="dx/dt = -x + x*xi : event-driven, stratonovich", pre_spike="x += 1.0")
    assert caret(error) == "event-driven"


def test_a_word_that_is_nearly_the_flag_is_told():
    with pytest.raises(EquationError, match="Did you mean 'stratonovich'"):
        Neuron(equations="dv/dt = v*xi : stratonovitch")


@pytest.mark.parametrize("method", ["explicit", "heun", "exponential", "rk4"])
def test_compiled_noise_drifts_by_half_its_strength_squared_in_one_sense_only(method):
    """Of dx = s·x·dW the logarithm's mean is −½·s²·t in Itô's sense, 0 in Stratonovich's."""
    s, end = 0.5, 1.0
    net = Network(dt=0.02, seed=6)
    means = []
    for flag in (", stratonovich", ""):
        pop = net.create(NEURONS, Neuron(equations=f"dx/dt = {s}*x*xi : init=1.0, {method}{flag}\nr = x"))
        means.append(pop)
    net.simulate(end)
    error = 4.5 * s * np.sqrt(end / NEURONS)
    assert abs(np.log(means[0].x).mean()) < error
    assert abs(np.log(means[1].x).mean() + 0.5 * s**2 * end) < error


def test_synapses_take_the_flag():
    net = Network(dt=0.02, seed=6)
    pop = net.create(100, Neuron(equations="r = 0.0*sum(exc)"))
    synapse = Synapse(equations="dw/dt = 0.5*w*xi : init=1.0, stratonovich")
    projection = net.connect(pop, pop, "exc", synapse).all_to_all(1.0, allow_self_connections=True)
    net.simulate(1.0)
    logarithms = np.log(np.concatenate(projection.w))
    assert abs(logarithms.mean()) < 4.5 * 0.5 / np.sqrt(logarithms.size)
