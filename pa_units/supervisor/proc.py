"""Read /proc: who lives, who is whose child, which run a process belongs to (proc(5))."""

import os
from typing import NamedTuple

RUN_VARIABLE = "INVOCATION_ID"
"""As systemd calls it (systemd.exec(5)): in the environment of every process of a run, and of all
that it starts, unless they clear it."""

HOOK_VARIABLE = "PA_HOOK"
"""Says what a command beside the main process is for."""

_RUN = f"{RUN_VARIABLE}=".encode()
_HOOK = f"{HOOK_VARIABLE}=".encode()
_STAT = 1024
_BLOCK = 1 << 16
_SURELY_ALL = 2048


class Process(NamedTuple):
    """One process."""

    pid: int
    state: str
    parent: int
    group: int
    session: int
    start_time: int
    """clock ticks since boot; with the pid it names one process for ever"""

    @property
    def dead(self) -> bool:
        """It only waits for its parent to take notice."""
        return self.state in "ZX"


def look(pid: int) -> Process | None:
    """Return a process, None if there is none of that number."""
    try:
        fd = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        text = os.read(fd, _STAT)
    except OSError:  # ESRCH: it ended between the two calls
        return None
    finally:
        os.close(fd)
    # The name stands in parentheses and may hold any byte, parentheses too.
    fields = text[text.rindex(b")") + 2 :].split(None, 20)
    state, parent, group, session = fields[:4]
    return Process(pid, state.decode(), int(parent), int(group), int(session), int(fields[19]))


def alive(pid: int, start_time: int) -> bool:
    """Does this very process live?"""
    found = look(pid) if pid else None
    return found is not None and found.start_time == start_time and not found.dead


def start_time(pid: int) -> int:
    """Return when a process began, in clock ticks since boot; 0 if it is gone."""
    found = look(pid)
    return found.start_time if found else 0


def owner(pid: int) -> int:
    """Return whose process it is; -1 if it is gone."""
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return -1


def everyone() -> dict[int, Process]:
    """Return every process that can be seen."""
    numbers = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return {pid: found for pid in numbers if (found := look(pid))}


class Children:
    """Our children as the kernel lists them, without a walk through /proc."""

    def __init__(self) -> None:
        """Keep the list open: it is read at each end of an agent."""
        try:
            path = f"/proc/self/task/{os.getpid()}/children"
            self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:  # a kernel without CONFIG_PROC_CHILDREN
            self._fd = -1

    def pids(self) -> list[int]:
        """Return their pids."""
        if self._fd < 0:
            me = os.getpid()
            return [one.pid for one in everyone().values() if one.parent == me]
        return [int(word) for word in _all_of(self._fd).split()]


def _all_of(fd: int) -> bytes:
    """A file of /proc gives whole records, at most a page at a time: less than half is all."""
    text = part = os.pread(fd, _BLOCK, 0)
    while len(part) > _SURELY_ALL:
        part = os.pread(fd, _BLOCK, len(text))
        text += part
    return text


def _content(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return _all_of(fd)
    finally:
        os.close(fd)


def variable(pid: int, mark: bytes) -> str:
    """Return a variable of the environment that a process was started with, "" if it has none or
    we may not ask; `mark` is the name with its equals sign."""
    try:
        environment = b"\0" + _content(f"/proc/{pid}/environ")
    except OSError:
        return ""
    _, found, rest = environment.partition(b"\0" + mark)
    return rest.partition(b"\0")[0].decode(errors="replace") if found else ""


def run_of(pid: int) -> str:
    """Return the run that a process says it belongs to, "" if it says none."""
    return variable(pid, _RUN)


def is_hook(pid: int) -> bool:
    """Was this process started beside a main process?"""
    return bool(variable(pid, _HOOK))


def boot() -> str:
    """Return what tells this boot of the host, or of the container, from any other."""
    with open("/proc/sys/kernel/random/boot_id") as file:
        host = file.read().strip()
    first = look(1)
    return f"{host}.{os.stat('/proc/self/ns/pid').st_ino}.{first.start_time if first else 0}"


def highest_descriptor() -> int:
    """Return the largest number of our open descriptors."""
    return max(int(name) for name in os.listdir("/proc/self/fd"))
