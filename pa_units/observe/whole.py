"""The services and doors of one agent → its status as a whole. *Pure.*"""

from collections.abc import Iterable, Mapping, Sequence

from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import AgentStatus, State
from pa_units.observe.doors import Door

_WORST_FIRST = (
    State.FAILED,
    State.RESTARTING,
    State.STARTING,
    State.STOPPING,
    State.STOPPED,
    State.PAUSED,
    State.RUNNING,
)


def whole(agent: Installed, parts: Sequence[AgentStatus], doors: Mapping[str, Door]) -> AgentStatus:
    """Say what an agent is doing; `parts` are its services in their order."""
    if agent.runs:
        return _replicas(agent, parts)
    (service,) = parts
    own = [doors[name] for name in agent.doors if name in doors]
    if not own:
        return service
    return _scheduled(service, own[0]) if own[0].is_timer else _listening(service, own)


def _replicas(agent: Installed, parts: Sequence[AgentStatus]) -> AgentStatus:
    """It is as well as its worst replica."""
    worst = min(parts, key=lambda one: _WORST_FIRST.index(one.state))
    running = sum(one.state is State.RUNNING for one in parts)
    why = f"{worst.name}: {worst.reason}" if worst.reason else ""
    due = [one.next_restart_us for one in parts if one.next_restart_us is not None]
    return worst._replace(
        name=agent.name,
        unit=agent.units[0].name,
        reason="; ".join(filter(None, (f"{running} of {len(parts)} running", why))),
        pid=0,
        since_us=max(one.since_us for one in parts),
        restarts=sum(one.restarts for one in parts),
        max_restarts=None,
        next_restart_us=min(due, default=None),
        memory=_sum(one.memory for one in parts),
        cpu_ns=_sum(one.cpu_ns for one in parts),
        tasks=_sum(one.tasks for one in parts),
        replicas=tuple(parts),
    )


def _sum(figures: Iterable[int | None]) -> int | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None


def _scheduled(service: AgentStatus, timer: Door) -> AgentStatus:
    """A run that failed stays failed until the next one, although that will come."""
    if timer.active == "failed":
        return service._replace(state=State.FAILED, reason="systemd cannot keep its schedule")
    if timer.active != "active":
        return service
    known = service._replace(next_run_us=timer.next_us)
    if service.state is not State.STOPPED:
        return known
    never = "" if timer.next_us else "no further run is due"
    return known._replace(state=State.SCHEDULED, reason=service.reason or never)


def _listening(service: AgentStatus, sockets: Sequence[Door]) -> AgentStatus:
    if service.state is not State.STOPPED:
        return service
    if any(socket.active == "failed" for socket in sockets):
        words = service.reason or "systemd cannot listen for it; is the address taken?"
        return service._replace(state=State.FAILED, reason=words)
    if all(socket.active == "active" for socket in sockets):
        return service._replace(state=State.LISTENING, reason="starts at the first connection")
    return service
