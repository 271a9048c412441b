"""What the loop over a group tells beside the values of its neurons: whether all are finite, and whether one may spike.

Both cost instructions for each neuron, in loops that are short otherwise. They are cheaper as sums of products, which
are not finite where a factor is not, and as the largest value that is compared with the threshold once a group. Either
may raise a false alarm: whoever is called by it looks again, neuron by neuron.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from eqneuro.codegen.vector_functions import SUM

EVENT = re.compile(r"any \|= (?P<active>active & \()?(?P<value>\w+) (?P<operator>>=?) (?P<threshold>[\w.+-]+)\)?;")
"""Spikes where a variable is over something."""


def sum_up(lines: Sequence[str]) -> list[str]:
    """The line with the sum of all state variables as one with their products, two by two, added up by lane."""
    return [_products(line) if line.startswith(SUM) else line for line in lines]


def _products(line: str) -> str:
    """Fused products; where one variable is left over, the sum that the next group waits for takes part last."""
    names = line.removeprefix(SUM).rstrip(";").split(" + ")
    alone, paired = names[: len(names) % 2], names[len(names) % 2 :]
    inner = alone[0] if alone else "sums[i - group]"
    for k in range(0, len(paired), 2):
        inner = f"{' * '.join(paired[k : k + 2])} + {inner if k == 0 else f'({inner})'}"
    return f"sums[i - group] {'+=' if alone else '='} {inner};"


def by_highest(lines: Sequence[str]) -> tuple[list[str], str]:
    """Lines that keep the largest value of a group, and what is asked of it; "" where the condition is another one."""
    found = [(place, m) for place, line in enumerate(lines) if (m := EVENT.fullmatch(line))]
    if len(found) != 1:
        return list(lines), ""
    [(place, match)] = found
    others = [line for k, line in enumerate(lines) if k != place and not line.startswith("/*")]
    value, threshold = match["value"], match["threshold"]
    is_known = any(re.match(rf"(?:const )?real {value} = ", line) for line in others)
    is_shared = not any(re.search(rf"\b{re.escape(threshold)} =(?!=)", line) for line in others)
    is_held = any(line.startswith(f"{value} = active ? ") for line in others)  # else it may stay there, refractory
    if not is_known or not is_shared or (match["active"] and not is_held):
        return list(lines), ""
    highest = f"top = {value} > top ? {value} : top;"
    return [highest if k == place else line for k, line in enumerate(lines)], f"top {match['operator']} {threshold}"
