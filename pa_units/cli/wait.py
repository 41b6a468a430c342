"""`wait`."""

import click

from pa_units.cli import lifecycle, options
from pa_units.cli.options import Agents
from pa_units.verbs import wait as verb
from pa_units.verbs.here import Here
from pa_units.verbs.wait import Goal


@click.command()
@options.agents
@click.option(
    "--for",
    "goal",
    type=click.Choice([goal.value for goal in Goal]),
    default=Goal.RUNNING.value,
    show_default=True,
    help="What to wait for.",
)
@click.option(
    "--timeout",
    type=options.seconds,
    default=30.0,
    metavar="TIME",
    help="At most, else 30s.",
)
def wait(at: Here, agents: Agents, goal: str, timeout: float) -> int:
    """Wait until agents are running, healthy or stopped.

    Healthy can be waited for where an agent has a health check. It fails when the time is over.
    """
    return lifecycle.report(verb.wait(at, agents, Goal(goal), timeout))
