"""Ledger + init system + kernel → the status of agents. On the path of `pa status`: light."""

import os
from collections.abc import Mapping, Sequence

from pa_units.contracts.drivers import BUILTIN
from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope
from pa_units.contracts.status import AgentStatus, State
from pa_units.drive import read
from pa_units.drive.managers import Managers, of_builtin, of_systemd
from pa_units.drive.states import UnitState
from pa_units.drive.wire import Wire
from pa_units.measure.cgroup import Usage, hierarchy, usages
from pa_units.measure.process import started_us
from pa_units.observe.doors import doors
from pa_units.observe.states import WAITING_IN_HELPER, judge, one_moment
from pa_units.observe.whole import whole

_MICROSECONDS = 1_000_000


def many(managers: Managers, agents: Sequence[Installed]) -> tuple[AgentStatus, ...]:
    """The status of many agents, whoever supervises each. Raises BusError."""
    each = [one for agent in agents for one in agent.each]
    found = {}
    if own := of_systemd(each):
        found = {one.name: one for one in _by_systemd(managers, own)}
    if others := of_builtin(each):
        from pa_units.observe import supervised  # what agents of systemd do not pay for

        found |= supervised.statuses(managers, others)
    around = doors(managers, agents)
    return tuple(whole(agent, [found[one.name] for one in agent.each], around) for agent in agents)


def _by_systemd(managers: Managers, each: Sequence[Installed]) -> list[AgentStatus]:
    """One list of units, the kernel's files, and the few properties that only the manager knows."""
    wire, scope = managers.systemd, managers.scope
    units = read.states(wire, [_unit(one) for one in each])
    groups = _groups(wire, units, scope)
    used = usages(groups.values(), hierarchy())
    pids = _main_pids(wire, groups, used)
    found = [
        _status(
            one,
            units[unit := _unit(one)],
            used.get(groups.get(unit, ""), Usage()),
            pids.get(unit, 0),
        )
        for one in each
    ]
    return with_causes(found, scope)


def _unit(agent: Installed) -> str:
    return agent.units[0].name


def one(managers: Managers, agent: Installed) -> tuple[AgentStatus, UnitState]:
    """Everything about one agent, with what its manager says of its main unit."""
    if agent.driver == BUILTIN:
        from pa_units.observe import supervised

        unit = supervised.units(managers, [agent])[_unit(agent)]
        return many(managers, [agent])[0], unit
    wire = managers.systemd
    unit = read.details(wire, _unit(agent))
    if agent.runs:
        return many(managers, [agent])[0], unit
    used = usages([unit.control_group], hierarchy(), io=True)[unit.control_group]
    status = _status(agent, unit, used if unit.control_group else Usage(), unit.main_pid or 0)
    found = with_causes([status._replace(since_us=_since(unit, status.state))], agent.scope)
    return whole(agent, found, doors(managers, [agent])), unit


_LOOK_BACK_S = 5
"""A crash is in the journal well before the wait that follows it was announced."""


def with_causes(found: Sequence[AgentStatus], scope: Scope) -> list[AgentStatus]:
    """Fill in why agents crashed that wait in a helper: systemd forgets it when the start that
    the helper is a part of begins. One look into the journal, only if there is such an agent."""
    waiting = [one for one in found if one.state is State.RESTARTING and not one.reason]
    if not waiting:
        return list(found)
    from pa_units.journal.events import runs
    from pa_units.observe.exits import ended

    since = min(one.since_us for one in waiting) // _MICROSECONDS - _LOOK_BACK_S
    causes = {
        run.unit: ended(run.exit_code, run.exit_status)
        for run in runs([one.unit for one in waiting], scope, since=f"@{since}")
        if run.exit_code
    }
    return [
        one._replace(reason=causes.get(one.unit, "")) if one in waiting else one for one in found
    ]


def control_groups(managers: Managers, agents: Sequence[Installed]) -> dict[str, str]:
    """The control group of every service of agents of systemd that runs, by unit."""
    wire = managers.systemd
    units = read.states(wire, [unit for agent in agents for unit in agent.workers])
    return _groups(wire, units, managers.scope)


def _groups(wire: Wire, units: Mapping[str, UnitState], scope: Scope) -> dict[str, str]:
    """The control group of every unit that runs. In the system scope it follows from the name,
    unless the spec or an admin chose another slice."""
    running = [
        name for name, unit in units.items() if unit.active in ("active", "activating", "reloading")
    ]
    usual = {unit: f"/system.slice/{unit}" for unit in running} if scope is Scope.SYSTEM else {}
    mounted = hierarchy()
    known = {unit: group for unit, group in usual.items() if os.path.exists(mounted + group)}
    found = read.properties(wire, [one for one in running if one not in known], ("ControlGroup",))
    asked = {unit: str(of.get("ControlGroup", "")) for unit, of in found.items()}
    # A oneshot that is done has none, and "" would be that of the whole machine.
    return known | {unit: group for unit, group in asked.items() if group}


def _main_pids(wire: Wire, groups: Mapping[str, str], used: Mapping[str, Usage]) -> dict[str, int]:
    """The only process of a group is the main one; for the others the manager is asked."""
    known: dict[str, int] = {}
    unclear = []
    for unit, group in groups.items():
        pids = used[group].pids
        if len(pids) == 1:
            known[unit] = pids[0]
        else:
            unclear.append(unit)
    for unit, found in read.properties(wire, unclear, ("MainPID",)).items():
        pid = found.get("MainPID", 0)
        known[unit] = pid if isinstance(pid, int) else 0
    return known


def _status(agent: Installed, unit: UnitState, used: Usage, pid: int) -> AgentStatus:
    unit = one_moment(unit)
    judged = judge(unit, agent)
    if used.frozen and judged.state is State.RUNNING:
        judged = judged._replace(state=State.PAUSED, reason="pa resume lets it go on")
    cpu = None if used.cpu_usec is None else used.cpu_usec * 1000
    running = judged.state in (State.RUNNING, State.PAUSED, State.STARTING, State.STOPPING)
    return AgentStatus(
        name=agent.name,
        unit=_unit(agent),
        state=judged.state,
        reason=judged.reason,
        pid=pid if running else 0,
        since_us=started_us(pid) if running and pid else _ended_us(unit),
        restarts=_counted(unit, judged.state, agent.max_restarts),
        max_restarts=agent.max_restarts,
        next_restart_us=judged.next_us,
        memory=used.memory if running else None,
        cpu_ns=cpu if running else None,
        tasks=used.tasks if running else None,
        enabled=agent.auto_start,
        user=agent.user,
        origin=agent.origin.path,
    )


def _counted(unit: UnitState, state: State, most: int | None) -> int:
    """Restarts that happened: while a helper waits its own one is counted already, and so are
    those that it refused."""
    restarts = unit.restarts or 0
    if state is State.RESTARTING and unit.sub == WAITING_IN_HELPER:
        restarts -= 1
    return restarts if most is None else min(restarts, most)


def _ended_us(unit: UnitState) -> int:
    """Under RestartMode=direct a unit never becomes inactive between two runs."""
    return unit.inactive_since_us or (unit.exit.at_us if unit.exit else 0)


def _since(unit: UnitState, state: State) -> int:
    if state in (State.RUNNING, State.PAUSED):
        return unit.active_since_us
    return _ended_us(unit) or unit.changed_us
