"""`uninstall`."""

import click

from pa_units.cli import options, out
from pa_units.cli.install import show_changes
from pa_units.cli.lifecycle import Agents
from pa_units.verbs import uninstall as verb
from pa_units.verbs.here import Here


@click.command()
@options.agents
@click.option("--purge", is_flag=True, help="Also remove logs, stored secrets and state.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, remove nothing.")
@options.root
def uninstall(at: Here, agents: Agents, purge: bool, dry_run: bool) -> None:
    """Stop agents and remove their files. Logs, stored secrets and state directories stay, unless
    --purge is given."""
    removed = verb.uninstall(at, agents, purge=purge, dry_run=dry_run)
    if dry_run:
        show_changes(removed.changes)
        return
    for agent in removed.agents:
        out.line(f"{out.paint(agent.name, 'bold')}: uninstalled")
