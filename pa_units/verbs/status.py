"""`status`, `list`, `is-active`, `is-failed`: what is true now."""

from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts import ledger
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import AgentStatus
from pa_units.drive.read import all_properties
from pa_units.drive.states import UnitState
from pa_units.drive.wire import open_bus
from pa_units.observe import status
from pa_units.verbs.here import Here
from pa_units.verbs.select import select


class Detail(NamedTuple):
    """One agent in full."""

    status: AgentStatus
    agent: Installed
    unit: UnitState


def statuses(
    at: Here, names: Sequence[str] = (), labels: Sequence[str] = ()
) -> tuple[AgentStatus, ...]:
    """The status of the agents asked for, of all without a name."""
    agents = select(ledger.read(at.places, at.root), names, everything=not names, labels=labels)
    if not agents:
        return ()
    with open_bus(at.scope, at.env, calls=len(agents)) as wire:
        return status.many(wire, agents, at.scope)


def detail(at: Here, name: str) -> Detail:
    """Everything about one agent."""
    (agent,) = select(ledger.read(at.places, at.root), [name])
    with open_bus(at.scope, at.env) as wire:
        found, unit = status.one(wire, agent)
    return Detail(found, agent, unit)


def listed(agent: Installed) -> dict[str, object]:
    """One installed agent for programs."""
    return {
        "schema": "pa.list/1",
        "name": agent.name,
        "units": [unit.name for unit in agent.units],
        "user": agent.user,
        "auto_start": agent.auto_start,
        "labels": dict(agent.labels),
        "origin": agent.origin.path,
        "version": agent.version,
    }


def properties(at: Here, agent: Installed) -> dict[str, object]:
    """Everything that systemd says of an agent's main unit."""
    with open_bus(at.scope, at.env) as wire:
        return all_properties(wire, agent.units[0].name)
