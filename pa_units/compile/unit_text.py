"""Values as systemd reads them back: quoting by systemd.syntax(7), one function per kind of value.
Paths have theirs in `unit_paths`, commands in `unit_commands`.

Every value of a unit file is a `UnitText`, and only the functions here make one, so text that
nobody quoted cannot reach a file: rendering refuses a plain string.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_MS_PER_SECOND = 1000


class UnitText(str):
    """Text that may stand behind a `=` in a unit file as it is."""

    __slots__ = ()


class Inexpressible(ValueError):
    """No spelling of `value` exists in a unit file; the message says why."""

    def __init__(self, value: str, why: str, hint: str = "", code: str = "inexpressible") -> None:
        super().__init__(why)
        self.value, self.hint, self.code = value, hint, code


remembered = lru_cache(maxsize=512, typed=True)
"""For values of which hundreds of agents have a few."""

_NEEDS_QUOTES = re.compile(r"[\x00-\x20\"'\\;\x7f]|^$")
_C_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_ESCAPED = re.compile(r'[\\"\x00-\x1f\x7f]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

LONGEST_WORD = (128 << 10) - 1
"""bytes of one argument or variable: MAX_ARG_STRLEN of execve(2), without its zero byte"""


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _C_ESCAPES.get(character) or f"\\x{ord(character):02x}"


def needs_quotes(text: str) -> bool:
    """Would systemd split the word, or take one of its signs for another?"""
    return bool(_NEEDS_QUOTES.search(text))


def quoted(text: str) -> str:
    """Quote one word whose `%` and `$` are already protected."""
    if len(text) * 4 > LONGEST_WORD and len(text.encode()) > LONGEST_WORD:
        raise Inexpressible(text, "a program can be given no word above 128 KiB")
    return f'"{_ESCAPED.sub(_escape, text)}"' if _NEEDS_QUOTES.search(text) else text


def refuse_control(text: str) -> None:
    """Raise Inexpressible where a control character stands in text that takes no escapes."""
    if _CONTROL.search(text):
        raise Inexpressible(text, "a control character cannot stand here in a unit file")


def percent(text: str) -> str:
    """Protect `%` from specifier expansion, systemd.unit(5)."""
    return text.replace("%", "%%")


def ends_badly(text: str) -> bool:
    """Blanks at the end of a line are cut off, a final backslash continues it."""
    return text.endswith((" ", "\\"))


_PLAIN = re.compile(r"[A-Za-z0-9_./:@+,=-]+")
"""What stands everywhere as it is: most values."""

_GUARD = "%i"
"""Empty in a unit that is no instance of a template."""


def line(text: str, *, instance: bool = False) -> UnitText:
    """A value that is the rest of its line: `Description=`, `PIDFile=`, `append:` paths.

    Quotes are literal there (a quoted path is "not absolute"). Raises Inexpressible for control
    characters, and in an `instance` for a blank or backslash where it needs a guard.
    """
    if _PLAIN.fullmatch(text):
        return UnitText(text)
    refuse_control(text)
    before = _GUARD if text.startswith(" ") else ""
    after = _GUARD if ends_badly(text) else ""
    if instance and before + after:
        raise Inexpressible(
            text, "of several replicas systemd cuts blanks and a backslash at its end"
        )
    return UnitText(f"{before}{percent(text)}{after}")


def words(items: Iterable[str]) -> UnitText:
    """A list of unit names, signals or exit codes: nothing in it needs quoting."""
    return UnitText(" ".join(items))


@remembered
def span(milliseconds: int) -> UnitText:
    """A time span. `s` and `ms` only: `1M` is a month and a bare `m` in the wrong case ignored."""
    if milliseconds % _MS_PER_SECOND == 0:
        return UnitText(f"{milliseconds // _MS_PER_SECOND}s")
    return UnitText(f"{milliseconds}ms")


@remembered
def number(value: float) -> UnitText:
    """A plain number; bytes are written as such because `512MB` is ignored: no limit at all."""
    return UnitText(f"{value:.10g}" if isinstance(value, float) else str(value))


@remembered
def percentage(value: float) -> UnitText:
    """`CPUQuota=50%`: without the sign it is ignored."""
    return UnitText(f"{value:.10g}%")


def flag(value: bool) -> UnitText:
    """A boolean."""
    return UnitText("yes" if value else "no")


@remembered
def word(text: str) -> UnitText:
    """A word from a closed set of ours (a mode, a policy, a signal)."""
    if _NEEDS_QUOTES.search(text) or "%" in text:
        raise Inexpressible(text, f"'{text}' is not a plain word")
    return UnitText(text)


def raw(text: str) -> UnitText:
    """A value of the spec's `systemd:` passthrough: systemd's own syntax, kept to one line."""
    refuse_control(text)
    if (len(text) - len(text.rstrip("\\"))) % 2:
        raise Inexpressible(text, "its final backslash would swallow the next line")
    return UnitText(text)
