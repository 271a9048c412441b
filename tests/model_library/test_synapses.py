"""The built-in synapses: their statements computed by hand against the laws they are known for."""

import doctest
import inspect
import sys

import numpy as np
import pytest

from eqneuro import Synapse
from eqneuro.language.evaluate import evaluate
from eqneuro.language.rewrite import map_children
from eqneuro.language.syntax import Attribute, GlobalOperation, Name
from eqneuro.model import library
from eqneuro.model.library import list_standard_synapses
from eqneuro.model.library.rate_plasticity import BCM, IBCM, Covariance, Hebb, Oja
from eqneuro.model.library.spike_plasticity import STDP, STP
from eqneuro.model.models import OdeEquation

SYNAPSES = list_standard_synapses()
RNG = np.random.default_rng(4)


def value(expr, names):
    """An expression's value; ``pre.r`` and ``mean(pre.r)`` are looked up as written."""

    def plain(node):
        if isinstance(node, Attribute):
            return Name(f"{node.owner}.{node.name}", span=node.span)
        if isinstance(node, GlobalOperation):
            return Name(f"{node.operation}({node.argument.owner}.{node.argument.name})", span=node.span)
        return map_children(node, plain)

    return evaluate(plain(expr), names)


def bounded(statement, names):
    result = value(statement.value, names)
    for bound in statement.bounds:
        limit = value(bound.value, names)
        result = np.maximum(result, limit) if bound.side == "min" else np.minimum(result, limit)
    return result


class Run:
    """A synapse's parameters and variables, with its statements run one after the other on them."""

    def __init__(self, synapse, **start):
        self.model = synapse.model
        self.names = {}
        for attribute in self.model.attributes:
            self.names[attribute.name] = evaluate(attribute.init, self.names)
        self.names |= start

    def step(self, dt=1.0, **seen):
        """One step of the equations, ODEs by their exponential update."""
        self.names |= seen
        for equation in self.model.equations:
            if isinstance(equation, OdeEquation):
                self._relax(equation, dt)
            else:
                self.names[equation.variable] = bounded(equation, self.names)
        return self.names

    def wait(self, duration):
        """Brings event-driven variables up to date."""
        for equation in self.model.equations:
            assert equation.method == "event-driven"
            self._relax(equation, duration)

    def event(self, statements):
        """What a spike adds to the target."""
        self.names["g_target"] = 0.0
        for statement in statements:
            self.names[statement.variable] = bounded(statement, self.names)
        return self.names["g_target"]

    def _relax(self, equation, duration):
        """x' = a·x + b with constant a and b, read off the right side at two points."""
        at = [value(equation.right, self.names | {equation.variable: x}) for x in (0.0, 1.0)]
        slope, offset = at[1] - at[0], at[0]
        x = self.names[equation.variable]
        self.names[equation.variable] = x + np.expm1(slope * duration) / slope * (slope * x + offset)


def test_the_list_holds_every_class_of_the_folder():
    modules = {synapse.__module__ for synapse in SYNAPSES}
    defined = {
        thing
        for module in modules
        for thing in vars(sys.modules[module]).values()
        if inspect.isclass(thing) and issubclass(thing, Synapse) and thing.__module__ == module
    }
    assert set(SYNAPSES) == defined
    assert [synapse.__name__ for synapse in SYNAPSES] == list(library.SYNAPSES)


@pytest.mark.parametrize("synapse", SYNAPSES, ids=lambda s: s.__name__)
def test_a_built_in_synapse_says_what_it_is(synapse):
    made = synapse()
    assert made.name == synapse.__name__
    assert made.description.endswith(".")
    text = inspect.getdoc(synapse)
    for argument in inspect.signature(synapse).parameters:
        assert argument in text.split("Parameters\n")[1].split("References\n")[0], argument
    changed = {n: 1.5 * p.default + 0.125 for n, p in inspect.signature(synapse).parameters.items()}
    parameters = {a.name: evaluate(a.init, {}) for a in synapse(**changed).model.parameters if a.name != "w"}
    assert parameters == changed


@pytest.mark.parametrize("synapse", SYNAPSES, ids=lambda s: s.__name__)
def test_the_example_of_a_built_in_synapse_runs(synapse):
    [example] = doctest.DocTestFinder(recurse=False).find(synapse, synapse.__name__)
    results = doctest.DocTestRunner().run(example)
    assert (results.attempted, results.failed) == (2, 0)


def test_hebbian_weights_grow_with_the_product_of_the_rates():
    run = Run(Hebb(eta=0.1), w=np.array([0.3, 0.5]))
    for _ in range(4):
        run.step(**{"pre.r": np.array([1.0, -2.0]), "post.r": 0.5})
    np.testing.assert_allclose(run.names["w"], [0.3 + 4 * 0.05, 0.5 - 4 * 0.1], rtol=1e-12)


def test_oja_finds_the_first_principal_component_with_its_norm():
    alpha, directions = 4.0, np.linalg.qr(RNG.normal(size=(5, 5)))[0]
    run = Run(Oja(eta=0.002, alpha=alpha), w=RNG.normal(size=5) * 0.1)
    for _ in range(20_000):
        x = directions @ (RNG.normal(size=5) * [2.0, 1.0, 0.7, 0.5, 0.2])
        run.step(**{"pre.r": x, "post.r": float(run.names["w"] @ x)})
    w = run.names["w"]
    assert np.linalg.norm(w) == pytest.approx(1 / np.sqrt(alpha), rel=0.05)
    assert abs(w @ directions[:, 0]) / np.linalg.norm(w) > 0.98


def test_ibcm_moves_its_threshold_before_its_weights_and_keeps_them_positive():
    k, w, theta = np.array([0.5, 1.0, 2.0]), np.array([0.1, 0.2, 0.0]), 0.0
    run = Run(IBCM(eta=0.05, tau=20.0), w=w)
    assert [a.locality for a in run.model.variables] == ["semiglobal", "local"]
    for n in range(30):
        x = k * np.cos(n)
        y = w @ x
        run.step(**{"pre.r": x, "post.r": y})
        theta += -np.expm1(-1 / 20.0) * (y**2 - theta)
        w = np.maximum(w + 0.05 * y * (y - theta) * x, 0.0)
        np.testing.assert_allclose(run.names["w"], w, rtol=1e-12, atol=1e-15)
    assert run.names["theta"] == pytest.approx(theta, rel=1e-12)


def test_bcm_comes_to_rest_where_the_mean_activity_is_what_it_aims_at():
    run = Run(BCM(eta=0.002, tau=5.0, c_0=2.0), w=np.array([0.4, 0.1]))
    x = np.array([1.0, 0.5])
    for _ in range(20_000):
        run.step(**{"pre.r": x, "post.r": float(run.names["w"] @ x)})
    assert float(run.names["w"] @ x) == pytest.approx(2.0, rel=1e-6)  # y = θ = y²/c_0
    run = Run(BCM(eta=0.1, epsilon=0.5), w=1.0)
    run.step(**{"pre.r": 0.0, "post.r": 0.0})
    assert run.names["w"] == pytest.approx(1.0 - 0.1 * 0.5)


def test_the_covariance_rule_learns_the_covariance():
    count, steps = 4, 4000
    rates = RNG.multivariate_normal(np.full(count, 3.0), 0.5 * np.eye(count) + 0.5, size=steps)
    run = Run(Covariance(eta=1.0 / steps), w=np.zeros(count))
    for x in rates:
        y = x[0]  # of a population whose mean rate is 3
        run.step(**{"pre.r": x, "mean(pre.r)": 3.0, "post.r": y, "mean(post.r)": 3.0})
    expected = ((rates - 3.0) * (rates[:, :1] - 3.0)).mean(axis=0)
    np.testing.assert_allclose(run.names["w"], expected, rtol=1e-9)
    assert expected[0] > 1.5 * expected[1:].max()


@pytest.mark.parametrize("rate", [5.0, 20.0, 80.0])
def test_short_term_plasticity_follows_the_recursion_and_comes_to_its_steady_state(rate):
    tau_rec, tau_facil, share, weight, gap = 100.0, 50.0, 0.2, 2.0, 1000.0 / rate
    run = Run(STP(tau_rec=tau_rec, tau_facil=tau_facil, U=share), w=weight)
    x, u = 1.0, share
    assert (run.names["x"], run.names["u"]) == (x, u)
    for _ in range(200):
        run.wait(gap)
        x, u = 1 + (x - 1) * np.exp(-gap / tau_rec), share + (u - share) * np.exp(-gap / tau_facil)
        assert run.event(run.model.pre_spike) == pytest.approx(weight * u * x, rel=1e-9)
        x, u = x * (1 - u), u + share * (1 - u)
    facilitation, recovery = np.exp(-gap / tau_facil), np.exp(-gap / tau_rec)
    steady_u = share / (1 - (1 - share) * facilitation)
    steady_x = (1 - recovery) / (1 - (1 - steady_u) * recovery)
    run.wait(gap)
    assert run.event(run.model.pre_spike) == pytest.approx(weight * steady_u * steady_x, rel=1e-9)


@pytest.mark.parametrize("lag", [-40.0, -5.0, 5.0, 40.0])
def test_a_pair_of_spikes_changes_a_weight_by_the_window(lag):
    run = Run(STDP(tau_plus=15.0, tau_minus=30.0, A_plus=0.01, A_minus=0.02, w_max=2.0), w=1.0)
    first, second = (run.model.pre_spike, run.model.post_spike)[:: 1 if lag > 0 else -1]
    run.event(first)
    assert run.names["w"] == 1.0
    run.wait(abs(lag))
    run.event(second)
    expected = 0.01 * 2.0 * np.exp(-lag / 15.0) if lag > 0 else -0.02 * 2.0 * np.exp(lag / 30.0)
    assert run.names["w"] - 1.0 == pytest.approx(expected, rel=1e-9)


def test_all_pairs_of_spikes_add_up_and_the_weight_stays_within_its_bounds():
    times = np.sort(RNG.uniform(0, 300.0, 40))
    sides = RNG.random(40) < 0.5  # True: pre-synaptic
    free = Run(STDP(A_plus=0.01, A_minus=0.02, w_min=-10.0, w_max=10.0), w=0.0)
    tight = Run(STDP(A_plus=0.3, A_minus=0.2, w_min=0.2, w_max=0.6), w=0.5)
    seen, before = [], 0.0
    for time, is_pre in zip(times, sides, strict=True):
        for run in (free, tight):
            run.wait(time - before)
            run.event(run.model.pre_spike if is_pre else run.model.post_spike)
        before = time
        seen.append(tight.names["w"])
    lags = times[~sides][:, None] - times[sides]
    window = np.where(lags > 0, 0.1 * np.exp(-np.abs(lags) / 20.0), -0.2 * np.exp(-np.abs(lags) / 20.0))
    assert free.names["w"] == pytest.approx(window.sum(), rel=1e-9)
    assert (min(seen), max(seen)) == (0.2, 0.6)


def test_a_spike_is_delivered_with_the_weight_it_finds():
    run = Run(STDP(), w=0.7, y=0.5)
    assert run.event(run.model.pre_spike) == 0.7
    assert run.names["w"] == pytest.approx(0.2)
