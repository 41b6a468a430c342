"""Figures of process trees, where no control group counts them (proc_pid_stat(5)).

What is asked for is walked from the top down: the cost is that of the agents, not of the host.
"""

import os
from collections.abc import Iterable, Iterator

from pa_units.measure.cgroup import Usage, content

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
# Fields behind the name, which may hold anything.
_CPU = slice(11, 15)
"""User and system time, its own and of children that it waited for"""
_THREADS = 17
_RESIDENT = 21

_MOST = 4096
"""Processes of one tree; one that has more is counted so far."""


def usages(tops: Iterable[int], io: bool = False) -> dict[int, Usage]:
    """Return the figures of the trees below main processes, by their pids. `io` reads two more
    files each. A process that left its tree by a double fork is not counted."""
    return {top: _usage(top, io) for top in tops}


def _usage(top: int, io: bool) -> Usage:
    pids, tasks, memory, ticks = [], 0, 0, 0
    for pid, fields in _tree(top):
        pids.append(pid)
        tasks += int(fields[_THREADS])
        memory += int(fields[_RESIDENT]) * _PAGE
        ticks += sum(map(int, fields[_CPU]))
    if not pids:
        return Usage()
    read, written = _io(pids) if io else (None, None)
    return Usage(
        pids=tuple(pids),
        tasks=tasks,
        memory=memory,
        memory_source="rss",
        cpu_usec=ticks * 1_000_000 // _TICKS,
        io_read=read,
        io_written=written,
    )


def _tree(top: int) -> Iterator[tuple[int, list[bytes]]]:
    waiting = [top]
    seen = 0
    while waiting and seen < _MOST:
        pid = waiting.pop(0)
        fields = content(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        if len(fields) > _RESIDENT and fields[0] not in (b"Z", b"X"):
            seen += 1
            yield pid, fields
            waiting += _children(pid, int(fields[_THREADS]))


def _children(pid: int, threads: int) -> list[int]:
    """Each thread has its own (proc_tid_children(5))."""
    tids = [str(pid)] if threads == 1 else _listing(f"/proc/{pid}/task")
    found = (content(f"/proc/{pid}/task/{tid}/children") for tid in tids)
    return [int(child) for line in found for child in line.split()]


def _listing(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []


def _io(pids: Iterable[int]) -> tuple[int | None, int | None]:
    """proc_pid_io(5); None where that may not be read."""
    read = written = 0
    for pid in pids:
        lines = content(f"/proc/{pid}/io").splitlines()
        values = dict(line.split(b": ") for line in lines if b": " in line)
        if b"read_bytes" not in values:
            return None, None
        read += int(values[b"read_bytes"])
        written += int(values[b"write_bytes"])
    return read, written
