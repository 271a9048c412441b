"""The files of TensorBoard: one in each folder, written in order and at once, without a thread in between."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

PATIENCE = 10.0
"""Seconds after which the next entry is flushed with what waits, so that TensorBoard can follow a run."""


class EventFiles:
    """Files of one experiment: its own, and those of curves that have a folder of their own.

    Raises
    ------
    ImportError
        If tensorboardX is not installed.
    """

    def __init__(self, folder: Path) -> None:
        from tensorboardX.event_file_writer import EventsWriter
        from tensorboardX.proto.event_pb2 import Event

        self._make_file, self._make_event = EventsWriter, Event
        self._folder = folder
        self._files: dict[str, Any] = {}
        self._flushed = time.monotonic()
        self._file("")

    def _file(self, part: str) -> Any:
        if part not in self._files:
            folder = self._folder / part
            folder.mkdir(parents=True, exist_ok=True)
            self._files[part] = self._make_file(str(folder / "events"), f".{time.time_ns()}")
        return self._files[part]

    def write(self, summary: Any, step: int, part: str = "") -> None:
        """Appends an entry to the file of a subfolder."""
        self._file(part).write_event(self._make_event(wall_time=time.time(), step=step, summary=summary))
        if time.monotonic() - self._flushed > PATIENCE:
            self.flush()

    def flush(self) -> None:
        """Brings all entries to the disk."""
        for file in self._files.values():
            file.flush()
        self._flushed = time.monotonic()

    def close(self) -> None:
        """Closes all files."""
        for file in self._files.values():
            file.close()
