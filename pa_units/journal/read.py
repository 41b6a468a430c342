"""Ask journalctl(1) for the lines of agents.

A subprocess, not a binding: journalctl reads every format that its own journald writes, starts in
10 ms and prints 20 000 lines in 0.3 s.
"""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from pa_units.contracts.refs import Scope
from pa_units.journal.entries import FIELDS, Entry, parse
from pa_units.kit.errors import PaError, PermissionProblem, UsageError
from pa_units.kit.processes import ProcessFailed, failure, lines, run

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
    done = run(arguments(query), timeout=_TIMEOUT, env=env, check=False)
    found = [entry for line in done.out.splitlines() if (entry := parse(line))]
    if not found and (problem := _problem(done.err, query)):
        raise problem
    # grep(1)'s habit: 1 means that nothing matched.
    if done.code and not (query.grep and not done.err):
        raise failure(done)
    return found


@contextmanager
def follow(query: Query, env: Mapping[str, str] | None = None) -> Iterator[Iterator[Entry]]:
    """Read lines as they come, without end, until the block is left.

    The iterator raises what `read` raises.
    """
    with lines(arguments(query, follow=True), env) as stream:
        yield _entries(stream, query)


def _entries(stream: Iterator[bytes], query: Query) -> Generator[Entry, None, None]:
    try:
        for line in stream:
            if entry := parse(line):
                yield entry
    except ProcessFailed as failed:
        raise _problem(failed.message.encode(), query) or failed from None


def _problem(said: bytes, query: Query) -> PaError | None:
    """Return the error for what journalctl complains about, None for what is harmless."""
    if any(words in said for words in _BARRED):
        who = "this user" if query.scope is Scope.SYSTEM else "a user without journal files"
        return PermissionProblem(
            f"cannot read the journal: not permitted for {who}",
            "run it with sudo, or as a member of the group systemd-journal",
        )
    if any(words in said for words in _MISUSED):
        reason = said.decode(errors="replace").strip().splitlines()[-1]
        return UsageError(f"cannot search the journal: {reason}")
    return None
