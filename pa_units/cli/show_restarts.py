"""How the history of restarts looks."""

import time
from collections.abc import Sequence

from pa_units.cli import out
from pa_units.cli.columns import Column, table
from pa_units.cli.show_logs import clock
from pa_units.kit.figures import span
from pa_units.verbs.restarts import Episode

SCHEMA = "pa.run/1"

_COLUMNS = (
    Column("AGENT", least=16),
    Column("STARTED"),
    Column("RAN", right=True),
    Column("ENDED BY", least=16),
    Column("THEN"),
)


def show(episodes: Sequence[Episode], form: str) -> None:
    """Print one line per run: a table, or JSON."""
    if form == "json":
        for one in episodes:
            out.json_line({"schema": SCHEMA, **one._asdict()})
        return
    if episodes:
        now_us = time.time_ns() // 1000
        table(_COLUMNS, [_cells(one, now_us) for one in episodes])
    else:
        out.hint("the journal knows of no start")


def _cells(one: Episode, now_us: int) -> tuple[str, ...]:
    return (
        one.unit.removesuffix(".service"),
        clock(one.started_us // 1_000_000),
        span(((one.ended_us or now_us) - one.started_us) / 1e6),
        one.cause or "-",
        one.then,
    )
