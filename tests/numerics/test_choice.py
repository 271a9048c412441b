"""Which method an equation gets, and the sentence that says why."""

import pytest

from eqneuro.model.neuron import Neuron
from eqneuro.numerics.select import neuron_rules
from eqneuro.numerics.systems import METHODS


def choices(equations, default, parameters="tau = 10.0; E = 1.0"):
    rules = neuron_rules(Neuron(parameters, equations).model, default)
    return {c.variable: c for rule in rules for c in rule.choices}


def methods(equations, default, parameters="tau = 10.0; E = 1.0"):
    return {name: choice.method for name, choice in choices(equations, default, parameters).items()}


def test_auto_takes_exact_where_the_equation_is_linear_with_constant_coefficients():
    assert methods("tau*dv/dt = E - v", "auto") == {"v": "exact"}
    assert methods("dv/dt = -v + sin(t) + Normal(0.0, 1.0)", "auto") == {"v": "exact"}
    assert methods("tau*dv/dt = -v + sum(exc)", "auto") == {"v": "exact"}
    assert methods("dv/dt = -v + xi", "auto") == {"v": "exact"}


def test_auto_takes_exponential_where_the_equation_is_linear_in_its_own_variable():
    assert methods("dv/dt = -v*g\ng = 2.0*t", "auto") == {"v": "exponential", "g": "assignment"}
    assert methods("dv/dt = -v*sum(exc)", "auto") == {"v": "exponential"}
    assert methods("dv/dt = -v*t", "auto") == {"v": "exponential"}
    assert methods("dv/dt = -v + v*xi", "auto") == {"v": "exponential"}
    assert methods("dv/dt = if v > 1.0: -v else: -2.0*v", "auto") == {"v": "exponential"}


def test_auto_takes_rk4_otherwise():
    assert methods("dv/dt = v*(1.0 - v)", "auto") == {"v": "rk4"}
    assert methods("dv/dt = exp(v)", "auto") == {"v": "rk4"}


def test_what_is_linear_in_a_system_is_exact_even_where_the_rest_is_not():
    equations = "dv/dt = v^2 + g\ntau*dg/dt = -g + s\nds/dt = -s/2.0\ndw/dt = -w*s"
    assert methods(equations, "auto") == {"v": "rk4", "g": "exact", "s": "exact", "w": "exponential"}
    assert methods(equations, "exact") == methods(equations, "auto")


def test_auto_solves_what_is_coupled_with_a_nonlinear_equation_together_with_it():
    fitzhugh_nagumo = "dv/dt = v - v^3/3.0 - w + E\ntau*dw/dt = v + 0.7 - 0.8*w"
    assert methods(fitzhugh_nagumo, "auto") == {"v": "rk4", "w": "rk4"}
    assert "coupled with that of v" in choices(fitzhugh_nagumo, "auto")["w"].reason
    ring = "da/dt = c^2 - a\ndb/dt = a - b*a\ndc/dt = b - c^3\ndg/dt = -g + a\ndh/dt = -h"
    assert methods(ring, "auto") == {"a": "rk4", "b": "rk4", "c": "rk4", "g": "exact", "h": "exact"}
    kept = fitzhugh_nagumo + " : exponential"
    assert methods(kept, "auto") == {"v": "rk4", "w": "exponential"}


def test_equations_that_are_linear_alone_but_not_together_are_not_one_exact_system():
    assert methods("dv/dt = -v + g^2\ndg/dt = -g", "exact") == {"v": "exponential", "g": "exact"}
    assert methods("dv/dt = -v*g\ndg/dt = -g*v", "exact") == {"v": "exponential", "g": "exponential"}


def test_flag_wins_over_the_network():
    assert methods("dv/dt = -v : midpoint\ndw/dt = -w : auto\ndu/dt = -u", "rk4") == {
        "v": "midpoint", "w": "exact", "u": "rk4",
    }  # fmt: skip


def test_exact_flag_keeps_its_system_where_a_neighbour_by_auto_does_not_fit():
    assert methods("dv/dt = -v + g^2 : exact\ndg/dt = -g", "auto") == {"v": "exact", "g": "exponential"}


def test_networks_method_gives_way_where_the_equation_does_not_admit_it():
    assert methods("dv/dt = v^2\ndw/dt = -w*v", "exponential") == {"v": "explicit", "w": "exponential"}
    assert methods("dv/dt = v^2\ndw/dt = -w*v", "exact") == {"v": "rk4", "w": "exponential"}


@pytest.mark.parametrize("default", ["explicit", "midpoint", "heun", "rk4", "implicit", "semiimplicit"])
def test_other_methods_take_any_equation(default):
    assert methods("dv/dt = v^2 - w\ndw/dt = -w*v", default) == {"v": default, "w": default}


def test_reasons_are_sentences():
    equations = "dv/dt = v^2 + g\ntau*dg/dt = -g\ndw/dt = -w*(g + 1.0)\ndu/dt = -u : rk4"
    for default in METHODS.keys() - {"event-driven"} | {"auto"}:
        for choice in choices(equations, default).values():
            assert choice.reason[0].isupper()
            assert choice.reason.endswith(".")


def test_reason_names_what_stands_in_the_way():
    assert (
        "`g + 1.0`" in choices("dw/dt = -w*(g + 1.0)\ng = t", "auto")["w"].reason
        or "`g`" in choices("dw/dt = -w*(g + 1.0)\ng = t", "auto")["w"].reason
    )
    assert choices("dv/dt = v^2", "auto")["v"].reason == "Chosen by auto: the equation is not linear in v."
    assert choices("dv/dt = -v : heun", "auto")["v"].reason == "The equation asks for it."
    assert choices("dv/dt = -v", "heun")["v"].reason == "The network's method."
    assert choices("dv/dt = -v*v", "implicit")["v"].reason.endswith("solved by Newton's iterations.")
