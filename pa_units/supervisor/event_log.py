"""What the supervisor itself has to say: lines with their time, in a file of bounded size."""

import os
import time

from pa_units.contracts import event_log
from pa_units.logfiles import roll

_MOST = 1 << 20
_KEPT = 1


class EventLog:
    """A log of our own, or standard error in the foreground."""

    def __init__(self, path: str = "") -> None:
        """Write to `path`; without one to standard error. What Python itself has to say goes the
        same way."""
        self._path = path
        self._fd = 2
        self._size = 0
        self._lines: list[str] = []
        if path:
            self._begin(roll.open_log(path, _KEPT))

    def _begin(self, fd: int) -> None:
        os.dup2(fd, 2)
        os.close(fd)
        self._size = os.lseek(2, 0, os.SEEK_END)

    def say(self, words: str) -> None:
        """Remember one line; restarts do not wait for it."""
        self._lines.append(words)

    def write(self) -> None:
        """Write what was said. A full disk keeps no agent from running."""
        if not self._lines:
            return
        now = event_log.stamp(time.time_ns() // 1000)
        text = "".join(f"{now} {words}\n" for words in self._lines).encode()
        self._lines.clear()
        try:
            self._size += os.write(2, text)
            if self._path and self._size > _MOST:
                self._begin(roll.roll(self._path, 2, _KEPT))
        except OSError:
            return
