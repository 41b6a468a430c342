"""All processes of a run, wherever they went: the tree below the main process, its session, and
whoever carries the id of the run in its environment. Also those that double-forked away."""

import os
import signal
from collections.abc import Iterable, Mapping
from contextlib import suppress

from pa_units.supervisor import proc
from pa_units.supervisor.proc import Process

_ROUNDS = 50
"""A fork bomb is caught when all of it stands still; below its limit of processes that takes a
few rounds."""


def members(
    everyone: Mapping[int, Process], runs: Mapping[int, str], run: str, session: int
) -> list[Process]:
    """Return the living processes of `run`, whose main process leads `session` (0: not known).

    `runs` are the runs that processes outside of known sessions say they belong to.
    """
    found = {
        pid: one
        for pid, one in everyone.items()
        if (session and one.session == session) or (run and runs.get(pid) == run)
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


def of_run(run: str, session: int) -> list[Process]:
    """Return the living processes of one run as of now.

    The list of processes is read before they are: one that forks and ends in between leaves a child
    that is not in it. So nobody is there only if nobody is found twice.
    """
    return _found(run, session) or _found(run, session)


def _found(run: str, session: int) -> list[Process]:
    everyone = proc.everyone()
    return members(everyone, runs_of(everyone), run, session)


def stop_all(run: str, session: int) -> list[Process]:
    """Send SIGSTOP to every process of a run until no new one appears, and return them."""
    stopped: dict[int, Process] = {}
    for _ in range(_ROUNDS):
        fresh = [one for one in of_run(run, session) if stopped.get(one.pid) != _still(one)]
        if not fresh:
            break
        for one in fresh:
            send(one, signal.SIGSTOP)
            stopped[one.pid] = _still(one)
    return list(stopped.values())


def _still(one: Process) -> Process:
    """The process without what changes while it is the same one."""
    return one._replace(state="", parent=0, group=0, session=0)


def continue_all(run: str, session: int) -> None:
    """Send SIGCONT to every process of a run."""
    for one in of_run(run, session):
        send(one, signal.SIGCONT)


def kill_all(run: str, session: int) -> bool:
    """Kill every process of a run; False if there is none.

    Several are stopped first, so that none forks away meanwhile.
    """
    found = of_run(run, session)
    if len(found) > 1:
        found = stop_all(run, session)
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


def traces(pids: Iterable[int]) -> set[str | int]:
    """Return the runs and sessions of living processes."""
    found: set[str | int] = set()
    for pid in pids:
        if (one := proc.look(pid)) and not one.dead:
            found |= {one.session, proc.run_of(pid)}
    return found - {""}
