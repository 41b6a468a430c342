"""Values as systemd reads them back: quoting by systemd.syntax(7), one function per kind of value.

Every value of a unit file is a `UnitText`, and only the functions here make one, so text that
nobody quoted cannot reach a file: rendering refuses a plain string.

A command line passes three steps in this order: words are split, unquoted and C-unescaped; then
`%` specifiers are expanded; then `$` (measured: `\\x25n` still becomes the unit's name and
`\\x24HOME` still expands, so only `%%` and `$$` protect those two).
"""

import re
from collections.abc import Iterable

from pa_units.spec.template import Var, parse

_MS_PER_SECOND = 1000


class UnitText(str):
    """Text that may stand behind a `=` in a unit file as it is."""

    __slots__ = ()


class Inexpressible(ValueError):
    """No spelling of this value exists in a unit file; the message says why."""


_NEEDS_QUOTES = re.compile(r"[\s\"'\\;]|^$")
_C_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_ESCAPED = re.compile(r'[\\"\x00-\x1f\x7f]')


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _C_ESCAPES.get(character) or f"\\x{ord(character):02x}"


def _quoted(text: str) -> str:
    """Quote one word whose `%` and `$` are already protected."""
    return f'"{_ESCAPED.sub(_escape, text)}"' if _NEEDS_QUOTES.search(text) else text


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _refuse_line_breaks(text: str) -> None:
    if _CONTROL.search(text):
        raise Inexpressible("control characters cannot stand in a unit file here")


def percent(text: str) -> str:
    """Protect `%` from specifier expansion, systemd.unit(5)."""
    return text.replace("%", "%%")


def line(text: str) -> UnitText:
    """A value that is the rest of its line: `Description=`, `WorkingDirectory=`, `append:` paths.

    Quotes are literal there (a quoted path is "not absolute"), blanks at the ends are cut and a
    final backslash continues the line. `%i` is empty in a unit that is no instance: it guards
    both ends.
    """
    _refuse_line_breaks(text)
    guarded = percent(text)
    if text[:1].isspace():
        guarded = "%i" + guarded
    if text[-1:].isspace() or text.endswith("\\"):
        guarded += "%i"
    return UnitText(guarded)


def template_word(raw: str) -> str:
    """One word of a command in the spec's language: `${VAR}` is expanded at start by systemd,
    every other `$` and `%` is literal."""
    parts = (
        f"${{{part.name}}}" if isinstance(part, Var) else percent(part).replace("$", "$$")
        for part in parse(raw)
    )
    return _quoted("".join(parts))


def command(words: Iterable[str], *, executable: str | None = None, prefix: str = "") -> UnitText:
    """A command line for `Exec…=`: `words` in the spec's language, its program at `executable`.

    The program's path passes unquoting and specifiers but never `$` expansion, while `argv[0]`
    does: a path with a dollar sign is written with `@`, which names the two apart.
    """
    first, *rest = words
    program = executable or first
    path = _quoted(percent(program))
    head = f"@{path} {template_word(program)}" if "$" in program else path
    return UnitText(prefix + " ".join([head, *map(template_word, rest)]))


def own_command(*words: str, prefix: str = "") -> UnitText:
    """A command line of ours: `%n` and `$MAINPID` in it are meant."""
    return UnitText(prefix + " ".join(_quoted(word) for word in words))


def assignment(name: str, value: str) -> UnitText:
    """One `Environment=` assignment: unquoted, C-unescaped and `%`-expanded, but not `$`."""
    return UnitText(_quoted(percent(f"{name}={value}")))


_PATH_SPECIAL = re.compile(r"([\s\"'\\:])")


def path_word(path: str) -> UnitText:
    """One path of `ReadWritePaths=` or `BindPaths=`: lists where a backslash protects any
    character, and where a colon separates source from destination."""
    _refuse_line_breaks(path)
    return UnitText(_PATH_SPECIAL.sub(r"\\\1", percent(path)))


def words(items: Iterable[str]) -> UnitText:
    """A list of unit names, signals or exit codes: nothing in it needs quoting."""
    return UnitText(" ".join(items))


def span(milliseconds: int) -> UnitText:
    """A time span. `s` and `ms` only: `1M` is a month and a bare `m` in the wrong case ignored."""
    if milliseconds % _MS_PER_SECOND == 0:
        return UnitText(f"{milliseconds // _MS_PER_SECOND}s")
    return UnitText(f"{milliseconds}ms")


def number(value: float) -> UnitText:
    """A plain number; bytes are written as such because `512MB` is ignored: no limit at all."""
    return UnitText(f"{value:.10g}" if isinstance(value, float) else str(value))


def percentage(value: float) -> UnitText:
    """`CPUQuota=50%`: without the sign it is ignored."""
    return UnitText(f"{value:.10g}%")


def flag(value: bool) -> UnitText:
    """A boolean."""
    return UnitText("yes" if value else "no")


def word(text: str) -> UnitText:
    """A word from a closed set of ours (a mode, a policy, a signal)."""
    if _NEEDS_QUOTES.search(text) or "%" in text:
        raise Inexpressible(f"not a plain word: {text!r}")
    return UnitText(text)


def raw(text: str) -> UnitText:
    """A value of the spec's `systemd:` passthrough: systemd's own syntax, kept to one line."""
    _refuse_line_breaks(text)
    if text.endswith("\\"):
        raise Inexpressible("a final backslash would continue into the next line")
    return UnitText(text)
