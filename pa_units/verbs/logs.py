"""`logs`: what agents print, from the journal or from their files."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pa_units.contracts import inventory
from pa_units.contracts.bundle import Kind
from pa_units.contracts.ledger import Installed
from pa_units.journal import read as journal
from pa_units.journal.entries import Entry
from pa_units.logfiles import tail
from pa_units.verbs.here import Here

AFTER_A_FAILURE = 20
"""Lines that explain a failed start."""


class LogLine(NamedTuple):
    """One line that an agent printed, or that the service manager says about it."""

    agent: str
    text: str
    time_us: int = 0
    """wall clock, microseconds; 0: its file does not say"""
    stream: str = "stdout"
    """stdout, stderr (of files) or journal"""


def last(at: Here, agents: Sequence[Installed], count: int) -> list[LogLine]:
    """Return the last `count` lines of every agent, oldest first."""
    found = []
    for agent in agents:
        files = log_files(at, agent)
        found += _from_files(agent, files, count) if files else _from_journal(at, agent, count)
    return found


def explaining(at: Here, agent: Installed, since_us: int) -> list[str]:
    """Return what an agent printed since a start that failed; if it printed nothing, what the
    service manager has to say."""
    if files := log_files(at, agent):
        return [line.text for line in _from_files(agent, files, AFTER_A_FAILURE)][-AFTER_A_FAILURE:]
    query = journal.Query((agent.units[0].name,), at.scope, since=f"@{since_us / 1e6:.6f}")
    entries = journal.read(query, at.env)
    printed = [entry for entry in entries if not entry.by_manager] or entries
    return [entry.text for entry in printed[-AFTER_A_FAILURE:]]


def log_files(at: Here, agent: Installed) -> tuple[str, ...]:
    """The files that an agent's output goes to; none: the journal."""
    state = inventory.read(at.places, at.root)
    return tuple(
        path for path in state.agents.get(agent.name, ()) if state.files[path].kind is Kind.LOG
    )


def _from_files(agent: Installed, files: Sequence[str], count: int) -> list[LogLine]:
    return [
        LogLine(agent.name, _text(line), stream=_stream(path))
        for path in files
        for line in tail.last_lines(path, count)[0]
    ]


def _stream(path: str) -> str:
    return "stderr" if "err" in path.rpartition("/")[2] else "stdout"


def _text(line: bytes) -> str:
    return line.decode(errors="replace")


def _from_journal(at: Here, agent: Installed, count: int) -> list[LogLine]:
    query = journal.Query((agent.units[0].name,), at.scope, lines=count)
    return [_entry(agent.name, entry) for entry in journal.read(query, at.env)]


def _entry(agent: str, entry: Entry) -> LogLine:
    return LogLine(agent, entry.text, entry.time_us, "journal")


def follow(at: Here, agents: Sequence[Installed], count: int) -> Iterator[LogLine]:
    """Yield the last `count` lines of every agent, then lines as they come, until interrupted."""
    by_file = {path: agent for agent in agents for path in log_files(at, agent)}
    in_files = {agent.name for agent in by_file.values()}
    in_journal = [agent for agent in agents if agent.name not in in_files]
    yield from last(at, [agent for agent in agents if agent.name in in_files], count)
    if not by_file:
        yield from _follow_journal(at, in_journal, count)
        return
    starts = {path: tail.last_lines(path, 0)[1] for path in by_file}
    for line in tail.follow(starts):
        yield LogLine(by_file[line.path].name, _text(line.text), stream=_stream(line.path))


def _follow_journal(at: Here, agents: Sequence[Installed], count: int) -> Iterator[LogLine]:
    names = {agent.units[0].name: agent.name for agent in agents}
    query = journal.Query(tuple(names), at.scope, lines=count)
    with journal.follow(query, at.env) as entries:
        for entry in entries:
            yield _entry(names.get(entry.unit, entry.unit), entry)
