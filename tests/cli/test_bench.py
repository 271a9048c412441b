"""`eqneuro bench`."""

import inspect
import json

import pytest

SCRIPT = """
import sys
import eqneuro as ann

net = ann.Network(dt=0.5, seed=1)
cells = net.create(300, ann.IF_curr_exp(i_offset=2.0), name="cells")
net.connect(cells, cells, "exc", name="recurrent").fixed_number_pre(10, 0.01)
spikes = net.monitor(cells, "spike", name="spikes")
print("before", sys.argv[1:])
net.simulate(50.0)
print("between")
net.simulate(25.0)
print("after")
"""


def test_all_that_a_script_runs_is_profiled_and_its_own_words_go_elsewhere(eqneuro, script):
    result = eqneuro("bench", script(SCRIPT), "--", "a", "-x")
    assert result.exit_code == 0
    assert "150 steps in " in result.stdout
    for name in ("cells", "recurrent", "spikes: spike", "num_threads = 1", "GB/s from memory"):
        assert name in result.stdout
    assert "between" not in result.stdout
    assert "before ['a', '-x']\nbetween\nafter\n" in result.stderr


def test_with_a_duration_the_script_stops_at_its_first_run(eqneuro, script):
    result = eqneuro("bench", script(SCRIPT), "--duration", "20")
    assert "40 steps in " in result.stdout
    assert "before" in result.stderr
    assert "between" not in result.stderr


def test_repeats_take_the_duration_that_the_script_asked_for(eqneuro, script):
    result = eqneuro("bench", script(SCRIPT), "--repeats", "3")
    assert "the median of 3 runs, which took " in result.stdout
    assert "100 steps in " in result.stdout


def test_json_holds_each_number_of_threads(eqneuro, script):
    result = eqneuro("bench", script(SCRIPT), "--threads", "1,2", "--repeats", "2", "--json")
    found = json.loads(result.stdout)
    assert [item["num_threads"] for item in found] == [1, 2]
    for item in found:
        assert len(item["repeats"]) == 2
        profile = item["profile"]
        assert profile["steps"] == 100
        assert profile["seconds"] in item["repeats"]
        assert sum(profile["phases"].values()) == pytest.approx(profile["seconds"])


def test_networks_of_a_script_have_a_table_each(eqneuro, script):
    text = """
import eqneuro as ann
for size in range(1, 6):
    net = ann.Network(dt=1.0)
    net.create(size, ann.LIF, name=f"cells{size}")
    net.simulate(10.0)
"""
    result = eqneuro("bench", script(text))
    assert result.stdout.count("10 steps in ") == 3
    assert "and 2 more networks" in result.stdout
    assert len(json.loads(eqneuro("bench", script(text), "--json").stdout)) == 5


def test_a_script_may_profile_its_networks_itself(eqneuro, script):
    result = eqneuro("bench", script(SCRIPT + "print(net.profile(5.0).steps, 'steps of its own')\n"))
    assert result.exit_code == 0
    assert "10 steps of its own" in result.stderr
    assert "160 steps in " in result.stdout
    only = SCRIPT.replace("net.simulate(50.0)", "profile = net.profile(50.0)").replace("net.simulate(25.0)", "")
    assert "100 steps in " in eqneuro("bench", script(only)).stdout


def test_what_is_made_ready_once_is_not_compared(eqneuro, script, monkeypatch):
    from eqneuro.network import synapses

    watched, whole = [], synapses.spike_rows

    def spike_rows(*arguments, **options):
        watched.append(any(frame.function == "profile" for frame in inspect.stack()))
        return whole(*arguments, **options)

    monkeypatch.setattr(synapses, "spike_rows", spike_rows)
    assert eqneuro("bench", script(SCRIPT), "--threads", "2,1", "--repeats", "2").exit_code == 0
    assert watched
    assert not any(watched)


def test_picture_is_written(eqneuro, script, tmp_path):
    result = eqneuro("bench", script(SCRIPT), "--duration", "20", "--picture", tmp_path / "profile.svg")
    assert result.exit_code == 0
    assert (tmp_path / "profile.svg").read_text().startswith("<?xml")


def test_what_can_not_be_profiled_is_told_plainly(eqneuro, script):
    def complaint(text, *options):
        result = eqneuro("bench", script(text), *options)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        return result.stderr

    assert "no network runs in script.py" in complaint("x = 1\n")
    assert "no network runs in script.py" in complaint("import sys\nsys.exit(0)\n", "--repeats", "2")
    reference = SCRIPT.replace("net.simulate(50.0)", "net.compile(backend='reference')\nnet.simulate(1.0)")
    assert "reference backend has no profile" in complaint(reference, "--duration", "1")
    assert "no network runs" in complaint(reference)
    assert "threads are numbers from 1 to 64" in complaint(SCRIPT, "--threads", "1,x")
    assert "threads are numbers from 1 to 64" in complaint(SCRIPT, "--threads", "0")
    assert "no folder" in complaint(SCRIPT, "--picture", "/nowhere/at/all.png")
    wrong = "import eqneuro as ann\nann.Neuron(parameters='tau = 1.0', equations='tua*dr/dt = -r')\n"
    assert "unknown name 'tua'" in complaint(wrong)


@pytest.mark.parametrize(
    ("last", "status", "told"),
    [
        ("sys.exit()", 0, "after\n"),
        ("sys.exit(0)", 0, "after\n"),
        ("sys.exit(3)", 3, "after\n"),
        ("raise KeyboardInterrupt", 130, "after\n"),
        ("net.create(1, ann.Neuron(equations='r = s'))", 1, "EquationError: unknown name 's' in equations of Neuron"),
        ("1 / 0", 1, "Traceback (most recent call last):\n"),
    ],
)
def test_what_was_measured_is_told_and_then_how_the_script_ended(eqneuro, script, tmp_path, last, status, told):
    picture = tmp_path / "profile.svg"
    result = eqneuro("bench", script(SCRIPT + last + "\n"), "--json", "--picture", picture)
    assert result.exit_code == status
    assert json.loads(result.stdout)[0]["profile"]["steps"] == 150
    assert picture.exists()
    assert told in result.stderr
    assert ("Traceback" in result.stderr) == ("Traceback" in told)


def test_last_words_of_a_script_follow_what_was_measured(eqneuro_process, script):
    done = eqneuro_process("bench", script(SCRIPT + "sys.exit('no data')\n"))
    assert done.returncode == 1
    assert "150 steps in " in done.stdout
    assert "no data" not in done.stdout
    assert done.stderr.endswith("after\nno data\n")
    done = eqneuro_process("bench", script("import sys\nsys.exit('no data')\n"), "--repeats", "2")
    assert done.returncode == 1
    assert done.stderr.endswith("in this process\nno data\n")


def test_error_of_a_script_has_its_own_lines_of_the_traceback_only(eqneuro, script):
    result = eqneuro("bench", script(SCRIPT + "1 / 0\n"))
    assert "150 steps in " in result.stdout
    assert result.stderr.count("  File") == 1
    assert result.stderr.endswith("ZeroDivisionError: division by zero\n")


def test_run_that_is_broken_off_is_told(eqneuro, script):
    call = "@ann.every(network=net, period=10.0)\ndef call(n):\n    1 // (2 - n)\n"
    broken = SCRIPT.replace("net.simulate(50.0)", call + "net.simulate(50.0)")
    result = eqneuro("bench", script(broken))
    assert result.exit_code == 1
    assert "40 steps in " in result.stdout
    assert result.stderr.endswith("ZeroDivisionError: integer division or modulo by zero\n")


def test_script_and_picture_may_both_go_wrong(eqneuro, script, tmp_path):
    (tmp_path / "folder.png").mkdir()
    result = eqneuro("bench", script(SCRIPT + "1 / 0\n"), "--picture", tmp_path / "folder.png")
    assert result.exit_code == 1
    assert "the picture can't be written to " in result.stderr
    assert result.stderr.endswith("ZeroDivisionError: division by zero\n")
    (tmp_path / "folder.png").rmdir()


def test_networks_run_unwatched_afterwards(eqneuro, script):
    from eqneuro.network.profiling import ON_RUN

    eqneuro("bench", script(SCRIPT), "--duration", "1")
    eqneuro("bench", script("1 / 0\n"))
    assert ON_RUN == []
