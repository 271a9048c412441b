"""The subcommands of ``eqneuro`` and their options. Nothing else is imported before a subcommand is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="eqneuro",
    help="Neurons and synapses written as text, run at the speed of C.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cache_app = typer.Typer(help="The cache of compiled networks.", no_args_is_help=True)
app.add_typer(cache_app, name="cache")


def _print_version(wanted: bool) -> None:
    if wanted:
        import eqneuro

        typer.echo(f"eqneuro {eqneuro.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Neurons and synapses written as text, run at the speed of C."""


@app.command()
def demo(
    neurons: Annotated[int, typer.Option(min=100, help="How many; each keeps about 80 inputs.")] = 4000,
    duration: Annotated[float, typer.Option(min=20.0, help="Of the simulation, in ms.")] = 1000.0,
    seed: Annotated[int, typer.Option(help="Decides all random numbers.")] = 2,
    threads: Annotated[int, typer.Option(min=1, help="That share the neurons out; the result is the same.")] = 1,
    output: Annotated[Path, typer.Option(help="Where the picture goes.")] = Path("eqneuro-demo.png"),
    picture: Annotated[bool, typer.Option("--picture/--no-picture", help="Whether to draw one.")] = True,
    show: Annotated[bool, typer.Option("--show", help="Print the script of the network, and leave.")] = False,
) -> None:
    """Runs a balanced network of 4,000 conductance-based neurons and draws what it did."""
    from eqneuro.cli import demo as command
    from eqneuro.cli.messages import plain_errors

    if show:
        typer.echo(command.script(), nl=False)
        return
    with plain_errors():
        command.run(neurons, duration, seed, threads, output if picture else None)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}
)
def run(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="A Python script.")
    ],
    traceback: Annotated[bool, typer.Option("--traceback", help="Show where in the script an error arose.")] = False,
) -> None:
    """Runs a script; what follows FILE goes to it. A mistake in an equation is told without a traceback."""
    from eqneuro.cli import run as command
    from eqneuro.cli.messages import plain_errors

    with plain_errors():
        command.run(file, context.args, with_traceback=traceback)


@app.command()
def bench(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="A Python script.")
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[-- ARGUMENTS]", help="What the script finds in sys.argv.")
    ] = None,
    duration: Annotated[
        float | None, typer.Option(min=0.0, help="Stop the script at its first run; run its network for so many ms.")
    ] = None,
    repeats: Annotated[int | None, typer.Option(min=1, help="The same, so many times; the median is shown.")] = None,
    threads: Annotated[str | None, typer.Option(help="The same, on each of these numbers of threads: 1,2.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    picture: Annotated[
        Path | None, typer.Option(help="Where a picture goes; the longest one where several are.")
    ] = None,
) -> None:
    """Runs a script and says where the time of its network goes: a table by phase, population and projection."""
    from eqneuro.cli import bench as command
    from eqneuro.cli.messages import plain_errors

    with plain_errors():
        command.run(
            file, arguments or (), duration=duration, repeats=repeats, threads=threads, as_json=json, picture=picture
        )


@app.command()
def show(
    model: Annotated[
        str, typer.Argument(metavar="[MODEL]", help="A built-in model, or NAME in a file, which is run: path.py:NAME.")
    ] = "",
    method: Annotated[str, typer.Option(help="Numerical method of equations that name none.")] = "explicit",
    precision: Annotated[str, typer.Option(help="double or float.")] = "double",
    whole: Annotated[bool, typer.Option("--whole", help="All of the C file, not only the model's own part.")] = False,
) -> None:
    """Prints the C code that a model becomes. Without MODEL: the names of the built-in ones."""
    from eqneuro.cli import show as command
    from eqneuro.cli.messages import plain_errors, print_c

    with plain_errors():
        if model:
            print_c(command.describe(model, method, precision, whole=whole))
        else:
            typer.echo(command.names())


@app.command()
def doctor() -> None:
    """Looks whether eqneuro can work here: compiler, processor, cache, versions, a small network."""
    from eqneuro.cli import doctor as command

    raise typer.Exit(command.run())


@cache_app.command("info")
def cache_info() -> None:
    """Where compiled networks are kept, how many, and what they take."""
    from eqneuro.cli import caching
    from eqneuro.cli.messages import plain_errors

    with plain_errors():
        typer.echo(caching.describe())


@cache_app.command("clear")
def cache_clear() -> None:
    """Removes all compiled networks; they are compiled again when they are needed."""
    from eqneuro.cli import caching
    from eqneuro.cli.messages import plain_errors

    with plain_errors():
        typer.echo(caching.clear())
