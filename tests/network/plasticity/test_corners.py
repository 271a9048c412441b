"""Corners of synapses: what all of them share, random numbers, threads, precision, views, wide indices, resets."""

import numpy as np
import pytest
from scenarios import Case, Scenario, check, compare, default_weights, flat

from eqneuro import EquationError, Network, Neuron, SpikeSourceArray, Synapse, float32

MIXED = np.array([[1, 3, 2, 1], [2, 2, 5, 1], [4, 1, 1, 3]])
HOLES = frozenset([(0, 1), (0, 2), (1, 0), (2, 3)])

SHARED = [
    dict(
        equations="count = count : projection, int, init=0\ntotal = total : projection, init=0.0",
        pre_spike="count += 1\ntotal += w\ng_target += total",
        post_spike="total *= 0.5",
    ),
    dict(
        equations="5.0*dx/dt = -x : event-driven, postsynaptic\n5.0*dy/dt = x - y : event-driven, postsynaptic",
        pre_spike="x += w\ng_target += y",
        post_spike="w += 0.1*x",
    ),
    dict(
        equations="5.0*dx/dt = -x : event-driven, projection\n3.0*dy/dt = -y : event-driven",
        pre_spike="x += w\ny += 1.0\ng_target += x*y",
        post_spike="x *= 0.9",
    ),
    dict(
        equations="5.0*dx/dt = -x : event-driven, postsynaptic\nz = 2.0*x : postsynaptic\nw += 0.001*(x + z)",
        pre_spike="x += 1.0\ng_target += w*z",
    ),
    dict(
        equations="5.0*dx/dt = -x : event-driven, projection\ng = 3.0*x : projection", pre_spike="x += w\ng_target += g"
    ),
]
RANDOM = [
    dict(equations="x = exp(-w)*sin(t)\nw += 0.1*abs(x)^1.5 + Normal(0.0, 0.1)\nth = exp(-th - post.x) : postsynaptic"),
    dict(equations="w += Uniform(-0.1, 0.1)", pre_spike="g_target += w"),
    dict(pre_spike="g_target += w*Bernoulli(0.5)\nw += Normal(0.0, 0.1)", post_spike="w += Exponential(10.0)"),
    dict(psp="w*Normal(1.0, 0.5)"),
    dict(equations="th = Normal(0.0, 1.0) : postsynaptic\ng = Uniform(0.0, 1.0) : projection\nw += 0.1*th*g"),
    dict(pre_axon_spike="g_target += Poisson(3.0)*w"),
]


def cases(texts, **options):
    return [Case(Synapse(**text), **options) for text in texts]


@pytest.mark.parametrize("options", [{}, {"delays": MIXED, "missing": HOLES}], ids=["all to all", "sparse"])
def test_what_many_synapses_share_is_changed_by_events_one_after_the_other(options):
    compare(cases(SHARED, **options))


def test_event_driven_variables_of_different_localities_are_no_system():
    with pytest.raises(EquationError, match="constant coefficients"):
        Synapse(equations="5.0*dx/dt = -x : event-driven, postsynaptic\n5.0*dy/dt = x - y : event-driven")


def between(pre, post, equations):
    """Writes a rate-coded synapse and connects two populations with it."""
    net = Network()
    return net.connect(net.create(1, pre), net.create(1, post), "exc", Synapse(equations=equations))


@pytest.mark.parametrize("what", ["w", "x", "t_pre", "d", "g_target", "pre.r"])
def test_what_synapses_share_can_not_read_what_each_has_for_itself(what):
    pre, post = Neuron(equations="r = 1.0"), Neuron(equations="r = sum(exc)")
    with pytest.raises(EquationError, match="shared by all synapses of a post-synaptic neuron"):
        between(pre, post, f"x = pre.r\nth = th + {what} : postsynaptic")


def test_what_all_synapses_share_can_not_read_one_neuron_but_a_global_variable_of_the_population():
    pre = Neuron(equations="r = 1.0\nbig = 2.0 : population")
    post = Neuron(equations="r = sum(exc)\ndopamine = 3.0 : population")
    for text in (
        "g = post.r : projection",
        "g = th : projection\nth = post.r : postsynaptic",
        "g = t_post : projection",
    ):
        with pytest.raises(EquationError, match="shared by all synapses"):
            between(pre, post, text)
    net = Network()
    synapse = Synapse(equations="g = pre.big + post.dopamine + mean(post.r) : projection")
    projection = net.connect(net.create(3, pre), net.create(2, post), "exc", synapse).all_to_all(1.0)
    net.simulate(2.0)
    assert projection.g == 2.0 + 3.0 + 3.0


def bits(texts, threads, spiking, sizes=(40, 1100)):
    rng = np.random.default_rng(1)
    missing = frozenset(zip(*np.nonzero(rng.random(sizes[::-1]) < 0.9), strict=True))
    delays = rng.integers(1, 5, size=sizes[::-1])
    chosen = cases(texts, missing=missing, delays=delays, weights=0.5)
    scenario = Scenario(chosen, spiking=spiking, threads=threads, sizes=sizes)
    scenario.net.simulate(6.0)
    scenario.net.simulate(0.5 * 7)
    held = [flat(p, name) for p in scenario.projections for name in p.attributes]
    return held, scenario.inputs.get()


@pytest.mark.parametrize("spiking", [True, False], ids=["spiking", "rate-coded"])
def test_any_number_of_threads_gives_the_same_bits(spiking):
    rate = [
        dict(equations="w += 0.1*pre.r*post.r + Normal(0.0, 0.01)"),
        dict(equations="th = 0.9*th + post.r*mean(pre.r) : postsynaptic\nw += th*pre.x", operation="max"),
        dict(psp="w*pre.r*Uniform(0.0, 1.0)", operation="mean"),
        dict(psp="w*pre.r*Uniform(0.0, 1.0)", operation="min"),
    ]
    texts = [*SHARED, *RANDOM] if spiking else rate
    one, received = bits(texts, 1, spiking)
    assert all(np.ptp(rows) > 0 for rows in received.values())
    for threads in (2, 3, 4):
        many, also = bits(texts, threads, spiking)
        for a, b in zip(one, many, strict=True):
            np.testing.assert_array_equal(a, b)
        for name, rows in received.items():
            np.testing.assert_array_equal(rows, also[name])


def test_a_run_in_parts_is_the_whole_run():
    runs = []
    for parts in ([12.5], [1.0, 0.5, 6.0, 5.0]):
        scenario = Scenario(cases([*SHARED, *RANDOM], delays=MIXED, missing=HOLES))
        for part in parts:
            scenario.net.simulate(part)
        runs.append([flat(p, name) for p in scenario.projections for name in p.attributes])
    for a, b in zip(*runs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_random_numbers_of_synapses_have_their_moments_and_are_drawn_anew_for_each():
    count, steps = 400, 50
    net = Network(dt=1.0, seed=2)
    pre, post = net.create(count, Neuron(equations="r = 1.0")), net.create(5, Neuron(equations="r = sum(a) + sum(b)"))
    learns = net.connect(pre, post, "a", Synapse(equations="e = Normal(2.0, 3.0)\nf = Uniform(0.0, 1.0)"))
    learns.all_to_all(1.0)
    net.connect(pre, post, "b", Synapse(psp="w*Exponential(0.5)")).all_to_all(1.0)
    m, sums = net.monitor(learns, ["e", "f"]), net.monitor(post, "sum(b)")
    net.simulate(float(steps))
    e, f = m.get("e"), m.get("f")
    number = e.size
    assert abs(e.mean() - 2.0) < 4 * 3.0 / np.sqrt(number)
    assert e.std() == pytest.approx(3.0, rel=4 / np.sqrt(2 * number))
    assert abs(f.mean() - 0.5) < 4 / np.sqrt(12 * number)
    assert len(np.unique(e)) == number
    assert abs(np.corrcoef(e.ravel(), f.ravel())[0, 1]) < 4 / np.sqrt(number)
    totals = sums.get("sum(b)")
    assert abs(totals.mean() / count - 2.0) < 4 * 2.0 / np.sqrt(number)  # the mean is 1/λ, as the deviation is
    assert totals.std() / np.sqrt(count) == pytest.approx(2.0, rel=4 / np.sqrt(2 * totals.size))


def test_single_precision_follows_within_its_rounding():
    compare(cases([*SHARED, RATES_OF_SPIKES], delays=MIXED, missing=HOLES), rtol=2e-5, dtype=float32)


RATES_OF_SPIKES = dict(
    parameters="tau = 6.0",
    equations="tau*dx/dt = -x : event-driven\ntau*dy/dt = -y : exponential",
    pre_spike="g_target += w*exp((t_post - t)/tau) : unless_post\nx += 0.1\nw -= y : min=0.0",
    post_spike="y += 0.12\nw += x : max=1.0",
)
OWN_RATE = dict(equations="w += 0.1*(pre.x - post.x)*mean(pre.r)")


def test_a_population_projects_onto_itself():
    diagonal = frozenset((k, k) for k in range(3))
    both = [RATES_OF_SPIKES, dict(psp="w*(pre.x - post.x)"), SHARED[0]]
    compare(cases(both, missing=diagonal, delays=2), same=True)
    compare(cases([OWN_RATE], missing=diagonal), same=True, spiking=False)


@pytest.mark.parametrize("texts", [[RATES_OF_SPIKES, SHARED[1]], [OWN_RATE]], ids=["spiking", "rate-coded"])
@pytest.mark.parametrize("sizes", [(2, 70_000), (70_000, 2)], ids=["many after", "many before"])
def test_neurons_beyond_the_reach_of_two_bytes_are_connected(texts, sizes):
    spiking = len(texts) == 2
    wanted = {(j, i) for j in (0, 1, 69_000, sizes[1] - 1) for i in (0, 68_123, sizes[0] - 1)}
    chosen = [FewPairs(Synapse(**text), keep=frozenset(wanted), sizes=sizes) for text in texts]
    scenario = compare(chosen, spiking=spiking, sizes=sizes, steps=15)
    assert scenario.projections[0].nb_synapses == len(chosen[0].pairs(sizes[1], sizes[0])) >= 4


class FewPairs(Case):
    """A case that says which pairs there are."""

    def __init__(self, synapse, keep, sizes):
        super().__init__(synapse, weights=np.float64(0.4))
        self.keep = sorted((j, i) for j, i in keep if j < sizes[1] and i < sizes[0])

    def pairs(self, post, pre):
        return self.keep


@pytest.mark.parametrize("reversed_", [False, True])
def test_views_are_ends_of_plastic_projections(reversed_):
    net = Network(dt=1.0)
    pre = net.create(5, Neuron(parameters="a = 0.0", equations="r = a*t"))
    post = net.create(4, Neuron(parameters="b = 0.0", equations="r = b + 0.0*sum(exc)"))
    pre.a, post.b = np.arange(5.0), 10.0 ** np.arange(4)
    pre_ranks, post_ranks = ([4, 1, 2], [3, 0]) if reversed_ else ([1, 2, 4], [0, 3])
    projection = net.connect(pre[pre_ranks], post[post_ranks], "exc", Synapse(equations="w += pre.r*post.r"))
    projection.all_to_all(0.0)
    net.simulate(4.0)
    total = 0.0 + 1.0 + 2.0 + 3.0
    np.testing.assert_array_equal(projection.w, total * np.outer([1.0, 1000.0], [1.0, 2.0, 4.0]))
    assert (projection.post_ranks, projection.pre_ranks) == ([0, 3], [[1, 2, 4]] * 2)


def test_several_plastic_projections_add_to_one_target():
    def network(parts):
        net = Network(dt=1.0)
        source = net.create(SpikeSourceArray([[1.0, 3.0], [2.0, 3.0], [3.0]]))
        sink = net.create(2, Neuron(equations="v = g_exc", spike="v > 100.0"))
        for scale in parts:
            synapse = Synapse(pre_spike=f"g_target += {scale}*w\nw += 1.0")
            net.connect(source, sink, "exc", synapse).all_to_all(2.0)
        monitor = net.monitor(sink, "g_exc")
        net.simulate(6.0)
        return monitor.get("g_exc")

    together = network([1.0, 10.0])
    np.testing.assert_array_equal(together, network([1.0]) + network([10.0]))
    np.testing.assert_array_equal(together[:, 0] / 11.0, [0.0, 0.0, 2.0, 2.0, 3.0 + 3.0 + 2.0, 0.0])


def test_a_disabled_neuron_neither_sends_old_spikes_nor_lets_its_synapses_learn():
    net = Network(dt=1.0)
    clock = Neuron(equations="v += 1.0 : init=0.0\ng = g_exc", spike="v >= 2.0", reset="v = 0.0")
    pre, post = net.create(1, clock), net.create(1, clock)
    synapse = Synapse(
        equations="n = n + 1 : int, init=0", pre_spike="g_target += 1.0\nw += 1.0", post_spike="w += 10.0"
    )
    projection = net.connect(pre, post, "exc", synapse).all_to_all(0.0)
    net.simulate(2.0)  # both spike in step 1
    pre.disable()
    net.simulate(4.0)  # the spike of before arrives once
    assert projection.w == [[10.0 + 1.0 + 20.0]]
    pre.enable()
    post.disable()
    net.simulate(4.0)
    assert projection.w == [[31.0]]
    assert projection.n == [[6]]


def test_a_reset_brings_everything_back():
    scenario = Scenario(cases([*SHARED, RATES_OF_SPIKES], delays=MIXED, missing=HOLES))
    first = scenario.run(20)
    scenario.net.reset(synapses=True)
    again = scenario.run(20)
    for a, b in zip(first, again, strict=True):
        for name, rows in a.items():
            np.testing.assert_array_equal(rows, b[name], err_msg=name)
    check(scenario, again, scenario.references(20))


def test_a_reset_of_projections_keeps_the_weights():
    scenario = Scenario(cases([RATES_OF_SPIKES]))
    [first] = scenario.run(20)
    scenario.net.reset(projections=True)
    [projection] = scenario.projections
    np.testing.assert_array_equal(flat(projection, "w"), first["w"][-1])
    np.testing.assert_array_equal(flat(projection, "x"), 0.0)
    assert (first["w"][-1] != default_weights(3, 4).ravel()).any()


def test_an_axon_spike_takes_no_part_in_an_ordinary_pre_spike():
    net = Network(dt=1.0)
    pre = net.create(1, Neuron(equations="v = v + 1.0 : init=0.0", axon_spike="v > 2.5"))
    post = net.create(1, Neuron(equations="v = g_exc", spike="v > 100.0"))
    net.connect(pre, post, "exc", Synapse(pre_axon_spike="g_target += 3.0*w")).all_to_all(2.0)
    monitor = net.monitor(post, "v")
    net.simulate(5.0)
    np.testing.assert_array_equal(monitor.get("v")[:, 0], [0.0, 0.0, 0.0, 6.0, 6.0])


def test_synapses_without_any_spike_behave_as_if_the_last_was_infinitely_long_ago():
    net = Network(dt=1.0)
    source = net.create(SpikeSourceArray([[2.0], [50.0]]))
    sink = net.create(1, Neuron(equations="v = g_exc", spike="v > 100.0"))
    synapse = Synapse(
        parameters="tau = 5.0",
        equations="a = exp(-(t - t_pre)/tau)\nb = exp((t_post - t)/tau)*3.0\nc = exp(-(t - t_pre)/tau)/(1.0 + t)\n"
        "e = ite(t - t_pre > 10.0, 0.0, t - t_pre)\nf = (t - t_pre)^2 < 4.0\nh = 1.0/(1.0 + t - t_pre)",
        pre_spike="g_target += w*(1.0 - exp(-(t - t_post)/tau))",
    )
    projection = net.connect(source, sink, "exc", synapse).all_to_all(1.0)
    monitor = net.monitor(sink, "v")
    net.simulate(5.0)
    for name in "abcefh":
        assert getattr(projection, name)[0][1] == 0.0, name
        assert np.isfinite(getattr(projection, name)).all(), name
    np.testing.assert_array_equal(monitor.get("v")[:, 0], [0.0, 0.0, 0.0, 1.0, 0.0])


def test_exact_equations_between_rates_are_solved_over_each_step():
    tau, dt = 4.0, 0.5
    net = Network(dt=dt)
    pre, post = net.create(1, Neuron(equations="r = 1.0")), net.create(1, Neuron(equations="r = sum(exc)"))
    synapse = Synapse(parameters=f"tau = {tau}", equations="tau*dx/dt = 1.0 - x : exact\nw = 2.0*x")
    projection = net.connect(pre, post, "exc", synapse).all_to_all(0.0)
    net.simulate(10 * dt)
    assert projection.x[0][0] == pytest.approx(1.0 - np.exp(-10 * dt / tau), rel=1e-12)
    assert projection.w[0][0] == 2.0 * projection.x[0][0]


def test_sums_that_a_psp_reads_are_those_of_the_last_step():
    net = Network(dt=1.0)
    source = net.create(1, Neuron(equations="r = t + 1.0"))
    middle = net.create(1, Neuron(equations="r = sum(exc)"))
    last = net.create(1, Neuron(equations="r = sum(a)\nq = sum(b)\nu = sum(c)"))
    net.connect(middle, last, "a", Synapse(psp="pre.sum(exc)")).all_to_all(1.0)
    net.connect(source, middle, "exc").all_to_all(1.0)
    net.connect(source, last, "b").all_to_all(1.0)
    net.connect(source, last, "c", Synapse(psp="post.sum(b)")).all_to_all(1.0)
    net.connect(middle, last, "b", Synapse(psp="0.0*pre.sum(exc)"), name="late").all_to_all(1.0, delays=3.0)
    monitor = net.monitor(last, ["r", "q", "u"])
    net.simulate(6.0)
    r, q, u = (monitor.get(name)[:, 0] for name in "rqu")
    np.testing.assert_array_equal(q, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    np.testing.assert_array_equal(r, [0.0, 0.0, 1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(u, [0.0, 0.0, 1.0, 2.0, 3.0, 4.0])


@pytest.mark.parametrize(
    ("synapse", "pre", "message"),
    [
        (dict(pre_spike="g_target += pre.u"), "spiking", "pre.u"),
        (dict(post_spike="w += post.u"), "spiking", "post.u"),
        (dict(psp="w*pre.u"), "rate", "pre.u"),
        (dict(equations="w += mean(pre.u)"), "rate", "pre.u"),
        (dict(equations="w += post.sum(inh)"), "rate", r"post.sum\(inh\)"),
        (dict(pre_axon_spike="g_target += w"), "spiking", "axon_spike"),
        (dict(pre_spike="g_target += w"), "rate", "rate-coded"),
    ],
)
def test_synapses_that_do_not_fit_their_neurons_are_refused_when_these_are_connected(synapse, pre, message):
    net = Network()
    spiking = Neuron(equations="v = g_exc", spike="v > 1.0")
    rate = Neuron(equations="r = sum(exc)")
    ends = [net.create(1, spiking if pre == "spiking" else rate) for _ in range(2)]
    text = Synapse(**synapse)
    with pytest.raises((EquationError, TypeError), match=message):
        net.connect(*ends, "exc", text)
    assert net.get_projections() == []


def test_an_operation_of_a_spiking_synapse_is_refused():
    with pytest.raises(ValueError, match="operation"):
        Synapse(pre_spike="g_target += w", operation="max")
