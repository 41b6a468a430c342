"""`uninstall`."""

import click

from pa_units.cli import changes, options, out
from pa_units.cli.options import Agents
from pa_units.verbs import uninstall as verb
from pa_units.verbs.here import Here


@click.command()
@options.agents
@click.option("--purge", is_flag=True, help="Also remove logs, stored secrets and state.")
@options.dry_run
@options.root
def uninstall(at: Here, agents: Agents, purge: bool, dry_run: bool) -> None:
    """Stop agents and remove their files. Logs, stored secrets and state directories stay, unless
    --purge is given."""
    removed = verb.uninstall(at, agents, purge=purge, dry_run=dry_run)
    if dry_run:
        changes.show(removed.changes.files)
        return
    for agent in removed.agents:
        out.line(f"{out.paint(agent.name, 'bold')}: uninstalled")
