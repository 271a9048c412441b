"""``eqneuro run``: a user's script, as Python runs it, with a line about time and memory at the end."""

from __future__ import annotations

import runpy
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import typer

from eqneuro.cli.messages import complain, is_for_user, is_watched


def run(file: Path, arguments: Sequence[str], *, with_traceback: bool = False) -> None:
    """Runs a script with its own arguments, beside which it finds its own modules.

    Parameters
    ----------
    file
        The script.
    arguments
        What it finds in ``sys.argv[1:]``.
    with_traceback
        Whether errors in equations, too, get a traceback; all others have one, as Python shows it.
    """
    begin = time.perf_counter()
    with as_script(file, arguments):
        try:
            runpy.run_path(str(file), run_name="__main__")
        except Exception as error:
            if is_for_user(error) and not with_traceback:
                raise
            give_up(error, file)
    if is_watched():
        complain(summary(file.name, time.perf_counter() - begin))


def give_up(error: Exception, file: Path) -> NoReturn:
    """Shows an error of a script as Python shows it, and leaves."""
    told = _from_script_on(error, str(file))
    complain("".join(traceback.format_exception(type(error), error, told)).rstrip())
    raise typer.Exit(1) from None


def _from_script_on(error: Exception, file: str) -> TracebackType | None:
    """The part of a traceback that is the script's: none if Python could not even read it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != file:
        trace = trace.tb_next
    return trace


@contextmanager
def as_script(file: Path, arguments: Sequence[str]) -> Iterator[None]:
    """``sys.argv`` and the first place of ``sys.path`` as a script finds them."""
    before_arguments, before_path = sys.argv, list(sys.path)
    sys.argv = [str(file), *arguments]
    sys.path.insert(0, str(file.resolve().parent))
    try:
        yield
    finally:
        sys.argv, sys.path[:] = before_arguments, before_path


def summary(name: str, seconds: float) -> str:
    """How long a script took, and the most memory that it held."""
    return f"{name}: {seconds:.2f} s{_peak_memory()}"


def _peak_memory() -> str:
    try:
        import resource
    except ImportError:  # not on Windows
        return ""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f", at most {peak / (2**20 if sys.platform == 'darwin' else 2**10):.0f} MiB of memory"
