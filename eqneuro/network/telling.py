"""What explanations and checks of networks share: plain data for JSON, rows of tables for notebooks."""

from __future__ import annotations

import html
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Dicts, lists and numbers of Python, which JSON can hold."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def table_row(*cells: str, tag: str = "td", span: int = 1) -> str:
    """A row of a table in HTML; ``tag`` is ``td`` or ``th``, ``span`` the columns that each cell takes."""
    opening = f"<{tag} colspan={span}" if span > 1 else f"<{tag}"
    inside = "".join(f"{opening} style='text-align:left'>{html.escape(cell)}</{tag}>" for cell in cells)
    return f"<tr>{inside}</tr>"
