"""Which files hold the output of an agent, and who rotates them."""

from typing import NamedTuple

from pa_units.compile import logrotate_text as text
from pa_units.compile.systemd import logs
from pa_units.compile.systemd.draft import Draft
from pa_units.contracts.bundle import Loc
from pa_units.spec.parts import Logging


class Log(NamedTuple):
    """A file to rotate and where the spec names it."""

    path: str
    loc: Loc
    claimed: str = ""
    """who rotates it already"""


class Logs(NamedTuple):
    """Those of one agent."""

    appended: tuple[Log, ...]
    """files that PID 1 opens and that root alone may change"""
    opened: tuple[Log, ...]
    """files that the agent opens itself"""


def of(draft: Draft, logging: Logging) -> Logs:
    """All that the spec names, rotated or not."""
    return Logs(_appended(draft), _opened(draft, logging))


def _appended(draft: Draft) -> tuple[Log, ...]:
    found = {
        path: Log(path, ("logging", stream.field), stream.claimed)
        for stream in draft.streams
        for path in logs.files(draft, stream)
    }
    return tuple(found.values())


def _opened(draft: Draft, logging: Logging) -> tuple[Log, ...]:
    if not logging.files:
        return ()
    places = draft.place.logs
    return tuple(
        Log(path, ("logging", "files", index), places[path].claimed if path in places else "")
        for index, path in enumerate(logging.files)
    )


def kept(found: tuple[Log, ...]) -> tuple[Log, ...]:
    """Those that logrotate can be told of and that nobody else rotates."""
    return tuple([one for one in found if not one.claimed and text.speakable(one.path)])
