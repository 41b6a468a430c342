"""`logs`: what agents print."""

import time
from collections.abc import Iterator, Sequence

from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.ledger import Installed
from pa_units.journal import read as journal
from pa_units.kit.errors import UsageError
from pa_units.logfiles import tail
from pa_units.verbs import log_sources
from pa_units.verbs.here import Here
from pa_units.verbs.log_sources import Block, LogLine, Sources, Wanted, sources

AFTER_A_FAILURE = 20
"""Lines that explain a failed start."""
ALL = -1


def wanted(
    count: int | None = None, *, since: str | None = None, until: str | None = None, grep: str = ""
) -> Wanted:
    """Say which lines: the last `count`, or ALL. Without a count all that the journal has in a
    time or that match, of files all that match, else 20.

    Times are as people write them: `10m`, `yesterday`, `2026-01-31 12:00`. Raises UsageError.
    """
    usual = Wanted()
    narrowed = bool(since or until or grep)
    lines = None if count == ALL else count
    return Wanted(
        lines=lines if count is not None else None if narrowed else usual.lines,
        of_file=lines if count is not None else None if grep else usual.of_file,
        since_us=_moment(since) if since else 0,
        until_us=_moment(until) if until else 0,
        grep=grep,
    )


def _moment(text: str) -> int:
    from pa_units.kit import times  # 3 ms of regular expressions

    try:
        return int(times.parse(text, time.time()) * 1e6)
    except ValueError:
        raise UsageError(f"'{text}' is not a time", f"such as {times.EXAMPLES}") from None


def history(at: Here, agents: Sequence[Installed], wanted: Wanted) -> Iterator[LogLine]:
    """Give what is there, oldest first: journal lines by their times, a file as a block where it
    was last written.

    Raises UsageError for a bad expression, PermissionProblem for what may not be read.
    """
    found = sources(agents)
    return _history(at, found, wanted, log_sources.blocks(found, wanted))


def follow(at: Here, agents: Sequence[Installed], wanted: Wanted) -> Iterator[LogLine]:
    """Give what is there, then lines as they come, without end."""
    found = sources(agents)
    now_us = time.time_ns() // 1000
    coming = wanted._replace(lines=None, since_us=now_us)
    with tail.Tail({}) as files:
        blocks = log_sources.blocks(found, wanted, files)
        yield from _history(at, found, wanted._replace(until_us=now_us - 1), blocks)
        yield from _coming(at, found, files, coming)


def _coming(at: Here, found: Sources, files: tail.Tail, coming: Wanted) -> Iterator[LogLine]:
    if not found.units:
        yield from _kept(found, files.follow(), coming)
    elif not found.files:
        with journal.stream(log_sources.query(at, found.units, coming), at.env, follow=True) as new:
            yield from (log_sources.journal_line(found.units, entry) for entry in new)
    else:
        yield from _follow_both(at, found, files, coming)


def explaining(at: Here, agent: Installed, since_us: int) -> list[str]:
    """Return what an agent printed since a start that failed; if it printed nothing, what the
    service manager has to say."""
    since = Wanted(lines=None, of_file=AFTER_A_FAILURE, since_us=since_us)
    lines = list(history(at, [agent], since))
    printed = [line for line in lines if not line.by_manager]
    if not (printed or lines) and agent.driver == SYSTEMD:
        units = dict.fromkeys((*agent.workers, *agent.doors), agent.name)
        lines = list(log_sources.journal_lines(at, units, since))
    return [line.text for line in (printed or lines)[-AFTER_A_FAILURE:]]


def _history(
    at: Here, found: Sources, wanted: Wanted, blocks: Sequence[Block]
) -> Iterator[LogLine]:
    waiting = list(blocks)
    for line in log_sources.journal_lines(at, found.units, wanted):
        while waiting and waiting[0].written * 1e6 <= line.time_us:
            yield from waiting.pop(0).lines
        yield line
    for block in waiting:
        yield from block.lines


def _follow_both(at: Here, found: Sources, files: tail.Tail, coming: Wanted) -> Iterator[LogLine]:
    query = log_sources.query(at, found.units, coming)
    with journal.stream(query, at.env, follow=True) as entries:
        while True:
            for entry in entries.arrived(tail.POLL_S):
                yield log_sources.journal_line(found.units, entry)
            yield from _kept(found, files.fresh(), coming)


def _kept(found: Sources, lines: Iterator[tail.Line], wanted: Wanted) -> Iterator[LogLine]:
    keep = log_sources.keeper(wanted)
    return (log_sources.file_line(found, line) for line in lines if keep is None or keep(line.text))
