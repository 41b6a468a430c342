"""`supervisor status|stop|run|boot`."""

import click

from pa_units.cli import kinds, options, out
from pa_units.cli.problems import show as show_problems
from pa_units.cli.result import tell
from pa_units.kit.figures import plural
from pa_units.verbs import at_boot
from pa_units.verbs import supervisor as verb
from pa_units.verbs.at_boot import Way

SCHEMA = "pa.supervisor/1"
NOT_RUNNING = 3


@click.group()
def supervisor() -> None:
    """The built-in supervisor, which runs agents on hosts without an init system.

    It is started by the first command that needs it, and ends with its last agent.
    """


@supervisor.command()
@options.scope
@options.json
def status(scope: str | None, as_json: bool) -> int:
    """Show whether it runs. Exit code: 0 it does, 3 it does not."""
    at = options.at(scope)
    found = verb.status(at)
    if as_json:
        out.json([{"schema": SCHEMA, "scope": at.scope, **found._asdict()}])
    elif found.pid:
        agents = f"{found.running} of {plural(found.units, 'unit')} running"
        out.line(f"supervisor: running, pid {found.pid} ({at.scope}), {agents}, pa {found.version}")
        out.line(f"    socket {found.socket}")
        out.line(f"    log    {found.log}")
    else:
        out.line(f"supervisor: not running ({at.scope})")
        out.hint("    hint: pa start and pa install start it when there is something to run")
    return 0 if found.pid else NOT_RUNNING


@supervisor.command()
@options.scope
@options.dry_run
def stop(scope: str | None, dry_run: bool) -> None:
    """Stop all of its agents, then the supervisor itself.

    With the next supervisor everything starts again that starts at boot.
    """
    at = options.at(scope)
    before = verb.status(at) if dry_run else verb.stop(at)
    if before.pid:
        did = "would be stopped" if dry_run else "stopped"
        also = f", with {plural(before.running, 'running unit')}" if before.running else ""
        out.line(f"supervisor: {did} ({at.scope}){also}")
    else:
        out.line(f"supervisor: not running ({at.scope})")


@supervisor.command()
@click.argument("paths", nargs=-1, metavar="[PATH]…", type=kinds.SPEC)
@click.option("--foreground", is_flag=True, help="Stay, and print what happens; for containers.")
@options.scope
@options.dry_run
def run(paths: tuple[str, ...], foreground: bool, scope: str | None, dry_run: bool) -> None:
    """Start it, and with it every agent that starts at boot.

    Agents of spec files or directories, if there are any, are installed first. As the first
    process of a container it reaps orphans, passes signals on, and ends when its agents have
    ended, with the exit code of the one that failed.
    """
    at = options.at(scope)
    if dry_run:
        words = "runs already" if verb.status(at).pid else "would be started"
        out.line(f"supervisor: {words} ({at.scope})")
        return
    if result := verb.prepare(at, paths):
        show_problems(result.problems)
        tell(result, as_json=False)
    if foreground:
        out.flush()
        verb.become(at)
    pid = verb.start(at)
    words = f"started, pid {pid}" if pid else "runs already"
    out.line(f"supervisor: {words} ({at.scope})")


@supervisor.command()
@click.option(
    "--for",
    "way",
    type=click.Choice([way.value for way in Way]),
    help="What shall start it; left out: what this host has.",
)
@options.scope
def boot(way: str | None, scope: str | None) -> None:
    """Print what makes it start when this host boots, and where to put it. Changes nothing."""
    found = at_boot.entry(options.at(scope), Way(way) if way else None)
    out.hint(f"# for {found.way}; put it into {found.where}")
    out.text(found.text)
