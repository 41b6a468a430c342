"""`install`."""

import click

from pa_units.cli import lifecycle, options, out
from pa_units.cli.problems import show as show_problems
from pa_units.cli.show_status import user
from pa_units.verbs import install as verb
from pa_units.verbs.install import Options, Result
from pa_units.write.changes import Action, Changes

PENDING = 8


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@options.scope
@click.option("--dry-run", is_flag=True, help="Say what would change, change nothing.")
@click.option("--diff", is_flag=True, help="Show what would change, line by line; change nothing.")
@click.option("--force", is_flag=True, help="Write over foreign and hand-edited files.")
@click.option("--strict", is_flag=True, help="Warnings and notes are errors.")
@click.option("--no-start", is_flag=True, help="Install without starting.")
@options.no_block
@click.option("--user-changed", is_flag=True, help="An agent may run as another user than before.")
@options.root
def install(
    files: tuple[str, ...],
    scope: str | None,
    dry_run: bool,
    diff: bool,
    force: bool,
    strict: bool,
    no_start: bool,
    no_block: bool,
    user_changed: bool,
    root: str,
) -> int:
    """Install every agent of the spec files, or bring it up to date, and start what shall run.

    Nothing changes when a spec has an error. Exit code: 0 all of them run, 1 one does not come up,
    2 a spec has errors, 4 no permission, 8 changes are pending (--diff).
    """
    at = options.at(scope, root)
    wanted = Options(
        force=force,
        strict=strict,
        dry_run=dry_run or diff,
        wait=not no_block,
        start=not no_start,
        user_changed=user_changed,
    )
    result = verb.install(at, files, wanted)
    show_problems(result.problems)
    if wanted.dry_run:
        return _show_plan(result.changes, with_text=diff)
    _show_written(result)
    return lifecycle.report(result.outcomes)


_SIGNS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.ADJUST: ("~", "yellow"),
    Action.REMOVE: ("-", "red"),
}


def _show_plan(changes: Changes, *, with_text: bool) -> int:
    show_changes(changes)
    if with_text:
        _show_text(changes)
        return PENDING if changes.any else 0
    if not changes.any:
        out.line("nothing to do")
    return 0


def show_changes(changes: Changes) -> None:
    """Print one line per path that changes."""
    for change in changes.files:
        if change.action in _SIGNS:
            sign, style = _SIGNS[change.action]
            conflict = f"  ({change.conflict})" if change.conflict else ""
            out.line(f"{out.paint(sign, style)} {change.path}{conflict}")


def _show_text(changes: Changes) -> None:
    from pa_units.write.text import unified

    out.text(unified(changes))


_DONE = {Action.CREATE: "installed", Action.UPDATE: "updated"}


def _show_written(result: Result) -> None:
    """Say which agents were written and as whom they run; how they came up is told after it."""
    if result.recovered:
        out.hint(f"pa: {result.recovered}")
    for change in result.changes.files:
        if change.action is Action.KEEP:
            out.hint(f"pa: kept as it was edited by hand: {change.path} (--diff shows the edits)")
    for agent in result.written:
        done = _DONE[result.changes.agents[agent.name].action]
        out.line(f"{out.paint(agent.name, 'bold')}: {done} ({agent.scope}), runs as {user(agent)}")
