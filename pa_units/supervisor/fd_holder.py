"""Holds the log pipes open, in case that the supervisor and an agent are killed at once.

What is in a pipe is gone with the last process that has it open. An agent holds its own pipe, so
its lines survive us; that they survive both takes a third process. It has nothing to do: it is
sleep(1), with the pipes among its descriptors, and costs a tenth of a megabyte.
"""

import os
import signal
from collections.abc import Callable, Iterable

from pa_units.supervisor import proc, tree, zygote

VARIABLE = "PA_FD_HOLDER"
"""Names the directory of the pipes: by it the next supervisor finds the holder of the last one."""

_SECONDS = str((1 << 31) - 1)
"""68 years; not every sleep(1) knows `infinity`."""
_PROGRAMS = ("/bin/sleep", "/usr/bin/sleep")


class FdHolder:
    """The process that holds what is open now."""

    def __init__(self, directory: str, say: Callable[[str], None]) -> None:
        """Nothing is held. `directory` is that of the pipes."""
        self._directory = directory
        self._say = say
        self._program = next(filter(os.path.exists, _PROGRAMS), "")
        self.pid = 0
        self.outdated = False
        """other pipes are open than those that are held"""

    def hold(self, pipes: Iterable[int]) -> None:
        """Have a process that holds `pipes`; the one before it ends when that one runs."""
        self.outdated = False
        before, self.pid = self.pid, 0
        held: list[zygote.Action] = [(os.POSIX_SPAWN_DUP2, fd, fd) for fd in pipes]
        if held and self._program:
            try:
                self.pid = self._start(held)
            except OSError as error:
                self._say(f"nobody holds the log pipes beside us: {error.strerror}")
        if before:
            os.kill(before, signal.SIGKILL)

    def _start(self, held: list[zygote.Action]) -> int:
        """Duplicated onto itself, a descriptor is handed on (posix_spawn(3))."""
        argv = ("sleep", _SECONDS)
        return zygote.spawn(self._program, argv, {VARIABLE: self._directory}, held)

    def ended(self) -> None:
        """Somebody killed it."""
        self.pid, self.outdated = 0, True

    def end_others(self) -> None:
        """End the holders of supervisors before us, once we hold the pipes ourselves."""
        mark = f"{VARIABLE}=".encode()
        for pid, one in proc.everyone().items():
            if pid != self.pid and proc.variable(pid, mark) == self._directory:
                tree.send(one, signal.SIGKILL)
