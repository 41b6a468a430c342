"""Which agents run as an earlier version than the one that is installed?"""

from collections.abc import Mapping, Sequence

from pa_units.contracts.drivers import BUILTIN
from pa_units.contracts.due import Due
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import DOWN, UP, State
from pa_units.drive.managers import Managers


def outdated(
    managers: Managers, due: Due, agents: Sequence[Installed], states: Mapping[str, State]
) -> set[str]:
    """Return the names of those of `agents` of which an earlier version runs, or is about to.

    `states` is by name. Until the manager has read its files again every run is of the version
    that it knows.
    """
    changed = [
        agent for agent in agents if agent.name in due.runs and states[agent.name] not in DOWN
    ]
    unread = {agent.name for agent in changed if _is_unread(due, agent)}
    known = [agent for agent in changed if agent.name not in unread]
    if not known:
        return unread
    from pa_units.observe.runs import runs

    present = runs(managers, known)
    return unread | {
        agent.name
        for agent in known
        if states[agent.name] not in UP or present[agent.name].began < due.runs[agent.name].at
    }


def _is_unread(due: Due, agent: Installed) -> bool:
    return bool(due.rescan if agent.driver == BUILTIN else due.reload)
