"""`register`, `unregister`, `set`, `edit`."""

import os
import sys

import click

from pa_units.cli import changes, kinds, options, out
from pa_units.cli.problems import show as show_problems
from pa_units.cli.problems import show_refusal
from pa_units.cli.result import tell
from pa_units.cli.uninstall import uninstall
from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.ledger import Installed
from pa_units.kit.errors import UsageError
from pa_units.verbs import change
from pa_units.verbs import register as registering
from pa_units.verbs.change import Editable
from pa_units.verbs.here import Here
from pa_units.verbs.install import Options, Result
from pa_units.verbs.refusal import SpecRefused
from pa_units.verbs.select import one

unregister = click.Command(
    "unregister",
    params=uninstall.params,
    callback=uninstall.callback,
    help="The same as `pa uninstall`: stop agents and remove their files.",
)


@click.command()
@click.argument("name")
@click.option("--cmd", required=True, help="The program and its arguments.")
@click.option(
    "--cwd",
    default="",
    metavar="DIR",
    type=kinds.DIRECTORY,
    help="Working directory; its owner runs it.",
)
@click.option("--env", multiple=True, metavar="NAME=VALUE", help="An environment variable.")
@click.option("--auto-start", is_flag=True, help="Start at boot.")
@click.option("--shell", is_flag=True, help="Run the command through sh -c.")
@options.dry_run
@options.driver
@options.scope
def register(
    name: str,
    cmd: str,
    cwd: str,
    env: tuple[str, ...],
    auto_start: bool,
    shell: bool,
    dry_run: bool,
    driver: str,
    scope: str | None,
) -> int:
    """Install an agent from the command line, without starting it: `pa start NAME` does.

    Without --cwd it works in the current directory, or in one of its own if that belongs to root.
    """
    wanted = registering.Wanted(name, cmd, cwd, env, auto_start, shell)
    at = options.at(scope, driver=driver)
    return _told(registering.register(at, wanted, dry_run=dry_run), dry_run)


@click.command("set")
@click.argument("name", type=kinds.AGENT)
@click.argument("assignments", nargs=-1, required=True, metavar="KEY=VALUE…", type=kinds.FIELD)
@options.dry_run
@options.scope
def set(  # noqa: A001 (the command's name)
    name: str, assignments: tuple[str, ...], dry_run: bool, scope: str | None
) -> int:
    """Change fields of an installed agent, such as resources.memory_limit=1G or env.LEVEL=debug.

    The spec file that it came from is changed, comments stay; if that file has changed since, the
    installed copy is. The agent is restarted.
    """
    at = options.at(scope)
    agent = one(at, name)
    source, text = change.assigned(at, agent, assignments)
    return _told(change.apply(at, source, text, Options(dry_run=dry_run)), dry_run)


@click.command()
@click.argument("name", type=kinds.AGENT)
@click.option("--override", is_flag=True, help="Edit a drop-in of the unit instead of the spec.")
@options.dry_run
@options.scope
def edit(name: str, override: bool, dry_run: bool, scope: str | None) -> int:
    """Open the spec of an installed agent in $VISUAL or $EDITOR and apply it when it is saved.

    A spec with errors is not applied: it is opened again, or your text is kept beside it.
    """
    at = options.at(scope)
    agent = one(at, name)
    if override and agent.driver != SYSTEMD:
        raise UsageError(
            "cannot override a unit: the built-in supervisor has no drop-ins",
            f"pa edit {name} opens the spec itself",
        )
    if override and dry_run:
        raise UsageError("cannot foresee a drop-in: leave --dry-run or --override out")
    if override:
        return _edit_drop_in(at, agent)
    source = change.editable(at, agent)
    text = source.text
    while (written := _edited(source, text)) not in (None, source.text):
        assert written is not None
        text = written
        try:
            return _told(change.apply(at, source, text, Options(dry_run=dry_run)), dry_run)
        except SpecRefused as refused:
            show_refusal(refused, as_json=False)
            if not (sys.stdin.isatty() and click.confirm("edit again?", default=True, err=True)):
                raise _kept(source, text) from None
    out.hint("nothing was changed")
    return 0


def _edited(source: Editable, text: bytes) -> bytes | None:
    suffix = os.path.splitext(source.path)[1]
    answer = click.edit(text.decode(), extension=suffix, require_save=True)
    return None if answer is None else answer.encode()


def _kept(source: Editable, text: bytes) -> UsageError:
    """The user's work is not lost with their mistake."""
    import tempfile

    suffix = os.path.splitext(source.path)[1]
    with tempfile.NamedTemporaryFile(prefix="pa-edit-", suffix=suffix, delete=False) as file:
        file.write(text)
    return UsageError("the spec was not applied", f"your text is kept in {file.name}")


def _edit_drop_in(at: Here, agent: Installed) -> int:
    """systemctl's own editor: it knows where drop-ins stand and reloads after it."""
    manager = ["--user"] if at.scope == "user" else []
    os.execvp("systemctl", ["systemctl", *manager, "edit", agent.units[0].name])  # noqa: S606 (takes the terminal over; no shell)


def _told(result: Result, dry_run: bool) -> int:
    show_problems(result.problems)
    if dry_run:
        changes.show(result.changes.files)
        return 0
    return tell(result, as_json=False)
