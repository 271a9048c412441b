"""The report of a network, written to a file."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

from eqneuro.network.network import Network

MADE_BY = "made by eqneuro"


def report(
    network: Network | None = None,
    filename: str | os.PathLike[str] = "./report.tex",
    standalone: bool = True,
    gather_subprojections: bool = False,
    title: str | None = None,
    author: str | None = None,
    date: str | None = None,
) -> None:
    """Writes down what a network is made of: objects, equations, methods, parameters and initial values.

    Parameters
    ----------
    network
        The network; that of the module-level functions where None. It need not be compiled, and is not changed.
    filename
        ``.tex`` for LaTeX, ``.md`` for Markdown with formulas between dollar signs. Missing folders are made.
    standalone
        Whether the file is a whole document, with a title; else it holds the sections only, to be read into another.
    gather_subprojections
        Whether projections between the same populations, of the same target and synapse, stand in one row.
    title, author, date
        Of the document; the date is today's where None.

    Raises
    ------
    ValueError
        If the file has another suffix.
    TypeError
        If it is no network.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from eqneuro import LIF, Network, report
    >>> net = Network(dt=0.1)
    >>> cells = net.create(100, LIF, name="cells")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report(net, Path(folder) / "network.md")
    ...     print((Path(folder) / "network.md").read_text().splitlines()[0])
    # Description of a network
    """
    from eqneuro.reporting.contents import describe_network
    from eqneuro.reporting.document import Document
    from eqneuro.reporting.latex import write_latex
    from eqneuro.reporting.markdown import write_markdown

    writers: dict[str, Any] = {".tex": write_latex, ".md": write_markdown}
    path = Path(filename)
    if path.suffix not in writers:
        raise ValueError(f"a report is written as .tex (LaTeX) or .md (Markdown), not as {path.name!r}")
    if network is None:
        from eqneuro.network.magic import magic_network

        network = magic_network()
    if not isinstance(network, Network):
        raise TypeError(f"report() takes a Network, not {network!r}")
    document = Document(
        title="Description of a network" if title is None else title,
        author=MADE_BY if author is None else author,
        date=datetime.date.today().isoformat() if date is None else date,
        sections=describe_network(network, gather=gather_subprojections),
    )
    text = writers[path.suffix](document, standalone=standalone)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
