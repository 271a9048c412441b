"""Random neurons, as text: equations of all kinds that stay bounded, methods, flags, events, noise, distributions.

Numbers are irregular (multiples of 1/331), so that no threshold is met exactly: there, rounding alone would decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from eqneuro import EquationError, Neuron

NUMBERS = st.integers(-900, 900).map(lambda k: k / 331)
POSITIVE = st.integers(40, 900).map(lambda k: k / 331)
Draw = Any
"""What `st.composite` hands over."""

BOUNDED = ("sin({})", "cos({})", "tanh({})", "atan({})", "sigmoid({})", "clip({}, -1.3, 1.7)", "{0}/(1.3 + ({0})^2)",
           "exp(-abs({}))", "1.0/cosh(clip({}, -2.0, 2.0))", "asin(sin({})*0.9)")  # fmt: skip
PLAIN = ("-({})", "abs({})", "fabs({})", "relu({})", "pos({})", "neg({})", "positive({})", "negative({})", "floor({})",
         "ceil({})", "round({})", "sign({})", "heaviside({})", "sqrt(abs({}) + 0.1)", "log(1.1 + ({})^2)",
         "ln(0.7 + abs({}))", "log10(1.2 + abs({}))", "log2(2.1 + ({})^2)", "({})^2", "(0.3*{})^3", "(not ({} > 0.37))",
         "power(abs({}) + 0.2, 1.3)", "(1.1 + abs({}))^0.5", "(1.7 + abs({}))^(-1.2)", "sinh(clip({}, -1.5, 1.5))",
         "tan(clip({}, -1.1, 1.1))", "acos(0.9*cos({}))", "isfinite({})")  # fmt: skip
PAIRS = ("({} + {})", "({} - {})", "({} * {})", "min({}, {})", "max({}, {})", "({})/(1.2 + abs({}))",
         "atan2({}, 0.4 + abs({}))", "modulo({}*7.3, 2.0 + abs({}))", "1.0*({} < {})", "({} >= {} - 0.2137)",
         "pow(abs({}) + 0.3, tanh({}))")  # fmt: skip
CONDITIONS = ("{} > {}", "{} < {}", "{} >= {} + 0.1137", "not ({} <= {})", "{0} > 0.2137 and {1} < 1.0713",
              "{0} > 0.9371 or {1} < -0.4137")  # fmt: skip
"""Bounds with digits that no time and no other constant has: at a tie, rounding would decide."""
CHOICES = ("if {}: {} else: {}", "ite({}, {}, {})")
RAW = ("sqrt({})", "log({})", "({})^0.7", "1.0/({})", "asin({})", "exp({})", "isnan(sqrt({}))")
"""What may give no number: for variables that nobody reads."""
SINGULAR = ("0.1*({0} + 0.37)/(1.0 - exp(-({0} + 0.37)/0.2))", "({0} - 0.21)/(exp(({0} - 0.21)/0.5) - 1.0)",
            "sin({0} - 0.5)/({0} - 0.5)")  # fmt: skip
"""With removable singularities, as the rates of Hodgkin and Huxley have them."""
DISTRIBUTIONS = ("Uniform({0}, {0} + {1})", "Normal({0}, {1})", "Normal({0}, {1}, min=-0.7, max=1.1)",
                 "LogNormal(0.3*{0}, 0.2*{1})", "Exponential({1})", "Gamma({1}, 0.7)", "Gamma(0.4 + {1})",
                 "Binomial(7, 0.31)", "Bernoulli(0.43)", "Poisson({1})", "DiscreteUniform(-1, 3)",
                 "Poisson(37.3)", "Binomial(60, 0.2)", "Exponential({1}, min=0.2, max=1.9)")  # fmt: skip
METHODS = ("explicit", "midpoint", "heun", "rk4", "sdirk2", "rk45", "exponential", "semiimplicit", "implicit", "exact",
           "auto")  # fmt: skip
TOLERANCES = ("", "", ", rtol=1e-4", ", rtol=1e-8, atol=1e-10", ", atol=1e-5")


def number(value: float) -> str:
    """A literal."""
    return f"({value!r})" if value < 0 else repr(value)


@st.composite
def expressions(draw: Draw, names: Sequence[str], depth: int = 2) -> str:
    """An expression of names, of any size."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        if names and draw(st.integers(0, 3)):
            return draw(st.sampled_from(list(names)))
        return draw(st.one_of(NUMBERS.map(number), st.sampled_from(["1", "2.0", "0.5", "pi", "3"])))
    below = expressions(names, depth - 1)
    kind = draw(st.integers(0, 9))
    if kind <= 2:
        return draw(st.sampled_from(BOUNDED)).format(draw(below))
    if kind <= 4:
        return draw(st.sampled_from(PLAIN)).format(draw(below))
    if kind <= 8:
        return draw(st.sampled_from(PAIRS)).format(draw(below), draw(below))
    test = draw(conditions(names))
    return f"({draw(st.sampled_from(CHOICES)).format(test, draw(below), draw(below))})"


@st.composite
def conditions(draw: Draw, names: Sequence[str]) -> str:
    """A comparison, or several."""
    below = expressions(names, 1)
    return draw(st.sampled_from(CONDITIONS)).format(draw(below), draw(below))


def bounded(names: Sequence[str], depth: int = 2) -> st.SearchStrategy[str]:
    """An expression between −3 and 3."""
    return st.builds(str.format, st.sampled_from(BOUNDED[:9]), expressions(names, depth))


@dataclass
class Text:
    """A neuron as it is written, what it may be read by, and values that differ between its neurons."""

    parameters: str = ""
    equations: list[str] = field(default_factory=list)
    events: dict[str, Any] = field(default_factory=dict)
    functions: str = ""
    variables: list[str] = field(default_factory=list)
    local: list[str] = field(default_factory=list)
    spread: list[str] = field(default_factory=list)
    size: int = 3
    targets: tuple[str, ...] = ()
    timed: bool = False
    """Whether spikes happen within steps."""

    def neuron(self) -> Neuron:
        """The neuron."""
        settings = {"spike_times": "interpolated"} if self.timed else {}
        equations = "\n".join(self.equations)
        return Neuron(
            parameters=self.parameters, equations=equations, functions=self.functions, **self.events, **settings
        )


@st.composite
def right_sides(draw: Draw, own: str, others: Sequence[str]) -> tuple[str, list[str]]:
    """The right side of an ODE that stays bounded, and methods that it admits."""
    rate = number(draw(POSITIVE))
    kind = draw(st.integers(0, 7))
    every = [m for m in METHODS if m != "exact"]
    if kind <= 1:
        inside = draw(bounded(others))
        return f"({inside} - {own})*{rate}/3.0", every
    if kind == 2:
        return f"-{rate}*{own} + {draw(bounded([]))}", list(METHODS)
    if kind == 3:
        return f"0.2*({own} - {own}^3) + {draw(bounded(others))}/4.0", [m for m in every if m != "exponential"]
    if kind == 4:
        nonlinear = [m for m in every if m != "exponential"]
        return f"{draw(bounded([own, *others]))} - {own}/2.3", nonlinear
    if kind == 5:
        inside = draw(st.sampled_from(SINGULAR)).format(f"clip({own}, -3.0, 3.0)" if draw(st.booleans()) else own)
        return f"tanh({inside}) - {own}/{rate}", [m for m in every if m != "exponential"]
    if kind == 6 and others:
        partner = draw(st.sampled_from(list(others)))
        return f"0.7*tanh({partner}) - {rate}*{own}/2.0 + {draw(bounded(others))}/3.0", every
    return f"(ite({draw(conditions(others))}, {rate}, 0.6) - {own}) * (0.4 + abs({draw(bounded(others, 1))}))", every


FORMS = ("d{0}/dt = {1}", "{2}*d{0}/dt = {2}*({1})", "d{0}/dt - ({1}) = 0.0", "{2}*d{0}/dt + {0} = {0} + {2}*({1})")
NOISES = ("", "", "", " + 0.2*xi", " + 0.3*xi_a", " + 0.1*xi + 0.2*xi_b", " + 0.2*{0}*xi", " + 0.1*sin({0})*xi_a")
LIMITS = ("max=Uniform(0.9, 1.4)", "min=-1.7", "max=1.9", "min=-0.9, max=1.3", "max=cap", "min=-cap")


@st.composite
def odes(
    draw: Draw, own: str, names: Sequence[str], *, drive: str = "", is_global: bool = False, quiet: bool = False
) -> str:
    """One ODE with its flags; ``quiet`` if nothing in it may be random."""
    right, methods = draw(right_sides(own, [n for n in names if n != own]))
    right, flag = right + drive, ""
    has_jumps = any(word in right for word in (*JUMPS, "f("))
    if draw(st.integers(0, 2)) == 0 and not quiet:
        noise = draw(st.sampled_from(NOISES[:4] if "exact" in methods else NOISES)).format(own)
        right, flag = right + noise, ", stratonovich" * (noise != "" and draw(st.booleans()))
    form = draw(st.sampled_from(FORMS[:3])).format(own, right, number(draw(POSITIVE)))
    flags = [f"init={draw(NUMBERS)!r}"]
    if draw(st.booleans()) or has_jumps:  # at a jump, what is tolerated turns rounding into large differences
        flags.append(draw(st.sampled_from([m for m in methods if m != "rk45" or not has_jumps])))
        flags[-1] += draw(st.sampled_from(TOLERANCES)) if flags[-1] == "rk45" else ""
    if draw(st.integers(0, 3)) == 0:
        flags.append(draw(st.sampled_from(LIMITS[quiet:])))
    if is_global:
        flags.append("population")
    elif draw(st.integers(0, 7)) == 0:
        flags.append("unless_refractory")
    return f"{form} : {', '.join(flags)}{flag}"


@st.composite
def assignments(draw: Draw, own: str, names: Sequence[str], *, is_global: bool = False, quiet: bool = False) -> str:
    """One assignment with its flags; some hold random numbers, some are whole numbers or truth values; ``quiet`` if it
    may neither be random nor change step by step."""
    kind = draw(st.sampled_from([1, 2, 4, 5, 6]) if quiet else st.integers(0, 6))
    flags = ["population"] if is_global else []
    if kind == 0:
        shape, scale = draw(bounded(names, 1)), f"(0.3 + abs({draw(bounded(names, 1))}))"
        value = draw(st.sampled_from(DISTRIBUTIONS)).format(shape, scale)
    elif kind == 1:
        value, flags = f"3.7*{draw(bounded(names))}", [*flags, "int"]
    elif kind == 2:
        value, flags = draw(conditions(names)), [*flags, "bool"]
    elif kind == 3:
        return f"{own} += 0.1*{draw(bounded(names))} - 0.2*{own} : init={draw(NUMBERS)!r}{', population' * is_global}"
    else:
        value = draw(expressions(names, 3))
        if draw(st.booleans()):
            flags.append(draw(st.sampled_from(LIMITS[quiet:])))
    return f"{own} = {value}" + (f" : {', '.join(flags)}" if flags else "")


STRENGTHS = ("0.2", "0.3*p", "0.1*s", "(0.1 + 0.2*q)", "0.01*t")
"""Of noise; one of them changes."""


@st.composite
def linear_systems(draw: Draw, *, quiet: bool) -> list[str]:
    """Two or three equations, linear in each other, with noise that they share or hand on."""
    names = [f"y{k}" for k in range(draw(st.integers(2, 3)))]
    lines = []
    for own in names:
        right = f"{draw(NUMBERS)!r}/3.0 - {draw(POSITIVE)!r}*{own}"
        for other in names:
            if other != own and draw(st.booleans()):
                right += f" + {number(draw(NUMBERS))}*{other}/4.0"
        for source in draw(st.sets(st.sampled_from(["xi", "xi_a", "xi_b"]), max_size=2)) if not quiet else ():
            right += f" + {draw(st.sampled_from(STRENGTHS))}*{source}"
        method = draw(st.sampled_from(["exact", "exact", "exact", "auto", "rk45"]))
        lines.append(f"d{own}/dt = {right} : init={draw(NUMBERS)!r}, {method}")
    return lines


PARAMETERS = """
    p = 0.83
    q = -0.37
    k = 3 : int
    b = True : bool
    s = 1.21 : population
    cap = 1.57 : population
    tau = 2.6
"""


@st.composite
def neurons(draw: Draw, *, spiking: bool | None = None, targets: Sequence[str] = ()) -> Text:
    """A neuron of one to eight variables."""
    text = Text(PARAMETERS, targets=tuple(targets), size=draw(st.sampled_from([1, 2, 3, 3, 5, 18])))
    is_spiking = draw(st.booleans()) if spiking is None else spiking
    text.timed = quiet = is_spiking and draw(st.integers(0, 5)) == 0
    text.size = min(text.size, 3) if text.timed else text.size
    shared = ["s", "cap", "t/50.0", "dt"]
    local = [*shared, "p", "q", "k", "b", "tau/3.0"]
    if draw(st.integers(0, 3)) == 0:
        text.functions = f"f(x, y) = {draw(bounded(['x', 'y']))}"
        local.append(f"f({draw(st.sampled_from(['p', '0.4', 'q + 0.1']))}, s)")
    inputs = [f"g_{t}" if is_spiking else f"sum({t})" for t in targets]
    local += [f"tanh({name})" for name in inputs]
    text.equations += _conductances(draw, inputs, whole=quiet) if is_spiking else []
    for k in range(draw(st.integers(1, 4))):
        own = f"x{k}"
        is_global = bool(text.local) and draw(st.integers(0, 6)) == 0
        read = [*shared, *(f"{draw(st.sampled_from(REDUCTIONS))}({text.local[0]})" for _ in range(is_global))]
        read = read if is_global else [*local, own] if k and not quiet else local
        if k == 0:
            drive = "".join(f" + 0.4*tanh({name})" for name in inputs)
            drive += "" if quiet else draw(st.sampled_from(["", "", "", *PASTS])).format(own)
            text.equations.append(draw(odes(own, read, drive=drive, quiet=quiet)))
        else:
            line = odes if draw(st.integers(0, 2)) else assignments
            text.equations.append(draw(line(own, read, is_global=is_global, quiet=quiet)))
        text.variables.append(own)
        (shared if is_global else text.local).append(own)
        local.append(own)
    if draw(st.integers(0, 3)) == 0:
        text.equations += draw(linear_systems(quiet=quiet))
        linear = [line[1:3] for line in text.equations if line.startswith("dy")]
        text.variables += linear
        local += linear
    if draw(st.integers(0, 2)) == 0:
        text.equations.append(f"m0 = 0.3*{draw(st.sampled_from(REDUCTIONS))}(x0) + x0")
        text.variables.append("m0")
    if draw(st.integers(0, 2)) == 0:
        text.equations.append(f"raw = {draw(st.sampled_from(RAW)).format(draw(expressions(local, 1)))}")
        text.variables.append("raw")
    if not is_spiking:
        text.equations.append(f"r = {draw(bounded(local, 1))}")
        text.variables.append("r")
        text.local.append("r")
    else:
        text.events = draw(events(text, local))
    if any(word in line for line in (*text.equations, text.functions) for word in JUMPS):
        text.equations = [line.replace(", implicit", "").replace(", sdirk2", "") for line in text.equations]
    text.spread = draw(st.lists(st.sampled_from(["p", "q", "tau"]), unique=True, max_size=2))
    return _admitted(text)


PASTS = (" - 0.3*{0}(t - 1.0)", " - 0.2*{0}(t - (0.6 + tau/3.1))", " + 0.2*sin({0}(t - 0.63))")
"""Past values, on the grid and between grid points."""
JUMPS = ("floor", "ceil", "round", "sign(", "heaviside", "modulo", ">", "<", "ite(", "if ")
"""With these an implicit equation may have no solution at all."""
REDUCTIONS = ("mean", "min", "max", "norm1", "norm2")


def _conductances(draw: Draw, inputs: Sequence[str], *, whole: bool) -> list[str]:
    """Equations of some of the conductances, or of all; the others last one step."""
    method = st.sampled_from(["", ", exponential", ", exact", ", rk4", ", rk45", ", unless_refractory"])
    return [f"2.7*d{name}/dt = -{name} : init=0.1{draw(method)}" for name in inputs if whole or draw(st.booleans())]


@st.composite
def events(draw: Draw, text: Text, local: Sequence[str]) -> dict[str, Any]:
    """Spike condition, reset, refractoriness; sometimes an axon spike as well."""
    own = text.local[0]
    spikes = (*SPIKES[:2] * 3, *SPIKES[2:4]) if text.timed else SPIKES  # the last two are bisected, which takes long
    found: dict[str, Any] = {"spike": draw(st.sampled_from(spikes)).format(own, draw(expressions(local, 1)))}
    changed = [v for v in text.local if v.startswith("x")]
    found["reset"] = draw(resets(changed, local))
    kind = draw(st.integers(0, 5))
    if kind == 1:
        found["refractory"] = draw(st.sampled_from([0.0, 0.5, 1.3, 3.0]))
    elif kind == 2:
        found["refractory"] = "tau"
    elif kind == 3 and not text.timed:
        found["refractory"] = draw(conditions([own, "p"]))
    if draw(st.integers(0, 4)) == 0 and not text.timed:
        found["axon_spike"] = draw(st.sampled_from(SPIKES)).format(own, draw(expressions(local, 1)))
        found["axon_reset"] = draw(resets(changed, local))
    return found


SPIKES = ("{0} > 0.4173", "{0} > 0.2*tanh({1}) + 0.31", "{0} > 0.33 and {1} > -0.77", "{0} < -0.61 or {0} > 0.71",
          "Uniform(0.0, 1.0) < 0.07*sigmoid({0})", "{0} + Normal(0.0, 0.2) > 0.8313")  # fmt: skip
RESETS = ("{0} = {1}", "{0} -= 0.83", "{0} *= 0.37", "{0} = 0.4*{0} - 0.1*tanh({1})", "{0} = Uniform(-1.0, 0.0)",
          "{0} += 0.1*tanh({1}) : max=0.9", "{0} = tanh({1}) : min=-0.5, max=0.6")  # fmt: skip


@st.composite
def resets(draw: Draw, changed: Sequence[str], names: Sequence[str]) -> str:
    """One to three statements."""
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        own = draw(st.sampled_from(list(changed)))
        lines.append(draw(st.sampled_from(RESETS)).format(own, draw(expressions(names, 1))))
    return "\n".join(lines)


def _admitted(text: Text) -> Text:
    """The neuron without methods that its equations do not admit: the message says so for the first of them."""
    try:
        text.neuron()
    except EquationError as error:
        if "method" not in str(error):
            raise
        for method in ("exact", "exponential"):
            text.equations = [line.replace(f", {method}", "") for line in text.equations]
        text.neuron()
    return text
