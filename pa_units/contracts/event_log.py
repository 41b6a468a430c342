"""What the built-in supervisor says of its units: a line for each change of state, for people to
read, and for `pa logs --type restart`."""

import re
from time import gmtime, strftime, strptime
from typing import NamedTuple

from pa_units.contracts import run_state
from pa_units.contracts.places import Places
from pa_units.contracts.status import State


class Told(NamedTuple):
    """One unit came to be in a state."""

    at_us: int
    """wall clock, microseconds; the log has milliseconds"""
    unit: str
    state: State
    restart: int
    """of one that is to be restarted: the number of that restart; of one that has failed: how many
    there have been"""
    why: str
    """how its run ended, in words; may be empty"""


def path_of(places: Places) -> str:
    """Return where the log stands."""
    return f"{run_state.directory(places)}/log"


def stamp(now_us: int) -> str:
    """Return the time that a line begins with."""
    seconds, rest = divmod(now_us, 1_000_000)
    return f"{strftime('%Y-%m-%dT%H:%M:%S', gmtime(seconds))}.{rest // 1000:03}Z"


def words(unit: str, state: State, restart: int, why: str) -> str:
    """Return the rest of a line about a unit."""
    number = f" ({restart})" if restart else ""
    return f"{unit}: {state}{number}" + (f": {why}" if why else "")


_LINE = re.compile(r"(\S+)\.(\d{3})Z ([^ :]+): (\w+)(?: \((\d+)\))?(?:: (.*))?")
_STATES = {state.value: state for state in State}


def parse(line: str) -> Told | None:
    """Return what a line tells of a unit; None if it is about something else."""
    from calendar import timegm  # with datetime, 5 ms: the supervisor parses nothing

    found = _LINE.fullmatch(line)
    state = _STATES.get(found[4]) if found else None
    if not found or not state:
        return None
    try:
        seconds = timegm(strptime(found[1], "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return None
    at_us = seconds * 1_000_000 + int(found[2]) * 1000
    return Told(at_us, found[3], state, int(found[5] or 0), found[6] or "")
