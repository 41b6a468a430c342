"""`install` and `apply`: one verb, told by hand or by configuration management."""

from collections.abc import Callable
from typing import Any

import click

from pa_units.cli import changes, kinds, options, out
from pa_units.cli.problems import show as show_problems
from pa_units.cli.result import items, tell
from pa_units.verbs import install as verb
from pa_units.verbs.install import Options, Result

PENDING = 8


def how(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of everything that installs."""
    for option in (
        options.root,
        options.json,
        click.option(
            "--confirm-within",
            type=options.seconds,
            default=0.0,
            metavar="TIME",
            help="Roll back by itself what is not up within TIME, such as 2m.",
        ),
        click.option(
            "--user-changed", is_flag=True, help="An agent may run as another user than before."
        ),
        options.no_block,
        click.option("--no-start", is_flag=True, help="Install without starting."),
        click.option("--strict", is_flag=True, help="Warnings and notes are errors."),
        click.option("--force", is_flag=True, help="Write over foreign and hand-edited files."),
        click.option("--diff", is_flag=True, help="Show what would change; change nothing."),
        options.dry_run,
        options.driver,
        options.scope,
    ):
        command = option(command)
    return command


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=kinds.SPEC)
@how
def install(paths: tuple[str, ...], **given: Any) -> int:
    """Install every agent of the spec files, or of the files in a directory, or bring it up to
    date, and start what shall run.

    Nothing changes when a spec has an error. It fails when one of them does not come up.
    """
    return run(paths, prune=False, **given)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=kinds.SPEC)
@click.option(
    "--prune", is_flag=True, help="Uninstall agents that came from PATH and are gone from it."
)
@how
def apply(paths: tuple[str, ...], **given: Any) -> int:
    """Make what is installed the same as what stands in spec files and directories. Applied again
    it changes nothing; `pa plan` says before what it would do.

    Agents from elsewhere are never touched. It fails when one of them does not come up.
    """
    return run(paths, **given)


def run(
    paths: tuple[str, ...],
    *,
    scope: str | None,
    driver: str,
    root: str,
    as_json: bool,
    dry_run: bool,
    diff: bool,
    no_block: bool,
    no_start: bool,
    **given: Any,
) -> int:
    """Carry out either of them."""
    at = options.at(scope, root, driver)
    wanted = Options(dry_run=dry_run or diff, wait=not no_block, start=not no_start, **given)
    result = verb.install(at, paths, wanted)
    show_problems(result.problems)
    if wanted.dry_run:
        return _foretell(result, with_text=diff, as_json=as_json)
    return tell(result, as_json=as_json)


def _foretell(result: Result, *, with_text: bool, as_json: bool) -> int:
    found = result.changes
    if as_json:
        out.json(items(result))
    else:
        changes.show(found.files)
        if with_text:
            changes.show_text(found)
        elif not found.any:
            out.line("nothing to do")
    return PENDING if with_text and found.any else 0
