"""`status`, `list`, `is-active`, `is-failed`: what is true now."""

from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts import due as dues
from pa_units.contracts import ledger
from pa_units.contracts.drivers import BUILTIN
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import AgentStatus
from pa_units.drive.managers import Managers
from pa_units.drive.read import all_properties
from pa_units.drive.states import UnitState
from pa_units.observe import status
from pa_units.observe.health import with_health
from pa_units.observe.outdated import outdated
from pa_units.verbs import linger
from pa_units.verbs.here import Here
from pa_units.verbs.select import select


class Detail(NamedTuple):
    """One agent in full."""

    status: AgentStatus
    agent: Installed
    unit: UnitState
    ends_at_logout: str = ""
    """the user whose logout ends it"""


def statuses(
    at: Here, names: Sequence[str] = (), labels: Sequence[str] = (), *, closely: bool = False
) -> tuple[AgentStatus, ...]:
    """The status of the agents asked for, of all without a name; `closely` reads their files too,
    and says what is no longer as it was installed."""
    agents = select(ledger.read(at.places, at.root), names, everything=not names, labels=labels)
    if not agents:
        return ()
    due = dues.read(at.places, at.root)
    with Managers(at.scope, at.env, calls=len(agents)) as managers:
        found = status.many(managers, agents)
        old = outdated(managers, due, agents, {one.name: one.state for one in found})
    found = tuple(_outdated(one) if one.name in old else one for one in found)
    found = with_health(at.places, agents, found)
    return _with_drift(at, agents, found) if closely else found


def _outdated(one: AgentStatus) -> AgentStatus:
    return one._replace(reason=one.reason or f"an earlier version; pa restart {one.name}")


def _with_drift(
    at: Here, agents: Sequence[Installed], found: Sequence[AgentStatus]
) -> tuple[AgentStatus, ...]:
    from pa_units.verbs.drifted import words

    drifts = words(at, agents)
    return tuple(one._replace(drift=drifts[one.name]) for one in found)


def detail(at: Here, name: str) -> Detail:
    """Everything about one agent."""
    (agent,) = select(ledger.read(at.places, at.root), [name])
    due = dues.read(at.places, at.root)
    with Managers(at.scope, at.env) as managers:
        found, unit = status.one(managers, agent)
        if outdated(managers, due, [agent], {agent.name: found.state}):
            found = _outdated(found)
    if agent.driver == BUILTIN:
        from pa_units.contracts import run_plan  # 3 ms that agents of systemd do not pay

        unit = unit._replace(fragment=run_plan.path_of(at.places, agent.units[0].name))
    (found,) = _with_drift(at, [agent], with_health(at.places, [agent], [found]))
    drift = (*(found.drift or ()), *(f"drop-in {path}" for path in unit.drop_ins))
    found = found._replace(drift=tuple(dict.fromkeys(drift)))
    return Detail(found, agent, unit, linger.missing_for(at, [agent]))


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
    """Everything that its manager says of an agent's main unit."""
    with Managers(at.scope, at.env) as managers:
        if agent.driver == BUILTIN:
            from pa_units.observe import supervised

            return supervised.properties(managers, agent)
        return all_properties(managers.systemd, agent.units[0].name)
