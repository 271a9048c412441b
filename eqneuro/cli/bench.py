"""``eqneuro bench``: where the time of a script's network goes."""

from __future__ import annotations

import contextlib
import json
import runpy
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from eqneuro.cli.demo import check_picture
from eqneuro.cli.messages import UsageError, busy, is_for_user, plain_errors
from eqneuro.cli.run import as_script, give_up

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.profile import Profile

SHOWN = 3
"""Networks of a script whose tables are printed: those that took longest."""


@dataclass(frozen=True)
class Result:
    """A network and the profile of its runs; of several repetitions the median one, and how long each took."""

    network: str
    threads: int
    profile: Profile
    seconds: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        own = {"network": self.network, "num_threads": self.threads, "repeats": list(self.seconds)}
        return own | {"profile": self.profile.to_dict()}

    def __str__(self) -> str:
        title = f"{self.network}, num_threads = {self.threads}"
        if len(self.seconds) > 1:
            low, high = min(self.seconds), max(self.seconds)
            title += f"\nthe median of {len(self.seconds)} runs, which took {low:.3g} to {high:.3g} s"
        return f"{title}\n{self.profile}"


def run(
    file: Path,
    arguments: Sequence[str],
    *,
    duration: float | None = None,
    repeats: int | None = None,
    threads: str | None = None,
    as_json: bool = False,
    picture: Path | None = None,
) -> None:
    """Profiles what a script runs, or its network by itself, and prints a table; then ends as the script ended.

    Parameters
    ----------
    file, arguments
        The script, and what it finds in ``sys.argv[1:]``; what it prints goes to standard error.
    duration, repeats, threads
        Where one of these is given, the script is stopped when its network is to run for the first time. The network
        then runs for so many ms (as long as the script wanted where None), so many times from its beginning, on each
        of these numbers of threads (``"1,2"``).
    as_json
        Whether to print JSON.
    picture
        Where a picture goes.

    Raises
    ------
    UsageError
        If an option makes no sense.
    typer.Exit, SystemExit, KeyboardInterrupt
        If the script ended by an error, with a status, or by Ctrl-C; if no network runs.
    """
    numbers = _read_threads(threads)
    if picture is not None:
        check_picture(picture)
    if duration is None and repeats is None and threads is None:
        results, ended_by = _profile_script(file, arguments)
        shown = sorted(results, key=lambda result: -result.profile.seconds)[:SHOWN]
    else:
        results = _profile_network(*first_network(file, arguments), duration, repeats or 1, numbers)
        shown, ended_by = results, None
    with _ends_as_script(ended_by, file):
        _require(results, ended_by, file)
        if results:
            _tell(results, shown, picture, as_json=as_json)


def _tell(results: Sequence[Result], shown: Sequence[Result], picture: Path | None, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([result.to_dict() for result in results], indent=2))
    else:
        typer.echo("\n\n".join(str(result) for result in shown))
        if len(shown) < len(results):
            typer.echo(f"\nand {len(results) - len(shown)} more networks, which took less time")
    if picture is not None:
        longest = max(results, key=lambda result: result.profile.seconds)
        _write(longest.profile, picture)


def _write(profile: Profile, picture: Path) -> None:
    try:
        profile.plot(picture)
    except OSError as trouble:
        raise UsageError(f"the picture can't be written to {picture}: {trouble.strerror or trouble}") from None


def _read_threads(given: str | None) -> list[int] | None:
    from eqneuro.network.settings import MAXIMUM_THREADS

    if given is None:
        return None
    try:
        numbers = [int(part) for part in given.split(",")]
    except ValueError:
        numbers = [0]
    if not all(1 <= number <= MAXIMUM_THREADS for number in numbers):
        raise UsageError(f"threads are numbers from 1 to {MAXIMUM_THREADS}, as 1,2,4, not {given!r}")
    return list(dict.fromkeys(numbers))


# -- the script -----------------------------------------------------------------------------------------------------


class _StoppedError(BaseException):
    """Ends a script whose network is ready; no exception that scripts catch."""

    def __init__(self, network: Network, steps: int) -> None:
        super().__init__()
        self.network, self.steps = network, steps


def _execute(file: Path, arguments: Sequence[str], told: Callable[[Network, int], None]) -> BaseException | None:
    """Runs a script; ``told`` is called before each run of a network.

    Returns
    -------
    What ended it, if that was an error, a status other than 0, Ctrl-C or ``told``.
    """
    from eqneuro.network.profiling import ON_RUN

    ON_RUN.append(told)
    try:
        with as_script(file, arguments), contextlib.redirect_stdout(sys.stderr):
            runpy.run_path(str(file), run_name="__main__")
    except BaseException as end:
        return None if isinstance(end, SystemExit) and end.code in (None, 0) else end
    finally:
        ON_RUN.remove(told)
    return None


@contextlib.contextmanager
def _ends_as_script(ended_by: BaseException | None, file: Path) -> Iterator[None]:
    """What is told within comes first; then the command ends as the script did, with its error, message and status."""
    try:
        with plain_errors():
            yield
    finally:
        if isinstance(ended_by, Exception) and not is_for_user(ended_by):
            give_up(ended_by, file)
        if ended_by is not None:
            raise ended_by


def _profile_script(file: Path, arguments: Sequence[str]) -> tuple[list[Result], BaseException | None]:
    from eqneuro.network.profile import Profile

    found: dict[int, tuple[Network, Profile]] = {}

    def told(network: Network, steps: int) -> None:
        if id(network) not in found and network._options.get("backend") != "reference":
            profile = Profile(network)
            profile._watch.begin_around(network)  # the script may profile its networks, too
            found[id(network)] = network, profile

    ended_by = _execute(file, arguments, told)
    for network, profile in found.values():
        profile._watch.end(network)
    return [Result(repr(n), n._num_threads, p, (p.seconds,)) for n, p in found.values()], ended_by


def first_network(file: Path, arguments: Sequence[str]) -> tuple[Network, int]:
    """The network of a script, as it is when it is to run for the first time, and for how many steps that is.

    Raises
    ------
    typer.Exit, SystemExit, KeyboardInterrupt
        If no network runs; the script says by which of them if that is its own doing.
    """

    def told(network: Network, steps: int) -> None:
        raise _StoppedError(network, steps)

    ended_by = _execute(file, arguments, told)
    if isinstance(ended_by, _StoppedError):
        return ended_by.network, ended_by.steps
    with _ends_as_script(ended_by, file):
        _require((), ended_by, file)
    raise AssertionError


def _require(found: Sequence[Result], ended_by: BaseException | None, file: Path) -> None:
    if not found and not isinstance(ended_by, Exception):  # which says by itself why
        raise UsageError(f"no network runs in {file.name}; it must call simulate(), in this process")


# -- its network ----------------------------------------------------------------------------------------------------


def _profile_network(
    network: Network, steps: int, duration: float | None, repeats: int, threads: list[int] | None
) -> list[Result]:
    time = steps * network.dt if duration is None else duration
    chosen = threads or [network._num_threads]
    profiles: dict[int, list[Profile]] = {number: [] for number in chosen}
    with busy("running"), _refused_plainly():
        for _ in range(repeats):  # in turns: what disturbs one disturbs all
            for number in chosen:
                if number != network._num_threads:
                    network.config(num_threads=number)
                network.reset()
                network.step()  # what is made ready before the first of all steps is no part of the comparison
                network.reset()
                profiles[number].append(network.profile(time))
    return [_result(network, number, found) for number, found in profiles.items()]


def _result(network: Network, threads: int, profiles: Sequence[Profile]) -> Result:
    middle = sorted(profiles, key=lambda profile: profile.seconds)[(len(profiles) - 1) // 2]
    return Result(repr(network), threads, middle, tuple(profile.seconds for profile in profiles))


@contextlib.contextmanager
def _refused_plainly() -> Iterator[None]:
    try:
        yield
    except (NotImplementedError, ValueError) as trouble:  # the reference backend; a duration that makes no sense
        raise UsageError(str(trouble)) from None
