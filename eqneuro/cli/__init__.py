"""The command ``eqneuro``: `app` declares its subcommands; each has a module of its own, imported when it is called."""

from __future__ import annotations


def main() -> None:
    """The entry point."""
    from eqneuro.cli.app import app

    app()
