"""docs/cli.md, from the commands that click runs and the table of them."""

from collections.abc import Callable, Iterable
from inspect import cleandoc

import click

from pa_units.cli.completion.words import Verb, verbs
from pa_units.cli.main import pa
from pa_units.cli.table import EVERY_EXIT, INSTEAD, exits

HEAD = """\
# The command line

`pa` and `persistent-agent` are two names of one program. `pa VERB --help` says what stands here.

- **NAME** is an installed agent, `NAME@2` one of its replicas, a glob (`'bot-*'`, quoted) all that
  match; `--all` means every agent, `-l KEY=VALUE` those with a label.
- **PATH** is a spec file, or a directory: all `.yaml`, `.yml` and `.json` files right in it. `-` is
  standard input.
- **Scope**: root acts on the system's services, anyone else on their own; `--system`, `--user`.
- **TIME** is written as in a spec: `90s`, `2m`, `1h30m`.
- `--json` prints a list of items, each with its `schema`; errors are an item `pa.error/1`.
- Colour on a terminal only; `NO_COLOR` and `FORCE_COLOR` decide otherwise. `COLUMNS` is the width
  of tables.
"""

EXIT_HEAD = """\
## Exit codes

Those of every command; what else a command may end with stands with it.
"""

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]


def page(table: Table) -> str:
    """The page; `table` lays a Markdown table out."""
    codes = table(("Code", "Meaning"), ((str(code), words) for code, words in EVERY_EXIT.items()))
    told = [_verb(verb, table) for verb in shown()]
    words = table(
        ("Word", "Here"), ((f"`{word}`", _instead(here)) for word, here in INSTEAD.items())
    )
    return "\n".join([HEAD, f"{EXIT_HEAD}\n{codes}", *told, f"## Words of other tools\n\n{words}"])


def shown() -> list[Verb]:
    """The verbs that do something: groups are told by what is below them."""
    return [verb for verb in verbs(pa) if verb.path and not verb.below]


def usage(verb: Verb) -> str:
    """`pa install [OPTIONS] PATH…`"""
    pieces = verb.context.command.collect_usage_pieces(verb.context)
    return " ".join(["pa", *verb.path, *pieces])


def paragraphs(verb: Verb) -> list[str]:
    """What its help says. A paragraph that begins with a form feed keeps its lines."""
    text = cleandoc(verb.context.command.help or "").replace("\b\n", "\f")
    return [
        one if one.startswith("\f") else " ".join(one.split()) for one in text.split("\n\n") if one
    ]


def options(verb: Verb) -> list[tuple[str, str]]:
    """`-n, --lines COUNT` and what it means."""
    parameters = verb.context.command.params
    found = [
        one.get_help_record(verb.context) for one in parameters if isinstance(one, click.Option)
    ]
    return [record for record in found if record]


def _verb(verb: Verb, table: Table) -> str:
    parts = [f"## pa {verb.name}", f"```\n{usage(verb)}\n```", *map(_paragraph, paragraphs(verb))]
    if rows := options(verb):
        parts.append(table(("Option", "Meaning"), ((f"`{a}`", b) for a, b in rows)).rstrip())
    if codes := exits(verb.path[0]):
        parts.append("Exit codes: " + ", ".join(f"{code} {what}" for code, what in codes.items()))
    return "\n\n".join(parts) + "\n"


def _paragraph(text: str) -> str:
    return f"```\n{text.removeprefix(chr(12))}\n```" if text.startswith("\f") else text


def _instead(words: str) -> str:
    return f"`{words}`" if words.startswith("pa ") else words
