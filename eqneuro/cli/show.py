"""``eqneuro show``: the C code that a model becomes; no compiler is needed for it."""

from __future__ import annotations

import contextlib
import inspect
import runpy
import sys
from pathlib import Path
from typing import Any

import eqneuro
from eqneuro.cli.messages import UsageError, columns
from eqneuro.cli.run import as_script
from eqneuro.codegen.requests import PopulationRequest, ProjectionRequest, SynapseRequest
from eqneuro.language.errors import EquationError
from eqneuro.language.names import suggest


def names() -> str:
    """The built-in models, neurons before synapses, one a line with what it is."""
    rows = [(name, (inspect.getdoc(model) or "").partition("\n")[0]) for name, model in built_in().items()]
    return columns(rows, indent="")


def describe(wanted: str, method: str, precision: str, *, whole: bool = False) -> str:
    """The C code of a model.

    Parameters
    ----------
    wanted
        A built-in model (``Izhikevich``), or one of a file (``path.py:NAME``): a neuron, a synapse or a network.
    method
        The numerical method of equations that name none.
    precision
        ``"double"`` or ``"float"``.
    whole
        Whether to give the file that the compiler gets, instead of the functions of the model.

    Raises
    ------
    UsageError
        If there is no such model, method or precision.
    """
    model = find(wanted)
    try:
        network, kinds = _network_of(model, eqneuro.Network(dt=0.1, seed=1, method=method, precision=precision))
    except EquationError:
        raise
    except (ValueError, TypeError, NotImplementedError) as trouble:
        raise UsageError(str(trouble)) from None
    return _text(network, kinds, whole=whole)


def _text(network: Any, kinds: tuple[type, ...], *, whole: bool) -> str:
    from eqneuro.codegen.render import render_kernel
    from eqneuro.compiler import generate, plan_kernels
    from eqneuro.network.requests import gather

    request, _ = gather(network)
    if whole:
        return generate(request)[0].rstrip()
    groups = zip(request.kernels, plan_kernels(request), strict=True)
    chosen = [plan for kernel, plans in groups if isinstance(kernel, kinds) for plan in plans]
    return "\n\n".join(render_kernel(plan) for plan in chosen)


def built_in() -> dict[str, Any]:
    """The classes of the built-in models, by name."""
    from eqneuro.model import library

    listed = [*library.list_standard_neurons(), *library.list_standard_synapses()]
    return {model.__name__: model for model in listed}


def find(wanted: str) -> Any:
    """The model that was asked for.

    Raises
    ------
    UsageError
        If there is none of this name; says which one may be meant.
    """
    path, colon, name = wanted.rpartition(":")
    if colon or wanted.endswith(".py"):
        return _find_in_file(Path(path if colon else wanted), name if colon else "")
    known = built_in()
    if wanted in known:
        return known[wanted]
    hint = suggest(wanted, known) or "`eqneuro show` lists them; a model of your own is path.py:NAME."
    raise UsageError(f"there is no built-in model {wanted!r}. {hint}")


def _find_in_file(path: Path, name: str) -> Any:
    if not path.is_file():
        raise UsageError(f"there is no file {str(path)!r}")
    with as_script(path, []), contextlib.redirect_stdout(sys.stderr):
        held = runpy.run_path(str(path), run_name="eqneuro.shown")
    models = {key: value for key, value in held.items() if _is_model(value)}
    if name in models:
        return models[name]
    listed = ", ".join(models) or "no neuron, synapse or network"
    asked = f"{path.name} has no model {name!r}." if name else f"which model of {path.name}?"
    raise UsageError(f"{asked} It holds {listed}. Ask for one as {path}:NAME.")


def _is_model(value: Any) -> bool:
    kinds = (eqneuro.Neuron, eqneuro.Synapse, eqneuro.Network)
    is_own_class = isinstance(value, type) and issubclass(value, kinds) and value not in kinds
    return is_own_class or isinstance(value, kinds)


def _network_of(model: Any, network: Any) -> tuple[Any, tuple[type, ...]]:
    """A network that holds the model, and which of its kernels are the model's own."""
    made = model() if isinstance(model, type) else model
    if isinstance(made, eqneuro.Network):
        return made, (object,)
    for free in made.model.constants:
        network.constant(free.name, 1.0)
    if isinstance(made, eqneuro.Neuron):
        network.create(1, made)
        return network, (PopulationRequest,)
    ends = [network.create(3, _neighbour(made.model, side)) for side in ("pre", "post")]
    network.connect(*ends, "exc", made).fixed_number_pre(2, weights=eqneuro.Uniform(0.0, 1.0))
    return network, (ProjectionRequest, SynapseRequest)


def _neighbour(synapse: Any, side: str) -> Any:
    """The simplest neuron that has what a synapse reads of its ``pre`` or ``post``."""
    read = [free.name for free in (synapse.pre_attributes if side == "pre" else synapse.post_attributes)]
    inputs = {name for name in read if name.startswith(("g_", "sum("))}
    inputs.add("g_exc" if synapse.is_spiking else "sum(exc)")
    own = [name for name in read if name not in inputs and not (name == "r" and synapse.is_spiking)]
    if not synapse.is_spiking and "r" not in own:
        own.append("r")
    lines = [f"heard = {' + '.join(sorted(inputs))}", *(f"{name} = heard" for name in own)]
    spike = "heard > 1.0" if synapse.is_spiking else None
    return eqneuro.Neuron(equations="\n".join(lines), spike=spike, name=side)
