"""Ask journalctl(1) for the lines of agents.

A subprocess, not a binding: journalctl reads every format that its own journald writes, starts in
10 ms and prints 20 000 lines in 0.3 s.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from pa_units.contracts.refs import Scope
from pa_units.journal.entries import FIELDS, Entry, parse
from pa_units.kit.errors import PaError, PermissionProblem, UsageError
from pa_units.kit.processes import PASSED, Lines, ProcessFailed, failure, lines, run

_TIMEOUT = 60.0
"""Seconds; journals of many gigabytes on slow disks take their time."""

_BARRED = (b"insufficient permissions", b"not seeing messages from other users")
"""What journalctl says on standard error when the reader may not see system units."""
_MISUSED = (b"Failed to parse timestamp", b"Bad pattern", b"Failed to seek to cursor")


class Query(NamedTuple):
    """Which lines. Several units come interleaved by time."""

    units: tuple[str, ...]
    scope: Scope
    lines: int | None = None
    """the last so many of all; None: all of them"""
    since: str = ""
    """as journalctl takes it: `2026-01-31 12:00`, `-1h`, `yesterday`, `@SECONDS`"""
    until: str = ""
    after: str = ""
    """cursor of the last entry that was seen"""
    grep: str = ""
    """regular expression; all lower case ignores case"""
    matches: tuple[str, ...] = ()
    """raw FIELD=VALUE matches instead of `units` (journalctl(1)); see `events.py`"""


def arguments(query: Query, follow: bool = False) -> list[str]:
    """Return the command line for a query."""
    unit_option = "--user-unit" if query.scope is Scope.USER else "--unit"
    argv = ["journalctl", "--no-pager", "--output=json", "--all"]
    argv.append(f"--output-fields={','.join(FIELDS)}")
    argv += ["--user"] if query.scope is Scope.USER else []
    argv += [f"{unit_option}={unit}" for unit in query.units]
    argv.append(f"--lines={'all' if query.lines is None else query.lines}")
    for option in ("since", "until", "grep"):
        if value := getattr(query, option):
            argv.append(f"--{option}={value}")
    argv += [f"--after-cursor={query.after}"] if query.after else []
    argv += ["--follow"] if follow else []
    return [*argv, *query.matches]


def read(query: Query, env: Mapping[str, str] | None = None) -> list[Entry]:
    """Return the lines that are there, oldest first.

    Raises PermissionProblem when the journal may not be read, UsageError for a time or expression
    that journalctl does not take, ProcessFailed for the rest.
    """
    _refuse_barred(query)
    done = run(arguments(query), timeout=_TIMEOUT, env=_passed(env), check=False)
    found = [entry for line in done.out.splitlines() if (entry := parse(line))]
    if not found and (problem := _problem(done.err, query)):
        raise problem
    if done.code and not _found_nothing(done.err, query):
        raise failure(done)
    # With both options journalctl prints the newest line first.
    return found[::-1] if query.grep and query.lines is not None else found


@contextmanager
def stream(
    query: Query, env: Mapping[str, str] | None = None, *, follow: bool = False
) -> Iterator["Stream"]:
    """Read lines one by one, oldest first, until the block is left; with `follow` without end.

    `lines` and `grep` do not go together here. The stream raises what `read` raises.
    """
    _refuse_barred(query)
    with lines(arguments(query, follow), _passed(env)) as printed:
        yield Stream(printed, query)


class Stream:
    """Entries as they come. An iterator."""

    def __init__(self, printed: Lines, query: Query) -> None:
        self._printed, self._query = printed, query

    def __iter__(self) -> Iterator[Entry]:
        return self._entries(self._printed)

    def arrived(self, wait: float) -> Iterator[Entry]:
        """Give the entries that have come, after waiting up to `wait` seconds for the first."""
        return self._entries(self._printed.arrived(wait))

    def _entries(self, printed: Iterator[bytes]) -> Iterator[Entry]:
        try:
            for line in printed:
                if entry := parse(line):
                    yield entry
        except ProcessFailed as failed:
            if not _found_nothing(failed.said, self._query):
                raise _problem(failed.said, self._query) or failed from None


def _passed(env: Mapping[str, str] | None) -> dict[str, str]:
    """SYSTEMD_LOG_LEVEL= and the like would change what journalctl says."""
    return {name: value for name, value in (env or {}).items() if name in PASSED}


def _found_nothing(said: bytes, query: Query) -> bool:
    """grep(1)'s habit: an exit code of 1 without a word means that nothing matched."""
    return bool(query.grep) and not said


def _problem(said: bytes, query: Query) -> PaError | None:
    """Return the error for what journalctl complains about, None for what is harmless."""
    if any(words in said for words in _BARRED):
        return _barred(query)
    if any(words in said for words in _MISUSED):
        reason = said.decode(errors="replace").strip().splitlines()[-1]
        return UsageError(f"cannot search the journal: {reason}")
    return None


def _barred(query: Query) -> PermissionProblem:
    who = "this user" if query.scope is Scope.SYSTEM else "a user without journal files"
    return PermissionProblem(
        f"cannot read the journal: not permitted for {who}",
        "run it with sudo, or as a member of the group adm or systemd-journal",
    )


_JOURNALS = ("/var/log/journal", "/run/log/journal")


def _refuse_barred(query: Query) -> None:
    """journalctl itself is silent if the user has a journal of his own and may not see others'."""
    if query.scope is Scope.USER or not os.geteuid():
        return
    seen = [_readable(f"{directory}/{_machine()}/system.journal") for directory in _JOURNALS]
    if False in seen and True not in seen:
        raise _barred(query)


def _readable(path: str) -> bool | None:
    """None: there is no such file."""
    try:
        os.stat(path)
    except PermissionError:
        return False
    except OSError:
        return None
    return os.access(path, os.R_OK)


def _machine() -> str:
    try:
        with open("/etc/machine-id") as file:
            return file.read().strip()
    except OSError:
        return ""
