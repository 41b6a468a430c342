"""What runs in a way that is no longer the agent's. Timers and path units take over what was
written at the next daemon-reload; open sockets and running services do not (ran on 252, 257)."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts import units
from pa_units.contracts.ledger import Installed
from pa_units.drive import read
from pa_units.drive.managers import Managers, of_systemd
from pa_units.drive.states import UnitState, unit_state

_PROPERTIES = ("ActiveState", "SubState", "ActiveEnterTimestamp")


class Aged(NamedTuple):
    """Units by name."""

    sockets: frozenset[str] = frozenset()
    """opened before their file was written, or not at all although their agent runs"""
    daemons: frozenset[str] = frozenset()
    """services that run on from the time before they had a schedule: a run at its times is no
    `running` oneshot to systemd"""


def aged(managers: Managers, agents: Sequence[Installed], directory: str) -> Aged:
    """Look at agents that run, whose unit files stand in `directory`."""
    names = [
        unit.name
        for agent in of_systemd(agents)
        if any(units.is_timer(unit.name) or units.is_socket(unit.name) for unit in agent.units)
        for unit in agent.units
    ]
    if not names:
        return Aged()
    found = {
        name: unit_state(properties)
        for name, properties in read.properties(managers.systemd, names, _PROPERTIES).items()
    }
    scheduled = [one for one in agents if any(map(units.is_timer, one.doors))]
    running = (name for one in scheduled for name in one.workers if found[name].sub == "running")
    closed = (name for name, state in found.items() if _is_old_socket(name, state, directory))
    return Aged(frozenset(closed), frozenset(running))


def _is_old_socket(name: str, state: UnitState, directory: str) -> bool:
    if not units.is_socket(name):
        return False
    return state.active != "active" or state.active_since_us < _written_us(f"{directory}/{name}")


def _written_us(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns // 1000
    except OSError:
        return 0
