"""`uninstall`."""

import click

from pa_units.cli import options, out
from pa_units.cli.install import show_changes
from pa_units.verbs import lifecycle
from pa_units.verbs import uninstall as verb


@click.command()
@options.names()
@options.scope
@click.option("--purge", is_flag=True, help="Also remove logs, stored secrets and state.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, remove nothing.")
@options.root
def uninstall(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    purge: bool,
    dry_run: bool,
    root: str,
) -> None:
    """Stop agents and remove their files. Logs, stored secrets and state directories stay, unless
    --purge is given."""
    at = options.at(scope, root)
    agents = lifecycle.chosen(at, names, everything=everything, labels=labels)
    removed = verb.uninstall(at, agents, purge=purge, dry_run=dry_run)
    if dry_run:
        show_changes(removed.changes)
        return
    for agent in removed.agents:
        out.line(f"{out.paint(agent.name, 'bold')}: uninstalled")
