"""Every verb that changes something says before what it would do."""

import click
import pytest

from pa_units.cli.main import pa
from pa_units.cli.table import COMMANDS

READING = {
    "plan",
    "history",
    "wait",
    "status",
    "health",
    "is-active",
    "is-failed",
    "list",
    "show",
    "stats",
    "logs",
    "cat",
    "compile",
    "explain",
    "validate",
    "schema",
    "completion",
    "boot",
    "doctor",
    "diagnose",
    "events",
}
"""Nothing that is installed changes."""

AUTHORING = frozenset({"fmt", "init", "demo", "debug"})
"""They write the file that they are told to: `fmt --check` looks, `-o -` prints. The demo
touches nothing but a directory of its own."""


def command(name: str) -> click.Command:
    found = pa.get_command(click.Context(pa), name)
    assert found is not None
    return found


def options(found: click.Command) -> set[str]:
    return {option for parameter in found.params for option in parameter.opts}


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in READING | AUTHORING])
def test_dry_run_is_offered(name: str) -> None:
    found = command(name)
    verbs = [found]
    if isinstance(found, click.Group):
        verbs = [verb for key, verb in found.commands.items() if key not in READING]
    for verb in verbs:
        assert "--dry-run" in options(verb), verb.name
