"""`logs`."""

import click

from pa_units.cli import options, out
from pa_units.cli.count import Count
from pa_units.cli.options import Agents
from pa_units.cli.show_logs import FORMATS, show
from pa_units.cli.show_restarts import show as show_restarts
from pa_units.kit.errors import UsageError
from pa_units.verbs import logs as verb
from pa_units.verbs import restarts
from pa_units.verbs.here import Here
from pa_units.verbs.log_sources import sources


@click.command()
@options.agents
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines as they come.")
@click.option(
    "-n",
    "--lines",
    "--tail",
    "count",
    type=Count(),
    metavar="COUNT",
    help="The last so many of each agent, or `all`; 20 unless something else narrows them.",
)
@click.option("--since", metavar="TIME", help="Not before: 10m, yesterday, '2026-01-31 12:00'.")
@click.option("--until", metavar="TIME", help="Not after.")
@click.option(
    "-g", "--grep", metavar="REGEX", default="", help="Matching lines. Lower case ignores case."
)
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(list(FORMATS)),
    default="short",
    show_default=True,
    help="short: with times, as far as known; cat: as printed; json: one object a line.",
)
@click.option(
    "--type",
    "about",
    type=click.Choice(["output", "restart"]),
    default="output",
    show_default=True,
    help="restart: starts, their ends and why.",
)
def logs(
    at: Here,
    agents: Agents,
    follow: bool,
    count: int | None,
    since: str | None,
    until: str | None,
    grep: str,
    form: str,
    about: str,
) -> None:
    """Show what agents print, from the journal or from their log files and rotated copies.

    Lines of several agents are put in order by their times. Lines of files have no time: in what is
    past, a file is one block where it was last written; with -f, lines come as they arrive. --since
    leaves out files that were not written since then; --until does not touch files.
    """
    wanted = verb.wanted(count, since=since, until=until, grep=grep)
    if about == "restart":
        _refuse_with_restarts(follow=follow, grep=grep)
        show_restarts(restarts.of(at, agents, wanted), form)
        return
    if follow and until:
        raise UsageError("--follow and --until do not go together")
    if (since or until) and sources(agents).files:
        out.hint("pa: lines of log files have no time: --since and --until choose whole files")
    if follow:
        out.live()
    each = [one for agent in agents for one in agent.each]
    show((verb.follow if follow else verb.history)(at, each, wanted), form, each)


def _refuse_with_restarts(*, follow: bool, grep: str) -> None:
    if follow:
        raise UsageError(
            "restarts cannot be followed", "pa status NAME --watch shows them as they happen"
        )
    if grep:
        raise UsageError("--grep looks into what agents print, not into their restarts")
