"""`eqneuro demo`."""

import re
import subprocess
import sys

import numpy as np
import pytest

from eqneuro.cli import coba, demo as demo_module
from eqneuro.cli.demo import Outcome

PNG = b"\x89PNG\r\n\x1a\n"


def outcome(**changed):
    """An outcome of 2 neurons and 1,000 ms, of which the second fires every 10 ms."""
    given = dict(
        neurons=2, synapses=3, dt=0.1, duration=1000.0, spikes={0: [], 1: list(range(0, 10_000, 100))},
        voltages=np.zeros((10_000, 2)), building=0.1, compiling=0.2, was_cached=False, simulating=0.5,
    )  # fmt: skip
    return Outcome(**{**given, **changed})


def test_rate_is_that_of_the_second_half():
    # 50 spikes of one neuron of two in half a second
    assert outcome().rate == pytest.approx(50 / 2 / 0.5)
    late = outcome(spikes={0: [], 1: list(range(5000, 10_000, 100))})
    early = outcome(spikes={0: [], 1: list(range(0, 5000, 100))})
    assert (late.rate, early.rate) == (pytest.approx(50.0), 0.0)


def test_regular_spikes_have_no_variation_and_silence_has_none_to_tell():
    assert outcome().variation == pytest.approx(0.0, abs=1e-12)
    alternating = np.cumsum([100, 300] * 20)
    # intervals a and b in turn: standard deviation |a - b|/2, mean (a + b)/2
    expected = 100 / 200
    found = outcome(spikes={0: [], 1: (5000 + np.append(0, alternating)).tolist()}).variation
    assert found == pytest.approx(expected, rel=0.01)
    assert np.isnan(outcome(spikes={0: [], 1: []}).variation)


def test_report_tells_time_against_real_time():
    text = demo_module.report(outcome(simulating=0.5))
    assert "1 s in 0.50 s: 2.0 times faster than real time" in text
    assert "4.0 times slower than real time" in demo_module.report(outcome(simulating=4.0))
    assert "from the cache" in text


def test_ten_seeds_fire_at_the_published_rate_and_irregularly():
    rates, variations = [], []
    for seed in range(10):
        found = demo_module.simulate(4000, 1000.0, seed, threads=1)
        rates.append(found.rate)
        variations.append(found.variation)
    assert 18.0 < np.mean(rates) < 24.0
    assert min(variations) > 0.7


def test_each_neuron_hears_eighty_others_on_average():
    for neurons in (1000, 4000):
        found = demo_module.simulate(neurons, 1.0, 1, threads=1)
        pairs = neurons * (neurons - 1)
        probability = 80.0 / neurons
        deviation = np.sqrt(pairs * probability * (1.0 - probability))
        assert abs(found.synapses - pairs * probability) < 5.0 * deviation


def test_threads_do_not_change_what_comes_out():
    one, two = (demo_module.simulate(800, 100.0, 3, threads) for threads in (1, 2))
    assert one.spikes == two.spikes
    assert sum(map(len, one.spikes.values())) > 0
    np.testing.assert_array_equal(one.voltages, two.voltages)


def test_numbers_that_are_printed_are_those_of_the_network(eqneuro):
    result = eqneuro("demo", "--neurons", 1000, "--duration", 400, "--seed", 5, "--no-picture")
    assert result.exit_code == 0
    assert result.stderr == ""
    net = coba.build(1000, 5)
    spikes = net.monitor(net.get_population("cells"), "spike")
    net.simulate(400.0)
    late = sum(step >= 2000 for train in spikes.get("spike").values() for step in train)
    synapses = sum(projection.nb_synapses for projection in net.get_projections())
    assert f"1,000 neurons, {synapses:,} synapses" in result.stdout
    printed = float(re.search(r"rate +([\d.]+) Hz", result.stdout)[1])
    assert printed == pytest.approx(late / 1000 / 0.2, abs=0.05)


def test_picture_is_written_where_it_was_asked_for(eqneuro, tmp_path):
    target = tmp_path / "spikes.png"
    result = eqneuro("demo", "--neurons", 500, "--duration", 100, "--output", target)
    assert result.exit_code == 0
    assert str(target) in result.stdout
    assert target.read_bytes().startswith(PNG)


def test_picture_lies_in_the_current_folder_unless_said_otherwise(eqneuro, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    eqneuro("demo", "--neurons", 200, "--duration", 50)
    assert [file.name for file in tmp_path.iterdir()] == ["eqneuro-demo.png"]


def test_no_picture_means_none(eqneuro, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = eqneuro("demo", "--neurons", 200, "--duration", 50, "--no-picture")
    assert "picture" not in result.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("target", "told"), [("nowhere/demo.png", "no folder"), ("demo.docx", "not '.docx'"), ("demo", "not 'nothing'")]
)
def test_a_picture_that_cannot_be_is_refused_before_the_simulation(eqneuro, tmp_path, monkeypatch, target, told):
    monkeypatch.setattr(demo_module, "simulate", lambda *_: pytest.fail("it ran"))
    result = eqneuro("demo", "--output", tmp_path / target)
    assert result.exit_code == 1
    assert told in result.stderr


def test_picture_that_cannot_be_written_is_told_after_the_numbers(eqneuro, tmp_path):
    (tmp_path / "taken.png").mkdir()
    result = eqneuro("demo", "--neurons", 200, "--duration", 50, "--output", tmp_path / "taken.png")
    assert result.exit_code == 1
    assert "rate" in result.stdout
    assert result.stderr.startswith("Error: the picture can't be written")


def test_more_threads_than_a_network_takes_are_refused_without_a_traceback(eqneuro):
    result = eqneuro("demo", "--threads", 10**9, "--no-picture")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: num_threads")


def test_second_run_finds_its_network_in_the_cache(eqneuro, tmp_path, monkeypatch):
    monkeypatch.setenv("EQNEURO_CACHE_DIR", str(tmp_path))
    first, second = (eqneuro("demo", "--neurons", 200, "--duration", 50, "--no-picture").stdout for _ in range(2))
    assert "the next time from the cache" in first
    assert "found in the cache" in second


def test_script_that_is_shown_runs_by_itself(eqneuro, tmp_path):
    script = tmp_path / "coba_script.py"
    script.write_text(eqneuro("demo", "--show").stdout)
    done = subprocess.run(
        [sys.executable, "-W", "error", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "mean rate" in done.stdout
    assert (tmp_path / "coba.png").read_bytes().startswith(PNG)


def test_terminal_shows_what_it_is_busy_with(eqneuro_terminal):
    shown = eqneuro_terminal("demo", "--neurons", 200, "--duration", 50)
    for word in ("building", "compiling", "drawing"):
        assert word in shown
