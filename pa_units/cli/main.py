"""The click group: commands are imported when they run, errors end here."""

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise

import click

from pa_units.cli import out
from pa_units.cli.table import ASKING, COMMANDS, HIDDEN, INSTEAD, UNKNOWN, exits
from pa_units.kit.errors import NotInstalled, PaError
from pa_units.verbs.refusal import SpecRefused

INTERRUPTED = 130


class LazyGroup(click.Group):
    """Resolves a verb by importing the module that holds it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb."""
        found = COMMANDS.get(cmd_name) or HIDDEN.get(cmd_name)
        if found is None:
            return None
        module = import_module(f"pa_units.cli.{found.module}")
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        command.epilog = _epilog(cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb; click itself would end with 1 when nobody reads its output any more."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as gone:
            return out.cannot_print(gone)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Answer words of other tools with what to say here."""
        word = args[0] if args else ""
        if word not in COMMANDS and word in INSTEAD:
            raise click.UsageError(f"there is no '{word}' here: {INSTEAD[word]}", ctx)
        return super().resolve_command(ctx, args)


def _epilog(name: str) -> str | None:
    codes = exits(name) if name in COMMANDS else {}
    words = ", ".join(f"{code} {meaning}" for code, meaning in codes.items())
    return f"Exit codes: 0, 1, 2 as everywhere, {words}." if words else None


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="pa-units", message="pa %(version)s")
def pa() -> None:
    """One YAML agent spec in, native services out: the init system supervises, pa compiles,
    observes and tells it what it sees.

    Exit codes: 0 done, 1 failed, 2 wrong arguments or a spec with errors; more with each command.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. The single place where errors are told."""
    as_json = _wants_json(arguments)
    try:
        result = pa.main(list(arguments), prog_name="pa", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except SpecRefused as refused:
        from pa_units.cli.problems import show_refusal

        show_refusal(refused, as_json=as_json)
        return refused.exit_code
    except PaError as error:
        code = _failed(error, as_json=as_json)
        return UNKNOWN if isinstance(error, NotInstalled) and arguments[0] in ASKING else code
    except click.exceptions.NoArgsIsHelpError as asked:
        out.line(asked.format_message())
        return 0
    except click.ClickException as error:
        return _misused(error, as_json=as_json)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:
        sys.stdout.flush()  # If that is what failed, it fails again, and `entry` says so.
        return _failed(_system(error), as_json=as_json)


def _wants_json(arguments: Sequence[str]) -> bool:
    pairs = set(pairwise(arguments))
    asked = {"--json", "-ojson", "--output=json"} & set(arguments)
    return bool(asked or {("-o", "json"), ("--output", "json")} & pairs)


def _failed(error: PaError, *, as_json: bool) -> int:
    if as_json:
        out.json_error([{"message": error.message, "hint": error.hint}])
    else:
        out.error(error)
    return error.exit_code


def _misused(error: click.ClickException, *, as_json: bool) -> int:
    context = getattr(error, "ctx", None)
    message = error.format_message()
    problem = PaError(
        message[:1].lower() + message[1:].rstrip("."),
        f"{context.command_path if context else 'pa'} --help",
    )
    problem.exit_code = 2
    return _failed(problem, as_json=as_json)


def _system(error: OSError) -> PaError:
    """An unexpected answer of the system, named by what was touched."""
    where = f"use {error.filename}" if error.filename else "go on"
    problem = PaError(f"cannot {where}: {os.strerror(error.errno or 0).lower()}")
    problem.exit_code = 4 if error.errno in (errno.EACCES, errno.EPERM) else 1
    return problem
