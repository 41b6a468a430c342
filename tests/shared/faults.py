"""Run something in a child whose k-th step on the disk goes wrong."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from pa_units.kit import sync
from pa_units.kit.errors import PaError

# What the interpreter tells of system calls that change something (sys.audit); those that it does
# not tell are wrapped below.
CHANGING = frozenset(
    {
        "os.rename",
        "os.remove",
        "os.link",
        "os.symlink",
        "os.mkdir",
        "os.rmdir",
        "os.chmod",
        "os.chown",
        "shutil.rmtree",
    }
)
ALLOCATING = frozenset({"os.link", "os.symlink", "os.mkdir"})

DONE, FAILED, BROKEN = 0, 1, 2
KILLED = -signal.SIGKILL

Step = Callable[[str], None]
"""Called with the name of each step before it is done"""


def in_child(action: Callable[[], object], step: Step) -> int:
    """Return DONE, FAILED with a PaError, BROKEN with another one, or minus a signal."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        _child(action, step)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _child(action: Callable[[], object], step: Step) -> NoReturn:
    code = BROKEN
    try:
        _watch(step)
        action()
        code = DONE
    except PaError:
        code = FAILED
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _watch(step: Step) -> None:
    write, fsync = os.write, os.fsync

    def half_written(fd: int, data: bytes | memoryview) -> int:
        half = write(fd, data[: len(data) // 2])
        step("write")
        return half + write(fd, data[half:])

    def flushed(fd: int) -> None:
        step("fsync")
        fsync(fd)

    def audit(event: str, args: tuple[object, ...]) -> None:
        if event == "open" and isinstance(args[2], int) and args[2] & os.O_CREAT:
            step("create")
        elif event in CHANGING:
            step(event)

    os.write = half_written  # type: ignore[assignment]
    os.fsync = flushed  # type: ignore[assignment]
    # What is killed but not unplugged loses nothing of what was written.
    sync._syncfs = lambda fd: step("syncfs")
    sys.addaudithook(audit)


def kill_at(number: int) -> Step:
    """Die like `kill -9` before the given step, counted from 1."""
    left = [number]

    def step(name: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def fail_from(number: int, error: int, names: frozenset[str], times: int = 1 << 30) -> Step:
    """Let steps of the given names fail from the given one on, for so many times."""
    count = [0]

    def step(name: str) -> None:
        if name in names:
            count[0] += 1
            if number <= count[0] < number + times:
                raise OSError(error, os.strerror(error))

    return step
