"""Networks whose synapses may keep traces with neurons, or each its own: what the two give is compared."""

from __future__ import annotations

from typing import Any

import numpy as np

import eqneuro as ann

PARAMETERS = "tau = 20.0\ntau_slow = 70.0\nup = 0.01\ndown = 0.012\nmost = 0.4\ngain = 0.5"
PAIR = dict(
    equations="tau*dx/dt = -x : event-driven\ntau*dy/dt = -y : event-driven",
    pre_spike="g_target += w\nx += up\nw = clip(w - y, 0.0, most)",
    post_spike="y += down\nw = clip(w + x, 0.0, most)",
)
TRIPLET = dict(
    equations="""
        tau*dr1/dt = -r1 : event-driven
        tau_slow*dr2/dt = -r2 : event-driven
        tau*do1/dt = -o1 : event-driven
        tau_slow*do2/dt = -o2 : event-driven
    """,
    pre_spike="g_target += w\nw = clip(w - o1*(down + gain*r2), 0.0, most)\nr1 += 1.0\nr2 += 1.0",
    post_spike="w = clip(w + r1*(up + gain*o2), 0.0, most)\no1 += 1.0\no2 += 1.0",
)
MODELS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "pair": (PAIR, {"x": "pre", "y": "post"}),
    "triplet": (TRIPLET, {"r1": "pre", "r2": "pre", "o1": "post", "o2": "post"}),
    "read before and after it grows": (
        dict(
            equations="tau*dx/dt = -x : event-driven\ntau*dy/dt = -y : event-driven",
            pre_spike="""
                w += 0.01*x
                x += up
                w -= 0.02*x - y
                x = min(x, 0.05)
                w += 0.005*x : max=most
                g_target += w + w*x
            """,
            post_spike="w -= 0.3*y\ny += down : max=0.1\nw += 0.2*y*x : max=most, min=0.0",
        ),
        {"x": "pre", "y": "post"},
    ),
    "other variables beside": (
        dict(
            equations="""
                tau*dx/dt = -x : event-driven
                tau*dy/dt = -y : event-driven
                tau*dz/dt = -z : event-driven
                70.0*dm/dt = -m : event-driven, postsynaptic
            """,
            pre_spike="g_target += w + 0.1*z\nx += up\nz += w*x\nm += 0.01*x\nw = clip(w - y*m, 0.0, most)",
            post_spike="y += down\nz -= 0.1*y\nw = clip(w + x*z, 0.0, most)",
        ),
        {"x": "pre", "y": "post"},
    ),
    "shared by all": (
        dict(
            equations="tau*dx/dt = -x : event-driven\nn = n : projection, int, init=0",
            pre_spike="g_target += w\nx += up\nn += 1\nw += 0.01*x",
            post_spike="w -= 0.001*x*n",
        ),
        {"x": "pre"},
    ),
    "driven": (
        dict(
            equations="tau*dx/dt = gain - x : event-driven\ndy/dt = -y/tau + 0.1/tau_slow : event-driven",
            pre_spike="g_target += w\nx -= up\nw = clip(w - 0.01*y, 0.0, most)",
            post_spike="y -= 0.5*y\nw = clip(w + 0.01*x, 0.0, most)",
        ),
        {"x": "pre", "y": "post"},
    ),
    "one feeds another": (
        dict(
            equations="""
                tau*da/dt = -a : event-driven
                tau_slow*dx/dt = a - x : event-driven
                tau*dy/dt = -y : event-driven
            """,
            pre_spike="g_target += w\na += up\nx += 0.1*a\nw = clip(w - y, 0.0, most)",
            post_spike="y += down\nw = clip(w + x, 0.0, most)",
        ),
        {"a": "pre", "x": "pre", "y": "post"},
    ),
    "of the neuron": (
        dict(
            equations="tau*dx/dt = -x : event-driven\ntau*dy/dt = -y : event-driven",
            pre_spike="g_target += w\nx += up + 0.001*(t - t_pre)\nw -= 0.1*y",
            post_spike="y += down*(1.0 + post.v)\nw += x",
        ),
        {"x": "pre", "y": "post"},
    ),
    "of one side": (
        dict(equations="tau*dx/dt = -x : event-driven", pre_spike="g_target += w*(0.5 + x)\nx += up"),
        {"x": "pre"},
    ),
}
CELL = ann.Neuron(equations="10.0*dv/dt = -v + g_exc\n5.0*dg_exc/dt = -g_exc", spike="v > 0.3", reset="v = 0.0")


def flat(values: Any) -> Any:
    return np.hstack(values) if isinstance(values, list) else np.array(values)


class Trial:
    """A network of Poisson neurons onto cells that spike, with synapses of one model."""

    def __init__(
        self, model: dict[str, str], apart: bool = False, connect: Any = None, cells: int = 37, **settings: Any
    ) -> None:
        self.net = ann.Network(dt=0.5, seed=4, **settings)
        inputs = self.net.create(ann.PoissonPopulation(30, rates=120.0))
        self.cells = self.net.create(cells, CELL)
        self.synapses = self.net.connect(inputs, self.cells, "exc", ann.Synapse(parameters=PARAMETERS, **model))
        if connect is None:
            self.synapses.all_to_all(weights=ann.Uniform(0.0, 0.4), delays=1.5)
        else:
            connect(self.synapses)
        self.spikes = self.net.monitor(self.cells, "spike")
        if apart:  # parameters with one value a synapse let each synapse have traces of its own
            for name in ("tau", "tau_slow", "up", "down"):
                self.part(name)

    def part(self, name: str) -> None:
        values = getattr(self.synapses, name)
        setattr(self.synapses, name, np.full(self.synapses.nb_synapses, values))

    @property
    def kept(self) -> dict[str, str]:
        return dict(self.synapses._plastic.kept)

    def state(self) -> dict[str, Any]:
        found = {name: flat(self.synapses.get(name)) for name in self.synapses.variables}
        spikes = self.spikes.raster_plot(self.spikes.get("spike", keep=True))
        return found | {"v": self.cells.v.copy(), "g": self.cells.g_exc.copy(), "spikes": np.array(spikes)}


def assert_close(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one["spikes"].size > 50
    for name, values in one.items():
        np.testing.assert_allclose(values, other[name], rtol=1e-9, atol=1e-12, err_msg=name)


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)


def half_the_pairs(synapses: Any) -> None:
    synapses.fixed_probability(0.5, weights=ann.Uniform(0.0, 0.4), delays=1.5)


def few_pairs(synapses: Any) -> None:
    synapses.fixed_probability(0.07, weights=ann.Uniform(0.2, 0.4), delays=1.5)
