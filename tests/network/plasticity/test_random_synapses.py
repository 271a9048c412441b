"""Synapses put together by chance from safe pieces do what the slow interpreter says."""

import numpy as np
from hypothesis import Phase, given, settings, strategies as st
from scenarios import Case, compare

from eqneuro import Synapse

LOCALITIES = ("", ", postsynaptic", ", projection")
FEW = settings(max_examples=3, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
"""Each example is a network to compile."""
METHODS = ("explicit", "midpoint", "heun", "rk4", "implicit", "semiimplicit", "exponential")
OWN = ("x", "y", "w", "k")
SHARED = {
    "": ("x", "w", "k", "post.x", "pre.x", "d"),
    ", postsynaptic": ("post.x", "pre.big"),
    ", projection": ("pre.big", "mean(post.x)"),
}
"""What the second variable, of each locality, may read."""


@st.composite
def terms(draw, names):
    """A number between −3 and 3 or so, whatever the names are."""
    name = draw(st.sampled_from(names))
    forms = ["{}", "0.5*{}*{}", "clip({}, -1.0, 2.0)", "ite({} > 0.4, 0.7, {})", "exp(-abs({}))"]
    form = draw(st.sampled_from(forms))
    return "tanh(" + form.replace("{}", name) + ")"


@st.composite
def synapses(draw, spiking):
    place = draw(st.sampled_from(LOCALITIES))
    method = draw(st.sampled_from([*METHODS, "event-driven"] if spiking else METHODS))
    other = draw(st.sampled_from(METHODS))
    readable = [*OWN, "pre.x", "post.x", "mean(pre.x)", "d", *(["exp((t_pre - t)/4.0)"] if spiking else [])]
    second = f"5.0*dy/dt = {draw(terms(SHARED[place]))} - y : {other}{place}"
    drive = "0.0" if method == "event-driven" else draw(terms(["y", "k", "post.x", "pre.x"]))
    first = f"4.0*dx/dt = {drive} - x"
    lines = [f"{first} : {method}, init=0.5", second]
    if draw(st.booleans()):
        lines.append(f"w += 0.1*{draw(terms(readable))} : min=-1.0, max=1.0")
    place = draw(st.sampled_from(["", " : postsynaptic", " : projection"]))
    text = dict(parameters=f"k = 0.6{place}")
    text["equations"] = "\n".join(draw(st.permutations(lines)))
    if not spiking:
        operation = draw(st.sampled_from(["sum", "mean", "max", "min"]))
        return Synapse(**text, psp=f"w*{draw(terms(readable))} + pre.r", operation=operation)
    changes = st.sampled_from(["x += {}", "y = 0.5*y + 0.2*{}", "w += 0.1*{} : min=-1.0", "g_target += w*{}"])
    for event in ("pre_spike", "post_spike", "pre_axon_spike"):
        chosen = draw(st.lists(changes, max_size=3))
        statements = [s.format(draw(terms(readable))) for s in chosen if event != "post_spike" or "g_target" not in s]
        if statements:
            text[event] = "\n".join(statements)
    if draw(st.booleans()):
        text["psp"] = f"w*{draw(terms(readable))}"
    return Synapse(**text)


DELAYS = st.one_of(
    st.integers(1, 4), st.lists(st.integers(1, 4), min_size=12, max_size=12).map(lambda x: np.reshape(x, (3, 4)))
)
HOLES = st.sets(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=8).map(frozenset)


def cases(spiking):
    case = st.builds(Case, synapses(spiking), delays=DELAYS, missing=HOLES)
    return st.lists(case, min_size=5, max_size=5)


@settings(FEW)
@given(cases(True), st.sampled_from([1, 2]))
def test_spiking_synapses_made_by_chance(chosen, threads):
    compare(chosen, steps=25, rtol=1e-8, threads=threads)


@settings(FEW)
@given(cases(False), st.sampled_from([1, 2]))
def test_rate_coded_synapses_made_by_chance(chosen, threads):
    compare(chosen, spiking=False, steps=25, rtol=1e-8, threads=threads)
