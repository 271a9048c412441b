"""Random small networks, as text: populations that spike or not, synapses of all kinds, delays, learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from eqneuro import EquationError, Network, SpikeSourceArray, Synapse, Uniform

from .random_models import POSITIVE, Draw, Text, bounded, neurons

TARGETS = ("exc", "inh")


@dataclass
class SynapseText:
    """A synapse as it is written."""

    parameters: str
    equations: list[str] = field(default_factory=list)
    rest: dict[str, Any] = field(default_factory=dict)

    def synapse(self) -> Synapse:
        """The synapse."""
        return Synapse(parameters=self.parameters, equations="\n".join(self.equations), **self.rest)


@dataclass
class Connection:
    """A projection: its ends, target, synapse, weights, delays in steps and how neurons are paired."""

    pre: int
    post: int
    target: str
    synapse: SynapseText | None
    connector: str
    delays: tuple[int, int]
    learning: tuple[str, int]
    spread: bool
    part: float = 0.0
    """Of a step, by which delays of rates are longer."""


@dataclass
class Source:
    """Neurons that spike at given times, and the first population, which they excite after some steps."""

    times: list[list[float]]
    interpolated: bool
    weight: float
    delay: int


@dataclass
class NetworkText:
    """A network as it is written."""

    populations: list[Text]
    connections: list[Connection]
    dt: float
    method: str
    seed: int
    source: Source | None = None

    def build(self) -> Network:
        """The network, with a monitor on everything."""
        net = Network(dt=self.dt, seed=self.seed, method=self.method)
        made = []
        for k, text in enumerate(self.populations):
            population = net.create(text.size, text.neuron(), name=f"population {k}")
            for j, name in enumerate(text.spread):
                population.set({name: Uniform(0.4 + j, 1.2 + j)})
            made.append(population)
        for k, each in enumerate(self.connections):
            synapse = None if each.synapse is None else each.synapse.synapse()
            projection = net.connect(made[each.pre], made[each.post], each.target, synapse, name=f"projection {k}")
            low, high = (steps * self.dt for steps in each.delays)
            delays = low if low == high else Uniform(low, high)
            weights = Uniform(0.05, 0.9) if each.spread else 0.37
            match each.connector:
                case "all":
                    projection.all_to_all(weights, delays, allow_self_connections=True)
                case "some":
                    projection.fixed_probability(0.5, weights, delays)
                case _:
                    projection.fixed_number_pre(1, weights, delays, allow_self_connections=True)
            if each.part and not projection._is_event_based():
                given, more = projection.delay, each.part * self.dt
                longer = [[d + more for d in row] for row in given] if isinstance(given, list) else given + more
                projection.delay = longer
            if each.learning[0] == "off":
                projection.disable_learning()
            elif each.learning[0] == "period":
                projection.enable_learning(each.learning[1] * self.dt)
        if self.source is not None:
            source = net.create(SpikeSourceArray(self.source.times, interpolated=self.source.interpolated))
            target = self.populations[0].targets[0]
            arriving = net.connect(source, made[0], target, name="from the source")
            arriving.all_to_all(self.source.weight, self.source.delay * self.dt)
            net.monitor(source, "spike", name="source")
        for k, population in enumerate(made):
            inputs = [f"g_{t}" if population.model.is_spiking else f"sum({t})" for t in self.targets_of(k)]
            read = [name for name in inputs if name not in population.variables]
            spikes = ["spike"] * population.model.is_spiking
            spikes += ["axon_spike"] * (population.model.axon_spike is not None)
            net.monitor(population, [*population.variables, *read, *spikes], name=f"population {k}")
        for k, projection in enumerate(net.get_projections()):
            if projection.variables and projection.nb_synapses:
                net.monitor(projection, projection.variables, name=f"projection {k}")
        return net

    def targets_of(self, number: int) -> list[str]:
        brought = {c.target for c in self.connections if c.post == number}
        return sorted(brought | set(self.populations[number].neuron().model.targets))


PARAMETERS = """
    A = 0.23
    B = 0.31 : projection
    C = 0.17 : postsynaptic
    wmax = 1.07 : projection
    tau = 7.3
    n = 2 : int
"""
LOCALITIES = ("", "", "", ", postsynaptic", ", projection")


@st.composite
def spiking_synapses(draw: Draw, pre: Text, post: Text) -> SynapseText:
    """Traces that decay, events that change them and the weight, sometimes equations that run in each step."""
    text = SynapseText(PARAMETERS)
    seen = [f"pre.{name}" for name in pre.local[:2]] + [f"post.{name}" for name in post.local[:2]]
    words = ["A", "B", "C", "n", "t/50.0", "d", *seen, "exp((t_pre - t)/9.0)", "exp((t_post - t)/11.0)"]
    shared = ["B", "wmax"]
    traces: list[str] = []
    for k in range(draw(st.integers(0, 3))):
        name, place = f"y{k}", draw(st.sampled_from(LOCALITIES))
        kind = draw(st.integers(0, 5))
        if kind <= 2:
            source = f" + {draw(st.sampled_from(traces))}/5.0" if traces and place == "" and kind == 2 else ""
            rate = draw(st.sampled_from(["tau", "5.9", "11.3"])) if place == "" else "6.1"
            line = f"{rate}*d{name}/dt = -{name}{source} : init=0.2, event-driven{place}"
        elif kind == 3:
            line = f"{'8.1' if place else 'tau'}*d{name}/dt = 0.1 - {name} : init=0.1{place}"
        elif kind == 4 and place == "":
            noise = draw(st.sampled_from([" + 0.1*xi", ""]))
            line = f"d{name}/dt = ({draw(bounded(words, 1))} - {name})/3.1{noise} : init=0.1"
        else:
            line = f"{name} = 0.9*{name} + 0.1*{draw(bounded(shared if place else words, 1))}" + f" : init=0.3{place}"
        text.equations.append(line)
        traces.append(name)
        if place == "":
            words.append(name)
    if draw(st.integers(0, 3)) == 0:
        text.equations.append(f"w = clip(w + 0.01*{draw(bounded(words, 1))}, 0.0, wmax)")
    elif draw(st.integers(0, 6)) == 0:
        text.equations.append(f"dw/dt = 0.01*({draw(bounded([*words, 'w'], 1))}) : min=0.0, max=wmax")
    for event in ("pre_spike", "post_spike"):
        if event == "pre_spike" or draw(st.booleans()):
            text.rest[event] = draw(event_statements(event, traces, [*words, "w"]))
    if draw(st.integers(0, 4)) == 0:
        text.rest["psp"] = f"0.1*w*{draw(bounded(seen, 1))}"
    if pre.events.get("axon_spike") and draw(st.booleans()):
        text.rest["pre_axon_spike"] = draw(event_statements("pre_axon_spike", traces, [*words, "w"]))
    return admitted(text)


PLAIN = ("w", "w*{}", "w + 0.1*{}", "0.2*{}")


@st.composite
def plain_synapses(draw: Draw, pre: Text, post: Text) -> SynapseText:
    """A weight and parameters: all that synapses have whose spikes come from within steps, or arrive there."""
    words = ["A", "B", "C", "n", "tau/9.0"]
    if not post.timed:
        words += ["t/50.0", *(f"pre.{name}" for name in pre.local[:2]), *(f"post.{name}" for name in post.local[:2])]
    brought = draw(st.sampled_from(PLAIN)).format(draw(bounded(words, 1)))
    return SynapseText(PARAMETERS, rest={"pre_spike": f"g_target += {brought}"})


CHANGES = ("{0} += {1}", "{0} = {1}", "{0} = 0.6*{0} + {1}", "{0} *= 0.7", "{0} -= 0.3*{1} : min=-0.5",
           "{0} += Uniform(0.0, 0.2)", "{0} += {1} : max=1.3")  # fmt: skip


@st.composite
def event_statements(draw: Draw, event: str, traces: Sequence[str], words: Sequence[str]) -> str:
    """What happens at an event."""
    lines = []
    before = event != "post_spike"
    if before and draw(st.integers(0, 5)):
        brought = draw(st.sampled_from(["w", "w*{}", "w + 0.1*{}", "0.2*{}", "0.1*Exponential(2.0) + 0.0*{}"]))
        lines.append(f"g_target += {brought.format(draw(bounded(words, 1)))}")
    for name in draw(st.lists(st.sampled_from(list(traces)), max_size=2)) if traces else []:
        change = draw(st.sampled_from(CHANGES))
        line = change.format(name, draw(bounded(words, 1)))
        if before and draw(st.integers(0, 3)) == 0:
            line += ", unless_post" if ":" in change else " : unless_post"  # values have colons, too
        lines.append(line)
    if draw(st.booleans()):
        flag = " : unless_post" if before and draw(st.integers(0, 2)) == 0 else ""
        lines.append(f"w = clip(w + 0.1*{draw(bounded(words, 1))}, 0.0, wmax){flag}")
    draw(st.randoms(use_true_random=False)).shuffle(lines)
    return "\n".join(lines) or ("g_target += w" if before else "w = 0.9*w")


@st.composite
def rate_synapses(draw: Draw, pre: Text, post: Text) -> SynapseText:
    """A psp of any kind, and equations that learn."""
    text = SynapseText(PARAMETERS)
    seen = [f"pre.{name}" for name in pre.local[:2]] + [f"post.{name}" for name in post.local[:2]]
    seen += [
        "mean(pre.r)",
        "max(post.r)",
        "norm2(pre.x0)",
        *(f"tanh(post.sum({t}))" for t in post.neuron().model.targets[:1]),
    ]
    words = ["A", "B", "C", "n", "t/50.0", "d", *seen]
    for k in range(draw(st.integers(0, 2))):
        name, place = f"y{k}", draw(st.sampled_from(LOCALITIES))
        own = ["B", "mean(pre.r)"] + ["C", "post.r"] * (place != ", projection") if place else words
        if draw(st.booleans()):
            method = draw(st.sampled_from(["", ", exponential", ", rk4", ", implicit", ", midpoint"]))
            noise = draw(st.sampled_from(["", "", " + 0.1*xi"]))
            text.equations.append(
                f"d{name}/dt = ({draw(bounded(own, 1))} - {name})/4.1{noise} : init=0.1{method}{place}"
            )
        else:
            chance = draw(st.sampled_from(["", " + Normal(0.0, 0.1)", " + 0.1*Poisson(0.7)"]))
            text.equations.append(f"{name} = {draw(bounded([*own, name], 1))}{chance} : init=0.2{place}")
        if place == "":
            words.append(name)
    kind = draw(st.integers(0, 3))
    if kind == 0:
        text.equations.append(f"w = clip(w + 0.02*{draw(bounded([*words, 'w'], 1))}, -1.0, wmax)")
    elif kind == 1:
        method = draw(st.sampled_from(["", ", exponential", ", rk4", ", heun"]))
        text.equations.append(f"tau*dw/dt = A*pre.r*post.r - w*post.r^2 : min=-1.1, max=wmax{method}")
    if draw(st.integers(0, 2)):
        text.rest["psp"] = draw(st.sampled_from(PSPS)).format(draw(bounded([*words, "w"], 1)))
        text.rest["operation"] = draw(st.sampled_from(["sum", "mean", "max", "min"]))
    return admitted(text)


PSPS = ("w*pre.r", "w*tanh(pre.r - 0.1)", "w*pre.r*{}", "{} + 0.3*w", "0.3*{}", "w*max(pre.r - 0.23, 0.0)")


def admitted(text: SynapseText) -> SynapseText:
    """The synapse, event-driven equations only where they are linear with constant coefficients."""
    try:
        text.synapse()
    except EquationError as error:
        if "event-driven" not in str(error):
            raise
        text.equations = [line.replace(", event-driven", "") for line in text.equations]
        text.synapse()
    return text


@st.composite
def networks(draw: Draw) -> NetworkText:
    """Two or three populations and one to three projections."""
    is_spiking = draw(st.booleans())
    count = draw(st.integers(1, 3))
    targets = st.sampled_from([("exc",), ("exc", "inh"), ("exc",)])
    populations = [draw(neurons(spiking=is_spiking, targets=draw(targets))) for _ in range(count)]
    for text in populations:
        text.size = draw(st.integers(1, 5))
    connections = []
    for _ in range(draw(st.integers(1, 3))):
        pre, post = draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))
        make = spiking_synapses if is_spiking else rate_synapses
        make = plain_synapses if populations[pre].timed or populations[post].timed else make
        synapse = draw(make(populations[pre], populations[post])) if draw(st.integers(0, 4)) else None
        first = draw(st.integers(1, 6))
        connections.append(
            Connection(
                pre,
                post,
                draw(st.sampled_from(populations[post].targets)),
                synapse,
                draw(st.sampled_from(["all", "all", "some", "one"])),
                (first, first + draw(st.sampled_from([0, 0, 1, 5]))),
                (draw(st.sampled_from(["on", "on", "on", "off", "period"])), draw(st.integers(2, 5))),
                draw(st.booleans()),
                draw(st.sampled_from([0.0, 0.0, 0.31, 0.75])),
            )
        )
    dt = draw(st.sampled_from([0.1, 0.25, 0.5]))
    source = draw(sources(dt)) if is_spiking and draw(st.integers(0, 2)) == 0 else None
    method = draw(st.sampled_from(["explicit", "auto", "rk4", "rk45"]))
    return NetworkText(populations, connections, dt, method, 5, source)


@st.composite
def sources(draw: Draw, dt: float) -> Source:
    """One to three trains of spikes."""
    times = st.lists(st.integers(0, 7000).map(lambda k: k / 7000 * 190 * dt), max_size=12)
    trains = draw(st.lists(times, min_size=1, max_size=3))
    return Source(trains, draw(st.booleans()), draw(POSITIVE), draw(st.integers(1, 4)))
