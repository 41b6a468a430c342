"""The whole command line as data: verbs, their options, and what each word stands for."""

from collections.abc import Iterator
from typing import NamedTuple

import click

from pa_units.cli.table import COMMANDS

MANY = -1
"""nargs of click: any number of words"""


class Value(NamedTuple):
    """A word that an option or a verb takes."""

    kind: str
    """a name of `cli.kinds`, `choice`, or another type of click"""
    choices: tuple[str, ...] = ()


class Option(NamedTuple):
    """One option of a verb."""

    words: tuple[str, ...]
    """`-f`, `--follow`"""
    help: str
    value: Value | None = None
    """None: it takes none"""


class Verb(NamedTuple):
    """A verb, or a verb below one: `secret set`."""

    context: click.Context
    """of click: what usage and help are asked of"""
    path: tuple[str, ...]
    """() is `pa` itself"""
    options: tuple[Option, ...]
    arguments: tuple[Value, ...] = ()
    repeats: bool = False
    """the last argument may be given many times"""
    below: tuple[str, ...] = ()
    """the verbs below it, in the order of help"""

    @property
    def name(self) -> str:
        """`secret set`"""
        return " ".join(self.path)

    @property
    def help(self) -> str:
        """One line."""
        if self.name in COMMANDS:
            return COMMANDS[self.name].help
        return self.context.command.get_short_help_str(limit=100)


def verbs(command: click.Command) -> Iterator[Verb]:
    """Yield a command and all below it, from the top down, as click has them."""
    yield from _verbs(click.Context(command, info_name="pa", **command.context_settings), ())


def _verbs(context: click.Context, path: tuple[str, ...]) -> Iterator[Verb]:
    command = context.command
    below = command.list_commands(context) if isinstance(command, click.Group) else []
    yield _verb(context, path, tuple(below))
    for name in below:
        assert isinstance(command, click.Group)
        found = command.get_command(context, name)
        assert found is not None
        yield from _verbs(click.Context(found, context, name), (*path, name))


def _verb(context: click.Context, path: tuple[str, ...], below: tuple[str, ...]) -> Verb:
    parameters = context.command.get_params(context)
    arguments = [one for one in parameters if isinstance(one, click.Argument)]
    return Verb(
        context,
        path,
        tuple(_option(one) for one in parameters if isinstance(one, click.Option)),
        tuple(map(_value, arguments)),
        any(one.nargs == MANY for one in arguments),
        below,
    )


def _option(option: click.Option) -> Option:
    takes_none = option.is_flag or option.count
    words = (*option.opts, *option.secondary_opts)
    return Option(words, option.help or "", None if takes_none else _value(option))


def _value(parameter: click.Parameter) -> Value:
    if isinstance(parameter.type, click.Choice):
        return Value("choice", tuple(map(str, parameter.type.choices)))
    return Value(parameter.type.name)
