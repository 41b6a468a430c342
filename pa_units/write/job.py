"""Everything that one comparison and one plan look at."""

from typing import NamedTuple

from pa_units.contracts.places import Places
from pa_units.write.disk import Disk
from pa_units.write.request import Request
from pa_units.write.state import State


class Job(NamedTuple):
    """One request, on one disk, at one time."""

    places: Places
    request: Request
    state: State
    """before"""
    disk: Disk
    version: str
    """of the pa that writes"""
    now: float
    """seconds since the epoch"""
    by: str = ""
    """who writes, as `kit.alive` names processes"""
    made: tuple[str, ...] = ()
    """directories that the lock needed"""
