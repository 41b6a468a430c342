"""Starts processes through `zygote.py`: those that need rights which we could not take back."""

import marshal
import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from pa_units.supervisor import zygote
from pa_units.supervisor.launch import Failed, Launch, failure
from pa_units.supervisor.loop import Loop

if TYPE_CHECKING:
    from socket import socket

OnStarted = Callable[[int | Failed], None]
"""Gets the pid of what was started, or why it could not be"""

StartZygote = Callable[[tuple[str, ...], list[zygote.Action]], int]

_PATIENCE = 5.0
"""Seconds for a report. For a moment the process that starts an agent has the rights of the agent's
user, who could stop it."""
_REST = 0.02
"""Seconds after a start until the next spare is forked: in a crash loop the fork would stand in the
way of the very restart that needs it."""

_MSG_NOSIGNAL = 0x4000
"""send(2) on Linux."""
_KILLED = Failed(zygote.USER, "the process that starts it was killed")


class _Zygote(NamedTuple):
    """The running program."""

    pid: int
    socket: "socket"
    commands: int


class ZygoteClient:
    """The zygote, once it is needed, and the orders that it has not answered."""

    def __init__(self, loop: Loop, lock: int, start_zygote: StartZygote) -> None:
        """Nothing is started yet. `lock` is handed on."""
        self._loop = loop
        self._lock = lock
        self._start_zygote = start_zygote
        self._zygote: _Zygote | None = None
        self._has_spare = False
        self._armed: tuple[int, Launch] | None = None
        """an order that a spare has already: its serial number, and what it starts"""
        self._open: dict[int, tuple[Launch, OnStarted]] = {}
        self._serial = 0

    @property
    def pid(self) -> int:
        """Of the zygote, 0 without one."""
        return self._zygote.pid if self._zygote else 0

    def start(self, launch: Launch, on_started: OnStarted) -> None:
        """Start a process."""
        try:
            serial = self._go(launch)
        except OSError as error:  # an environment of more than 200 KB, or the zygote is gone
            on_started(failure(launch, zygote.EXEC, error.errno or 0))
            return
        self._has_spare, self._armed = False, None
        self._open[serial] = launch, on_started
        self._loop.later(_PATIENCE, lambda: self._give_up(serial))

    def _go(self, launch: Launch) -> int:
        if self._armed and self._armed[1] == launch:
            self._send(zygote.GO)
            return self._armed[0]
        return self._order(launch, now=True)

    def _order(self, launch: Launch, *, now: bool) -> int:
        """One message: were it two, another spare could get the second one."""
        self.prepare()
        self._serial += 1
        self._send(marshal.dumps(launch.order(self._serial, now=now)))
        return self._serial

    def expect(self, next_start: Callable[[], Launch | None]) -> None:
        """This will be wanted next, perhaps: fork a spare and tell it, while nothing is to do."""
        self._loop.later(_REST, lambda: self._arm(next_start))

    def _arm(self, next_start: Callable[[], Launch | None]) -> None:
        if not self._has_spare and (launch := next_start()):
            self._armed = self._order(launch, now=False), launch

    def prepare(self) -> None:
        """Have a spare."""
        if not self._has_spare:
            os.write(self._running().commands, b"f")
            self._has_spare = True

    def _send(self, message: bytes) -> None:
        self._running().socket.send(message, _MSG_NOSIGNAL)

    def _running(self) -> _Zygote:
        if self._zygote is None:
            self._zygote = self._run()
            self._loop.watch(self._zygote.socket.fileno(), self.read)
        return self._zygote

    def _run(self) -> _Zygote:
        import socket  # 8 ms: most hosts need no zygote

        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        commands, commands_end = os.pipe()
        given = (theirs.fileno(), self._lock, commands)
        aside = max(*given, zygote.COMMANDS) + 1  # where none takes the place of another
        moves = [(os.POSIX_SPAWN_DUP2, fd, aside + n) for n, fd in enumerate(given)]
        back = [(os.POSIX_SPAWN_DUP2, aside + n, zygote.SOCKET + n) for n in range(len(given))]
        shut = [(os.POSIX_SPAWN_CLOSE, aside + n) for n in range(len(given))]
        argv = (sys.executable, "-I", "-S", zygote.__file__)
        pid = self._start_zygote(argv, [*moves, *back, *shut])
        theirs.close()
        os.close(commands)
        return _Zygote(pid, ours, commands_end)

    def read(self) -> None:
        """Hear of what has started."""
        while self._zygote is not None:
            try:
                report = self._zygote.socket.recv(zygote.LONGEST_ORDER)
            except BlockingIOError:
                return
            except OSError:
                report = b""
            if not report:
                self._lost()
                return
            self._take(*marshal.loads(report))  # noqa: S302 (from our own child)

    def _take(self, serial: int, pid: int, step: int, number: int) -> None:
        if found := self._open.pop(serial, None):
            launch, on_started = found
            on_started(pid or failure(launch, step, number))
        elif pid:  # too late
            os.kill(pid, signal.SIGKILL)

    def _give_up(self, serial: int) -> None:
        if found := self._open.pop(serial, None):
            found[1](_KILLED)

    def _lost(self) -> None:
        """The zygote is gone: the next order starts another."""
        self.close()
        lost, self._open = self._open, {}
        for _, on_started in lost.values():
            on_started(_KILLED)

    def close(self) -> None:
        """End the zygote."""
        if self._zygote is not None:
            self._loop.forget(self._zygote.socket.fileno())
            self._zygote.socket.close()
            os.close(self._zygote.commands)
            self._zygote, self._has_spare, self._armed = None, False, None
