"""`stats`: what agents use right now."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts.ledger import Installed
from pa_units.drive.managers import Managers
from pa_units.measure.cgroup import Usage
from pa_units.observe import usage
from pa_units.verbs.here import Here

SAMPLE_S = 0.5
"""CPU is what was used between two looks so far apart."""


class Figures(NamedTuple):
    """What one agent uses. None: the kernel does not say, or the agent does not run."""

    name: str
    cpu_percent: float | None
    """100 is one core"""
    memory: int | None
    """bytes"""
    io_read: int | None
    """bytes since the start"""
    io_written: int | None
    tasks: int | None
    pids: tuple[int, ...]


def figures(at: Here, agents: Sequence[Installed]) -> tuple[Figures, ...]:
    """Look twice at what the processes of agents use; of each replica, where there are several."""
    each = [one for agent in agents for one in agent.each]
    with Managers(at.scope, at.env, calls=len(each)) as managers:
        found = usage.sources(managers, each)
    first, began = usage.look(found), time.monotonic()
    time.sleep(SAMPLE_S)
    second, passed = usage.look(found, io=True), time.monotonic() - began
    none = Usage()
    return tuple(
        _figures(agent.name, first.get(unit, none), second.get(unit, none), passed)
        for agent in each
        for unit in [agent.units[0].name]
    )


def _figures(name: str, first: Usage, second: Usage, passed: float) -> Figures:
    cpu = None
    if first.cpu_usec is not None and second.cpu_usec is not None:
        # A restart in between makes a new group that counts from zero.
        cpu = max(second.cpu_usec - first.cpu_usec, 0) / passed / 10_000
    return Figures(
        name,
        cpu,
        second.memory,
        second.io_read,
        second.io_written,
        second.tasks,
        second.pids,
    )
