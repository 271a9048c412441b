"""Synapses that learn: weights and transmission against recursions in NumPy and closed forms, and published effects."""

from __future__ import annotations

import numpy as np
import pytest

# -- competition of weights -------------------------------------------------------------------------------------------


def replayed_weights(w, inputs, outputs, g_max, dt=0.1):
    """Every pair of spikes counts, in the order of time; an input acts a step after it is emitted."""
    x, y = np.zeros(len(w)), 0.0
    arrivals = {}
    for rank, steps in inputs.items():
        for step in steps:
            arrivals.setdefault(step + 1, []).append(rank)
    fired, decay = set(outputs), np.exp(-dt / 20.0)
    for step in range(max(max(arrivals), max(fired)) + 1):
        now = arrivals.get(step, [])
        x[now] += 0.005 * g_max
        w[now] = np.clip(w[now] - y, 0.0, g_max)
        x, y = x * decay, y * decay
        if step in fired:
            y += 0.00525 * g_max
            w = np.clip(w + x, 0.0, g_max)
    return w


def test_weights_are_those_of_all_pairs_of_spikes_added_up(example):
    module = example("song_miller_abbott")
    net = module.build(rate=20.0, seed=3)
    learns = net.get_projection("learns")
    before = np.array(learns.w[0])
    inputs = net.monitor(learns.pre, "spike")
    outputs = net.monitor(learns.post, "spike")
    net.simulate(3000.0)
    net.simulate(0.1)  # the inputs of the last step before it arrive
    spikes = {rank: [s for s in train if s < 30000] for rank, train in inputs.get("spike").items()}
    expected = replayed_weights(before.copy(), spikes, outputs.get("spike")[0], module.G_MAX)
    assert np.abs(before - learns.w[0]).max() > 0.1 * module.G_MAX
    np.testing.assert_allclose(learns.w[0], expected, rtol=1e-9, atol=1e-12 * module.G_MAX)


def test_weights_gather_at_both_ends_and_the_output_rate_settles(example):
    found = example("song_miller_abbott").run(rate=20.0, duration=200e3, windows=10, seed=2)
    first, last = (np.histogram(found["weights"][k], np.linspace(0.0, 1.0, 11))[0] for k in (0, -1))
    assert first.min() > 100 - 4 * np.sqrt(90)  # uniform: 100 in each tenth
    assert first.max() < 100 + 4 * np.sqrt(90)
    assert last[0] > 4 * last[2:8].mean()
    assert last[9] > last[6:8].mean()
    assert last[2:8].max() < last[0]
    earlier, later = found["rates"][5:8].mean(), found["rates"][8:].mean()
    assert found["rates"][0] > 3.0 * later
    assert later == pytest.approx(earlier, rel=0.3)  # over five seeds 0.80 to 0.92 of it
    assert 5.0 < later < 20.0


def test_rare_inputs_win_more_often_than_frequent_ones(example):
    module = example("song_miller_abbott")
    rare, frequent = (module.ends(module.run(rate, 50e3, windows=1)["weights"][-1]) for rate in (10.0, 40.0))
    assert rare[1] > frequent[1] + 0.1
    assert frequent[0] > rare[0] + 0.3


# -- short-term plasticity --------------------------------------------------------------------------------------------

KINDS = ("depressing", "facilitating")


@pytest.mark.parametrize("kind", KINDS)
def test_each_spike_of_any_train_transmits_what_the_recursion_gives(example, kind):
    module = example("tsodyks_markram")
    tau_rec, tau_facil, U = module.KINDS[kind].values()
    steps = np.unique(np.random.default_rng(4).integers(1, 4000, 150))
    received = module.responses(kind, [list(steps.astype(float))], 4100.0)["received"][:, 0]
    assert np.flatnonzero(received).tolist() == (steps + 1).tolist()
    R, u, before = 1.0, U, steps[0]
    for step in steps:
        R = 1.0 + (R - 1.0) * np.exp((before - step) / tau_rec)
        u = U + (u - U) * np.exp((before - step) / tau_facil)
        assert received[step + 1] == pytest.approx(u * R, rel=1e-12)
        R, u, before = R - u * R, u + U * (1.0 - u), step


@pytest.mark.parametrize("kind", KINDS)
def test_regular_trains_reach_the_steady_state_of_the_closed_form(example, kind):
    module = example("tsodyks_markram")
    intervals = [10, 20, 50, 100, 200, 500, 1000]
    measured = module.regular(kind, intervals, duration=25000.0)
    np.testing.assert_allclose(measured, module.regular_formula(kind, np.array(intervals)), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_closed_form_of_regular_trains_is_the_fixed_point_of_the_recursion(example, kind):
    module = example("tsodyks_markram")
    tau_rec, tau_facil, U = module.KINDS[kind].values()
    R, u = 1.0, U
    for _ in range(2000):
        R, u = R - u * R, u + U * (1.0 - u)
        R, u = 1.0 + (R - 1.0) * np.exp(-25.0 / tau_rec), U + (u - U) * np.exp(-25.0 / tau_facil)
    assert module.regular_formula(kind, np.array([25.0]))[0] == pytest.approx(u * R, rel=1e-12)


def test_poisson_trains_transmit_what_mean_field_says(example):
    module = example("tsodyks_markram")
    rates = np.array([2.0, 10.0, 40.0])
    for kind, tolerance in (("depressing", 0.02), ("facilitating", 0.05)):
        measured = module.poisson(kind, rates, trains=150, duration=10000.0)
        np.testing.assert_allclose(measured, module.poisson_formula(kind, rates), rtol=tolerance)


def test_only_the_facilitating_synapse_has_a_rate_that_it_likes_best(example):
    module = example("tsodyks_markram")
    intervals = np.array([20, 80, 1000])
    depressing = module.regular("depressing", list(intervals))
    facilitating = module.regular("facilitating", list(intervals))
    assert (np.diff(depressing) > 0.0).all()
    assert facilitating[1] > 1.5 * facilitating[[0, 2]].max()


# -- plasticity that reads the voltage --------------------------------------------------------------------------------


def test_pairs_depress_at_low_frequencies_and_potentiate_at_high_ones_in_the_published_order(example):
    module = example("clopath")
    change = module.run(bursts=1)
    causal, acausal = change[10.0], change[-10.0]
    assert (causal > acausal).all()
    assert (np.diff(acausal) > 0.0).all()
    assert (np.diff(causal[1:]) > 0.0).all()  # from 10 Hz on
    assert (causal > 0.0).all()
    assert (acausal[:3] < -0.05).all()  # up to 20 Hz
    assert (acausal[-2:] > 0.05).all()  # 40 and 50 Hz
    assert (np.diff(causal - acausal)[1:] < 0.0).all()  # the order of the spikes matters less and less


def test_bursts_far_apart_add_up(example):
    module = example("clopath")
    once, thrice = module.run(bursts=1), module.run(bursts=3)
    for lag in module.LAGS:
        np.testing.assert_allclose(thrice[lag], once[lag], atol=1e-6)


def test_weights_follow_the_voltage_as_the_equations_say(example):
    module = example("clopath")
    net = module.build(bursts=1)
    cells, learns = net.get_population("cells"), net.get_projection("learns")
    voltage = net.monitor(cells, "u")
    arrivals = net.monitor(learns.pre, "spike")
    net.simulate(900.0)
    u = voltage.get("u")
    frequencies = len(module.FREQUENCIES)
    for rank in (2, 5, frequencies + 2, frequencies + 5):  # 20 and 50 Hz, either order
        arrive = {step + 1 for step in arrivals.get("spike", keep=True)[rank]}
        minus, plus, x, w = -70.6, -70.6, 0.0, module.W0
        for step, now in enumerate(u[:, rank]):
            if step in arrive:
                x += 1.0 / 15.0
                w -= 14e-5 * max(0.0, minus + 70.6)
            minus += (now - minus) * -np.expm1(-0.1 / 10.0)
            plus += (now - plus) * -np.expm1(-0.1 / 7.0)
            w += 0.1 * 8e-5 * x * max(0.0, now + 45.3) * max(0.0, plus + 70.6)
            x *= np.exp(-0.1 / 15.0)
        assert abs(w - module.W0) > 1e-3
        assert learns.w[rank][0] == pytest.approx(w, rel=1e-10)


# -- plasticity gated by dopamine -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 3])
def test_rewarded_synapse_grows_above_all_others(example, seed):
    module = example("dopamine")
    net, pair = module.build(seed)
    critic = net.get_population("critic")
    critic.soonest, critic.latest, critic.amount = (
        50.0,
        150.0,
        0.3,
    )  # sooner and more than in the example, for a short run
    assert module.weights(net, pair)[0] == 0.0
    net.simulate(500e3)
    chosen, others = module.weights(net, pair)
    assert chosen > others.max() + 0.5
    assert others.mean() < 1.0


def test_reward_comes_only_after_the_second_neuron_followed_the_first(example):
    module = example("dopamine")
    net, (first, second) = module.build(seed=2)
    critic = net.get_population("critic")
    spikes = net.monitor(net.get_population("cells"), "spike")
    rewards = net.monitor(critic, "spike")
    net.simulate(100e3)
    trains, found = spikes.get("spike"), np.array(rewards.get("spike")[0])
    then, now = np.array(trains[first]), np.array(trains[second])
    delays = [step - then[then <= step].max(initial=-1000) for step in now]
    causes = now[np.array(delays) < critic.window] + 1  # they arrive a step later
    assert 0 < len(found) <= len(causes)
    for reward in found:
        assert any(critic.soonest <= reward - cause <= critic.latest + 1.0 for cause in causes)


def test_without_dopamine_no_weight_changes(example):
    module = example("dopamine")
    net, pair = module.build(seed=1)
    net.get_population("critic").amount = 0.0
    before = module.weights(net, pair)
    net.simulate(20e3)
    after = module.weights(net, pair)
    assert before[0] == after[0]
    np.testing.assert_array_equal(before[1], after[1])


def test_eligibility_and_weight_are_those_of_the_recursion(example):
    module = example("dopamine")
    net, _ = module.build(seed=4)
    critic, cells, learns = net.get_population("critic"), net.get_population("cells"), net.get_projection("learns")
    critic.d, critic.tau = 0.2, 3000.0
    spikes, dopamine = net.monitor(cells, "spike"), net.monitor(cells, "dopamine")
    net.simulate(4000.0)
    d, trains = dopamine.get("dopamine"), {rank: set(train) for rank, train in spikes.get("spike").items()}
    post = max(range(module.SIZE), key=lambda rank: len(trains[rank]))
    dendrite = learns.dendrite(post)
    changed = 0
    for pre, c_found, w_found in zip(dendrite.pre_ranks, dendrite.c, dendrite.w, strict=True):
        x = y = c = 0.0
        w = 1.0
        for step in range(4000):
            if step - 1 in trains[pre]:
                x, c = x + 0.1, c - y
            if step % 10 == 0:
                w, c = min(4.0, max(0.0, w + 10.0 * 0.1 * c * d[step, post])), c * np.exp(-10.0 / 1000.0)
            x, y = x * np.exp(-1.0 / 20.0), y * np.exp(-1.0 / 20.0)
            if step in trains[post]:
                y, c = y + 0.15, c + x
        assert c_found == pytest.approx(c, rel=1e-9, abs=1e-15)
        assert w_found == pytest.approx(w, rel=1e-9)
        changed += abs(w - 1.0) > 0.01
    assert changed > 10
