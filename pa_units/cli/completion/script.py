"""A completion script: the shell's own logic from `templates/`, and the tables made here."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pa_units.cli.completion.words import Value, Verb
from pa_units.kit.render import static_text

Lines = Iterable[str]
Table = Mapping[str, Lines]
"""words for a key"""


class Shell(NamedTuple):
    """How a shell writes a function that puts words of a table into the variable `_pa_found`."""

    begin: str
    switch: str
    case: str
    esac: str
    end: str
    quote: Callable[[str], str]


def _quoted_in_fish(text: str) -> str:
    """Inside single quotes fish reads two escapes (fish-language(1)); sh(1) reads none."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_SH = Shell(
    "%s() {\n    _pa_found=()", 'case "$1" in', "%s) _pa_found=(%s) ;;", "esac", "}", shlex.quote
)
_FISH = Shell(
    "function %s\n    set -g _pa_found",
    "switch $argv[1]",
    "case %s; set -g _pa_found %s",
    "end",
    "end",
    _quoted_in_fish,
)
SHELLS: Mapping[str, Shell] = {"bash": _SH, "zsh": _SH, "fish": _FISH}


def script(shell: str, verbs: Sequence[Verb], fields: Sequence[str]) -> str:
    """Return what `shell`, one of `SHELLS`, reads to complete `pa`.

    `fields` are those of a spec, for `pa set`.
    """
    tables: Mapping[str, Table] = {
        "_pa_below": _below(verbs),
        "_pa_options": _options(verbs),
        "_pa_value": dict(_values(verbs)),
        "_pa_argument": dict(_arguments(verbs)),
        "_pa_fields": {"": fields},
    }
    text = "".join(
        f"{line}\n"
        for name, table in tables.items()
        for line in _function(SHELLS[shell], name, table)
    )
    return static_text(f"completion/pa.{shell}").replace("@TABLES@\n", text)


def _function(shell: Shell, name: str, table: Table) -> Iterator[str]:
    yield shell.begin % name
    yield f"    {shell.switch}"
    for key, lines in table.items():
        words = " ".join(map(shell.quote, lines))
        yield f"    {shell.case % (shell.quote(key), words)}"
    yield f"    {shell.esac}"
    yield shell.end


def _below(verbs: Sequence[Verb]) -> Table:
    """The verbs below each verb, with their help behind a tab."""
    helps = {verb.path: verb.help for verb in verbs}
    return {
        verb.name: [f"{name}\t{helps[(*verb.path, name)]}" for name in verb.below]
        for verb in verbs
        if verb.below
    }


def _options(verbs: Sequence[Verb]) -> Table:
    return {
        verb.name: [f"{word}\t{one.help}" for one in verb.options for word in one.words]
        for verb in verbs
    }


def _values(verbs: Sequence[Verb]) -> Iterator[tuple[str, Lines]]:
    """What each option of each verb takes, by `VERB OPTION`."""
    for verb in verbs:
        for option in verb.options:
            if option.value:
                taken = _taken(option.value)
                yield from ((f"{verb.name} {word}", taken) for word in option.words)


def _arguments(verbs: Sequence[Verb]) -> Iterator[tuple[str, Lines]]:
    """What each word takes, by `VERB NUMBER`, and `VERB +` for all that follow."""
    for verb in verbs:
        last = len(verb.arguments) - 1
        for number, value in enumerate(verb.arguments):
            where = "+" if verb.repeats and number == last else str(number)
            yield f"{verb.name} {where}", _taken(value)


def _taken(value: Value) -> Lines:
    """A kind, then what there is to choose."""
    return (value.kind, *value.choices)
