"""What is needed to start one process, and how a process makes itself into it."""

import os
import resource
from typing import NamedTuple

from pa_units.supervisor.accounts import Identity

CHDIR, NICE, EXEC, LIMITS, STDOUT, GROUP, USER = 200, 201, 203, 205, 209, 216, 217
"""systemd.exec(5), "Process Exit Codes"."""


class Launch(NamedTuple):
    """One process to start: a leader of its own session, with nothing open but its output."""

    program: str
    argv: tuple[str, ...]
    env: dict[str, str]
    cwd: str = "/"
    umask: int = 0o022
    stdout: str = os.devnull
    stderr: str = ""
    """"": the same as stdout"""
    open_files: int = 0
    """0: as we were started with"""
    tasks: int = 0
    nice: int = 0
    identity: Identity = Identity()

    @property
    def changes_itself(self) -> bool:
        """It needs what only the new process can do to itself, between fork and exec."""
        return self.identity.uid >= 0 or bool(self.nice) or bool(self.tasks)


class Failed(Exception):
    """A process could not be started; `status` as systemd would exit with."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


_WORDS = {
    CHDIR: "cannot enter {0.cwd}",
    NICE: "cannot set the nice level {0.nice}",
    EXEC: "cannot execute {0.program}",
    LIMITS: "cannot set the limits of resources",
    STDOUT: "cannot open the log pipe",
    GROUP: "cannot change the group",
    USER: "cannot become user {0.identity.name}",
}


def failure(launch: Launch, status: int, error: Exception) -> Failed:
    """Say which step failed."""
    number = getattr(error, "errno", None)
    reason = os.strerror(number).lower() if number else str(error)
    return Failed(status, f"{_WORDS[status].format(launch)}: {reason}")


def become(launch: Launch) -> None:
    """Turn this process into the one described; returns never.

    Raises Failed. Rights are dropped before the directory is entered: what the agent's user may
    not see must not be its working directory.
    """
    status = STDOUT
    try:
        _open_streams(launch)
        status = LIMITS
        _limit(launch)
        status = NICE
        if launch.nice:
            os.setpriority(os.PRIO_PROCESS, 0, launch.nice)
        status = GROUP
        _change_identity(launch.identity)
        status = CHDIR
        os.umask(launch.umask)
        os.chdir(launch.cwd)
        status = EXEC
        os.execve(launch.program, launch.argv, launch.env)  # noqa: S606 (what we are for)
    except (OSError, ValueError) as error:
        raise failure(launch, status, error) from None


def _open_streams(launch: Launch) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(os.open(launch.stdout, os.O_RDWR), 1)
    os.dup2(os.open(launch.stderr, os.O_RDWR) if launch.stderr else 1, 2)


def _limit(launch: Launch) -> None:
    if launch.open_files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (launch.open_files, launch.open_files))
    if launch.tasks:
        resource.setrlimit(resource.RLIMIT_NPROC, (launch.tasks, launch.tasks))


def _change_identity(identity: Identity) -> None:
    if identity.uid < 0:
        return
    os.setgroups(identity.groups)
    os.setresgid(identity.gid, identity.gid, identity.gid)
    os.setresuid(identity.uid, identity.uid, identity.uid)
