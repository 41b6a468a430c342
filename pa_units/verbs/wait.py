"""`wait`: until agents are in a state."""

import time
from collections.abc import Sequence
from enum import StrEnum

from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import DOWN, UP, AgentStatus
from pa_units.drive.managers import Managers
from pa_units.kit.errors import UsageError
from pa_units.observe import status
from pa_units.verbs.act import Outcome
from pa_units.verbs.here import Here

_PACE_S = 0.1


class Goal(StrEnum):
    """What can be waited for."""

    RUNNING = "running"
    HEALTHY = "healthy"
    STOPPED = "stopped"


_REACHED = {Goal.RUNNING: UP, Goal.HEALTHY: UP, Goal.STOPPED: DOWN}
"""A gated agent runs only once it is healthy; of others pa does not know."""


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
            missed = [one for one in found if one.state not in _REACHED[goal]]
            if not missed or time.monotonic() >= end:
                break
            time.sleep(_PACE_S)
    pairs = zip(agents, found, strict=True)
    return tuple(_outcome(agent, one, goal, timeout) for agent, one in pairs)


def _refuse_unknown(agents: Sequence[Installed]) -> None:
    for agent in agents:
        if not agent.gated:
            raise UsageError(
                f"cannot wait for {agent.name} to be healthy: its start is not gated, so nothing "
                "tells when it is",
                "put 'gate: true' below health_check in its spec, or wait --for running",
            )


def _outcome(agent: Installed, one: AgentStatus, goal: Goal, timeout: float) -> Outcome:
    if one.state in _REACHED[goal]:
        word = goal if goal is Goal.HEALTHY else one.state
        return Outcome(agent, True, f"is {word}", one.reason, pid=one.pid)
    why = f": {one.reason}" if one.reason else ""
    reason = f"still {one.state} after {timeout:g}s{why}"
    return Outcome(agent, False, "", reason, failed=f"not {goal}")
