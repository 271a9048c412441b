"""`eqneuro run`."""

import sys

import pytest

WRONG = 'import eqneuro as ann\nann.Neuron(parameters="tau = 1.0", equations="tua*dr/dt = -r", name="N")\n'


def test_script_runs_as_main_with_its_own_arguments(eqneuro, script):
    file = script("import sys\nprint(__name__, sys.argv)\n")
    result = eqneuro("run", file, "a", "--help", "-x", "1")
    assert result.exit_code == 0
    assert result.stdout == f"__main__ {[str(file), 'a', '--help', '-x', '1']}\n"


def test_script_finds_modules_that_lie_beside_it(eqneuro, script):
    script("VALUE = 7\n", "neighbour_of_script.py")
    assert eqneuro("run", script("import neighbour_of_script as n\nprint(n.VALUE)\n")).stdout == "7\n"
    del sys.modules["neighbour_of_script"]


def test_arguments_and_path_are_as_before_afterwards(eqneuro, script):
    before = list(sys.argv), list(sys.path)
    eqneuro("run", script("import sys\nsys.argv.append('x')\nsys.path.append('y')\n"), "a")
    assert (sys.argv, sys.path) == before


def test_mistake_in_an_equation_is_told_by_its_message_alone(eqneuro, script):
    file = script(WRONG)
    result = eqneuro("run", file)
    assert result.exit_code == 1
    assert result.stderr.startswith("EquationError: unknown name 'tua' in equations of Neuron 'N'\n")
    assert "^^^" in result.stderr
    assert "Did you mean 'tau'?" in result.stderr
    assert "Traceback" not in result.stderr


def test_traceback_is_shown_if_asked_for(eqneuro, script):
    result = eqneuro("run", "--traceback", script(WRONG))
    assert result.exit_code == 1
    assert result.stderr.startswith("Traceback (most recent call last):")
    assert 'script.py", line 2' in result.stderr


def test_other_errors_have_the_traceback_of_the_script_only(eqneuro, script):
    result = eqneuro("run", script("def f():\n    raise KeyError('x')\n\nf()\n"))
    assert result.exit_code == 1
    lines = [line for line in result.stderr.splitlines() if line.startswith("  File")]
    assert len(lines) == 2
    assert all("script.py" in line for line in lines)
    assert result.stderr.endswith("KeyError: 'x'\n")


def test_script_that_python_cannot_read_is_told_with_the_line(eqneuro, script):
    result = eqneuro("run", script("x = 1\ny = = 2\n"))
    assert result.exit_code == 1
    assert 'script.py", line 2' in result.stderr
    assert "SyntaxError" in result.stderr
    assert "runpy" not in result.stderr


@pytest.mark.parametrize("status", [0, 4])
def test_exit_status_of_the_script_is_that_of_the_command(eqneuro, script, status):
    assert eqneuro("run", script(f"import sys\nsys.exit({status})\n")).exit_code == status


def test_missing_file_is_a_wrong_argument(eqneuro, tmp_path):
    result = eqneuro("run", tmp_path / "none.py")
    assert result.exit_code == 2
    assert "does not exist" in " ".join(result.stderr.replace("│", " ").split())


def test_network_in_a_script_runs(eqneuro, script):
    text = (
        "import eqneuro as ann\nnet = ann.Network(dt=0.5)\npop = net.create(2, ann.Neuron(equations='r = t'))\n"
        "net.simulate(5.0)\nprint(pop.r)\n"
    )
    # the last of ten steps of 0.5 ms began at 4.5 ms
    assert eqneuro("run", script(text)).stdout == "[4.5 4.5]\n"


def test_script_can_start_processes_that_find_its_functions(eqneuro_process, script):
    text = (
        "import multiprocessing\ndef square(x):\n    return x * x\nif __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(square, [3, 4]))\n"
        "        pool.close()\n        pool.join()\n"
    )
    done = eqneuro_process("run", script(text))
    assert (done.stdout, done.stderr) == ("[9, 16]\n", "")


def test_nothing_is_added_where_no_one_watches(eqneuro_process, script):
    done = eqneuro_process("run", script("print('x')\n"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "x\n", "")


def test_time_and_memory_are_told_on_a_terminal(eqneuro_terminal, script):
    shown = eqneuro_terminal("run", script("print('x')\n"))
    assert shown.startswith("x")
    assert "script.py: " in shown
    assert "MiB of memory" in shown
