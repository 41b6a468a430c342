"""`start`, `stop`, `restart`, `enable`, `disable`, and what becomes of agents in any verb."""

import time
from collections.abc import Sequence

import click

from pa_units.cli import options, out
from pa_units.cli.options import Agents
from pa_units.cli.show_status import soon
from pa_units.verbs import boot, control
from pa_units.verbs import lifecycle as verb
from pa_units.verbs.act import Outcome
from pa_units.verbs.here import Here

FAILED, NO_PERMISSION, NOT_RUNNING = 1, 4, 7


@click.command()
@options.agents
@options.no_block
@options.dry_run
def start(at: Here, agents: Agents, no_block: bool, dry_run: bool) -> int:
    """Start agents, with a fresh restart budget, and wait until they are up.

    A scheduled agent then waits for its times (`pa restart` runs it now), one with sockets for the
    first connection. NAME@2 is one of the replicas of NAME.
    """
    return report(verb.start(at, agents, wait=not no_block, dry_run=dry_run))


@click.command()
@options.agents
@options.no_block
@options.dry_run
def stop(at: Here, agents: Agents, no_block: bool, dry_run: bool) -> int:
    """Stop agents, with their timers and sockets. They start again at the next boot unless they
    are disabled too."""
    return report(verb.stop(at, agents, wait=not no_block, dry_run=dry_run))


@click.command()
@options.agents
@options.no_block
@options.dry_run
def restart(at: Here, agents: Agents, no_block: bool, dry_run: bool) -> int:
    """Restart agents; those that are stopped are started.

    A scheduled agent runs now, once, and its times stay as they are: the answer comes with the end
    of the run, after two minutes at the latest. Open sockets stay open.
    """
    return report(verb.restart(at, agents, wait=not no_block, dry_run=dry_run))


@click.command()
@options.agents
@click.option("--now", is_flag=True, help="Start them, too.")
@options.dry_run
def enable(at: Here, agents: Agents, now: bool, dry_run: bool) -> int:
    """Start agents at boot."""
    code = report(boot.enable(at, agents, on=True, dry_run=dry_run))
    return code or (report(verb.start(at, agents, dry_run=dry_run)) if now else 0)


@click.command()
@options.agents
@click.option("--now", is_flag=True, help="Stop them, too.")
@options.dry_run
def disable(at: Here, agents: Agents, now: bool, dry_run: bool) -> int:
    """Do not start agents at boot."""
    code = report(boot.enable(at, agents, on=False, dry_run=dry_run))
    return code or (report(verb.stop(at, agents, dry_run=dry_run)) if now else 0)


@click.command()
@options.agents
@options.dry_run
def reload(at: Here, agents: Agents, dry_run: bool) -> int:
    """Have running agents read their own configuration again, by reload_command or
    reload_signal."""
    return report(control.reload(at, agents, dry_run=dry_run))


@click.command()
@options.agents
@options.dry_run
def pause(at: Here, agents: Agents, dry_run: bool) -> int:
    """Freeze all processes of agents; `pa resume` lets them go on. They keep their memory."""
    return report(control.pause(at, agents, dry_run=dry_run))


@click.command()
@options.agents
@options.dry_run
def resume(at: Here, agents: Agents, dry_run: bool) -> int:
    """Let paused agents go on."""
    return report(control.resume(at, agents, dry_run=dry_run))


@click.command()
@options.agents
@click.option("-s", "--signal", default="SIGTERM", show_default=True, help="Name or number.")
@click.option("--whole", is_flag=True, help="All processes, not the main one alone.")
@options.dry_run
def kill(at: Here, agents: Agents, signal: str, whole: bool, dry_run: bool) -> int:
    """Send a signal to agents. What systemd does when they end by it is up to restart_policy."""
    return report(control.kill(at, agents, signal, whole=whole, dry_run=dry_run))


def report(outcomes: Sequence[Outcome]) -> int:
    """Print one line per agent and return the exit code of all."""
    tell_of_supervisor(outcomes)
    for outcome in outcomes:
        show(outcome)
    return exit_code(outcomes)


def tell_of_supervisor(outcomes: Sequence[Outcome]) -> None:
    """Say that the built-in supervisor was started for them."""
    started = next((one for one in outcomes if one.supervisor), None)
    if started:
        out.line(f"supervisor: started, pid {started.supervisor} ({started.agent.scope})")
        out.hint("    hint: pa supervisor boot shows what starts it when this host boots")


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """0 if all went well, else the code that says most."""
    if all(outcome.ok for outcome in outcomes):
        return 0
    if any(outcome.denied for outcome in outcomes):
        return NO_PERMISSION
    return NOT_RUNNING if any(outcome.idle for outcome in outcomes) else FAILED


def show(outcome: Outcome) -> None:
    """Print what became of one agent; a failure with its cause and the last lines it printed."""
    name = out.paint(outcome.agent.name, "bold")
    if outcome.ok:
        due = soon("next run", outcome.next_run_us, time.time())
        pid = f"pid {outcome.pid}" if outcome.pid else ""
        out.line(f"{name}: " + ", ".join(filter(None, (outcome.did, outcome.note, pid, due))))
        return
    out.hint(f"{name}: {out.paint(outcome.failed, 'red')}: {outcome.reason}")
    for line in outcome.log:
        out.hint(f"    {line}")
