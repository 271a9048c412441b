"""Numbers of the examples in which networks of rates learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

# -- reservoir ---------------------------------------------------------------------------------------------------------

RESERVOIRPY = 1.2e-3
"""The least one-step NRMSE of five reservoirs that reservoirpy 0.4.2 draws for this series: benchmarks/reservoir.py"""


@pytest.fixture(scope="module")
def mackey_glass():
    from .conftest import load

    module = load("reservoir")
    return module.series(module.WASHOUT + module.TRAIN + module.TEST + 1)


def test_states_of_the_reservoir_are_those_of_its_recursion(example, mackey_glass):
    module = example("reservoir")
    drive, given = mackey_glass[:100], module.weights(units=60, seed=3)
    r, expected = np.zeros(60), []
    for x in drive:
        r = r + 0.3 * (np.tanh(given["in"][:, 0] * x + given["rec"] @ r) - r)
        expected.append(r)
    np.testing.assert_allclose(module.echo(drive, given), expected, rtol=0.0, atol=1e-12)


def test_reservoir_has_the_radius_and_density_it_is_asked_for(example):
    given = example("reservoir").weights(units=300, density=0.1, radius=1.25, seed=1)
    assert max(abs(np.linalg.eigvals(given["rec"]))) == pytest.approx(1.25, rel=1e-9)
    synapses = np.count_nonzero(given["rec"])
    assert abs(synapses - 9000) < 4.0 * np.sqrt(90_000 * 0.1 * 0.9)


@pytest.mark.parametrize("seed", [1, 2])
def test_reservoir_predicts_the_next_value_no_worse_than_reservoirpy(example, mackey_glass, seed):
    module = example("reservoir")
    result = module.predict(mackey_glass, module.weights(seed=seed))
    assert result.error < RESERVOIRPY
    assert result.error == pytest.approx(np.sqrt(np.mean((result.found - result.wanted) ** 2)) / result.wanted.std())
    # saying what was there before is 100 times worse
    last = np.concatenate([[np.nan], result.wanted[:-1]])[1:]
    assert module.nrmse(last, result.wanted[1:]) > 100.0 * result.error
    assert result.horizon > 300


def test_series_obeys_the_equation_of_mackey_and_glass_the_better_the_smaller_the_step(example):
    # x(t + 17) - x(t) is the integral of the right side over one delay, here by Simpson's rule
    module = example("reservoir")

    def defect(dt):
        net = module.ann.Network(dt=dt)
        monitor = net.monitor(net.create(1, module.mackey_glass), "x")
        net.simulate(200.0)
        x, delay = monitor.get("x")[:, 0], round(17.0 / dt)
        begin = round(100.0 / dt)
        now, past = x[begin + delay : begin + 2 * delay + 1], x[begin : begin + delay + 1]
        slope = 0.2 * past / (1.0 + past**10) - 0.1 * now
        simpson = dt / 3.0 * (slope[0] + slope[-1] + 4.0 * slope[1:-1:2].sum() + 2.0 * slope[2:-1:2].sum())
        return abs(now[-1] - now[0] - simpson)

    assert defect(0.1) < 1e-3
    assert defect(0.05) < 0.6 * defect(0.1)


# -- receptive fields --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_oja_ends_within_five_degrees_of_the_first_component_with_norm_one(example, seed):
    module = example("receptive_fields")
    data = module.patches(20_000, whitened=False)
    stages = module.learn(data, module.linear, module.oja, 1, 12, seed=seed)
    first, last = stages[0, 0], stages[-1, 0]
    component = PCA(1, svd_solver="covariance_eigh").fit(data).components_[0]
    assert module.angle(first, component) > 45.0
    assert module.angle(last, component) < 5.0
    assert module.angle(module.principal_component(data), component) < 0.5  # their mean, which PCA takes away, is small
    assert np.linalg.norm(last) == pytest.approx(1.0, abs=0.01)


def test_one_step_of_each_rule_is_its_formula(example):
    module = example("receptive_fields")
    data = module.patches(4, whitened=True)
    for name, eta in (("oja", 4e-5), ("bcm", 1e-3)):
        net = module.ann.Network(dt=1.0, seed=1)
        retina = net.create(module.ann.TimedArray(data, schedule=2.0))
        cells = net.create(3, module.linear if name == "oja" else module.rectified)
        projection = net.connect(retina, cells, "exc", getattr(module, name)).all_to_all(module.ann.Normal(0.0, 0.1))
        projection.enable_learning(period=2.0, offset=1.0)
        weights, theta = np.array(projection.w), np.ones(3)
        net.simulate(8.0)
        for x in data:
            r = weights @ x if name == "oja" else np.maximum(weights @ x, 0.0)
            theta += (r**2 - theta) * -np.expm1(-2.0 / 1000.0)
            change = x - r[:, None] * weights if name == "oja" else ((r - theta) / theta)[:, None] * x
            weights += eta * r[:, None] * change
        np.testing.assert_allclose(projection.w, weights, rtol=1e-12, atol=1e-14, err_msg=name)


def test_fields_of_bcm_are_oriented_and_look_to_many_sides(example):
    module = example("receptive_fields")
    data = module.patches(20_000, whitened=True)
    stages = module.learn(data, module.rectified, module.bcm, 24, 2)
    noise = module.orientedness(np.random.default_rng(5).normal(size=(2000, data.shape[1])))
    before, after = module.orientedness(stages[0]), module.orientedness(stages[-1])
    assert np.median(before) < np.quantile(noise, 0.9)
    assert (after > np.quantile(noise, 0.999)).mean() > 0.8
    # a grating has one orientation, a round spot none
    x, y = np.meshgrid(np.arange(12), np.arange(12))
    gabor = np.cos(0.9 * x + 0.9 * y) * np.exp(-((x - 5.5) ** 2 + (y - 5.5) ** 2) / 20.0)
    spot = np.exp(-((x - 5.5) ** 2 + (y - 5.5) ** 2) / 2.0) - 0.5 * np.exp(-((x - 5.5) ** 2 + (y - 5.5) ** 2) / 4.0)
    assert module.orientedness(gabor)[0] > 0.9
    assert module.orientedness(spot)[0] < 0.02
    # rare strong responses: the responses' kurtosis has grown
    responses = [np.maximum(data @ stages[k].T, 0.0) for k in (0, -1)]
    kurtosis = [np.mean(r**4, axis=0) / np.mean(r**2, axis=0) ** 2 for r in responses]
    assert np.median(kurtosis[1]) > 2.0 * np.median(kurtosis[0])


# -- FORCE -------------------------------------------------------------------------------------------------------------


def test_synapses_of_force_are_recursive_least_squares(example):
    # after n steps the recursion must hold what least squares over all n rates gives at once
    module, steps, alpha = example("force"), 120, 0.1
    network = module.Force(units=40, alpha=alpha, seed=4)
    rates = network.net.monitor(network.units, "r")
    begin = network.units.r.copy()
    network.net.compile()
    network.net.simulate(steps)
    # step n learns from the rates before it, and from the target of the step before: the readout hears it a step late
    r = np.vstack([begin, rates.get("r")[:-1]])
    f = np.concatenate([[0.0], module.target(np.arange(steps - 1))])
    correlation = alpha * np.eye(40) + r.T @ r
    np.testing.assert_allclose(np.array(network.P.w), np.linalg.inv(correlation), rtol=0.0, atol=1e-8)
    np.testing.assert_allclose(network.out.w[0], np.linalg.solve(correlation, r.T @ f), rtol=0.0, atol=1e-8)


def test_network_goes_on_by_itself_after_force_as_it_did_not_before(example):
    module = example("force")
    network = module.Force(units=300, seed=1)
    before, during = network.run(2, learn=False), network.run(15, learn=True)
    held = network.out.w
    after = network.run(5, learn=False)
    assert network.out.w == held
    assert module.error(before) == pytest.approx(1.0, abs=1e-4)  # weights of 0 say nothing
    assert module.error(during)[0] < 0.05  # from the first period on
    assert module.error(after).max() < 0.1
    # without learning the rates are chaotic: their spectrum has no line of the target; after it, hardly anything else
    power = [abs(np.fft.rfft(run["rates"][-2 * module.PERIOD :], axis=0)) ** 2 for run in (before, after)]
    harmonic = [(p[2::2].sum() / p[1:].sum()) for p in power]
    assert harmonic[0] < 0.8 < 0.99 < harmonic[1]


# -- bars --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bars():
    """The network after 3,000 images, the last 1,000 of them with what the units answered, and 500 new ones."""
    from .conftest import load

    module = load("bars")
    network, (shown, present) = module.Bars(seed=3), module.images(3000, seed=3)
    network.show(shown[:2000], learn=True)
    late = network.show(shown[2000:], learn=True)
    fields = network.fields()
    fresh, there = module.images(500, seed=4)
    said = network.show(fresh, learn=False)
    assert (network.fields() == fields).all()  # nothing is learnt where learning is off
    return module, network, (late, present[2000:]), (said, there)


def test_each_unit_learns_one_bar_and_each_bar_has_its_unit(bars):
    module, network, _, _ = bars
    favourites, fields = network.favourites(), network.fields().reshape(16, 8, 8)
    assert sorted(favourites) == list(range(16))
    masks = [np.zeros((8, 8), dtype=bool) for _ in range(16)]
    for bar, mask in enumerate(masks):
        mask[(bar, slice(None)) if bar < 8 else (slice(None), bar - 8)] = True
    # the Hebbian weight of a pixel goes to the chance that it is on while the unit answers: 1 on the unit's bar, and
    # elsewhere that of either of the two other bars through the pixel
    p = module.CHANCE
    for favourite, field in zip(favourites, fields, strict=True):
        assert field[masks[favourite]].min() > 0.9
        assert field[~masks[favourite]].mean() == pytest.approx(1.0 - (1.0 - p) ** 2, abs=0.1)
        assert field[~masks[favourite]].max() < 0.7


def test_new_images_are_told_bar_by_bar(bars):
    module, network, _, (said, there) = bars
    assert module.told(said, there, network.favourites()) > 0.9
    guess = np.zeros_like(said)  # the best that is known without the image
    assert module.told(guess, there, network.favourites()) < 0.2


def test_units_answer_as_often_as_their_bias_wants_and_independently(bars):
    module, _, (late, _), _ = bars
    p, number = module.CHANCE, len(late)
    assert abs(late.mean(axis=0) - p).max() < 4.0 * np.sqrt(p * (1.0 - p) / number)
    together = late.T @ late / number
    apart = together[~np.eye(16, dtype=bool)]
    assert apart.mean() == pytest.approx(p**2, abs=4.0 * p / np.sqrt(number * 120.0))


# -- winner take all ---------------------------------------------------------------------------------------------------


def test_largest_input_wins_alone_at_the_level_of_the_closed_form(example):
    module = example("winner_take_all")
    inputs = np.random.default_rng(7).uniform(0.5, 1.0, (40, 8))
    _, rates = module.compete(inputs, 3000.0, 1.0)
    expected = np.where(inputs == inputs.max(axis=1, keepdims=True), inputs / (1.0 - module.SELF), 0.0)
    np.testing.assert_allclose(rates[-1], expected, rtol=1e-9, atol=0.0)


def test_weak_inhibition_leaves_both_active_where_the_linear_equations_say(example, monkeypatch):
    module = example("winner_take_all")
    monkeypatch.setattr(module, "LATERAL", 0.3)  # below 1 - a
    _, rates = module.compete(np.array([[1.0, 0.9]]), 3000.0, 1.0)
    matrix = np.array([[1.0 - module.SELF, 0.3], [0.3, 1.0 - module.SELF]])
    np.testing.assert_allclose(rates[-1, 0], np.linalg.solve(matrix, [1.0, 0.9]), rtol=1e-9)


def test_decision_falls_when_the_difference_has_grown_to_the_sum(example):
    module = example("winner_take_all")
    gaps = np.array([1e-3, 1e-2, 1e-1])
    inputs = np.stack([np.ones(3), 1.0 - gaps], axis=1)
    expected = np.array([module.expected_time(1.0, 1.0 - gap) for gap in gaps])
    off = [
        abs(module.decision_times(*module.compete(inputs, 250.0, dt)) - expected).max() / expected.max()
        for dt in (0.1, 0.05)
    ]
    assert off[0] < 0.02  # rates arrive a step late, so the error is of the order of dt
    assert off[1] < 0.6 * off[0]
    # each factor e of the difference takes tau / (a + b - 1)
    slope = (expected[0] - expected[1]) / np.log(10.0)
    assert slope == pytest.approx(module.TAU / (module.SELF + module.LATERAL - 1.0), rel=0.05)


# -- digits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["perceptron", "delta rule"])
def test_more_than_nine_tenths_of_the_digits_held_out_are_read(example, rule):
    module = example("digits")
    for seed in (1, 2):
        reader, accuracy, said = module.train(rule, epochs=12, seed=seed)
        images, labels, new_images, new_labels = module.digits(seed=seed)
        assert len(new_labels) == round(1797 / 3)
        assert len(labels) + len(new_labels) == 1797
        # from weights and bias alone, without the network
        sums = new_images.reshape(len(new_images), -1) @ np.array(reader.weights.w).T + np.ravel(reader.bias.w)
        assert said.tolist() == sums.argmax(axis=1).tolist()
        assert accuracy[-1] == np.mean(said == new_labels)
        assert accuracy[-1] > 0.9
        assert accuracy[-1] <= np.mean(reader.read(images) == labels)  # what was learnt is read at least as well


@pytest.mark.parametrize("rule", ["perceptron", "delta rule"])
def test_an_epoch_of_digits_changes_weights_as_the_rule_says(example, rule):
    module = example("digits")
    images, labels, new_images, _ = module.digits(seed=3)
    images, labels = images[:300], labels[:300]
    reader = module.Reader(rule)
    reader.learn(images, labels)
    eta, weights, bias = module.RULES[rule][1], np.zeros((10, 64)), np.zeros(10)
    for image, label in zip(images.reshape(-1, 64), labels, strict=True):
        v = weights @ image + bias
        r = np.where(v >= 0.0, 1.0, 0.0) if rule == "perceptron" else 1.0 / (1.0 + np.exp(-v))
        error = (np.arange(10) == label) - r
        weights, bias = weights + eta * np.outer(error, image), bias + eta * error
    np.testing.assert_allclose(np.array(reader.weights.w), weights, rtol=0.0, atol=1e-12)
    np.testing.assert_allclose(np.ravel(reader.bias.w), bias, rtol=0.0, atol=1e-12)
    reader.read(new_images)
    np.testing.assert_allclose(np.array(reader.weights.w), weights, rtol=0.0, atol=1e-12)  # reading is not learning
