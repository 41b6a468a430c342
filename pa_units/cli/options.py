"""Options that several commands share."""

import os
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

import click

from pa_units.cli import kinds
from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope
from pa_units.drive.choose import DRIVERS, checked
from pa_units.kit.errors import UsageError
from pa_units.verbs import select
from pa_units.verbs.here import Here, here

Function = TypeVar("Function", bound=Callable[..., Any])
Agents = Sequence[Installed]
"""What `agents` gives to a command."""


def scope(command: Function) -> Callable[..., Any]:
    """`--system`/`--user`: which service manager; the command gets it as `scope`."""

    @wraps(command)
    def scoped(*arguments: Any, as_system: bool, as_user: bool, **options: Any) -> Any:
        if as_system and as_user:
            raise UsageError("--system and --user do not go together")
        asked = (Scope.SYSTEM if as_system else Scope.USER).value if as_system or as_user else None
        return command(*arguments, scope=asked, **options)

    system = click.option("--system", "as_system", is_flag=True, help="The system's services.")
    user = click.option("--user", "as_user", is_flag=True, help="Your own services.")
    return system(user(scoped))


def driver(command: Function) -> Function:
    """`--driver`: who shall supervise what is installed."""
    return click.option(
        "--driver",
        default="",
        type=_Driver(DRIVERS),
        metavar="NAME",
        help="Who supervises: systemd or builtin; else PA_DRIVER, else what this host has.",
    )(command)


class _Driver(click.Choice):  # type: ignore[type-arg]  # generic from click 8.2 on
    """One of those that there are. Whoever names another gets the answer of `drive.choose`."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        return checked(str(value)) if value else ""


def json(command: Function) -> Function:
    """`--json`: for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def watch(command: Function) -> Function:
    """`--watch`: as top(1)."""
    words = "Again and again, until interrupted."
    return click.option("--watch", is_flag=True, help=words)(command)


def names(command: Function) -> Function:
    """NAME… with `--all` and `-l`."""
    argument = click.argument("names", nargs=-1, metavar="[NAME]…", type=kinds.AGENT)
    everything = click.option("--all", "everything", is_flag=True, help="Every agent.")
    labels = click.option(
        *("-l", "--label", "labels"),
        multiple=True,
        metavar="KEY[=VALUE]",
        type=kinds.LABEL,
        help="By label.",
    )
    return argument(everything(labels(command)))


def agents(command: Function) -> Callable[..., Any]:
    """The agents that a command line means: the command gets where it acts, and them."""

    @wraps(command)
    def chosen(
        names: tuple[str, ...],
        everything: bool,
        labels: tuple[str, ...],
        scope: str | None,
        **options: Any,
    ) -> Any:
        where = at(scope, options.pop("root", ""))
        found = select.chosen(where, names, everything=everything, labels=labels)
        return command(where, found, **options)

    return _selection(chosen)


def _selection(command: Function) -> Callable[..., Any]:
    return names(scope(command))


def seconds(value: str | float) -> float:
    """Type of an option that is a time span as specs write it, `2m` or `1h30m`."""
    if isinstance(value, float):
        return value
    from pa_units.spec.bad import Bad
    from pa_units.spec.quantities import positive_duration

    try:
        return positive_duration(value) / 1000
    except Bad as bad:
        raise click.BadParameter(f"{bad}; {bad.hint}" if bad.hint else str(bad)) from None


def dry_run(command: Function) -> Function:
    """`--dry-run`: say it, do not do it."""
    words = "Say what would change, change nothing."
    return click.option("--dry-run", is_flag=True, help=words)(command)


def no_block(command: Function) -> Function:
    """`--no-block`: do not wait until agents are up."""
    return click.option("--no-block", is_flag=True, help="Do not wait for the result.")(command)


def root(command: Function) -> Function:
    """`--root DIR`: a tree that is not running."""
    return click.option(
        *("--root", "root"),
        default="",
        metavar="DIR",
        type=kinds.DIRECTORY,
        help="Write below DIR and drive nothing.",
    )(command)


def at(scope_name: str | None, below: str = "", driver: str = "") -> Here:
    """Where the command acts, and who is to supervise what it installs."""
    return here(Scope(scope_name) if scope_name else None, os.environ, below, driver)
