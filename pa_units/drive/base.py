"""What every driver can do, whichever init system it talks to."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from pa_units.contracts.refs import Scope
from pa_units.drive.states import UnitState

JOB_TIMEOUT = 120.0
"""Seconds to wait for jobs: systemd's own default for a start or stop is 90 s
(`DefaultTimeoutStartSec=`, systemd-system.conf(5))."""


class JobResult(NamedTuple):
    """What became of one unit in a verb."""

    unit: str
    ok: bool
    result: str
    """the init system's word (done, failed, canceled, dependency …), or one of ours: `queued`
    (not waited for), `refused` (see `error_name`), `pending` (not finished in time), `unknown`
    (the bus was lost)"""
    error_name: str = ""
    """the D-Bus error name of a refusal"""
    message: str = ""
    """in words, empty when ok"""
    denied: bool = False
    """refused because of who asks"""


class Driver(Protocol):
    """The verbs of an init system. A module with these functions is a driver.

    A verb returns one result per name, in the order of `names`; it raises BusError only when
    nothing was done yet. `wait=False` returns as soon as the init system has taken the jobs.
    """

    def start(
        self,
        scope: Scope,
        env: Mapping[str, str],
        names: Sequence[str],
        wait: bool = True,
        timeout: float = JOB_TIMEOUT,
    ) -> list[JobResult]:
        """Start, with a fresh restart budget."""

    def stop(
        self,
        scope: Scope,
        env: Mapping[str, str],
        names: Sequence[str],
        wait: bool = True,
        timeout: float = JOB_TIMEOUT,
    ) -> list[JobResult]:
        """Stop; a stopped one is ok."""

    def restart(
        self,
        scope: Scope,
        env: Mapping[str, str],
        names: Sequence[str],
        wait: bool = True,
        timeout: float = JOB_TIMEOUT,
    ) -> list[JobResult]:
        """Stop what runs and start, with a fresh restart budget."""

    def try_restart(
        self,
        scope: Scope,
        env: Mapping[str, str],
        names: Sequence[str],
        wait: bool = True,
        timeout: float = JOB_TIMEOUT,
    ) -> list[JobResult]:
        """Restart what runs, leave the rest."""

    def reload_units(
        self,
        scope: Scope,
        env: Mapping[str, str],
        names: Sequence[str],
        wait: bool = True,
        timeout: float = JOB_TIMEOUT,
    ) -> list[JobResult]:
        """Have running agents read their own configuration again."""

    def reset(self, scope: Scope, env: Mapping[str, str], names: Sequence[str]) -> list[JobResult]:
        """Forget failures and counted restarts; nothing to forget is ok."""

    def kill(
        self,
        scope: Scope,
        env: Mapping[str, str],
        names: Sequence[str],
        signal: int,
        whom: str = "main",
    ) -> list[JobResult]:
        """Send a signal to the `main` process, or to `all`."""

    def pause(self, scope: Scope, env: Mapping[str, str], names: Sequence[str]) -> list[JobResult]:
        """Freeze all processes."""

    def resume(self, scope: Scope, env: Mapping[str, str], names: Sequence[str]) -> list[JobResult]:
        """Undo `pause`."""

    def reload(self, scope: Scope, env: Mapping[str, str]) -> None:
        """Have the init system read its own files again."""

    def read(
        self, scope: Scope, env: Mapping[str, str], names: Sequence[str]
    ) -> dict[str, UnitState]:
        """Return the states of many, for a table."""
