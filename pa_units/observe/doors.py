"""Timers and sockets: what starts an agent's service at its times, or at a connection."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts import units
from pa_units.contracts.ledger import Installed
from pa_units.drive import read
from pa_units.drive.managers import Managers, of_systemd

_TIMES = ("NextElapseUSecRealtime", "NextElapseUSecMonotonic")
_NEVER = (0, (1 << 64) - 1)


class Door(NamedTuple):
    """One timer or socket. Times are wall clock in microseconds."""

    name: str
    active: str
    """as systemd says it: active, inactive, failed …"""
    sub: str
    """waiting, running, elapsed (of a timer); listening, running (of a socket)"""
    next_us: int | None = None
    """of a timer: when it starts the service next; None: nobody knows, or never"""

    @property
    def is_timer(self) -> bool:
        """Does it open at times?"""
        return units.is_timer(self.name)


def doors(managers: Managers, agents: Sequence[Installed]) -> dict[str, Door]:
    """The timers and sockets of agents, by name; no message where none has any."""
    names = [name for agent in of_systemd(agents) if agent.starts for name in agent.doors]
    if not names:
        return {}
    wire = managers.systemd
    found = {
        name: Door(name, row.active, row.sub) for name, row in read.list_units(wire, names).items()
    }
    waiting = [name for name, door in found.items() if door.is_timer and door.active == "active"]
    for name, times in read.properties(wire, waiting, _TIMES).items():
        found[name] = found[name]._replace(next_us=_next(*(times.get(one) for one in _TIMES)))
    return found


def _next(realtime: object, monotonic: object) -> int | None:
    """The earlier of two times, one of the wall clock, one since boot; mostly one is not set."""
    times = []
    if isinstance(realtime, int) and realtime not in _NEVER:
        times.append(realtime)
    if isinstance(monotonic, int) and monotonic not in _NEVER:
        booted_us = (time.time_ns() - time.monotonic_ns()) // 1000
        times.append(booted_us + monotonic)
    return min(times, default=None)
