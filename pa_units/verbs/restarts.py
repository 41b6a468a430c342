"""`logs --type restart`: the runs of agents, how each ended and what followed."""

from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts.drivers import BUILTIN
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import State
from pa_units.journal import events
from pa_units.journal.events import Run
from pa_units.observe import exits, run_history
from pa_units.observe.exits import ended, told
from pa_units.observe.run_history import Past
from pa_units.verbs.here import Here
from pa_units.verbs.log_sources import Wanted


class Episode(NamedTuple):
    """One run of an agent. Times are wall clock in microseconds."""

    agent: str
    unit: str
    started_us: int
    ended_us: int
    """0: it has not ended, as far as the journal says"""
    cause: str
    """why it ended, in words; empty while it runs"""
    then: str
    """what followed: "restart 2", "gave up", "stopped", "running" …"""
    exit_code: int | None
    """None: it was killed, or it runs"""
    signal: int | None
    restart: int
    """the number of the automatic restart that followed; 0: none"""
    gave_up: bool
    asked: bool
    """somebody asked for the stop"""


def of(at: Here, agents: Sequence[Installed], wanted: Wanted) -> list[Episode]:
    """Return the runs that the journal knows of, oldest first; the last `wanted.lines` of each
    agent. A run counts when it ended since, and began until.

    Raises PermissionProblem when the journal may not be read.
    """
    found = [episode for agent in agents for episode in _of_one(at, agent, wanted)]
    return sorted(found, key=lambda one: one.started_us)


def _of_one(at: Here, agent: Installed, wanted: Wanted) -> list[Episode]:
    read = _from_log if agent.driver == BUILTIN else _from_journal
    kept = [one for one in read(at, agent, wanted) if _is_within(one, wanted)]
    return kept if wanted.lines is None else kept[max(len(kept) - wanted.lines, 0) :]


def _from_journal(at: Here, agent: Installed, wanted: Wanted) -> list[Episode]:
    last = None if wanted.since_us or wanted.until_us else wanted.lines
    runs = events.runs(agent.workers, at.scope, env=at.env, last=last)
    return [_episode(agent, run) for run in runs]


def _from_log(at: Here, agent: Installed, _: Wanted) -> list[Episode]:
    runs = run_history.runs(run_history.told(at.places, agent.workers))
    return [_told_by_supervisor(agent, run) for run in runs]


def _told_by_supervisor(agent: Installed, run: Past) -> Episode:
    most = agent.max_restarts
    gave_up = run.then is State.FAILED and bool(most) and run.restart == most
    again = run.restart if run.then is State.RESTARTING else 0
    return Episode(
        agent=agent.name,
        unit=run.unit,
        started_us=run.started_us,
        ended_us=run.ended_us,
        cause=run.why,
        then="gave up" if gave_up else f"restart {again}" if again else _AFTER[run.then],
        exit_code=exits.code_of(run.why),
        signal=exits.signal_of(run.why),
        restart=again,
        gave_up=gave_up,
        asked=run.then is State.STOPPED and run.why.startswith("killed by"),
    )


_AFTER = {
    State.RUNNING: "runs",
    State.STOPPED: "stopped",
    State.FAILED: "failed",
    State.RESTARTING: "restart",
}


def _is_within(run: Episode, wanted: Wanted) -> bool:
    begins_in_time = not wanted.until_us or run.started_us <= wanted.until_us
    return begins_in_time and (not run.ended_us or run.ended_us >= wanted.since_us)


def _episode(agent: Installed, run: Run) -> Episode:
    was_killed = run.exit_code in ("killed", "dumped")
    return Episode(
        agent=agent.name,
        unit=run.unit,
        started_us=run.started_us,
        ended_us=run.ended_us,
        cause=_cause(run),
        then=_then(run),
        exit_code=None if was_killed or not run.ended_us else run.exit_status or 0,
        signal=run.exit_status if was_killed else None,
        restart=run.restart,
        gave_up=run.gave_up,
        asked=run.asked,
    )


def _cause(run: Run) -> str:
    if not run.ended_us:
        return ""
    if run.asked and run.result in ("", "success"):
        return "asked to stop"
    return told(run.result, ended(run.exit_code, run.exit_status)) or "exit code 0"


def _then(run: Run) -> str:
    if run.gave_up:
        return "gave up"
    if run.restart:
        return f"restart {run.restart}"
    return "stopped" if run.ended_us else "runs"
