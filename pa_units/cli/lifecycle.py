"""`start`, `stop`, `restart`, `enable`, `disable`."""

from collections.abc import Sequence

import click

from pa_units.cli import options, out
from pa_units.verbs import boot
from pa_units.verbs import lifecycle as verb
from pa_units.verbs.lifecycle import Outcome

FAILED, NO_PERMISSION = 1, 4


@click.command()
@options.names()
@options.scope
@options.no_block
def start(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    no_block: bool,
) -> int:
    """Start agents, with a fresh restart budget, and wait until they are up."""
    at = options.at(scope)
    agents = verb.chosen(at, names, everything=everything, labels=labels)
    return report(verb.start(at, agents, wait=not no_block))


@click.command()
@options.names()
@options.scope
@options.no_block
def stop(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    no_block: bool,
) -> int:
    """Stop agents. They start again at the next boot unless they are disabled too."""
    at = options.at(scope)
    agents = verb.chosen(at, names, everything=everything, labels=labels)
    return report(verb.stop(at, agents, wait=not no_block))


@click.command()
@options.names()
@options.scope
@options.no_block
def restart(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    no_block: bool,
) -> int:
    """Restart agents; those that are stopped are started."""
    at = options.at(scope)
    agents = verb.chosen(at, names, everything=everything, labels=labels)
    return report(verb.restart(at, agents, wait=not no_block))


@click.command()
@options.names()
@options.scope
@click.option("--now", is_flag=True, help="Start them, too.")
def enable(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    now: bool,
) -> int:
    """Start agents at boot."""
    at = options.at(scope)
    agents = verb.chosen(at, names, everything=everything, labels=labels)
    code = report(boot.enable(at, agents, on=True))
    return code or (report(verb.start(at, agents)) if now else 0)


@click.command()
@options.names()
@options.scope
@click.option("--now", is_flag=True, help="Stop them, too.")
def disable(
    names: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    scope: str | None,
    now: bool,
) -> int:
    """Do not start agents at boot."""
    at = options.at(scope)
    agents = verb.chosen(at, names, everything=everything, labels=labels)
    code = report(boot.enable(at, agents, on=False))
    return code or (report(verb.stop(at, agents)) if now else 0)


def report(outcomes: Sequence[Outcome]) -> int:
    """Print one line per agent and return the exit code of all."""
    for outcome in outcomes:
        show(outcome)
    if all(outcome.ok for outcome in outcomes):
        return 0
    return NO_PERMISSION if any(outcome.denied for outcome in outcomes) else FAILED


def show(outcome: Outcome) -> None:
    """Print what became of one agent; a failure with its cause and the last lines it printed."""
    name = out.paint(outcome.agent.name, "bold")
    if outcome.ok:
        pid = f", pid {outcome.pid}" if outcome.pid else ""
        out.line(f"{name}: {outcome.did}{pid}")
        return
    out.hint(f"{name}: {out.paint('not up', 'red')}: {outcome.reason}")
    for line in outcome.log:
        out.hint(f"    {line}")
