"""pa(1) and pa-spec(5) in man(7), from the same data as docs/cli.md and docs/spec.md."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import cli_page
from pa_units import __version__
from pa_units.cli.completion.words import Verb
from pa_units.cli.table import EVERY_EXIT, INSTEAD, exits

DATE = "2026-11-21"
"""of the version"""
MADE = '.\\" made by contrib/generate.py: change the code, not this file'
FILES = (
    ("/etc/pa/agents/NAME.yaml", "the installed copy of a spec"),
    ("/etc/pa/secrets/", "values of ${VAR}, which root alone reads"),
    ("/etc/systemd/system/NAME.service", "the generated unit; drop-ins beside it are kept"),
    ("/var/lib/pa/", "what is installed, and its versions"),
    ("/usr/local/lib/pa/VERSION/", "helper programs that units run"),
    ("~/.config/pa/, ~/.config/systemd/user/, ~/.local/state/pa/", "the same of a user"),
)
ENVIRONMENT = (
    ("VISUAL, EDITOR", "the editor of pa edit"),
    ("NO_COLOR, FORCE_COLOR", "no colour; colour also where there is no terminal"),
    ("COLUMNS", "how wide tables may be"),
    ("XDG_RUNTIME_DIR", "where the service manager of a user is reached"),
    ("PA_HOME", "a directory that takes the place of all the others, for trying things out"),
)


class Field(NamedTuple):
    """One field of a spec, in words."""

    dotted: str
    kind: str
    default: str
    meaning: str
    others: str


def pa() -> str:
    """pa(1)."""
    return _text(_pa())


def _pa() -> Iterator[str]:
    yield from _head("PA", 1, "pa", "run agents as native services, from one YAML file")
    yield from (".SH SYNOPSIS", ".B pa", ".I VERB", "[options]", "[NAME\\&... | PATH\\&...]")
    yield ".SH DESCRIPTION"
    yield from _paragraph(
        "pa compiles an agent spec, see pa-spec(5), to units of systemd(1), installs them, and"
        " shows what they do. PID 1 supervises; pa itself does not run."
    )
    for line in cli_page.HEAD.split("\n\n")[2].split("\n- "):
        yield from _paragraph(_plain(line.removeprefix("- ")))
    yield ".SH COMMANDS"
    for verb in cli_page.shown():
        yield from _verb(verb)
    yield ".SH EXIT STATUS"
    yield from _list((str(code), words) for code, words in EVERY_EXIT.items())
    yield from _paragraph("Further ones stand with the commands that have them.")
    yield ".SH WORDS OF OTHER TOOLS"
    yield from _list(INSTEAD.items())
    yield ".SH FILES"
    yield from _list(FILES)
    yield ".SH ENVIRONMENT"
    yield from _list(ENVIRONMENT)
    yield from (".SH SEE ALSO", ".BR pa-spec (5),", ".BR systemctl (1),")
    yield from (".BR journalctl (1),", ".BR systemd.service (5)")


def _verb(verb: Verb) -> Iterator[str]:
    yield f".SS {_escaped(cli_page.usage(verb))}"
    for text in cli_page.paragraphs(verb):
        yield from _literal(text[1:]) if text.startswith("\f") else _paragraph(text)
    yield from _list(cli_page.options(verb))
    if codes := exits(verb.path[0]):
        words = ", ".join(f"{code} {what}" for code, what in codes.items())
        yield from _paragraph(f"Exit codes: {words}.")


def spec(fields: Iterable[Field]) -> str:
    """pa-spec(5)."""
    return _text(_spec(fields))


def _spec(fields: Iterable[Field]) -> Iterator[str]:
    yield from _head("PA-SPEC", 5, "pa-spec", "the agent spec that pa(1) installs")
    yield ".SH DESCRIPTION"
    yield from _paragraph(
        "A spec is YAML or JSON: a list under agents:, or one agent at the top of the file. Times"
        " are 500ms, 30s, 1h30m; sizes 512M, 1.5G (base 1024). A single text may stand for a list"
        " of one. An unknown key is an error. pa validate FILE tells every problem at its line."
    )
    yield ".SH EXAMPLE"
    yield from _literal(
        "name: trading-bot\ncmd: python3 bot.py\ncwd: /home/kbot/trading\n"
        "restart_policy: on-failure\nmax_restarts: 5\nresources: {memory_limit: 512M}\n"
        "env: {API_KEY: '${TRADING_API_KEY}'}"
    )
    yield ".SH FIELDS"
    yield from _list((_title(field), _meaning(field)) for field in fields)
    yield from (".SH SEE ALSO", ".BR pa (1),", ".BR systemd.exec (5),", ".BR systemd.service (5)")


def _title(field: Field) -> str:
    return f"{field.dotted}: {field.kind}"


def _meaning(field: Field) -> str:
    default = {"": "", "required": "Required."}.get(field.default, f"Default: {field.default}.")
    others = f"Also written {field.others}." if field.others else ""
    meaning = f"{field.meaning[:1].upper()}{field.meaning[1:]}." if field.meaning else ""
    return " ".join(filter(None, (meaning, default, others)))


def _head(title: str, section: int, name: str, words: str) -> Iterator[str]:
    yield MADE
    yield f'.TH {title} {section} {DATE} "pa {__version__}" "pa"'
    yield from (".SH NAME", f"{_escaped(name)} \\- {_escaped(words)}")


def _paragraph(text: str) -> Iterator[str]:
    yield ".PP"
    yield _escaped(text)


def _literal(text: str) -> Iterator[str]:
    yield from (".PP", ".nf")
    yield from map(_escaped, text.rstrip().splitlines())
    yield ".fi"


def _list(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, words in rows:
        yield from (".TP", f"\\fB{_escaped(term)}\\fR", _escaped(words))


def _plain(markdown: str) -> str:
    return " ".join(markdown.replace("**", "").replace("`", "").split())


def _escaped(text: str) -> str:
    """groff_man(7): a minus that is typed, no escapes, and no line that looks like a request."""
    found = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "\\&...")
    return f"\\&{found}" if found[:1] in (".", "'") else found


def _text(lines: Iterable[str]) -> str:
    """A heading begins a paragraph by itself."""
    text = "".join(f"{line}\n" for line in lines)
    return re.sub(r"(?m)^(\.S[HS] .*\n)\.PP\n", r"\1", text)
