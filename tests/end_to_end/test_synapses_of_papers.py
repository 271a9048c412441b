"""Synapses after papers: triplets of spikes, calcium, inhibition that balances; beside recursions and closed forms."""

from __future__ import annotations

import numpy as np
import pytest

# -- triplets of spikes -----------------------------------------------------------------------------------------------

KINDS = ("all-to-all", "nearest")


@pytest.mark.parametrize("kind", KINDS)
def test_pairs_at_any_frequency_change_the_weight_by_the_closed_form(example, kind):
    module = example("triplets")
    frequencies = (4.0, 10.0, 12.5, 20.0, 25.0, 40.0, 50.0)
    found = module.changes(kind, frequencies, pairs=35)
    for lag in module.LAGS:
        expected = [module.formula(kind, frequency, lag, pairs=35) for frequency in frequencies]
        np.testing.assert_allclose(found[lag], expected, rtol=1e-10, atol=1e-14)


def weight_after(model, kind, pre, post):
    """Spike by spike; the pre-synaptic one of two that are emitted together arrives later."""
    taus = [model[name] for name in ("tau_plus", "tau_x", "tau_minus", "tau_y")]
    r1 = r2 = o1 = o2 = 0.0
    w, now = 1.0, 0.0
    for time, is_pre in sorted([(t, True) for t in pre] + [(t, False) for t in post]):
        r1, r2, o1, o2 = (x * np.exp((now - time) / tau) for x, tau in zip((r1, r2, o1, o2), taus, strict=True))
        now, kept = time, 1.0 if kind == "all-to-all" else 0.0
        if is_pre:
            w -= o1 * (model["A2_minus"] + model["A3_minus"] * r2)
            r1, r2 = kept * r1 + 1.0, kept * r2 + 1.0
        else:
            w += r1 * (model["A2_plus"] + model["A3_plus"] * o2)
            o1, o2 = kept * o1 + 1.0, kept * o2 + 1.0
    return w


@pytest.mark.parametrize("kind", KINDS)
def test_any_trains_change_the_weight_as_the_full_rule_says_spike_by_spike(example, kind, monkeypatch):
    module = example("triplets")
    model = {**module.MODELS[kind], "A2_plus": 4.6e-3, "A3_minus": 2.3e-3}  # the terms that the minimal models lack
    monkeypatch.setitem(module.MODELS, kind, model)
    rng = np.random.default_rng(3)
    pre, post = ([sorted(rng.choice(2000, 60, replace=False) * 1.0) for _ in range(4)] for _ in range(2))
    assert any(set(a) & set(b) for a, b in zip(pre, post, strict=True))
    net = module.learn(module.triplet(kind), pre, post)
    net.simulate(2100.0)
    expected = [weight_after(model, kind, [*a], [*b]) for a, b in zip(pre, post, strict=True)]
    np.testing.assert_allclose(np.array(net.get_projection("learns").w).ravel(), expected, rtol=1e-11)
    assert np.ptp(expected) > 0.01


def test_traces_that_move_in_each_step_give_the_same_weight(example):
    module = example("triplets")
    pre, post = module.trains(25.0, -10.0)
    found = module.look(25.0, duration=400.0)
    a, b = ([t for t in train if t < 399.0] for train in (pre, post))
    assert found["w"][-1] == pytest.approx(weight_after(module.MODELS["all-to-all"], "all-to-all", a, b), rel=1e-10)
    for step in (130, 390):
        counted = np.exp((np.array([t for t in post if t <= step]) - step) / 114.0).sum()
        assert found["o2"][step] == pytest.approx(counted, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_frequent_pairs_potentiate_whatever_their_order_and_the_models_meet_what_was_measured(example, kind):
    module = example("triplets")
    for lag, measured in module.MEASURED.items():
        at = np.array([module.formula(kind, frequency, lag) for frequency in measured])
        mean, error = np.array(list(measured.values())).T
        assert (np.abs(at - mean) < 2.0 * error).all()
    single = [module.formula(kind, 0.1, lag) for lag in (10.0, -10.0)]
    assert single[0] == pytest.approx(0.0, abs=1e-12)
    assert single[1] == pytest.approx(-60 * module.MODELS[kind]["A2_minus"] * np.exp(-10.0 / 33.7), rel=1e-9)
    crossing = [module.formula(kind, frequency, -10.0) for frequency in np.linspace(20.0, 50.0, 30)]
    assert crossing[0] < 0.0 < crossing[-1]
    assert (np.diff(np.sign(crossing)) != 0).sum() == 1


# -- calcium ----------------------------------------------------------------------------------------------------------


def test_calcium_is_above_its_thresholds_as_long_as_the_logarithms_say(example):
    module = example("calcium")
    times = np.arange(0.0, 1000.0, 0.01)
    for shape, model in module.SHAPES.items():
        for lag in (-63.0, -7.5, 0.0, 3.0, 18.0, 71.0):
            c = np.zeros(len(times))
            for at, size in ((model["D"], model["C_pre"]), (lag, model["C_post"])):
                since = (times - at) % 1000.0
                c += size * np.exp(-since / 20.0) / (1.0 - np.exp(-1000.0 / 20.0))
            expected = (c > model["theta_p"]).mean(), (c > 1.0).mean()
            np.testing.assert_allclose(module.shares(shape, lag), expected, atol=3e-5)


def test_efficacy_follows_calcium_step_by_step(example, monkeypatch):
    module = example("calcium")
    lags, dt = np.array([-21.0, 4.0, 33.0]), 0.5
    net = module.build(["DP", "DPD'", "P"], lags, np.array([0.1, 0.8, 0.4]), dt)
    learns = net.get_projection("learns")
    learns.sigma = 0.0
    net.simulate(2500.0)
    for k, shape in enumerate(["DP", "DPD'", "P"]):
        model, c, rho = module.SHAPES[shape], 0.0, (0.1, 0.8, 0.4)[k]
        pre = {round((200.0 + 1000.0 * n + round(model["D"] / dt) * dt) / dt) + 1 for n in range(3)}
        post = {round((200.0 + 1000.0 * n + lags[k]) / dt) for n in range(3)}
        for step in range(5000):
            c += model["C_pre"] * (step in pre)
            force = model["gamma_p"] * (1.0 - rho) * (c > model["theta_p"]) - model["gamma_d"] * rho * (c > 1.0)
            rho += dt / 150e3 * (force - rho * (1.0 - rho) * (0.5 - rho))
            c = c * np.exp(-dt / 20.0) + model["C_post"] * (step in post)
        assert learns.rho[k][0] == pytest.approx(rho, rel=1e-11)
        assert learns.c[k][0] == pytest.approx(c, rel=1e-9)


def test_efficacies_are_spread_as_the_process_of_ornstein_and_uhlenbeck(example, monkeypatch):
    module = example("calcium")
    monkeypatch.setattr(module, "PAIRS", 20)
    lags, synapses = np.array([-20.0, 10.0]), 200
    found = module.efficacies(["DP", "P"], lags, synapses, dt=1.0, seed=2)
    for start, rho in zip((0.0, 1.0), found, strict=True):
        for a, shape in enumerate(("DP", "P")):
            for b, lag in enumerate(lags):
                mean, deviation = module.moments(shape, lag, start, 20e3)
                coarse = 0.01  # half a step in 15 or more above a threshold; the force towards 0 and 1 in 20 s
                assert rho[a, b].mean() == pytest.approx(mean, abs=4.0 * deviation / np.sqrt(synapses) + coarse)
                assert rho[a, b].std() == pytest.approx(deviation, rel=4.0 / np.sqrt(2.0 * synapses) + 0.03)


def test_signs_of_the_change_over_the_lag_are_those_that_name_the_shape(example):
    module = example("calcium")
    for shape in module.SHAPES:
        changes = np.array([module.strength(*module.crossings(shape, lag)) - 1.0 for lag in np.arange(-80.0, 80.5)])
        signs = np.sign(changes[np.abs(changes) > 0.02])
        runs = signs[np.flatnonzero(np.diff(signs, prepend=0.0))]
        assert "".join("P" if sign > 0 else "D" for sign in runs) == shape.rstrip("'")


def test_synapses_cross_as_often_as_the_closed_form_says(example):
    module = example("calcium")
    lags, synapses = np.array([-25.0, 8.0]), 120
    down, up = module.efficacies(["DP"], lags, synapses, dt=1.0, seed=4)
    for k, lag in enumerate(lags):
        to_up, to_down = module.crossings("DP", lag)
        for share, p in (((down[0, k] > 0.5).mean(), to_up), ((up[0, k] < 0.5).mean(), to_down)):
            assert share == pytest.approx(p, abs=4.0 * np.sqrt(p * (1.0 - p) / synapses))
    weaker, stronger = (module.strength((down[0, k] > 0.5).mean(), (up[0, k] < 0.5).mean()) for k in (0, 1))
    assert weaker < 0.9
    assert stronger > 1.1


# -- inhibition that balances -----------------------------------------------------------------------------------------


def test_each_neuron_settles_at_the_rate_that_its_alpha_says(example):
    module = example("inhibitory_plasticity")
    targets, copies = (3.0, 8.0, 20.0), 8
    net = module.build(targets, copies, seed=3)
    alpha = np.array(net.get_projection("learns").alpha)
    net.get_projection("learns").w = 0.02  # nearer to the end than in the example, for a short run
    module.rates(net, 1, 5000.0)
    found = module.rates(net, 1, 10000.0).reshape(len(targets), copies).mean(axis=1)
    expected = 1000.0 * alpha.reshape(len(targets), copies)[:, 0] / (2.0 * module.TAU)
    np.testing.assert_allclose(expected, targets)
    # an inhibitory spike makes the next one of the neuron less likely: a little above; and 10 s of Poisson spikes
    np.testing.assert_allclose(found, expected, rtol=0.06, atol=3.0 * np.sqrt(3.0 / 10.0) / np.sqrt(copies))


def test_inhibitory_weights_are_those_of_the_recursion(example):
    module = example("inhibitory_plasticity")
    net = module.build((4.0, 12.0), neurons=1, seed=5)
    learns, cells = net.get_projection("learns"), net.get_population("cells")
    before = np.array(learns.w)
    spikes, inputs = net.monitor(cells, "spike"), net.monitor(learns.pre, "spike")
    net.simulate(2000.0)
    trains, arrivals = spikes.get("spike"), inputs.get("spike")
    for cell, alpha in enumerate((0.16, 0.48)):
        for rank in range(0, 200, 7):
            # a spike of step n arrives at the beginning of step n + 1, the neuron spikes at the end of its step
            events = sorted([(n + 1, 0) for n in arrivals[rank] if n + 1 < 20000] + [(n, 1) for n in trains[cell]])
            w, x, y, decayed = before[cell][rank], 0.0, 0.0, 0
            for step, is_post in events:
                x, y = (trace * np.exp(-0.1 * (step + is_post - decayed) / 20.0) for trace in (x, y))
                decayed = step + is_post
                if is_post:
                    w, y = w + 1e-3 * x, y + 1.0
                else:
                    w, x = max(0.0, w + 1e-3 * (y - alpha)), x + 1.0
            assert learns.w[cell][rank] == pytest.approx(w, rel=1e-9, abs=1e-14)
    assert np.abs(np.array(learns.w) - before).min() > 1e-5


def test_inhibition_becomes_the_image_of_excitation(example):
    module = example("inhibitory_plasticity")
    net = module.build_channels(seed=2)
    tuned = module.tuning()
    before = module.currents(net, 1000.0)
    net.simulate(20e3)
    after, weights = module.currents(net, 2000.0), module.by_channel(net)
    assert np.argmax(weights) == module.PREFERRED == np.argmax(tuned)
    assert np.corrcoef(weights, tuned)[0, 1] > 0.95
    assert weights[module.PREFERRED] > 3.0 * np.median(weights)
    assert -np.corrcoef(after["exc"], after["inh"])[0, 1] > 0.8
    shares = [-seen["inh"].mean() / seen["exc"].mean() for seen in (before, after)]
    assert shares[0] < 0.4 < 0.5 < shares[1] < 1.0
