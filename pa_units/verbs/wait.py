"""`wait`: until agents are in a state."""

import time
from collections.abc import Sequence
from enum import StrEnum

from pa_units.contracts.health import Health
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import DOWN, UP, AgentStatus
from pa_units.drive.managers import Managers
from pa_units.kit.errors import UsageError
from pa_units.observe import status
from pa_units.observe.health import with_health
from pa_units.verbs.act import Outcome
from pa_units.verbs.here import Here

_PACE_S = 0.1


class Goal(StrEnum):
    """What can be waited for."""

    RUNNING = "running"
    HEALTHY = "healthy"
    STOPPED = "stopped"


_REACHED = {Goal.RUNNING: UP, Goal.HEALTHY: UP, Goal.STOPPED: DOWN}
"""A gated agent runs only once it is healthy; of others the companion must know."""


def wait(at: Here, agents: Sequence[Installed], goal: Goal, timeout: float) -> tuple[Outcome, ...]:
    """Wait until all agents have reached the goal, `timeout` seconds at most.

    Raises UsageError when health is asked of an agent that nobody can know it of.
    """
    if goal is Goal.HEALTHY:
        _refuse_unknown(agents)
    end = time.monotonic() + timeout
    with Managers(at.scope, at.env, calls=len(agents)) as managers:
        while True:
            found = status.many(managers, agents)
            if goal is Goal.HEALTHY:
                found = with_health(at.places, agents, found)
            missed = [one for one in found if not _is_at(one, goal)]
            if not missed or time.monotonic() >= end:
                break
            time.sleep(_PACE_S)
    pairs = zip(agents, found, strict=True)
    return tuple(_outcome(agent, one, goal, timeout) for agent, one in pairs)


def _is_at(one: AgentStatus, goal: Goal) -> bool:
    is_sick = goal is Goal.HEALTHY and one.health not in (None, Health.HEALTHY)
    return one.state in _REACHED[goal] and not is_sick


def _refuse_unknown(agents: Sequence[Installed]) -> None:
    for agent in agents:
        if not agent.gated and not agent.watched:
            raise UsageError(
                f"cannot wait for {agent.name} to be healthy: nothing tells when it is",
                "put a health_check into its spec, or wait --for running",
            )


def _outcome(agent: Installed, one: AgentStatus, goal: Goal, timeout: float) -> Outcome:
    if _is_at(one, goal):
        word = goal if goal is Goal.HEALTHY else one.state
        return Outcome(agent, True, f"is {word}", one.reason, pid=one.pid)
    because = one.reason or one.health_reason
    why = f": {because}" if because else ""
    state = one.health if one.state in UP and one.health else one.state
    reason = f"still {state} after {timeout:g}s{why}"
    return Outcome(agent, False, "", reason, failed=f"not {goal}")
