"""What reports hold, whatever their format."""

import datetime
import inspect
import warnings

import pytest

import eqneuro as ann
from eqneuro.reporting.contents import describe_network
from eqneuro.reporting.document import Code, Equations, Formula, Paragraph, Table


def section(sections, *titles):
    for title in titles:
        (found,) = [s for s in sections if s.title == title]
        sections = found.parts
    return found


def table(sections, *titles, number=0):
    return [block for block in section(sections, *titles).blocks if isinstance(block, Table)][number]


def rows_by_name(tabulated):
    return {row[0]: dict(zip(tabulated.header, row, strict=True)) for row in tabulated.rows}


@pytest.fixture
def sections(network):
    return describe_network(network, gather=False)


def test_the_network_is_described_by_its_settings_and_counts(network, sections):
    settings = dict(table(sections, "Network").rows)
    assert (settings["dt"], settings["Seed"], settings["Precision"]) == ("0.5 ms", "42", "double")
    assert settings["Populations"] == f"3 of {3 * 4 + 7 + 10} neurons"
    synapses = network.get_projection("forward").nb_synapses + 4 * 2 + 10 * 9
    assert settings["Projections"] == f"4 of {synapses} synapses"
    assert table(sections, "Constants").rows == ((Formula(r"\mathrm{gain}"), "2.0"),)


def test_populations_stand_with_size_geometry_and_neuron(sections):
    assert table(sections, "Populations").rows == (
        ("first", "12 (3, 4)", "Leaky_thing"),
        ("second", "7", "Leaky_thing"),
        ("spiking_1", "10", "IF_curr_exp"),
    )


def test_projections_stand_with_their_ends_and_their_connectors(sections):
    ends = rows_by_name(table(sections, "Projections"))
    assert (ends["top"]["From"], ends["top"]["To"], ends["top"]["Number"]) == (
        "4 neurons of first",
        "2 neurons of second",
        "8",
    )
    made = rows_by_name(table(sections, "Projections", number=1))
    assert made["forward"]["Connector"] == Code(
        "fixed_probability(probability=0.5, weights=Uniform(0, 0.75), delays=0.0, allow_self_connections=False)"
    )
    assert made["top"]["Delays"] == "1.5 ms"
    assert made["nothing_yet"]["Connector"] == "not connected"


def test_projections_between_the_same_populations_are_gathered_on_demand(network):
    sections = describe_network(network, gather=True)
    ends = rows_by_name(table(sections, "Projections"))
    assert list(ends) == ["forward and 1 more", "learning", "nothing_yet"]
    count = network.get_projection("forward").nb_synapses + 4 * 2
    assert (ends["forward and 1 more"]["From"], ends["forward and 1 more"]["Number"]) == ("first", str(count))
    made = rows_by_name(table(sections, "Projections", number=1))["forward and 1 more"]
    assert made["Connector"].text.split("; ")[1].startswith("all_to_all(weights=0.125, delays=1.5")
    assert made["Delays"] == "0.5 ms; 1.5 ms"


def test_monitors_stand_with_what_they_record(sections):
    assert table(sections, "Monitors").rows == (
        ("monitor0", "second", "mp", "5.0 ms"),
        ("trace", "3 neurons of spiking_1", "spike, v", "0.5 ms"),
    )


def test_a_model_stands_once_with_all_that_uses_it(sections):
    leaky = section(sections, "Neurons", "Leaky_thing")
    texts = [block.pieces[0] for block in leaky.blocks if isinstance(block, Paragraph)]
    assert texts[0].startswith("It forgets")
    assert texts[1] == "Rate-coded neuron of first, second."
    equations = {block.title: block.lines for block in leaky.blocks if isinstance(block, Equations)}
    assert equations["Equations"][0] == (
        r"\tau \frac{d \mathrm{mp}}{d t} + \mathrm{mp} &= \mathrm{gain} \cdot \operatorname{sum}(\mathrm{exc})"
    )
    assert equations["Functions"] == (r"f(x) &= x^{2}",)
    variables = [block for block in leaky.blocks if isinstance(block, Table)][1]
    assert variables.rows[0] == (
        Formula(r"\mathrm{mp}"),
        Formula("0.25"),
        "one a neuron",
        Formula(r"\min = 0"),
        "exponential: The equation asks for it.",
    )


def test_a_spiking_neuron_stands_with_condition_reset_and_refractoriness(sections):
    blocks = section(sections, "Neurons", "IF_curr_exp").blocks
    equations = {block.title: block.lines for block in blocks if isinstance(block, Equations)}
    assert equations["Condition of a spike"] == (r"v > v_{\mathrm{thresh}}",)
    assert equations["At a spike"] == (r"v &\leftarrow v_{\mathrm{reset}}",)
    assert equations["Refractory period"] == (r"\tau_{\mathrm{refrac}}",)


def test_synapses_stand_with_what_they_do_at_spikes_and_with_bounds(sections):
    blocks = section(sections, "Synapses", "STDP").blocks
    equations = {block.title: block.lines for block in blocks if isinstance(block, Equations)}
    assert r"g_{\mathrm{target}} &\leftarrow g_{\mathrm{target}} + w" in equations["At a pre-synaptic spike"]
    rows = rows_by_name([block for block in blocks if isinstance(block, Table)][1])
    assert rows[Formula("w")]["Bounds"] == Formula(r"\min = w_{\mathrm{min}}, \max = w_{\mathrm{max}}")
    assert rows[Formula("x")]["Method"].startswith("event-driven")
    oja = section(sections, "Synapses", "Oja").blocks
    assert Equations("Transmission", (r"\sum_{\mathrm{synapses}} \left[ w r^{\mathrm{pre}} \right]",)) in oja


def test_structural_plasticity_is_described():
    net = ann.Network()
    cells = net.create(3, ann.Neuron(equations="r = sum(exc)"))
    growing = ann.Synapse(
        parameters="level = 0.5",
        pruning=ann.Pruning("w < level", proba=0.25),
        creating=ann.Creating("pre.r > level", w=1.5, d=2.0),
        name="Growing",
    )
    net.connect(cells, cells, "exc", growing).all_to_all(1.0)
    blocks = section(describe_network(net, gather=False), "Synapses", "Growing").blocks
    equations = {block.title: block.lines for block in blocks if isinstance(block, Equations)}
    level = r"\mathrm{level}"
    assert equations["Synapses are removed where"] == (f"w < {level}", r"\text{with probability } 0.25")
    made = equations["Synapses are made where"]
    assert made == (rf"r^{{\mathrm{{pre}}}} > {level}", "w = 1.5", r"d = 2 \, \mathrm{ms}")


def test_parameters_are_those_of_each_population_and_initial_values_those_of_the_beginning(network):
    def values():
        shown = section(describe_network(network, gather=False), "Values of populations").blocks
        names = [block.pieces[0] for block in shown if isinstance(block, Paragraph)]
        tables = [block for block in shown if isinstance(block, Table)]
        return {
            name: {row[0].latex: row[2] for row in one.rows} for name, one in zip(names, tables, strict=True)
        }  # fmt: skip

    network.get_projection("nothing_yet").all_to_all(0.0)
    before = values()
    assert before["first:"][r"\tau"] == "12.5"
    assert before["second:"][r"\tau"] == "8.0"
    assert before["second:"][r"\mathrm{speed}"] == "1.0 to 7.0, mean 4.0"
    assert before["second:"][r"\mathrm{mp}"] == "0.25"
    network.simulate(5.0)
    assert network.get_population("second").mp.max() != 0.25
    assert values() == before


def test_weights_are_summed_up(network, sections):
    tables = [b for b in section(sections, "Values of projections").blocks if isinstance(b, Table)]
    weights = [w for row in network.get_projection("forward").w for w in row]
    mean = sum(weights) / len(weights)
    assert rows_by_name(tables[0])[Formula("w")]["Value"] == (
        f"{min(weights):.6g} to {max(weights):.6g}, mean {mean:.6g}"
    )
    assert rows_by_name(tables[1])[Formula("w")]["Value"] == "0.125"


def test_different_models_of_one_name_are_numbered():
    net = ann.Network()
    for text in ("r = 1.0", "r = 2.0"):
        net.create(2, ann.Neuron(equations=text, name="same"))
        net.create(2, ann.Neuron(equations=text))
    titles = [part.title for part in section(describe_network(net, gather=False), "Neurons").parts]
    assert titles == ["same (1)", "Unnamed (1)", "same (2)", "Unnamed (2)"]


def test_docstrings_of_classes_are_cut_before_their_parameters():
    class Documented(ann.Neuron):
        """One line.

        A second paragraph.

        Parameters
        ----------
        nothing
            Of interest.
        """

        def __init__(self):
            super().__init__(equations="r = 1.0")

    net = ann.Network()
    net.create(1, Documented)
    blocks = section(describe_network(net, gather=False), "Neurons", "Documented").blocks
    texts = [block.pieces[0] for block in blocks if isinstance(block, Paragraph)]
    assert texts == ["One line.", "A second paragraph.", "Rate-coded neuron of pop0."]


def test_an_empty_network_has_a_report_too(tmp_path):
    ann.report(ann.Network(), tmp_path / "empty.tex")
    assert r"\section{Network}" in (tmp_path / "empty.tex").read_text()


def test_reports_leave_the_network_as_it_was(network, tmp_path):
    ann.report(network, tmp_path / "report.md")
    assert not network.compiled
    assert network.current_step == 0


def test_title_author_and_date_can_be_chosen(network, tmp_path):
    ann.report(network, tmp_path / "a.tex", title="A & B", author="C_D", date="today")
    text = (tmp_path / "a.tex").read_text()
    for line in (r"\title{A \& B}", r"\author{C\_D}", r"\date{today}"):
        assert line in text
    ann.report(network, tmp_path / "a.md")
    assert datetime.date.today().isoformat() in (tmp_path / "a.md").read_text().splitlines()[2]


def test_folders_of_the_file_are_made(network, tmp_path):
    ann.report(network, str(tmp_path / "new" / "report.md"))
    assert (tmp_path / "new" / "report.md").exists()


@pytest.mark.parametrize("name", ["report.docx", "report", "report.MD"])
def test_another_suffix_is_refused_with_the_two_that_work(network, tmp_path, name):
    with pytest.raises(ValueError, match=r"\.tex .*\.md .*" + name):
        ann.report(network, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_is_no_network_is_refused(tmp_path):
    with pytest.raises(TypeError, match="takes a Network"):
        ann.report("net", tmp_path / "report.md")


def test_without_a_network_the_one_of_older_scripts_is_described(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        ann.clear()
        ann.Population(3, ann.Neuron(equations="r = 1.0"), name="hidden_one")
        ann.report(filename=tmp_path / "report.md")
        ann.clear()
    assert r"hidden\_one" in (tmp_path / "report.md").read_text()


def test_report_is_a_function_whatever_was_imported_before():
    import eqneuro.reporting

    assert ann.report is eqneuro.reporting.report
    assert inspect.isfunction(ann.report)
