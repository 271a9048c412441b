"""A network as the sections of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from eqneuro.language.latex import print_name
from eqneuro.network import summary
from eqneuro.network.summary import Spread
from eqneuro.reporting.document import Block, Code, Formula, Paragraph, Piece, Section, Table
from eqneuro.reporting.models import neuron_section, synapse_section

if TYPE_CHECKING:
    from eqneuro.network.network import Network
    from eqneuro.network.population import Population
    from eqneuro.network.projection import Projection

Row = tuple[Piece, ...]


def describe_network(network: Network, *, gather: bool) -> tuple[Section, ...]:
    """All sections; ``gather`` joins projections between the same populations in one row."""
    populations, projections = network.get_populations(), network.get_projections()
    groups = list(_groups(projections)) if gather else [[p] for p in projections]
    sections = [
        Section("Network", (_settings(network, populations, projections),)),
        Section("Populations", _table(("Name", "Size", "Neuron"), map(_population_row, populations))),
        Section(
            "Projections",
            _table(("Name", "From", "To", "Target", "Synapse", "Number"), map(_projection_row, groups))
            + _table(("Name", "Connector", "Delays"), map(_connector_row, groups)),
        ),
        Section("Monitors", _table(("Name", "Of", "Variables", "Period"), map(_monitor_row, network.get_monitors()))),
        Section("Neurons", parts=tuple(_neurons(populations))),
        Section("Synapses", parts=tuple(_synapses(projections))),
        Section("Values of populations", _population_values(populations)),
        Section("Values of projections", _projection_values(projections)),
    ]
    constants = [(Formula(print_name(c.name)), number(c.value)) for c in network.get_constants()]
    if constants:
        sections.insert(1, Section("Constants", _table(("Constant", "Value"), constants)))
    return tuple(section for section in sections if section.blocks or section.parts)


def number(value: Any) -> str:
    """A number as Python writes it, floats in at most six digits where these are not exact."""
    if isinstance(value, float) and len(repr(value)) > 8:
        return f"{value:.6g}"
    return repr(value)


def _table(header: tuple[str, ...], rows: Iterable[Row]) -> tuple[Block, ...]:
    """A table, or nothing where there is nothing to show."""
    found = tuple(rows)
    return (Table(header, found),) if found else ()


def _settings(network: Network, populations: Sequence[Population], projections: Sequence[Projection]) -> Table:
    explanation = network.explain(duration=0.0)
    synapses = sum(p.nb_synapses for p in projections if p.connector is not None)
    rows = [
        ("dt", f"{number(network.dt)} ms"),
        ("Time", f"{number(network.time)} ms"),
        ("Seed", str(network.seed)),
        ("Precision", explanation.precision),
        ("Populations", f"{len(populations)} of {sum(p.size for p in populations)} neurons"),
        ("Projections", f"{len(projections)} of {synapses} synapses"),
    ]
    return Table(("Setting", "Value"), tuple(rows))


# -- objects -----------------------------------------------------------------------------------------------------------


def _population_row(population: Population) -> Row:
    geometry = population.geometry
    size = str(population.size) if len(geometry) == 1 else f"{population.size} {geometry}"
    return population.name, size, _model_name(population)


def _groups(projections: Sequence[Projection]) -> Iterator[list[Projection]]:
    """Projections between the same populations, with the same target and synapse."""
    found: dict[Any, list[Projection]] = {}
    for projection in projections:
        ends = _population_of(projection.pre).name, _population_of(projection.post).name
        found.setdefault((*ends, projection.target, projection.model), []).append(projection)
    yield from found.values()


def _population_of(side: Any) -> Any:
    return getattr(side, "population", side)


def _group_name(group: list[Projection]) -> str:
    return group[0].name if len(group) == 1 else f"{group[0].name} and {len(group) - 1} more"


def _projection_row(group: list[Projection]) -> Row:
    first = group[0]
    count = sum(p.nb_synapses for p in group if p.connector is not None)
    ends = [_population_of(s).name if len(group) > 1 else _end(s) for s in (first.pre, first.post)]
    return _group_name(group), *ends, first.target, _model_name(first), str(count)


def _connector_row(group: list[Projection]) -> Row:
    built = [p for p in group if p.connector is not None]
    made = list(dict.fromkeys(str(p.connector) for p in built))
    late = list(dict.fromkeys(f"{_spread(summary.delays(p))} ms" for p in built))
    return _group_name(group), Code("; ".join(made)) if made else "not connected", "; ".join(late)


def _end(side: Any) -> str:
    population = _population_of(side)
    return str(population.name) if population is side else f"{side.size} neurons of {population.name}"


def _monitor_row(monitor: Any) -> Row:
    if hasattr(monitor.object, "pre"):
        name = monitor.object.name
    else:
        name = _end(monitor.object) if hasattr(monitor.object, "ranks") else repr(monitor.object)
    return monitor.name, name, ", ".join(monitor.variables), f"{number(monitor.period)} ms"


# -- models ------------------------------------------------------------------------------------------------------------


def _model_name(thing: Population | Projection) -> str:
    return thing.model.name or "unnamed"


def _distinct(things: Sequence[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Objects of equal models, and a title for each of these: names that occur more than once are numbered."""
    found: dict[Any, list[Any]] = {}
    for thing in things:
        is_spiking = _population_of(getattr(thing, "pre", thing)).model.is_spiking
        found.setdefault((thing.model, is_spiking, thing.model.name), []).append(thing)
    names = [name for _, _, name in found]
    for place, ((_, _, name), users) in enumerate(found.items()):
        is_repeated = names.count(name) > 1
        yield f"{name or 'Unnamed'}{f' ({names[: place + 1].count(name)})' if is_repeated else ''}", users


def _neurons(populations: Sequence[Population]) -> Iterator[Section]:
    for title, users in _distinct(populations):
        first = users[0]
        yield neuron_section(first.model, title, [p.name for p in users], summary.neuron_methods(first))


def _synapses(projections: Sequence[Projection]) -> Iterator[Section]:
    for title, users in _distinct(projections):
        first = users[0]
        rates = not _population_of(first.pre).model.is_spiking
        methods = summary.synapse_methods(first)
        yield synapse_section(first.model, title, [p.name for p in users], methods, transmits_rates=rates)


# -- values ------------------------------------------------------------------------------------------------------------


def _population_values(populations: Sequence[Population]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for population in populations:
        rows = list(_values(population, population.parameters, "parameter", summary.present_values))
        rows += _values(population, population.variables, "initial value", summary.initial_values)
        if rows:
            blocks += [Paragraph((f"{population.name}:",)), Table(("Attribute", "Kind", "Value"), tuple(rows))]
    return tuple(blocks)


def _projection_values(projections: Sequence[Projection]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for projection in projections:
        if projection.connector is not None:
            rows = list(_values(projection, projection.parameters, "parameter", summary.synaptic_values))
            rows += _values(projection, projection.variables, "present value", summary.synaptic_values)
            if rows:
                blocks += [Paragraph((f"{projection.name}:",)), Table(("Attribute", "Kind", "Value"), tuple(rows))]
    return tuple(blocks)


def _values(
    thing: Any, names: Sequence[str], kind: str, read: Callable[[Any, str], Spread]
) -> Iterator[tuple[Piece, Piece, Piece]]:
    for name in names:
        yield Formula(print_name(name)), kind, _spread(read(thing, name))


def _spread(values: Spread) -> str:
    if values.count == 0:
        return "none"
    if values.is_uniform:
        return number(values.least)
    return f"{number(values.least)} to {number(values.greatest)}, mean {number(values.mean)}"
