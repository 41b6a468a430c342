"""Where the lines of agents are, and how they are read: files and the journal."""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pa_units.contracts.ledger import Installed
from pa_units.journal import read as journal
from pa_units.journal.entries import Entry
from pa_units.journal.read import Query
from pa_units.kit.errors import UsageError
from pa_units.logfiles import past
from pa_units.logfiles.copies import Log, written
from pa_units.logfiles.onward import onward
from pa_units.logfiles.past import Keep
from pa_units.logfiles.search import Search
from pa_units.logfiles.tail import Line, Tail
from pa_units.verbs.here import Here

_SECOND_US = 1_000_000


class Wanted(NamedTuple):
    """Which lines."""

    lines: int | None = 20
    """the last so many of each agent's journal; None: all there are"""
    of_file: int | None = 20
    """and of each file"""
    since_us: int = 0
    """wall clock, microseconds; 0: from the beginning. Lines of files have no time: a file counts
    as a whole, by when it was last written"""
    until_us: int = 0
    """0: to the end. Without effect on files"""
    grep: str = ""
    """regular expression; without a capital letter in it, case does not matter"""


class LogLine(NamedTuple):
    """One line that an agent printed, or that the service manager says about it."""

    agent: str
    text: str
    unit: str = ""
    """the service, of journal lines"""
    time_us: int = 0
    """wall clock, microseconds; 0: its file does not say"""
    stream: str = "stdout"
    """stdout, stderr (of files) or journal"""
    priority: int = 6
    """0 emergency to 7 debug (syslog(3)); of journal lines"""
    by_manager: bool = False
    """said by the service manager about the agent"""


class Sources(NamedTuple):
    """Where the lines of some agents are."""

    files: Mapping[str, tuple[str, str]]
    """by path: the agent, and stdout or stderr"""
    units: Mapping[str, str]
    """services whose output goes to the journal, with their agents"""


def sources(agents: Sequence[Installed]) -> Sources:
    """Say where agents print to."""
    each = [one for agent in agents for one in agent.each]
    files = {path: (one.name, stream) for one in each for stream, path in one.logs.items()}
    in_journal = [one for one in each if "stdout" not in one.logs]
    return Sources(files, {unit: agent.name for agent in in_journal for unit in agent.workers})


class Block(NamedTuple):
    """The lines of one file."""

    written: float
    """when it was last written, seconds since the epoch"""
    lines: Iterator[LogLine]


def blocks(found: Sources, wanted: Wanted, files: Tail | None = None) -> list[Block]:
    """The lines of all files; the one that was written last comes last.

    `files` go on after them.
    """
    keep = keeper(wanted) if found.files else None
    times = {path: written(path) for path in found.files}
    since = wanted.since_us / _SECOND_US
    return [
        Block(times[path], _of_file(found, Log(path, found.files, since), wanted, keep, files))
        for path in sorted(times, key=lambda path: times[path])
        if files or times[path] >= since
    ]


def _of_file(
    found: Sources, log: Log, wanted: Wanted, keep: Keep | None, files: Tail | None
) -> Iterator[LogLine]:
    lines = (
        _past_of(log, wanted.of_file, keep) if files is None else _onward(log, wanted, keep, files)
    )
    return (file_line(found, Line(log.path, text)) for text in lines)


def _past_of(log: Log, count: int | None, keep: Keep | None) -> Iterator[bytes]:
    return past.every(log, keep) if count is None else iter(past.last(log, count, keep))


def _onward(log: Log, wanted: Wanted, keep: Keep | None, files: Tail) -> Iterator[bytes]:
    is_recent = written(log.path) >= log.since
    opened = onward(log, wanted.of_file if is_recent else 0, keep)
    files.add(opened.file)
    return opened.past


def file_line(found: Sources, line: Line) -> LogLine:
    """Say whose line of a file it is."""
    agent, stream = found.files[line.path]
    return LogLine(agent, line.text.decode(errors="replace"), stream=stream)


def keeper(wanted: Wanted) -> Keep | None:
    """Return what tells lines of files that are wanted; None: all are. Raises UsageError."""
    if not wanted.grep:
        return None
    return Search(_compiled(wanted.grep))


def _compiled(pattern: str) -> re.Pattern[str]:
    """As journalctl(1) takes it: without a capital letter, case does not matter."""
    ignore = 0 if any("A" <= letter <= "Z" for letter in pattern) else re.IGNORECASE
    with warnings.catch_warnings():
        # `[[:alpha:]]` would silently mean something else.
        warnings.simplefilter("error", FutureWarning)
        try:
            return re.compile(pattern, ignore)
        except (re.error, FutureWarning) as error:
            reason = str(error).partition(" at position")[0].lower()
            raise UsageError(f"cannot search for '{pattern}': {reason}") from None


def journal_lines(at: Here, units: Mapping[str, str], wanted: Wanted) -> Iterator[LogLine]:
    """What the journal has, by time."""
    if not units:
        return
    if wanted.lines is None:
        with journal.stream(query(at, units, wanted), at.env) as entries:
            yield from (journal_line(units, entry) for entry in entries)
        return
    yield from sorted(_last_of_each(at, units, wanted), key=lambda line: line.time_us)


def _last_of_each(at: Here, units: Mapping[str, str], wanted: Wanted) -> Iterator[LogLine]:
    """So many lines of each agent: one question each, 10 ms."""
    for agent in dict.fromkeys(units.values()):
        own = {unit: name for unit, name in units.items() if name == agent}
        for entry in journal.read(query(at, own, wanted), at.env):
            yield journal_line(units, entry)


def query(at: Here, units: Mapping[str, str], wanted: Wanted) -> Query:
    """How to ask the journal."""
    return Query(
        tuple(units),
        at.scope,
        lines=wanted.lines,
        since=_moment(wanted.since_us),
        until=_moment(wanted.until_us),
        grep=wanted.grep,
    )


def _moment(time_us: int) -> str:
    """As every journalctl takes it, whatever its version and the zone."""
    return f"@{time_us // _SECOND_US}.{time_us % _SECOND_US:06}" if time_us else ""


def journal_line(units: Mapping[str, str], entry: Entry) -> LogLine:
    """Say whose line of the journal it is."""
    return LogLine(
        units.get(entry.unit, entry.unit),
        entry.text,
        entry.unit,
        entry.time_us,
        "journal",
        entry.priority,
        entry.by_manager,
    )
