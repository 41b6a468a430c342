"""`events`: what happens to agents: starts, exits with their cause, restarts, giving up."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from pa_units.contracts import event_log
from pa_units.contracts.event_log import Told
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import State
from pa_units.drive.managers import of_builtin, of_systemd
from pa_units.journal import events as journal_events
from pa_units.journal import life
from pa_units.journal.life import Moment
from pa_units.journal.read import Query, stream
from pa_units.logfiles import tail
from pa_units.observe import exits, run_history
from pa_units.verbs.here import Here
from pa_units.verbs.log_sources import Wanted


class Event(NamedTuple):
    """Something that happened to an agent, or to one of its replicas."""

    time_us: int
    """wall clock, microseconds"""
    agent: str
    unit: str
    what: str
    """started, exited, failed, ended, restarting, stopping, gave up"""
    why: str = ""
    """in words"""
    exit_code: int | None = None
    signal: int | None = None
    restart: int = 0
    """of `restarting`: which one since the count began"""


def history(at: Here, agents: Sequence[Installed], wanted: Wanted) -> list[Event]:
    """Return what has happened, oldest first; the last `wanted.lines` of all.

    Raises PermissionProblem when the journal may not be read.
    """
    found = [*_of_systemd(at, agents, wanted), *_of_builtin(at, agents, wanted)]
    ordered = sorted(found, key=lambda one: one.time_us)
    return ordered if wanted.lines is None else ordered[max(len(ordered) - wanted.lines, 0) :]


def follow(at: Here, agents: Sequence[Installed], wanted: Wanted) -> Iterator[Event]:
    """Give what has happened, then what happens, as it happens, without end.

    The journal is followed rather than the bus: its lines say why, come in order, and none is lost
    while nobody looks; a signal of systemd says only that something has changed.
    """
    now_us = time.time_ns() // 1000
    yield from history(at, agents, wanted._replace(until_us=now_us - 1))
    units, supervised = _names(of_systemd(agents)), _names(of_builtin(agents))
    ends = tail.ends([event_log.path_of(at.places)]) if supervised else {}
    with ExitStack() as stack:
        entries = None
        if units:
            query = _query(at, units, wanted._replace(since_us=now_us))
            entries = stack.enter_context(stream(query, at.env, follow=True))
        lines = stack.enter_context(tail.Tail(ends)) if supervised else None
        while True:
            if entries is None:
                time.sleep(tail.POLL_S)
            else:
                moments = filter(None, map(life.moment, entries.arrived(tail.POLL_S)))
                yield from (_of_moment(one, units) for one in moments if one.unit in units)
            for line in lines.fresh() if lines else ():
                told = event_log.parse(line.text.decode(errors="replace"))
                if told and told.unit in supervised:
                    yield _of_told(told, supervised)


def _names(agents: Sequence[Installed]) -> dict[str, str]:
    """By service: the agent or replica."""
    each = [one for agent in agents for one in agent.each]
    return {unit: one.name for one in each for unit in one.workers}


def _query(at: Here, units: Mapping[str, str], wanted: Wanted) -> Query:
    query = journal_events.query(list(units), at.scope)
    return query._replace(since=_moment(wanted.since_us), until=_moment(wanted.until_us))


def _moment(time_us: int) -> str:
    return f"@{time_us // 1_000_000}.{time_us % 1_000_000:06}" if time_us else ""


def _of_systemd(at: Here, agents: Sequence[Installed], wanted: Wanted) -> list[Event]:
    units = _names(of_systemd(agents))
    if not units:
        return []
    with stream(_query(at, units, wanted), at.env) as entries:
        moments = filter(None, map(life.moment, entries))
        return [_of_moment(one, units) for one in moments if one.unit in units]


def _of_moment(one: Moment, units: Mapping[str, str]) -> Event:
    killed = one.exit_code in ("killed", "dumped")
    return Event(
        one.time_us,
        units[one.unit],
        one.unit,
        one.what,
        _why(one),
        exit_code=None if killed or not one.exit_code else one.exit_status,
        signal=one.exit_status if killed else None,
        restart=one.restart,
    )


def _why(one: Moment) -> str:
    if one.exit_code:
        return exits.ended(one.exit_code, one.exit_status)
    if one.what == life.FAILED:
        return exits.told(one.result, "")
    if one.what == life.RESTARTING and one.restart:
        return f"restart {one.restart}"
    return "with success" if one.what == life.ENDED else ""


_STATES = {
    State.RUNNING: life.STARTED,
    State.STOPPED: life.ENDED,
    State.FAILED: life.FAILED,
    State.RESTARTING: life.RESTARTING,
    State.STOPPING: life.STOPPING,
}
"""What a state that the built-in supervisor tells of means for a life"""


def _of_builtin(at: Here, agents: Sequence[Installed], wanted: Wanted) -> list[Event]:
    units = _names(of_builtin(agents))
    if not units:
        return []
    until_us = wanted.until_us or time.time_ns() // 1000
    return [
        _of_told(one, units)
        for one in run_history.told(at.places, units)
        if one.state in _STATES and wanted.since_us <= one.at_us <= until_us
    ]


def _of_told(one: Told, units: Mapping[str, str]) -> Event:
    what = _STATES.get(one.state, one.state.value)
    if what == life.FAILED and one.restart:
        what = life.GAVE_UP
    return Event(
        one.at_us,
        units[one.unit],
        one.unit,
        what,
        one.why,
        exits.code_of(one.why),
        exits.signal_of(one.why),
        one.restart if one.state is State.RESTARTING else 0,
    )
