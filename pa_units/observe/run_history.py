"""The runs of units that the built-in supervisor tells of in its log."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from pa_units.contracts import event_log
from pa_units.contracts.event_log import Told
from pa_units.contracts.places import Places
from pa_units.contracts.status import State
from pa_units.logfiles import past
from pa_units.logfiles.copies import Log

_ENDS = frozenset({State.RESTARTING, State.FAILED, State.STOPPED})


class Past(NamedTuple):
    """One run. Times are wall clock in microseconds."""

    unit: str
    started_us: int
    ended_us: int = 0
    """0: it had not ended"""
    why: str = ""
    then: State = State.RUNNING
    """what the unit was afterwards"""
    restart: int = 0
    """which automatic restart followed; of one that failed: how many there had been"""


def told(places: Places, units: Collection[str]) -> Iterator[Told]:
    """Give all that the log still has about units. Raises PaError if it may not be read."""
    for line in past.every(Log(event_log.path_of(places))):
        one = event_log.parse(line.decode(errors="replace").rstrip())
        if one and one.unit in units:
            yield one


def runs(lines: Iterable[Told]) -> list[Past]:
    """Return the runs that lines tell of, in the order of their beginnings. *Pure.*"""
    done: list[Past] = []
    open_runs: dict[str, Past] = {}
    for one in lines:
        if one.state in _ENDS:
            run = open_runs.pop(one.unit, Past(one.unit, one.at_us))
            done.append(
                run._replace(ended_us=one.at_us, why=one.why, then=one.state, restart=one.restart)
            )
        elif one.unit not in open_runs:
            open_runs[one.unit] = Past(one.unit, one.at_us)
    return sorted([*done, *open_runs.values()], key=lambda run: run.started_us)
