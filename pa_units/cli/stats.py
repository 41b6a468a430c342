"""`stats`."""

from collections.abc import Callable, Sequence

import click

from pa_units.cli import options, out
from pa_units.cli.columns import Column, table
from pa_units.contracts.ledger import Installed
from pa_units.kit.figures import size
from pa_units.verbs import stats as verb
from pa_units.verbs.here import Here
from pa_units.verbs.select import chosen
from pa_units.verbs.stats import Figures

_COLUMNS = (
    Column("NAME", least=16),
    Column("CPU", right=True),
    Column("MEMORY", right=True),
    Column("READ", right=True),
    Column("WRITTEN", right=True),
    Column("TASKS", right=True),
    Column("PIDS", least=8),
)
_MOST_PIDS = 5


@click.command()
@options.names
@options.scope
@options.json
@options.watch
def stats(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    as_json: bool,
    watch: bool,
) -> None:
    """Show what agents use: CPU (100% is one core), memory, disk since the start, tasks."""
    at = options.at(scope)
    no_choice = not (names or labels)
    agents = chosen(at, names, everything=everything or no_choice, labels=labels)
    if watch:
        out.again(lambda: _show(at, agents, as_json))
    else:
        _show(at, agents, as_json)


def _show(at: Here, agents: Sequence[Installed], as_json: bool) -> None:
    found = verb.figures(at, agents)
    if as_json:
        out.json([{"schema": "pa.stats/1", **one._asdict()} for one in found])
    else:
        table(_COLUMNS, [_cells(one) for one in found])


def _cells(one: Figures) -> tuple[str, ...]:
    pids = " ".join(map(str, one.pids[:_MOST_PIDS]))
    return (
        one.name,
        "-" if one.cpu_percent is None else f"{one.cpu_percent:.1f}%",
        _or_dash(one.memory, size),
        _or_dash(one.io_read, size),
        _or_dash(one.io_written, size),
        _or_dash(one.tasks, str),
        pids + (" …" if len(one.pids) > _MOST_PIDS else ""),
    )


def _or_dash(value: int | None, words: Callable[[int], str]) -> str:
    return "-" if value is None else words(value)
