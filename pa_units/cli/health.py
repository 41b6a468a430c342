"""`health`."""

import time
from collections.abc import Sequence

import click

from pa_units.cli import options, out
from pa_units.cli.columns import Column, table
from pa_units.cli.show_logs import clock
from pa_units.contracts.health import Health
from pa_units.kit.figures import span
from pa_units.verbs import health as verb
from pa_units.verbs.health import Checked

SCHEMA = "pa.health/1"

STYLES = {
    Health.HEALTHY: "green",
    Health.STARTING: "yellow",
    Health.UNHEALTHY: "red",
    Health.NONE: "",
}

_COLUMNS = (
    Column("NAME", least=16),
    Column("CHECK"),
    Column("HEALTH"),
    Column("SCORE", right=True),
    Column("FOR", right=True),
    Column("CHECKS", right=True),
    Column("FAILED", right=True),
    Column("", least=20),
)
_RESULTS = (Column("TIME"), Column("ANSWER", least=20), Column("TOOK", right=True))
_SHOWN = 5
"""Results on a page; --json has all that are kept."""


@click.command()
@options.names
@options.scope
@options.json
def health(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    as_json: bool,
) -> int:
    """Show how agents answer their checks; in full if one is named.

    The score goes from 0 to 100. Exit code: 0 none is unhealthy, 1 one is.
    """
    found = verb.checked(options.at(scope), () if everything else names, labels)
    if as_json:
        out.json([_item(one) for one in found])
    elif len({one.name for one in found}) == len(names) == 1:
        for one in found:
            _show_page(one)
    else:
        _show_table(found)
    return int(any(one.unit.health is Health.UNHEALTHY for one in found))


def _item(one: Checked) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "name": one.name,
        "score": one.score,
        "shares": [share._asdict() for share in one.shares],
        **one.unit._asdict(),
        "results": [result._asdict() for result in one.unit.results],
    }


def _show_table(found: Sequence[Checked]) -> None:
    now = time.time()
    table(_COLUMNS, [_cells(one, now) for one in found])


def _cells(one: Checked, now: float) -> tuple[str, ...]:
    unit = one.unit
    return (
        one.name,
        unit.kind,
        out.paint(unit.health, STYLES[unit.health]),
        "-" if one.score is None else str(one.score),
        span(now - unit.since) if unit.since else "-",
        str(unit.checks),
        str(unit.failures),
        unit.reason,
    )


def _show_page(one: Checked) -> None:
    unit = one.unit
    style = STYLES[unit.health]
    ago = f" for {span(time.time() - unit.since)}" if unit.since else ""
    why = f": {unit.reason}" if unit.reason else ""
    name, health = out.paint(one.name, "bold"), out.paint(unit.health, style)
    out.line(f"{out.paint('●', style)} {name}: {health}{ago}{why}")
    limits = f"every {span(unit.every_ms / 1000)}, {span(unit.timeout_ms / 1000)} at most"
    _line(unit.kind, f"{unit.asked}, {limits}")
    _line("checks", f"{unit.checks}, {unit.failures} failed")
    if one.score is not None:
        _line("score", f"{one.score} of 100")
    for share in one.shares:
        _line("", f"{share.points:2} of {share.most} {share.name}: {share.why}")
    if unit.results:
        rows = [
            (clock(int(result.at)), result.words, f"{result.took_ms:g} ms")
            for result in unit.results[-_SHOWN:]
        ]
        table(_RESULTS, rows)


def _line(name: str, text: str) -> None:
    out.line(f"  {out.paint(name.rjust(8), 'dim')}  {text}")
