"""One writer at a time: flock(2) on a file, released by the kernel however its holder ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pa_units.kit.errors import PaError
from pa_units.kit.files import make_directory, missing_directories, remove_directory, telling

_POLL = 0.05  # seconds; flock(2) knows no time limit, and SIGALRM belongs to the program
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def held(path: str, wait: float, root: str = "") -> Iterator[tuple[str, ...]]:
    """Hold the lock `path`; gives the directories that were made for it, outermost first.

    Raises PaError naming the holder when another process keeps it for `wait` seconds.
    """
    deadline = time.monotonic() + wait
    made: tuple[str, ...] = ()
    while True:
        fd, new = _open(path, root)
        made += tuple(directory for directory in new if directory not in made)
        try:
            _take(fd, path, deadline, root)
            if _is(fd, root + path):
                yield made
                return
        finally:
            os.close(fd)


def _open(path: str, root: str) -> tuple[int, tuple[str, ...]]:
    made: list[str] = []
    try:
        with telling("lock", root + path):
            while True:
                missing = missing_directories(path.rpartition("/")[0], root)
                made += (way for way in missing if make_directory(way, 0o755, root=root))
                try:
                    return os.open(root + path, _FLAGS, 0o600), tuple(made)
                except FileNotFoundError:
                    if not missing:  # nothing was made, nothing will be: a dangling symlink
                        raise
    except BaseException:
        for way in reversed(made):
            remove_directory(way, root)
        raise


def _take(fd: int, path: str, deadline: float, root: str) -> None:
    while True:
        try:
            return fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise PaError(
                    f"cannot lock {root + path}: {_holder(fd)} is at work",
                    "try again when it is done",
                ) from None
        time.sleep(_POLL)


def _is(fd: int, path: str) -> bool:
    """Whoever uninstalls the last agent removes the lock: what we hold may have no name any more,
    and another process may hold its successor."""
    ours = os.fstat(fd)
    try:
        named = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return (ours.st_dev, ours.st_ino) == (named.st_dev, named.st_ino)


def _holder(fd: int) -> str:
    """Name who holds the lock of `fd`: proc_locks(5) is what the kernel knows, so it is never
    stale, and nothing has to be written into the file."""
    status = os.fstat(fd)
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    try:
        with open("/proc/locks") as locks:
            fields = next(line.split() for line in locks if f" {device} " in line)
        pid = fields[fields.index(device) - 1]
        with open(f"/proc/{pid}/cmdline") as command:
            words = " ".join(command.read().split("\0")[:6]).strip()
    except (OSError, StopIteration):
        return "another pa"
    return f"`{words}` (pid {pid})"
