"""Removable singularities through the compiled code, against mpmath."""

import re

import mpmath
import numpy as np
import pytest

from eqneuro import Network, Neuron

V0, K = -54.3, 7.3
FORMS = [
    ("x/(1-exp(-x))", 0.0),
    ("(x+60)*0.01/(1-exp(-0.1*(x+60)))", -60.0),
    ("0.01*(10-x)/(exp((10-x)/10)-1)", 10.0),
    ("(x-v0)/(1-exp(-(x-v0)/k))", V0),
    ("-0.032*(x-15-v0)/(exp(-(x-15-v0)/5)-1)", 15.0 + V0),
    ("0.1*(x+60.5)/(1-exp(-0.1*x-6.05))", -60.5),
    ("3*(x-v0)/(exp(0.25*(x-v0))-1)*exp(0.25*(x-v0))", V0),
    ("(exp(x)-1)/x", 0.0),
    ("x/(exp(x)-exp(-x))", 0.0),
    ("sin(x)/x", 0.0),
    ("x/tanh(x/k)", 0.0),
    ("sinh(x)/x", 0.0),
    ("log(1+x/40)/x", 0.0),
    ("(1-cos(x))/x^2", 0.0),
    ("atan(x)/x", 0.0),
    ("log(x/k)/(x-k)", K),
]


def points(root):
    return np.array([root] + [root + side * 0.9 * 10.0**-k for k in range(17) for side in (1, -1)])


def exactly(text, x, root):
    names = "exp sin cos tanh sinh atan log".split()
    scope = {name: getattr(mpmath, name) for name in names} | {"mpf": mpmath.mpf}
    python = re.sub(r"(?<![\w.])(\d+\.?\d*)(?![\w.])", r"mpf('\1')", text.replace("^", "**"))
    with mpmath.workdps(160):
        at = mpmath.mpf(float(x)) + (mpmath.mpf(10) ** -40 if abs(x - root) < 1e-25 else 0)
        return float(eval(python, scope, {"x": at, "v0": mpmath.mpf(V0), "k": mpmath.mpf(K)}))


@pytest.fixture(scope="module")
def computed():
    """Values of all forms, in one network: one population for each, one neuron for each point."""
    net = Network(dt=1.0)
    populations = []
    for text, root in FORMS:
        neuron = Neuron(f"x = 0.0\nv0 = {V0} : population\nk = {K} : population", f"r = {text}")
        pop = net.create(len(points(root)), neuron)
        pop.x = points(root)
        populations.append(pop)
    net.simulate(1.0)
    return {text: np.array(pop.r) for (text, _), pop in zip(FORMS, populations, strict=True)}


@pytest.mark.parametrize(("text", "root"), FORMS, ids=[text for text, _ in FORMS])
def test_compiled_value_is_accurate_at_the_singularity_and_around_it(computed, text, root):
    exact = np.array([exactly(text, x, root) for x in points(root)])
    np.testing.assert_allclose(computed[text], exact, rtol=1e-12)


def test_hodgkin_huxley_starts_on_its_singularities_without_nan():
    net = Network(dt=0.01)
    neuron = Neuron(
        equations="""
        dn/dt = 0.01*(v+60)/(1-exp(-0.1*(v+60)))*(1-n) - 0.125*exp(-0.0125*(v+70))*n : init=0.3
        dm/dt = 0.1*(v+45)/(1-exp(-0.1*(v+45)))*(1-m) - 4*exp(-(v+70)/18)*m : init=0.05
        dv/dt = 0.0*n
        r = v
        """,
    )
    pop = net.create(2, neuron)
    pop.v = [-60.0, -45.0]
    net.simulate(0.01)
    n_rate = np.array([0.1, 0.15 / (1 - np.exp(-1.5))])  # 0.01·10 in the limit; at −45, as written
    m_rate = np.array([-1.5 / (1 - np.exp(1.5)), 1.0])
    np.testing.assert_allclose(
        pop.n, 0.3 + 0.01 * (n_rate * 0.7 - 0.125 * np.exp(-0.0125 * (np.array(pop.v) + 70)) * 0.3), rtol=1e-13
    )
    np.testing.assert_allclose(
        pop.m, 0.05 + 0.01 * (m_rate * 0.95 - 4 * np.exp(-(np.array(pop.v) + 70) / 18) * 0.05), rtol=1e-13
    )
