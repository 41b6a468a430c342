"""`events`."""

from collections.abc import Callable

import click

from pa_units.cli import options, out
from pa_units.cli.count import Count
from pa_units.cli.show_logs import clock
from pa_units.kit.errors import UsageError
from pa_units.verbs import events as verb
from pa_units.verbs import logs
from pa_units.verbs.events import Event
from pa_units.verbs.select import chosen

SCHEMA = "pa.event/1"
_STYLES = {
    "started": "green",
    "exited": "yellow",
    "failed": "red",
    "gave up": "red",
    "restarting": "cyan",
}
_WHAT = max(map(len, ("restarting", *_STYLES)))
_LAST = 50
"""Events without --since or -n; 10 of them with -f"""
_BEFORE_NEW = 10


@click.command()
@options.names
@options.scope
@click.option("-f", "--follow", is_flag=True, help="Go on with new ones as they come.")
@click.option(
    "-n", "--lines", "count", type=Count(), metavar="COUNT", help="The last so many, or `all`."
)
@click.option("--since", metavar="TIME", help="Not before: 10m, yesterday, '2026-01-31 12:00'.")
@click.option("--until", metavar="TIME", help="Not after.")
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(["short", "json"]),
    default="short",
    show_default=True,
    help="json: one object a line.",
)
def events(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    follow: bool,
    count: int | None,
    since: str | None,
    until: str | None,
    form: str,
) -> None:
    """Show what happens to agents, of all without a name: starts, exits and why, restarts, giving
    up; oldest first, in the order of their times."""
    if follow and until:
        raise UsageError("--follow and --until do not go together")
    at = options.at(scope)
    agents = chosen(at, names, everything=everything or not (names or labels), labels=labels)
    usual = None if since else _BEFORE_NEW if follow else _LAST
    wanted = logs.wanted(count, since=since, until=until)
    wanted = wanted._replace(lines=wanted.lines if count is not None else usual)
    show = _FORMS[form](max((len(one.name) for agent in agents for one in agent.each), default=0))
    if follow:
        out.live()
    for one in verb.follow(at, agents, wanted) if follow else verb.history(at, agents, wanted):
        show(one)


def _short(width: int) -> Callable[[Event], None]:
    def print_one(one: Event) -> None:
        begin = out.paint(clock(one.time_us // 1_000_000), "dim")
        what = out.paint(one.what.ljust(_WHAT), _STYLES.get(one.what, ""))
        out.line(f"{begin} {one.agent.ljust(width)}  {what}  {one.why}".rstrip())

    return print_one


def _json(_: int) -> Callable[[Event], None]:
    return lambda one: out.json_line({"schema": SCHEMA, **one._asdict()})


_FORMS: dict[str, Callable[[int], Callable[[Event], None]]] = {"short": _short, "json": _json}
