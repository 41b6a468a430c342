"""Compress rolled logs, one at a time, in a process of low priority."""

import os
import sys

from pa_units.logfiles import roll

_PROGRAM = os.path.join(os.path.dirname(roll.__file__), "compress.py")
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


class Compressor:
    """A queue of logs whose rolled files are to be compressed."""

    def __init__(self) -> None:
        """Nothing to do."""
        self._queue: dict[str, None] = {}
        self._path = ""
        self._identity = (0, 0)
        self.pid = 0
        """the process at work, 0: none"""

    def add(self, path: str) -> None:
        """Compress what is rolled of the log `path`."""
        self._queue[path] = None
        self.next()

    def next(self) -> None:
        """Begin with the next file, unless one is under way."""
        while self._queue and not self.pid:
            path = next(iter(self._queue))
            plain = [name for name in roll.rolled(path) if not name.endswith(".gz")]
            if plain:
                self._start(path, plain[-1])
            else:
                del self._queue[path]

    def _start(self, path: str, name: str) -> None:
        try:
            source = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            target = os.open(_temporary(path), _NEW, 0o600)
        except OSError:  # the next roll of this log tries again
            del self._queue[path]
            return
        status = os.fstat(source)
        os.fchown(target, status.st_uid, status.st_gid)
        os.fchmod(target, status.st_mode & 0o777)
        self._path, self._identity = path, (status.st_dev, status.st_ino)
        streams = [(os.POSIX_SPAWN_DUP2, source, 0), (os.POSIX_SPAWN_DUP2, target, 1)]
        argv = [sys.executable, "-I", "-S", _PROGRAM]
        self.pid = os.posix_spawn(sys.executable, argv, {}, file_actions=streams, setsid=True)
        os.close(source)
        os.close(target)

    def ended(self, ok: bool) -> None:
        """The process is gone: put its result in the place of the file, whose number may be
        another by now."""
        self.pid = 0
        name = self._present_name()
        if ok and name:
            os.rename(_temporary(self._path), f"{name}.gz")
            os.unlink(name)
        else:
            os.unlink(_temporary(self._path))
        if not ok:  # the next roll of this log tries again
            self._queue.pop(self._path, None)
        self.next()

    def _present_name(self) -> str:
        for name in roll.rolled(self._path):
            status = os.lstat(name)
            if (status.st_dev, status.st_ino) == self._identity:
                return name
        return ""


def _temporary(path: str) -> str:
    directory, _, name = path.rpartition("/")
    return f"{directory}/.{name}.gz~"
