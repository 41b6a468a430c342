"""Ledger + built-in supervisor + kernel → the status of agents. On the path of `pa status`."""

from collections.abc import Mapping, Sequence

from pa_units.contracts.ledger import Installed
from pa_units.contracts.run_state import DUMPED, EXITED, KILLED, NEVER, USUAL, Unit
from pa_units.contracts.status import AgentStatus, State
from pa_units.drive.managers import Managers
from pa_units.drive.states import UnitState
from pa_units.drive.supervised import NOT_FOUND, unit_state
from pa_units.measure.cgroup import Usage
from pa_units.measure.tree import usages
from pa_units.observe.exits import ended, told
from pa_units.observe.states import gave_up

_LIVES = frozenset({State.RUNNING, State.PAUSED, State.STARTING, State.STOPPING})
_CODES = {EXITED: "exited", KILLED: "killed", DUMPED: "dumped"}
_UNKNOWN = Unit()
_NOTHING = Usage()


def statuses(managers: Managers, agents: Sequence[Installed]) -> dict[str, AgentStatus]:
    """The status of agents and single replicas, by name. Raises BusError."""
    known = managers.supervised([agent.units[0].name for agent in agents])
    units = {agent.name: known.get(agent.units[0].name, _UNKNOWN) for agent in agents}
    used = usages(unit.pid for unit in units.values() if unit.pid and unit.state in _LIVES)
    return {agent.name: _status(agent, units[agent.name], used) for agent in agents}


def _status(agent: Installed, unit: Unit, used: Mapping[int, Usage]) -> AgentStatus:
    state = unit.state
    lives = state in _LIVES
    usage = used.get(unit.pid, _NOTHING) if lives else _NOTHING
    return AgentStatus(
        name=agent.name,
        unit=agent.units[0].name,
        state=state,
        reason=_reason(agent, unit),
        pid=unit.pid if lives else 0,
        since_us=since_us(unit),
        restarts=unit.restarts,
        max_restarts=agent.max_restarts,
        next_restart_us=unit.due_us if state is State.RESTARTING else None,
        memory=usage.memory,
        cpu_ns=None if usage.cpu_usec is None else usage.cpu_usec * 1000,
        tasks=usage.tasks,
        enabled=agent.auto_start,
        user=agent.user,
        origin=agent.origin.path,
    )


def since_us(unit: Unit) -> int:
    """When its state began; of one that runs, its run."""
    if unit.state in (State.RUNNING, State.PAUSED):
        return unit.active_us or unit.since_us
    return unit.ended_us or unit.since_us


def _reason(agent: Installed, unit: Unit) -> str:
    if unit.state in (State.RUNNING, State.STARTING, State.STOPPING):
        if agent.ends and unit.state is State.STARTING:
            return ""
        return unit.words
    if unit.state is State.PAUSED:
        return "pa resume lets it go on"
    most = agent.max_restarts
    if unit.state is State.FAILED and most and unit.window_count >= most:
        return gave_up(most, cause(unit))
    return cause(unit)


def cause(unit: Unit) -> str:
    """Why the last run ended; empty after a success or before any run."""
    how = "" if unit.code == NEVER else ended(_CODES.get(unit.code, ""), unit.status)
    words = told(unit.result, how)
    if not words:
        return ""
    return unit.words or words


def units(managers: Managers, agents: Sequence[Installed]) -> dict[str, UnitState]:
    """The services of agents in the words of every driver, by unit."""
    names = [unit for agent in agents for unit in agent.workers]
    known = managers.supervised(names)
    return {
        name: unit_state(name, known[name]) if name in known else NOT_FOUND._replace(name=name)
        for name in names
    }


def properties(managers: Managers, agent: Installed) -> dict[str, object]:
    """Everything that the supervisor knows of an agent's main unit, by the fields of its record."""
    known = managers.supervised([agent.units[0].name])
    unit = known.get(agent.units[0].name, _UNKNOWN)
    return dict(zip(USUAL, unit.values(), strict=True))
