"""How the command talks: plain errors, and signs of life where someone watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import typer


@contextmanager
def plain_errors() -> Iterator[None]:
    """Errors that are meant for the user are told by their message alone, with exit status 1."""
    try:
        yield
    except Exception as error:
        if not is_for_user(error):
            raise
        complain(f"{_title(error)}: {error}")
        raise typer.Exit(1) from None


def complain(message: str) -> None:
    """Writes to standard error."""
    typer.echo(message, err=True)


def is_for_user(error: Exception) -> bool:
    """Whether the message of an error says all that its reader needs."""
    from eqneuro.build.cache import CacheError
    from eqneuro.build.toolchain import CompilationError, NoCompilerError
    from eqneuro.language.errors import EquationError

    return isinstance(error, UsageError | EquationError | NoCompilerError | CompilationError | CacheError)


class UsageError(ValueError):
    """What was asked for on the command line can't be done; says why and what could be."""


def _title(error: Exception) -> str:
    return "Error" if isinstance(error, UsageError) else type(error).__name__


def is_watched() -> bool:
    """Whether standard error is a terminal."""
    return sys.stderr.isatty()


def busy(what: str) -> AbstractContextManager[Any]:
    """A turning wheel beside a word, where someone watches."""
    if not is_watched():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(what)


def print_c(text: str) -> None:
    """Writes C to standard output, in colours on a terminal."""
    if not sys.stdout.isatty():
        typer.echo(text)
        return
    from rich.console import Console
    from rich.syntax import Syntax

    Console().print(Syntax(text, "c", theme="ansi_dark", background_color="default"), soft_wrap=True)


def columns(rows: list[tuple[str, str]], indent: str = "  ", width: int = 0) -> str:
    """Names and values below each other; names take at least ``width`` characters."""
    width = max(width, *(len(name) for name, _ in rows))
    lines = []
    for name, value in rows:
        first, *more = value.splitlines() or [""]
        lines.append(f"{indent}{name:<{width}}  {first}".rstrip())
        lines += [f"{indent}{'':<{width}}  {line}" for line in more]
    return "\n".join(lines)


def megabytes(size: float) -> str:
    """Bytes, readable."""
    return f"{size / 2**20:.1f} MiB" if size < 100 * 2**20 else f"{size / 2**20:.0f} MiB"
