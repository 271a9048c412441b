"""What is one system, what splits it, and what bounds see."""

import pytest

H = 0.5


def test_neighbours_are_updated_from_the_same_old_state(interpret):
    run = interpret("dx/dt = -y : init=1.0\ndy/dt = x : init=0.0", dt=H)
    run.step()
    assert (run.state["x"], run.state["y"]) == (1.0, H)


def test_assignment_between_equations_splits_the_system_and_is_seen_below(interpret):
    run = interpret("dx/dt = -y : init=1.0\na = 2.0*x\ndy/dt = a + x : init=4.0", dt=H)
    run.step()
    x = 1.0 - H * 4.0
    assert run.state == pytest.approx({"x": x, "a": 2.0 * x, "y": 4.0 + H * 3.0 * x})
    assert [rule.variables for rule in run.rules] == [("x",), ("a",), ("y",)]


def test_methods_that_differ_within_a_system_still_read_the_old_state(interpret):
    run = interpret("dx/dt = -y : init=1.0, explicit\ndy/dt = x - y : init=2.0, exponential", dt=H)
    run.step()
    assert run.state["x"] == 1.0 - H * 2.0
    assert run.state["y"] == pytest.approx(2.0 + (1.0 - 2.0) * (1.0 - 0.6065306597126334), rel=1e-14)  # exp(-1/2)


def test_bound_that_names_another_variable_of_the_system_sees_its_old_value(interpret):
    run = interpret("dx/dt = 4.0 : init=0.0, max=y\ndy/dt = 4.0 : init=1.0, min=x", dt=H)
    run.step()
    assert (run.state["x"], run.state["y"]) == (1.0, 3.0)
    run.step()
    assert (run.state["x"], run.state["y"]) == (3.0, 5.0)


def test_bound_that_names_a_variable_above_an_assignment_sees_its_new_value(interpret):
    run = interpret("dx/dt = 4.0 : init=1.0\na = x\ndy/dt = 40.0 : init=0.0, max=x", dt=H)
    run.step()
    assert (run.state["x"], run.state["y"]) == (3.0, 3.0)


def test_bound_on_the_variable_itself_sees_its_old_value(interpret):
    run = interpret("dx/dt = 4.0 : init=1.0, max=x + 0.25", dt=H)
    assert run.run(2)["x"] == 1.5


@pytest.mark.parametrize(("flags", "expected"), [("min=low, max=high", 1.0), ("max=high, min=low", 2.0)])
def test_bounds_are_applied_in_the_order_written(interpret, flags, expected):
    run = interpret(f"dx/dt = 0.0 : init=5.0, {flags}", dt=H, parameters={"low": 2.0, "high": 1.0})
    run.step()
    assert run.state["x"] == expected


def test_bounds_hold_for_assignments_too(interpret):
    run = interpret("a = 10.0*t - 2.0 : min=-1.0, max=3.0", dt=H)
    assert [run.run(1)["a"] for _ in range(3)] == [-1.0, 3.0, 3.0]


def test_global_equations_run_before_the_local_ones_wherever_they_stand(interpret):
    run = interpret("dx/dt = b : init=0.0\nb = 3.0 : population", dt=H)
    run.step()
    assert run.state["x"] == 1.5


def test_users_names_that_look_like_temporaries_stay_apart(interpret):
    equations = "dx/dt = k1_x + new_x - middle_x : init=0.0\ndk1_x/dt = -k1_x : init=2.0\ndnew_x/dt = 1.0 : init=0.5"
    for method in ("explicit", "midpoint", "rk4", "implicit"):
        run = interpret(equations, method, dt=1e-6, parameters={"middle_x": 0.25})
        run.step()
        assert run.state["x"] == pytest.approx(2.25e-6, rel=1e-5)
