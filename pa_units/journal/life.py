"""One line of a service manager → what happened to a unit, as it happens. *Pure.*

Message ids: systemd's `sd-messages.h`; the same on 252, 257 and 262.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from pa_units.journal.entries import Entry

_STARTED = "39f53479d3a045ac8e11786248231fbf"
_EXITED = "98e322203f7a4ed290d09fe03c09fe15"
_FAILED = "d9b373ed55a64feb8242e02dbe79a49c"
_SUCCEEDED = "7ad2d189f7e94e70a38c781354912448"
_RESTARTING = "5eb03494b6584870a536b337290809b3"
_STOPPING = "de5b426a63be47a7b6ac3eaac82e2f6f"
_TOO_OFTEN = b"Start request repeated too quickly."

_TOLD_BY_EXIT = frozenset({"exit-code", "signal", "core-dump"})
"""Results that say no more than the line about the exit before them"""
STARTED, EXITED, FAILED, ENDED = "started", "exited", "failed", "ended"
RESTARTING, STOPPING, GAVE_UP = "restarting", "stopping", "gave up"


class Moment(NamedTuple):
    """Something that happened to a unit."""

    time_us: int
    """wall clock, microseconds"""
    unit: str
    what: str
    """started, exited, failed, ended, restarting, stopping, gave up"""
    exit_code: str = ""
    """of `exited`: exited, killed or dumped"""
    exit_status: int | None = None
    result: str = ""
    """of `failed`: oom-kill, watchdog, timeout …"""
    restart: int = 0
    """of `restarting`: which one"""


def moment(entry: Entry) -> Moment | None:
    """Return what a line tells; None when it tells nothing new of a unit's life."""
    if not entry.by_manager:
        return None
    blank = Moment(entry.time_us, entry.unit, "")
    if entry.message.endswith(_TOO_OFTEN):
        return blank._replace(what=GAVE_UP)
    read = _READERS.get(entry.fields.get("MESSAGE_ID", ""))
    return read(blank, entry) if read else None


def _exited(blank: Moment, entry: Entry) -> Moment:
    status = entry.fields.get("EXIT_STATUS", "")
    return blank._replace(
        what=EXITED,
        exit_code=entry.fields.get("EXIT_CODE", ""),
        exit_status=int(status) if status.isdecimal() else None,
    )


def _failed(blank: Moment, entry: Entry) -> Moment | None:
    result = entry.fields.get("UNIT_RESULT", "")
    if result in _TOLD_BY_EXIT:
        return None
    return blank._replace(what=FAILED, result=result)


def _restarting(blank: Moment, entry: Entry) -> Moment:
    count = entry.fields.get("N_RESTARTS", "")
    return blank._replace(what=RESTARTING, restart=int(count) if count.isdecimal() else 0)


def _started(blank: Moment, entry: Entry) -> Moment | None:
    done = entry.fields.get("JOB_RESULT", "done") == "done"
    return blank._replace(what=STARTED) if done else None


def _plain(what: str) -> Callable[[Moment, Entry], Moment]:
    return lambda blank, _: blank._replace(what=what)


_READERS: Mapping[str, Callable[[Moment, Entry], Moment | None]] = {
    _STARTED: _started,
    _EXITED: _exited,
    _FAILED: _failed,
    _SUCCEEDED: _plain(ENDED),
    _RESTARTING: _restarting,
    _STOPPING: _plain(STOPPING),
}
