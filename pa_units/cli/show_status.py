"""How the status of agents looks on a terminal. On the path of `pa status`: light imports."""

import time
from collections.abc import Collection, Iterator, Sequence

from pa_units.cli import out
from pa_units.cli.columns import Column, table
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import SCHEMA, UP, AgentStatus, State
from pa_units.kit.figures import size, span
from pa_units.verbs.here import Here
from pa_units.verbs.status import Detail, detail, statuses

_STYLES = {
    State.RUNNING: "green",
    State.SCHEDULED: "green",
    State.LISTENING: "green",
    State.STARTING: "yellow",
    State.RESTARTING: "yellow",
    State.STOPPING: "yellow",
    State.PAUSED: "yellow",
    State.FAILED: "red",
    State.STOPPED: "",
}

_HEALTH_STYLES = {"healthy": "green", "starting": "yellow", "unhealthy": "red", "none": ""}

_COLUMNS = (
    Column("NAME", least=16),
    Column("STATE"),
    Column("HEALTH"),
    Column("PID", right=True),
    Column("FOR", right=True),
    Column("RESTARTS", right=True),
    Column("MEMORY", right=True),
    Column("CPU", right=True),
    Column("", least=20),
)


_HEALTH = 2
"""Where that column stands; it is left out where nothing is asked."""


def show_table(statuses: Sequence[AgentStatus]) -> None:
    """One line per agent, and below it one per replica."""
    now = time.time()
    rows = [row for status in statuses for row in _rows(status, now)]
    columns: tuple[Column, ...] = _COLUMNS
    if all(one.health is None for one in statuses):
        columns = (*_COLUMNS[:_HEALTH], *_COLUMNS[_HEALTH + 1 :])
        rows = [(*row[:_HEALTH], *row[_HEALTH + 1 :]) for row in rows]
    table(columns, rows)


def _rows(status: AgentStatus, now: float) -> Iterator[tuple[str, ...]]:
    yield _cells(status, now)
    for one in status.replicas:
        yield _cells(one, now, indent="  ")


def _cells(status: AgentStatus, now: float, indent: str = "") -> tuple[str, ...]:
    return (
        indent + status.name,
        state(status),
        _health(status),
        str(status.pid or "-"),
        span(now - status.since_us / 1e6) if status.since_us else "-",
        restarts(status),
        "-" if status.memory is None else size(status.memory),
        "-" if status.cpu_ns is None else span(status.cpu_ns / 1e9),
        remark(status, now),
    )


def state(status: AgentStatus) -> str:
    """The state in its colour."""
    return out.paint(status.state, _STYLES[status.state])


def restarts(status: AgentStatus) -> str:
    """`2/5`, or `2` where there is no end."""
    if status.max_restarts is None:
        return str(status.restarts)
    return f"{status.restarts}/{status.max_restarts}"


def remark(status: AgentStatus, now: float) -> str:
    """Why, and what comes next."""
    due = (
        soon("next start", status.next_restart_us, now),
        soon("next run", status.next_run_us, now),
    )
    sick = status.health_reason if status.health not in (None, "healthy") else ""
    return "; ".join(filter(None, (status.reason, sick, *due)))


def _health(status: AgentStatus) -> str:
    """The word of the companion in its colour."""
    if status.health is None:
        return "-"
    return out.paint(status.health, _HEALTH_STYLES[status.health])


def _health_line(status: AgentStatus) -> str:
    if status.health is None:
        return ""
    why = f": {status.health_reason}" if status.health_reason else ""
    return f"{_health(status)}{why}"


def soon(what: str, at_us: int | None, now: float) -> str:
    """`next run in 5h`; empty if there is none."""
    if at_us is None:
        return ""
    left = at_us / 1e6 - now
    return f"{what} in {span(left)}" if left > 0 else f"{what} now"


def items(statuses: Sequence[AgentStatus]) -> list[dict[str, object]]:
    """The same for programs."""
    return [{"schema": SCHEMA, **_item(status)} for status in statuses]


def _item(status: AgentStatus) -> dict[str, object]:
    return {**status._asdict(), "replicas": [_item(one) for one in status.replicas]}


NOT_RUNNING = 3
"""LSB: the exit code of status when an agent is not running."""


def show(at: Here, names: Sequence[str], *, as_json: bool, labels: Sequence[str] = ()) -> int:
    """Print the status of agents, in full if one is named; return the exit code."""
    if as_json:
        found = statuses(at, names, labels, closely=bool(names))
        out.json(items(found))
    elif len(names) == 1 and not labels and not any(sign in names[0] for sign in "*?["):
        shown = detail(at, names[0])
        show_page(shown)
        found = (shown.status,)
    else:
        found = statuses(at, names, labels)
        _show_all(at, found)
    return 0 if all(status.state in UP for status in found) or not names else NOT_RUNNING


def _show_all(at: Here, found: Sequence[AgentStatus]) -> None:
    if found:
        show_table(found)
    else:
        out.hint(f"no agent is installed in the {at.scope} scope; pa install FILE installs one")


def show_words(at: Here, names: Sequence[str], wanted: Collection[State], *, quiet: bool) -> int:
    """Print one word per agent; exit code 0 if all are in a wanted state."""
    found = statuses(at, names)
    if not quiet:
        for status in found:
            out.line(status.state)
    return 0 if all(status.state in wanted for status in found) else NOT_RUNNING


def show_page(shown: Detail) -> None:
    """One agent in full."""
    status, agent, unit = shown.status, shown.agent, shown.unit
    now = time.time()
    sign = out.paint("●", _STYLES[status.state])
    ago = f" for {span(now - status.since_us / 1e6)}" if status.since_us else ""
    why = remark(status, now)
    out.line(f"{sign} {out.paint(status.name, 'bold')}: {state(status)}{ago}")
    facts = [
        ("why", why),
        ("health", _health_line(status)),
        ("process", f"pid {status.pid}" if status.pid else ""),
        ("user", user(agent)),
        ("restarts", _budget(status, agent)),
        ("memory", _limited(status.memory, unit.memory_max)),
        ("tasks", "" if status.tasks is None else str(status.tasks)),
        ("cpu", "" if status.cpu_ns is None else f"{span(status.cpu_ns / 1e9)} used"),
        ("at boot", _boot(shown)),
        ("unit", unit.fragment or "not loaded"),
        ("spec", status.origin),
        *(("changed", words) for words in status.drift or ()),
    ]
    for name, text in facts:
        if text:
            out.line(f"  {out.paint(name.rjust(8), 'dim')}  {text}")
    if status.replicas:
        show_table(status.replicas)


def _boot(shown: Detail) -> str:
    if not shown.status.enabled:
        return "does not start"
    if shown.ends_at_logout:
        return f"starts at login, ends at logout: loginctl enable-linger {shown.ends_at_logout}"
    return "starts"


def user(agent: Installed) -> str:
    """Whom it runs as and why."""
    return f"{agent.user or 'a dynamic user'}: {agent.user_reason}"


def _budget(status: AgentStatus, agent: Installed) -> str:
    if status.replicas:
        return f"{status.restarts}, of all together"
    if agent.ends and not status.restarts:
        return ""
    if status.max_restarts is None:
        return f"{status.restarts}, no end"
    return f"{status.restarts} of {status.max_restarts}"


def _limited(used: int | None, limit: int | None) -> str:
    if used is None:
        return ""
    return size(used) + (f" of {size(limit)}" if limit is not None else "")
