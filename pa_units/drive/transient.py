"""Start a service without a file, such as one that has to outlive the terminal.

systemd-run(1) by its method: no program of its own is needed for it.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pa_units.contracts.refs import Scope
from pa_units.drive import systemd

if TYPE_CHECKING:
    from pa_units.drive.session import Session


class Transient(NamedTuple):
    """One service; it is gone when it has ended."""

    unit: str
    description: str
    argv: Sequence[str]
    """the first word is an absolute path"""
    environment: Mapping[str, str]
    """anybody can read it (org.freedesktop.systemd1(5)): no secrets"""


def start(scope: Scope, env: Mapping[str, str], wanted: Transient) -> None:
    """Start it; returns once its program is executed. Raises BusError."""

    async def action(session: "Session") -> None:
        await session.start_transient(wanted.unit, _properties(wanted))

    systemd.run(scope, env, action)


def _properties(wanted: Transient) -> list[list[object]]:
    from pa_units.drive.bus import variant

    program, *_ = wanted.argv
    found = {
        "Description": ("s", wanted.description),
        "Type": ("s", "exec"),
        "ExecStart": ("a(sasb)", [[program, list(wanted.argv), False]]),
        "Environment": ("as", [f"{key}={value}" for key, value in wanted.environment.items()]),
        "CollectMode": ("s", "inactive-or-failed"),
        # Killed, or shot by the kernel for want of memory: it begins again where it was.
        "Restart": ("s", "on-failure"),
        "RestartUSec": ("t", 1_000_000),
    }
    return [[name, variant(*value)] for name, value in found.items()]
