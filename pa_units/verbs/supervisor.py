"""`supervisor`: the built-in supervisor itself, apart from its agents."""

import os
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from pa_units.contracts import control, event_log
from pa_units.contracts.drivers import BUILTIN
from pa_units.drive import autostart, builtin
from pa_units.kit.errors import PaError, UsageError
from pa_units.verbs import install
from pa_units.verbs.here import Here, may_write
from pa_units.verbs.install import Options, Result


class Running(NamedTuple):
    """A supervisor, and where its things are."""

    pid: int
    """0: none runs"""
    version: str
    """of the pa that it is"""
    units: int
    running: int
    """of these"""
    socket: str
    log: str
    """what it has to say itself"""


def status(at: Here) -> Running:
    """Ask who supervises. Raises BusDenied when it is another user's."""
    found = builtin.hello(at.scope, at.env)
    socket, log = control.socket_path(at.places), event_log.path_of(at.places)
    if found is None:
        return Running(0, "", 0, 0, socket, log)
    return Running(found.pid, found.program, found.units, found.running, socket, log)


def stop(at: Here) -> Running:
    """Stop all of its agents, then the supervisor; return what ran before. Raises PaError when
    that takes too long."""
    may_write(at, "stop the supervisor")
    before = status(at)
    if before.pid and not builtin.shut_down(at.scope, at.env):
        return before._replace(pid=0)
    return before


def start(at: Here) -> int:
    """Have one in the background; return the pid of one that was started now, 0 if there was."""
    may_write(at, "start the supervisor")
    return autostart.autostart(at.scope, at.env)


def prepare(at: Here, paths: Sequence[str]) -> Result | None:
    """Install what a supervisor is to run, without starting it: that does so. Raises what
    `install` raises."""
    may_write(at, "run the supervisor")
    if at.driver not in ("", BUILTIN):
        raise UsageError(f"cannot supervise agents of driver {at.driver}", "unset PA_DRIVER")
    if not paths:
        return None
    return install.install(at._replace(driver=BUILTIN), paths, Options(start=False))


def become(at: Here) -> NoReturn:
    """Be the supervisor from here on, in the foreground: with the pid that we have. Raises PaError
    if there is one."""
    if pid := status(at).pid:
        raise PaError(f"cannot run the supervisor: one runs already, pid {pid}")
    argv = autostart.command(at.scope, foreground=True)
    os.execve(argv[0], argv, autostart.environment(at.env))  # noqa: S606 (no shell is meant)
