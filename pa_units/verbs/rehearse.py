"""`--dry-run` of start, stop and restart: what would become of agents."""

from collections.abc import Callable, Sequence

from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import DOWN, UP, State
from pa_units.drive.managers import Managers
from pa_units.observe import status
from pa_units.verbs.act import Outcome
from pa_units.verbs.here import Here


def start(at: Here, agents: Sequence[Installed]) -> tuple[Outcome, ...]:
    """Say what `start` would do."""
    return _foresee(at, agents, lambda state: "is up" if state in UP else "would be started")


def stop(at: Here, agents: Sequence[Installed]) -> tuple[Outcome, ...]:
    """Say what `stop` would do."""
    return _foresee(at, agents, lambda state: "is down" if state in DOWN else "would be stopped")


def restart(at: Here, agents: Sequence[Installed]) -> tuple[Outcome, ...]:
    """Say what `restart` would do."""
    return _foresee(
        at,
        agents,
        lambda state: "would be started" if state in DOWN else "would be restarted",
    )


def signalled(at: Here, agents: Sequence[Installed], did: str) -> tuple[Outcome, ...]:
    """Say what a verb would do that needs a running agent; `did` is `reloaded`, `paused`…"""
    with Managers(at.scope, at.env, calls=len(agents)) as managers:
        found = status.many(managers, agents)
    return tuple(
        Outcome(agent, True, f"would be {did}")
        if one.state in (State.RUNNING, State.PAUSED)
        else Outcome(agent, False, "", "it does not run", failed=f"not {did}", idle=True)
        for agent, one in zip(agents, found, strict=True)
    )


def _foresee(
    at: Here, agents: Sequence[Installed], words: Callable[[State], str]
) -> tuple[Outcome, ...]:
    with Managers(at.scope, at.env, calls=len(agents)) as managers:
        found = status.many(managers, agents)
    return tuple(
        Outcome(agent, True, words(one.state)) for agent, one in zip(agents, found, strict=True)
    )
