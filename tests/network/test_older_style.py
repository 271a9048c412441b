"""The module-level functions of older scripts, and the public namespace."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import eqneuro as ann
from eqneuro.network import magic
from eqneuro.network.settings import Defaults


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """No hidden network before and after; warnings are said anew."""
    before = Defaults.settings
    magic.clear_objects()
    magic._SAID.clear()
    yield
    magic.clear_objects()
    Defaults.settings = before


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_a_script_of_the_older_style_runs() -> None:
    ann.setup(dt=0.5, seed=3, num_threads=1)
    a = ann.Population(3, ann.Neuron(equations="v = v + dt : init=0.0\nr = v"), name="a", stop_condition="v >= 4.0")
    b = ann.Population(2, ann.Neuron(equations="r = sum(exc)"))
    projection = ann.Projection(a, b, "exc").all_to_all(1.0)
    m = ann.Monitor(b, "r")
    calls = []
    ann.every(period=1.0)(calls.append)
    ann.compile(silent=True)
    ann.simulate(2.0)
    ann.step()
    assert (ann.dt(), ann.get_time(), ann.get_current_step()) == (0.5, 2.5, 5)
    assert calls == [0, 1]
    assert m.get("r")[:, 0].tolist() == [0.0, 1.5, 3.0, 4.5, 6.0]
    assert ann.simulate_until(100.0, a) == 1.5
    ann.set_time(10.0)
    assert ann.get_current_step() == 20
    ann.set_current_step(0)
    assert ann.get_time() == 0.0
    assert (ann.populations(), ann.projections(), ann.monitors()) == ([a, b], [projection], [m])
    assert ann.projections(post=b, target="exc") == [projection]
    assert (ann.get_population("a"), ann.get_projection("proj0")) == (a, projection)
    ann.disable_callbacks()
    assert not ann.callbacks_enabled()
    ann.enable_callbacks()
    ann.clear_all_callbacks()
    ann.set_seed(8)
    assert ann.magic_network().seed == 8
    ann.reset()
    assert a.v[0] == 0.0
    assert ann.Network().dt == 0.5
    ann.clear()
    assert ann.populations() == []


def test_ready_inputs_join_the_hidden_network_or_the_one_that_creates_them() -> None:
    source = ann.SpikeSourceArray([[1.0]])
    post = ann.Population(1, ann.Neuron(equations="a += g_exc : init=0.0", spike="a > 9.0", reset=""))
    ann.Projection(source, post, "exc").all_to_all(1.0)
    ann.simulate(4.0)
    assert post.a[0] == 1.0
    net = ann.Network()
    mine = net.create(ann.PoissonPopulation(2, rates=1.0))
    assert net.get_populations() == [mine]
    assert mine not in ann.populations()


@pytest.mark.filterwarnings("error::DeprecationWarning")
def test_each_older_name_says_once_what_to_write_instead() -> None:
    neuron = ann.Neuron(equations="r = 1.0")
    with pytest.warns(DeprecationWarning, match=r"Population\(…\) works on a hidden network; .* net.create") as caught:
        ann.Population(1, neuron)
    assert caught[0].filename == __file__
    ann.Population(1, neuron)
    with pytest.warns(DeprecationWarning, match=r"net.simulate\(duration\)") as caught:
        ann.simulate(1.0)
    assert caught[0].filename == __file__
    ann.simulate(1.0)


def test_a_projection_between_a_network_and_the_hidden_one_is_refused() -> None:
    net = ann.Network()
    a = net.create(1, ann.Neuron(equations="r = sum(exc)"))
    with pytest.raises(ValueError, match="another network"):
        ann.Projection(a, a, "exc")
    with pytest.raises(ValueError, match="another network"):
        ann.Monitor(a, "r")


def test_functions_that_were_added_are_forgotten_by_clear() -> None:
    ann.add_function("twice(x) = 2.0*x")
    population = ann.Population(1, ann.Neuron(equations="r = twice(t)"))
    assert population.twice(4.0) == 8.0
    ann.clear()
    with pytest.raises(ann.EquationError, match="twice"):
        ann.Neuron(equations="r = twice(t)")


# -- the namespace -----------------------------------------------------------------------------------------------------


def test_every_public_name_is_there_and_has_a_docstring() -> None:
    for name in ann.__all__:
        value = getattr(ann, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), name
    assert set(dir(ann)) >= set(ann.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Netwrok'"):
        getattr(ann, "Netwrok")  # noqa: B009


def imports_for_checkers() -> str:
    """What stands in the package for editors and type checkers, before ruff formats it."""
    lines = ["if TYPE_CHECKING:  # what editors and type checkers see; a test keeps it equal to the tables below"]
    by_home: dict[str, list[str]] = {}
    for name in ann.__all__[1:]:
        by_home.setdefault(ann._MODULES[name], []).append(f"{name} as {name}")
    lines += [f"    from {home} import {', '.join(names)}" for home, names in sorted(by_home.items())]
    return "\n".join(lines)


def public_imports(text: str) -> dict[str, str]:
    """The names that an ``if TYPE_CHECKING`` imports as themselves, and from where."""
    blocks = [node for node in ast.parse(text).body if isinstance(node, ast.If)]
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names if alias.asname == alias.name}


def test_constants_of_older_scripts_are_known_to_the_hidden_network() -> None:
    ann.Constant("gain", 2.0)
    population = ann.Population(2, ann.Neuron(equations="r = gain"))
    ann.simulate(1.0)
    assert population.r.tolist() == [2.0, 2.0]
    later = ann.Constant("gain", 3.0)
    ann.simulate(1.0)
    assert population.r.tolist() == [3.0, 3.0]
    later.set(4.0)
    ann.simulate(1.0)
    assert population.r.tolist() == [4.0, 4.0]
    assert ann.magic_network().get_constants() == [later]


def test_a_population_that_a_network_refused_does_not_wait_for_the_hidden_one() -> None:
    with pytest.raises(ann.EquationError, match="unknown name 'x'"):
        ann.Network().create(ann.PoissonPopulation(3, rates="10.0*(1.0 + sin(x))"))
    ann.Population(1, ann.Neuron(equations="r = 1.0"))
    assert [p.size for p in ann.populations()] == [1]


def test_a_callback_on_no_network_is_told_when_another_network_runs() -> None:
    net = ann.Network(dt=1.0)
    net.create(1, ann.Neuron(equations="r = t"))

    @ann.every(period=1.0)
    def stimulate(n: int) -> None:
        raise AssertionError

    with pytest.warns(UserWarning, match="'stimulate' belongs to no network"):
        net.simulate(2.0)
    net.simulate(2.0)  # told once


def test_what_type_checkers_see_is_what_there_is() -> None:
    """Where it fails: put what `imports_for_checkers` gives into the package."""
    assert public_imports(Path(ann.__file__).read_text(encoding="utf-8")) == public_imports(imports_for_checkers())


@pytest.mark.parametrize(
    "code",
    [
        "import eqneuro",
        "import eqneuro as a; n = a.Network(); p = n.create(3, a.Neuron(equations='r = sum(exc)')); "
        "n.connect(p, p, 'exc').all_to_all(1.0); n.monitor(p, 'r'); a.PoissonPopulation(3, rates=1.0)",
    ],
)
def test_heavy_modules_wait_until_they_are_needed(code: str) -> None:
    heavy = ("sympy", "scipy", "matplotlib", "jinja2", "rich", "xarray", "neo")
    script = f"import sys\n{code}\nprint([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_default_synapses_are_parsed_when_they_are_needed() -> None:
    script = "from eqneuro.network import projection as p; print(p.default_synapse.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
