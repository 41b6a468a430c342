"""`status`, `is-active`, `is-failed`, `list`, `show`, `cat`."""

import click

from pa_units.cli import options, out
from pa_units.cli.columns import Column, table
from pa_units.cli.options import Agents
from pa_units.cli.show_security import show as show_security
from pa_units.cli.show_status import show as show_status
from pa_units.cli.show_status import show_words
from pa_units.contracts.status import UP, State
from pa_units.kit.errors import UsageError
from pa_units.verbs import files as files_verb
from pa_units.verbs import status as verb
from pa_units.verbs.here import Here
from pa_units.verbs.select import chosen


@click.command()
@options.names
@options.scope
@options.json
@options.watch
@click.option("--security", is_flag=True, help="How systemd rates their sandboxes.")
def status(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    as_json: bool,
    watch: bool,
    security: bool,
) -> int:
    """Show what agents are doing; in full if one is named."""
    at = options.at(scope)
    chosen = () if everything else names
    if security:
        return show_security(at, chosen, labels, as_json=as_json)
    if watch:
        out.again(lambda: show_status(at, chosen, as_json=as_json, labels=labels))
    return show_status(at, chosen, as_json=as_json, labels=labels)


_QUIET = click.option("-q", "--quiet", is_flag=True, help="Print nothing.")


@click.command("is-active")
@options.agents
@_QUIET
def is_active(at: Here, agents: Agents, quiet: bool) -> int:
    """Print the state of agents; the exit code says whether all of them run."""
    return show_words(at, [agent.name for agent in agents], UP, quiet=quiet)


@click.command("is-failed")
@options.agents
@_QUIET
def is_failed(at: Here, agents: Agents, quiet: bool) -> int:
    """Print the state of agents; the exit code says whether all of them have failed."""
    failed = frozenset({State.FAILED})
    return 1 if show_words(at, [agent.name for agent in agents], failed, quiet=quiet) else 0


_LISTED = (
    Column("NAME", least=16),
    Column("UNIT", least=16),
    Column("USER"),
    Column("AT BOOT"),
    Column("SPEC", least=16),
)


@click.command("list")
@options.scope
@options.json
def list(scope: str | None, as_json: bool) -> None:  # noqa: A001 (the command's name)
    """List what is installed, without asking the init system."""
    agents = chosen(options.at(scope), (), everything=True)
    if as_json:
        out.json([verb.listed(agent) for agent in agents])
        return
    rows = [
        (
            agent.name,
            agent.units[0].name,
            agent.user or "dynamic",
            "yes" if agent.auto_start else "no",
            agent.origin.path or "-",
        )
        for agent in agents
    ]
    table(_LISTED, rows)


@click.command()
@options.agents
@click.option("-p", "--property", "wanted", multiple=True, metavar="NAME", help="Only this one.")
def show(at: Here, agents: Agents, wanted: tuple[str, ...]) -> None:
    """Show the properties that systemd has of agents' units, one a line, as systemctl show."""
    for number, agent in enumerate(agents):
        found = verb.properties(at, agent)
        if missing := [name for name in wanted if name not in found]:
            raise UsageError(f"{agent.units[0].name} has no property '{missing[0]}'")
        out.text("\n" if number else "")
        for name in wanted or sorted(found):
            out.line(f"{name}={found[name]}")


@click.command()
@options.agents
def cat(at: Here, agents: Agents) -> None:
    """Show the files that were generated for agents, each under its path. Secrets are not shown."""
    for agent in agents:
        for path, content in files_verb.generated(at, agent):
            out.line(out.paint(f"# {path}", "bold"))
            out.line(content)
