"""From the pipes of agents into their log files, without copying through Python.

A pipe is a FIFO that the agent itself holds open for reading and writing: it outlives a killed
supervisor, and its writers never get EPIPE. Bytes go from the pipe to the file inside the kernel
(splice(2)), so a kill never catches one in between; what does not fit on a full disk stays in the
pipe, and the agent waits.

A child that writes lines is left alone for some milliseconds, until its lines fill whole pages:
splicing every line costs 25 times as much (measured). The faster it is, the shorter, so that it
never has to wait for a full pipe.
"""

import errno
import fcntl
import os
from contextlib import suppress
from time import gmtime, strftime

from pa_units.contracts.run_plan import LogFile
from pa_units.logfiles import roll

REST = 0.002
"""Seconds to let a pipe fill at first."""
_SHORTEST_REST, _LONGEST_REST = 0.0002, 0.005
_FILL = 0.3
"""The share of a pipe that may fill meanwhile: what comes late still finds room."""
FULL_RETRY = 1.0
"""Seconds between tries on a full disk."""
WORTHWHILE = 1 << 14
"""Bytes that are moved at once, without a rest."""

_FIONREAD = 0x541B  # ioctl_tty(2); the same on every architecture that Debian ships
_PIPE = 1 << 16
_LARGE_PIPE = 1 << 20
_MANY = _PIPE // 2
"""Bytes in one go that say that a pipe of the usual size is too small: no line is split between two
of its 16 pages, so lines hardly ever fill it."""
_CHUNK = 1 << 17
"""Bytes moved with one call: no writer gets at the pipe meanwhile."""
_TURN = 1 << 22
"""Bytes moved before others have their turn."""
_NO_SPLICE = frozenset({errno.EINVAL, errno.ENOSYS})
_EXACT = os.SPLICE_F_NONBLOCK if hasattr(os, "SPLICE_F_NONBLOCK") else 0
_COUNT = bytes(4)


class Stream:
    """One pipe and the log behind it."""

    __slots__ = (
        "at",
        "capacity",
        "file",
        "held",
        "limit",
        "log",
        "middle",
        "pipe",
        "rested",
        "rolled",
        "splices",
        "trouble",
    )

    def __init__(self, pipe: int, log: LogFile) -> None:
        """Begin with a closed log: `open` reports what is wrong with it."""
        self.pipe = pipe
        self.log = log
        self.capacity = _PIPE
        self.file = -1
        self.at = 0
        """where we are in the file"""
        self.rested = REST
        """seconds that it was left alone last"""
        self.limit = log.max_size
        self.held = b""
        """read from the pipe, but not written: only where splice(2) cannot be used"""
        self.middle = False
        """the last line is not finished, or does not begin with its time"""
        self.splices = not log.timestamps
        self.trouble = ""
        """why nothing can be written now"""
        self.rolled = False
        """there is a new NAME.1"""

    def waiting(self) -> int:
        """Return how many bytes are in the pipe."""
        return int.from_bytes(fcntl.ioctl(self.pipe, _FIONREAD, _COUNT), "little")

    def pump(self) -> int:
        """Move what is in the pipe and return how many bytes that were.

        Never raises for a log that cannot be written: then `trouble` says why.
        """
        moved = 0
        try:
            self._ready()
            count = _CHUNK
            while moved < _TURN and count > _CHUNK // 2:  # what is less can wait
                count = self._move()
                moved += count
            self.trouble = ""
        except OSError as error:
            self.trouble = f"cannot write {self.log.path}: {_reason(error)}"
        if moved >= _MANY and self.capacity == _PIPE:
            self._widen()
        return moved

    def rest(self, moved: int) -> float:
        """Return the seconds until the pipe should be looked at again, when `moved` bytes were in
        it."""
        if moved >= _TURN:
            return 0.0
        wanted = max(self.rested, _SHORTEST_REST) * self.capacity * _FILL / moved
        self.rested = min(_LONGEST_REST, wanted)
        return self.rested

    def _ready(self) -> None:
        """Follow what others did to the file: removed, it is made anew; cut, we go on at its end
        (splice(2) takes no O_APPEND)."""
        if self.file >= 0:
            status = os.fstat(self.file)
            if not status.st_nlink:
                os.close(self.file)
                self.file = -1
            elif status.st_size != self.at:
                self.at = os.lseek(self.file, 0, os.SEEK_END)
        if self.file < 0:
            self.file = roll.open_log(self.log.path, self.log.max_files)
            self.at = os.lseek(self.file, 0, os.SEEK_CUR)

    def _move(self) -> int:
        if self.at >= self.limit:
            self._roll()
        count = self._move_some(min(self.limit - self.at, _CHUNK))
        self.at += count
        return count

    def _move_some(self, most: int) -> int:
        if not self.splices:
            return self._copy(most)
        try:
            return os.splice(self.pipe, self.file, most, flags=_EXACT)
        except BlockingIOError:
            return 0
        except OSError as error:
            if error.errno not in _NO_SPLICE:
                raise
            self.splices = False  # a file system without it, such as that of WSL 1
            return self._copy(most)

    def _copy(self, most: int) -> int:
        if not self.held:
            try:
                data = os.read(self.pipe, most)
            except BlockingIOError:
                return 0
            self.held = self._stamped(data) if self.log.timestamps else data
        count = os.write(self.file, self.held)
        self.held = self.held[count:]
        return count

    def _stamped(self, data: bytes) -> bytes:
        """Put the time of arrival before each line."""
        stamp = strftime("%Y-%m-%dT%H:%M:%SZ ", gmtime()).encode()
        ends = data.endswith(b"\n")
        body = (data[:-1] if ends else data).replace(b"\n", b"\n" + stamp)
        begun = body if self.middle else stamp + body
        self.middle = not ends
        return begun + b"\n" if ends else begun

    def _roll(self) -> None:
        """A log that cannot be rolled now goes on growing; that blocks no agent."""
        try:
            successor = roll.roll(self.log.path, self.file, self.log.max_files)
        except OSError:
            successor = -1
        if successor < 0:
            self.limit += roll.LONGEST_LINE
            return
        os.close(self.file)
        self.file = successor
        self.at = os.lseek(successor, 0, os.SEEK_END)
        self.limit = max(self.log.max_size, self.at + _PIPE)
        self.rolled = True

    def _widen(self) -> None:
        """A pipe of 1 MiB for a child that fills one of 64 KiB; for an ordinary user the kernel may
        say no (pipe-user-pages-soft, pipe(7))."""
        try:
            self.capacity = fcntl.fcntl(self.pipe, fcntl.F_SETPIPE_SZ, _LARGE_PIPE)
        except OSError:
            self.capacity = _PIPE - 1  # asked once

    def close(self) -> None:
        """Give both ends back."""
        for fd in (self.pipe, self.file):
            if fd >= 0:
                os.close(fd)


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error.args[-1])


def open_pipe(path: str, uid: int) -> int:
    """Open the FIFO `path`, made if it is not there, for ourselves: never at its end, never
    blocking. It belongs to whoever runs the agent, so that /dev/stdout can be opened there."""
    with suppress(FileExistsError):
        os.mkfifo(path, 0o600)
    if uid >= 0:
        os.chown(path, uid, -1, follow_symlinks=False)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
