"""`status`, `is-active`, `is-failed`, `logs`, `cat`."""

import click

from pa_units.cli import options, out
from pa_units.cli.show_status import show, show_words
from pa_units.contracts.status import UP, State
from pa_units.verbs import files as files_verb
from pa_units.verbs import lifecycle
from pa_units.verbs import logs as logs_verb
from pa_units.verbs.logs import LogLine


@click.command()
@options.names(required=False)
@options.scope
@options.json
def status(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    as_json: bool,
) -> int:
    """Show what agents are doing; in full if one is named.

    Exit code: 0 all of them run, 3 one does not, 4 one is not installed.
    """
    return show(options.at(scope), () if everything else names, as_json=as_json, labels=labels)


@click.command("is-active")
@options.names()
@options.scope
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
def is_active(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    quiet: bool,
) -> int:
    """Print the state of agents; exit code 0 if all of them run, else 3."""
    at = options.at(scope)
    chosen = lifecycle.chosen(at, names, everything=everything, labels=labels)
    return show_words(at, [agent.name for agent in chosen], UP, quiet=quiet)


@click.command("is-failed")
@options.names()
@options.scope
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
def is_failed(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    quiet: bool,
) -> int:
    """Print the state of agents; exit code 0 if all of them have failed, else 1."""
    at = options.at(scope)
    chosen = lifecycle.chosen(at, names, everything=everything, labels=labels)
    failed = frozenset({State.FAILED})
    return 1 if show_words(at, [agent.name for agent in chosen], failed, quiet=quiet) else 0


@click.command()
@options.names()
@options.scope
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines as they come.")
@click.option("-n", "--lines", default=20, show_default=True, help="How many of the last lines.")
def logs(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    follow: bool,
    lines: int,
) -> None:
    """Show what agents print."""
    at = options.at(scope)
    agents = lifecycle.chosen(at, names, everything=everything, labels=labels)
    found = (logs_verb.follow if follow else logs_verb.last)(at, agents, lines)
    for line in found:
        _show_line(line, prefix=len(agents) > 1)


def _show_line(line: LogLine, *, prefix: bool) -> None:
    name = out.paint(f"{line.agent} | ", "cyan") if prefix else ""
    out.line(f"{name}{line.text}")


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@options.scope
def cat(names: tuple[str, ...], scope: str | None) -> None:
    """Show the files that were generated for agents, each under its path. Secrets are not shown."""
    at = options.at(scope)
    for agent in lifecycle.chosen(at, names):
        for path, content in files_verb.generated(at, agent):
            out.line(out.paint(f"# {path}", "bold"))
            out.line(content)
