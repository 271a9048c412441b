"""`eqneuro show`."""

import pytest

import eqneuro as ann
from eqneuro.cli import show as command

FILE = """
import eqneuro as ann

print("said while the file is read")
Leaky = ann.Neuron(parameters="tau = 10.0", equations="tau*dv/dt = g_exc - v", spike="v > 1.0", reset="v = 0.0")
Rate = ann.Neuron(equations="r = sum(exc) + bias")
Saturating = ann.Synapse(psp="tanh(w * pre.r * post.gain)")
Depressed = ann.Synapse(pre_spike="g_target += w * pre.u")

class Slow(ann.Neuron):
    def __init__(self):
        super().__init__(equations="100.0*dr/dt = -r")

class Both(ann.Network):
    def __init__(self):
        population = self.create(2, Leaky)
        self.connect(population, population, "exc").all_to_all(weights=1.0)

number = 3
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "models.py"
    path.write_text(FILE)
    return path


def test_without_a_model_the_built_in_ones_are_listed(eqneuro):
    lines = eqneuro("show").stdout.splitlines()
    models = command.built_in().values()
    assert set(ann.list_standard_neurons()) < set(models)
    for line, model in zip(lines, models, strict=True):
        name, _, told = line.partition(" ")
        assert name == model.__name__
        assert model.__doc__.strip().startswith(told.strip())
        assert told.strip()


@pytest.mark.parametrize("name", [model.__name__ for model in ann.list_standard_neurons()])
def test_every_built_in_neuron_has_code_with_its_equations(eqneuro, name):
    result = eqneuro("show", name)
    assert result.exit_code == 0
    assert f"/* Population of {name}\n" in result.stdout
    assert f"static void update_{name}_0(" in result.stdout
    model = getattr(ann, name)().model
    comments = " ".join(result.stdout.replace("\n *", " ").split())
    for equation in model.equations:
        first = equation.text.splitlines()[0].split(" : ")[0]
        assert " ".join(first.split()[:3]) in comments


@pytest.mark.parametrize("name", [model.__name__ for model in ann.list_standard_synapses()])
def test_every_built_in_synapse_has_code_with_its_statements(eqneuro, name):
    result = eqneuro("show", name)
    assert result.exit_code == 0
    assert "static void" in result.stdout
    model = getattr(ann, name)().model
    comments = " ".join(result.stdout.replace("\n *", " ").split())
    events = [statement for event in (model.pre_spike, model.post_spike) for statement in event]
    for statement in (*model.equations, *events):
        assert " ".join(statement.text.split(" : ")[0].split()[:3]) in comments


def test_method_changes_the_code(eqneuro, file):
    explicit, exact = (eqneuro("show", f"{file}:Leaky", "--method", method).stdout for method in ("explicit", "exact"))
    assert "tau*dv/dt = g_exc - v" in explicit
    assert "tau*dv/dt = g_exc - v" in exact
    assert "coefficients_" in exact  # the matrix whose exponential is taken
    assert "coefficients_" not in explicit


def test_precision_changes_the_whole_file(eqneuro):
    double, single = (eqneuro("show", "LIF", "--whole", "--precision", p).stdout for p in ("double", "float"))
    assert "typedef double real;" in double
    assert "typedef float real;" in single


def test_whole_file_is_what_the_network_gives_to_the_compiler(eqneuro):
    net = ann.Network(dt=0.1, seed=1)
    net.create(1, ann.LIF)
    assert eqneuro("show", "LIF", "--whole").stdout.strip() == net.source().strip()


def test_part_of_a_model_stands_in_the_whole_file(eqneuro):
    part, whole = eqneuro("show", "Izhikevich").stdout, eqneuro("show", "Izhikevich", "--whole").stdout
    assert part.strip() in whole
    assert len(part) < len(whole)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Leaky", "tau*dv/dt = g_exc - v"),
        ("Rate", "r = sum(exc) + bias"),
        ("Slow", "100.0*dr/dt = -r"),
        ("Saturating", "tanh(w * pre.r * post.gain)"),
        ("Depressed", "g_target += w * pre.u"),
    ],
)
def test_model_of_a_file_is_shown_with_its_equations(eqneuro, file, name, expected):
    result = eqneuro("show", f"{file}:{name}")
    assert result.exit_code == 0, result.stderr
    assert expected in result.stdout


def test_network_of_a_file_is_shown_with_all_its_kernels(eqneuro, file):
    shown = eqneuro("show", f"{file}:Both").stdout
    assert "/* Population" in shown
    assert "/* Projection" in shown


def test_what_a_file_prints_does_not_get_into_the_code(eqneuro, file):
    result = eqneuro("show", f"{file}:Leaky")
    assert "said while" not in result.stdout
    assert "said while" in result.stderr


def test_unknown_model_is_refused_with_the_nearest_one(eqneuro):
    result = eqneuro("show", "Izhikevitch")
    assert result.exit_code == 1
    assert "Did you mean 'Izhikevich'?" in result.stderr


@pytest.mark.parametrize("asked", ["", ":number", ":Nothing"])
def test_file_without_that_model_is_told_what_it_holds(eqneuro, file, asked):
    result = eqneuro("show", f"{file}{asked}")
    assert result.exit_code == 1
    assert "Leaky, Rate, Saturating, Depressed, Slow, Both" in result.stderr


def test_missing_file_is_told(eqneuro, tmp_path):
    result = eqneuro("show", f"{tmp_path}/none.py:X")
    assert result.exit_code == 1
    assert "there is no file" in result.stderr


@pytest.mark.parametrize("option", [("--method", "guess"), ("--precision", "half")])
def test_unknown_method_or_precision_is_told_without_a_traceback(eqneuro, option):
    result = eqneuro("show", "LIF", *option)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert option[1] in result.stderr


def test_no_compiler_is_needed(eqneuro, monkeypatch):
    monkeypatch.setenv("EQNEURO_CC", "no-such-compiler")
    assert "update_LIF_0" in eqneuro("show", "LIF").stdout


def test_colours_are_for_terminals(eqneuro, eqneuro_terminal):
    assert "\x1b[" not in eqneuro("show", "LIF").stdout
    assert "\x1b[" in eqneuro_terminal("show", "LIF")


def test_built_in_models_are_found_by_name():
    assert command.find("Izhikevich") is ann.Izhikevich
