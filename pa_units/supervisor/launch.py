"""What is needed to start one process, and why that may fail."""

import os
from typing import Any, NamedTuple

from pa_units.supervisor.accounts import Identity
from pa_units.supervisor.zygote import CHDIR, EXEC, GROUP, LIMITS, NICE, STDOUT, USER


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
    """0: as the supervisor was started with"""
    tasks: int = 0
    nice: int = 0
    identity: Identity = Identity()

    @property
    def takes_rights(self) -> bool:
        """It needs rights that we could not take back, so another process must take them on."""
        return self.identity.uid >= 0 or bool(self.nice) or bool(self.tasks)

    def order(self, serial: int, *, now: bool) -> Any:
        """Return what `zygote.py` is told: plain values in its order."""
        *rest, stdout, stderr, open_files, tasks, nice, identity = self
        streams = now, serial, stdout, stderr
        return *streams, *rest, open_files, tasks, nice, *identity[:3]


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


def failure(launch: Launch, status: int, number: int) -> Failed:
    """Say which step failed, and why."""
    reason = os.strerror(number).lower() if number else "not a valid value"
    return Failed(status, f"{_WORDS[status].format(launch)}: {reason}")
