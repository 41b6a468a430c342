"""The life of units as their service manager told it: runs, their ends, restarts, giving up.

Message ids: systemd's `sd-messages.h` and journal catalog; the same on 252, 257 and 262.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pa_units.contracts.refs import Scope
from pa_units.journal.entries import Entry
from pa_units.journal.read import Query, stream

_EXITED = "98e322203f7a4ed290d09fe03c09fe15"
_FAILED = "d9b373ed55a64feb8242e02dbe79a49c"
_SUCCEEDED = "7ad2d189f7e94e70a38c781354912448"
_RESTARTING = "5eb03494b6584870a536b337290809b3"
_STOPPING = "de5b426a63be47a7b6ac3eaac82e2f6f"

_TOO_OFTEN = b"Start request repeated too quickly."
"""The one line of giving up; it has no message id."""


_LINES_OF_A_RUN = 12
"""More than the manager writes about one: a start, each of its hooks, the exit, the verdict, the
restart."""


class Run(NamedTuple):
    """One invocation of a unit. Times are wall clock in microseconds."""

    unit: str
    invocation: str
    started_us: int
    ended_us: int = 0
    """0: it had not ended"""
    exit_code: str = ""
    """exited, killed or dumped; empty after exit code 0, and while it runs"""
    exit_status: int | None = None
    """exit code or signal number"""
    result: str = ""
    """success, exit-code, signal, watchdog, timeout, oom-kill …; empty while it runs"""
    asked: bool = False
    """somebody asked for the stop"""
    restart: int = 0
    """which automatic restart followed it; 0: none"""
    gave_up: bool = False
    """systemd wanted to restart it and the restart budget was used up"""


def history(entries: Iterable[Entry]) -> list[Run]:
    """Return the runs that the entries tell of, by time of their first line."""
    runs: dict[tuple[str, str], Run] = {}
    for entry in entries:
        if not entry.by_manager or not entry.invocation:
            continue
        key = (entry.unit, entry.invocation)
        run = runs.get(key) or Run(entry.unit, entry.invocation, entry.time_us)
        runs[key] = _told(run, entry)
    return list(runs.values())


def _told(run: Run, entry: Entry) -> Run:
    """Return the run with what one more line says of it."""
    message_id = entry.fields.get("MESSAGE_ID", "")
    if message_id in _READERS:
        return _READERS[message_id](run, entry)
    return _given_up(run) if entry.message.endswith(_TOO_OFTEN) else run


def _on_exit(run: Run, entry: Entry) -> Run:
    status = entry.fields.get("EXIT_STATUS", "")
    return run._replace(
        ended_us=entry.time_us,
        exit_code=entry.fields.get("EXIT_CODE", ""),
        exit_status=int(status) if status.isdecimal() else None,
    )


def _on_failure(run: Run, entry: Entry) -> Run:
    # The second time it is the restart that failed, not the run. From 262 on it says so.
    if run.result:
        return _given_up(run)
    return run._replace(
        result=entry.fields.get("UNIT_RESULT", "failed"), ended_us=run.ended_us or entry.time_us
    )


def _given_up(run: Run) -> Run:
    return run._replace(gave_up=True, restart=0)


def _on_success(run: Run, entry: Entry) -> Run:
    return run._replace(result="success", ended_us=run.ended_us or entry.time_us)


def _on_restart(run: Run, entry: Entry) -> Run:
    count = entry.fields.get("N_RESTARTS", "")
    return run._replace(restart=int(count) if count.isdecimal() else 0)


def _on_stop(run: Run, _entry: Entry) -> Run:
    return run._replace(asked=True)


_READERS = {
    _EXITED: _on_exit,
    _FAILED: _on_failure,
    _SUCCEEDED: _on_success,
    _RESTARTING: _on_restart,
    _STOPPING: _on_stop,
}


def query(units: Sequence[str], scope: Scope, since: str = "", lines: int | None = None) -> Query:
    """Return the query for the manager's lines about `units`, and nothing that they print."""
    # _PID is stated by the kernel: no agent can write its own history.
    field, by = (
        ("USER_UNIT", "_SYSTEMD_USER_UNIT=init.scope")
        if scope is Scope.USER
        else ("UNIT", "_PID=1")
    )
    told = tuple(f"{field}={unit}" for unit in units)
    return Query((), scope, lines=lines, since=since, matches=(*told, by))


def runs(
    units: Sequence[str],
    scope: Scope,
    since: str = "",
    env: Mapping[str, str] | None = None,
    last: int | None = None,
) -> list[Run]:
    """Return the runs of `units` that the journal still knows, or the `last` so many, oldest first.

    Raises what `journal.read.read` raises.
    """
    lines = None if last is None else (last + 1) * _LINES_OF_A_RUN
    with stream(query(units, scope, since, lines), env) as entries:
        found = history(entries)
    return found if last is None else found[-last:]
