"""All processes of a run, wherever they went: the tree below the main process, its session, and
whoever carries the id of the run in its environment. Also those that double-forked away.

One that forked away and cleared its environment as well is known by its user alone, if its agent
has a user number of its own."""

import os
import signal
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from pa_units.supervisor import proc
from pa_units.supervisor.proc import Process

_ROUNDS = 50
"""A fork bomb is caught when all of it stands still; below its limit of processes that takes a
few rounds."""


class Run(NamedTuple):
    """What the processes of one run have in common."""

    id: str
    session: int = 0
    """that of its main process; 0: not known"""
    uid: int = -1
    """a user number that nobody else has; -1: none"""


def members(
    everyone: Mapping[int, Process], runs: Mapping[int, str], run: Run, owned: Collection[int] = ()
) -> list[Process]:
    """Return the living processes of `run`, with all below them.

    `runs` are the runs that processes say they belong to; `owned` are those of its user number.
    """
    found = {
        pid: one
        for pid, one in everyone.items()
        if (run.session and one.session == run.session)
        or (run.id and runs.get(pid) == run.id)
        or pid in owned
    }
    while more := {
        pid: one for pid, one in everyone.items() if one.parent in found and pid not in found
    }:
        found |= more
    return [one for one in found.values() if not one.dead]


def runs_of(everyone: Mapping[int, Process]) -> dict[int, str]:
    """Return what every process says of its run."""
    ours = os.getpid()
    return {
        pid: run
        for pid, one in everyone.items()
        if pid != ours and not one.dead and (run := proc.run_of(pid))
    }


def of_run(run: Run) -> list[Process]:
    """Return the living processes of one run as of now.

    The list of processes is read before they are: one that forks and ends in between leaves a child
    that is not in it. So nobody is there only if nobody is found twice.
    """
    return _found(run) or _found(run)


def _found(run: Run) -> list[Process]:
    everyone = proc.everyone()
    owned = {pid for pid in everyone if proc.owner(pid) == run.uid} if run.uid >= 0 else ()
    return members(everyone, runs_of(everyone), run, owned)


def any_of_run(pids: Iterable[int], run: Run) -> bool:
    """Is one of these processes of that run, by what it says itself?"""
    return any(
        (one := proc.look(pid))
        and not one.dead
        and (
            (run.session and one.session == run.session)
            or (run.id and proc.run_of(pid) == run.id)
            or (run.uid >= 0 and proc.owner(pid) == run.uid)
        )
        for pid in pids
    )


def stop_all(run: Run) -> list[Process]:
    """Send SIGSTOP to every process of a run until no new one appears, and return them."""
    stopped: dict[int, Process] = {}
    for _ in range(_ROUNDS):
        fresh = [one for one in of_run(run) if stopped.get(one.pid) != _still(one)]
        if not fresh:
            break
        for one in fresh:
            send(one, signal.SIGSTOP)
            stopped[one.pid] = _still(one)
    return list(stopped.values())


def _still(one: Process) -> Process:
    """The process without what changes while it is the same one."""
    return one._replace(state="", parent=0, group=0, session=0)


def continue_all(run: Run) -> None:
    """Send SIGCONT to every process of a run."""
    for one in of_run(run):
        send(one, signal.SIGCONT)


def kill_all(run: Run) -> bool:
    """Kill every process of a run; False if there is none.

    Several are stopped first, so that none forks away meanwhile.
    """
    found = of_run(run)
    if len(found) > 1:
        found = stop_all(run)
    for one in found:
        send(one, signal.SIGKILL)
    return bool(found)


def send(one: Process, number: int) -> bool:
    """Signal this very process, never another that got its pid; False if it is gone."""
    try:
        fd = os.pidfd_open(one.pid)
    except OSError:
        return False
    try:
        if (now := proc.look(one.pid)) is None or now.start_time != one.start_time:
            return False
        signal.pidfd_send_signal(fd, number)
        return True
    except OSError:
        return False
    finally:
        os.close(fd)


def send_group(leader: Process) -> None:
    """Kill a process and its group, of which it is the leader."""
    if send(leader, signal.SIGSTOP):  # so that the number stays its own
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader.pid, signal.SIGKILL)
