"""Made-up runs, as files of results hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.suite.collection import Item, items
from benchmarks.suite.results import Results

[COBA] = items(["coba:4,000"])
[CUBA] = items(["cuba:4,000"])
[COMPILING] = items(["compiling"])
[MICROCIRCUIT] = items(["microcircuit:scale 1.0"])
RATES = {
    item.case.options["value"]: item for item in items(networks=["growing"]) if item.case.options["axis"] == "rate"
}
NEURONS = {
    item.case.options["value"]: item for item in items(networks=["growing"]) if item.case.options["axis"] == "neurons"
}
THREADS = {item.case.name: item for item in items(networks=["threads"])}


def run(simulator: str, took: float, round_: int = 1, *, item: Item = COBA, **more: Any) -> dict[str, Any]:
    """A run that took so many seconds of one core to simulate, and half of that by the clock on two threads."""
    threads = more.get("threads", 1)
    record = dict(network=item.network, case=item.case.name, simulator=simulator, round=round_, seed=round_)
    record |= dict(session="now", threads=1, milliseconds=1000.0, is_cold=round_ == 1, memory=100.0, script=took)
    record |= dict(cpu={"simulate": took}, seconds={"simulate": took / threads}, found={"rate": 20.0})
    return record | more


def results(*runs: dict[str, Any], path: Path = Path("nowhere.json"), **more: Any) -> Results:
    sessions = {run["session"]: dict(date="1 May 2026", command="python -m benchmarks run") for run in runs}
    return Results(path, **(dict(sessions=sessions, runs=list(runs)) | more))


def grown(seconds: dict[int, float]) -> Results:
    """Rates of spikes, and what a second of model time took with them."""
    found = {"bytes": 1e6}
    return results(*(run("eqneuro", each, item=RATES[rate], found=found) for rate, each in seconds.items()))


def on(threads: int, seconds: float, round_: int = 1, *, of: str = "coba:4,000", **more: Any) -> dict[str, Any]:
    """A run on so many threads, by the clock on the wall."""
    told = dict(threads=threads, seconds={"simulate": seconds}, found={"rate": round_}) | more
    return run("eqneuro", seconds, round_, item=THREADS[f"{of} on {threads}"], **told)
