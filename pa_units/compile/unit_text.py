"""Values as systemd reads them back: quoting by systemd.syntax(7), one function per kind of value.

Every value of a unit file is a `UnitText`, and only the functions here make one, so text that
nobody quoted cannot reach a file: rendering refuses a plain string.

A command line passes three steps in this order: words are split, unquoted and C-unescaped; then
`%` specifiers are expanded; then `$` (measured: `\\x25n` still becomes the unit's name and
`\\x24HOME` still expands, so only `%%` and `$$` protect those two).
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from pa_units.spec.bad import Bad
from pa_units.spec.template import Template, Var, parse

_MS_PER_SECOND = 1000


class UnitText(str):
    """Text that may stand behind a `=` in a unit file as it is."""

    __slots__ = ()


class Inexpressible(ValueError):
    """No spelling of `value` exists in a unit file; the message says why."""

    def __init__(self, value: str, why: str, hint: str = "", code: str = "inexpressible") -> None:
        super().__init__(why)
        self.value, self.hint, self.code = value, hint, code


_remembered = lru_cache(maxsize=512, typed=True)
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


def _quoted(text: str) -> str:
    """Quote one word whose `%` and `$` are already protected."""
    if len(text) * 4 > LONGEST_WORD and len(text.encode()) > LONGEST_WORD:
        raise Inexpressible(text, "a program can be given no word above 128 KiB")
    return f'"{_ESCAPED.sub(_escape, text)}"' if _NEEDS_QUOTES.search(text) else text


def _refuse_control(text: str) -> None:
    if _CONTROL.search(text):
        raise Inexpressible(text, "a control character cannot stand here in a unit file")


def percent(text: str) -> str:
    """Protect `%` from specifier expansion, systemd.unit(5)."""
    return text.replace("%", "%%")


def _ends_badly(text: str) -> bool:
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
    _refuse_control(text)
    before = _GUARD if text.startswith(" ") else ""
    after = _GUARD if _ends_badly(text) else ""
    if instance and before + after:
        raise Inexpressible(
            text, "of several replicas systemd cuts blanks and a backslash at its end"
        )
    return UnitText(f"{before}{percent(text)}{after}")


def append(path: str, *, instance: bool = False) -> UnitText:
    """`append:PATH` of `StandardOutput=`. A blank at its end would be lost on the way to
    systemd-executor (ran on 257)."""
    if path.endswith(" "):
        raise Inexpressible(path, "systemd 255 and later cut the blank at its end off")
    return line(f"append:{path}", instance=instance)


def directory(path: str) -> UnitText:
    """`WorkingDirectory=`: the rest of the line, where a final slash changes nothing and so
    guards the end."""
    _refuse_control(path)
    return UnitText(percent(f"{path}/" if _ends_badly(path) else path))


_GLOB_SPECIAL = re.compile(r"([*?\[\\])")


def glob_path(path: str, *, required: bool = True, instance: bool = False) -> UnitText:
    """`EnvironmentFile=`: the rest of the line, and a pattern of glob(7)."""
    literal = _GLOB_SPECIAL.sub(r"\\\1", path)
    return line(literal if required else f"-{literal}", instance=instance)


def template_word(raw: str) -> str:
    """One word of a command in the spec's language: `${VAR}` is expanded at start by systemd,
    every other `$` and `%` is literal."""
    if "$" not in raw:
        return _quoted(percent(raw))
    parts = (
        f"${{{part.name}}}" if isinstance(part, Var) else _literal(part) for part in _parsed(raw)
    )
    return _quoted("".join(parts))


def _parsed(raw: str) -> Template:
    try:
        return parse(raw)
    except Bad as bad:
        raise Inexpressible(raw, bad.message, bad.hint, "bad-reference") from None


def _literal(text: str) -> str:
    return percent(text).replace("$", "$$")


def literal_word(text: str) -> str:
    """One word of a command in which every sign is literal."""
    return _quoted(_literal(text))


_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\"'\\]|^[-@:+!|]|\s$")
"""Signs that systemd refuses in the path of a program whatever the quotes; those that it takes for
a prefix with a meaning of its own (`+`: with full privileges) also inside quotes; and a blank at
the end, which systemd-executor loses (ran on 257)."""

_RUN_IT = ("/bin/sh", "-c", """'exec "$$0" "$$@"'""")


def _program(path: str) -> str:
    """The head of a command line. The path passes unquoting and specifiers but never `$`
    expansion, while `argv[0]` does: with a dollar sign `@` names the two apart."""
    if _UNSPEAKABLE.search(path):
        return " ".join((*_RUN_IT, literal_word(path)))
    head = _quoted(percent(path))
    return f"@{head} {literal_word(path)}" if "$" in path else head


def command(words: Iterable[str], *, executable: str | None = None, prefix: str = "") -> UnitText:
    """A command line for `Exec…=`: `words` in the spec's language, its program at `executable`."""
    first, *rest = words
    program = _program(executable or _unescaped(first))
    return UnitText(prefix + " ".join([program, *map(template_word, rest)]))


def _unescaped(program: str) -> str:
    """A program's name in the spec's language."""
    parts = _parsed(program)
    if any(isinstance(part, Var) for part in parts):
        why = "systemd expands no variable in the name of a program"
        hint = "write the name out, or let a shell run it"
        raise Inexpressible(program, why, hint, "bad-reference")
    return "".join(map(str, parts))


def script(text: str, *, shell: str, prefix: str = "") -> UnitText:
    """A command line that hands `text` to a shell, which expands its `$` itself."""
    return UnitText(f"{prefix}{shell} -c {literal_word(text)}")


@_remembered
def own_command(program: str, *words: str, prefix: str = "") -> UnitText:
    """A command line of ours: `%n` and `$MAINPID` in its words are meant."""
    return UnitText(prefix + " ".join([_program(program), *map(_quoted, words)]))


def assignment(name: str, value: str) -> UnitText:
    """One `Environment=` assignment: unquoted, C-unescaped and `%`-expanded, but not `$`."""
    return UnitText(_quoted(percent(f"{name}={value}")))


def tmpfiles_word(path: str) -> UnitText:
    """One path of a tmpfiles.d(5) line: unquoted, C-unescaped and `%`-expanded."""
    return UnitText(_quoted(percent(path)))


_LIST_ESCAPED = re.compile(r'(["\\])')


def path_word(path: str) -> UnitText:
    """One path of `ReadWritePaths=`, one address of `Documentation=`: lists whose words are
    unquoted, and where a backslash protects any sign and has no other meaning."""
    _refuse_control(path)
    guarded = percent(path)
    if not _NEEDS_QUOTES.search(guarded):
        return UnitText(guarded)
    return UnitText('"' + _LIST_ESCAPED.sub(r"\\\1", guarded) + '"')


_BIND_SPELLINGS = {" ": r'"\ "', "\\": r"\\", ":": r"\:"}
_BIND_SPECIAL = re.compile(r"[ \\:]")


def bind_word(path: str) -> UnitText:
    """One path of `BindPaths=`: split twice, first by blanks where quotes alone protect, then by
    colons where a backslash does (config_parse_bind_paths() in src/core/load-fragment.c). A quote
    in it would be lost on the way to systemd-executor, and another directory bound (ran on 257)."""
    _refuse_control(path)
    if '"' in path or "'" in path:
        why = f"systemd 255 and later cannot show the directory {path}/: its name holds a quote"
        raise Inexpressible(path, why, "rename it, or set 'hardening: {ProtectHome: no}'")
    return UnitText(_BIND_SPECIAL.sub(lambda sign: _BIND_SPELLINGS[sign[0]], percent(path)))


def words(items: Iterable[str]) -> UnitText:
    """A list of unit names, signals or exit codes: nothing in it needs quoting."""
    return UnitText(" ".join(items))


@_remembered
def span(milliseconds: int) -> UnitText:
    """A time span. `s` and `ms` only: `1M` is a month and a bare `m` in the wrong case ignored."""
    if milliseconds % _MS_PER_SECOND == 0:
        return UnitText(f"{milliseconds // _MS_PER_SECOND}s")
    return UnitText(f"{milliseconds}ms")


@_remembered
def number(value: float) -> UnitText:
    """A plain number; bytes are written as such because `512MB` is ignored: no limit at all."""
    return UnitText(f"{value:.10g}" if isinstance(value, float) else str(value))


@_remembered
def percentage(value: float) -> UnitText:
    """`CPUQuota=50%`: without the sign it is ignored."""
    return UnitText(f"{value:.10g}%")


def flag(value: bool) -> UnitText:
    """A boolean."""
    return UnitText("yes" if value else "no")


@_remembered
def word(text: str) -> UnitText:
    """A word from a closed set of ours (a mode, a policy, a signal)."""
    if _NEEDS_QUOTES.search(text) or "%" in text:
        raise Inexpressible(text, f"'{text}' is not a plain word")
    return UnitText(text)


def raw(text: str) -> UnitText:
    """A value of the spec's `systemd:` passthrough: systemd's own syntax, kept to one line."""
    _refuse_control(text)
    if (len(text) - len(text.rstrip("\\"))) % 2:
        raise Inexpressible(text, "its final backslash would swallow the next line")
    return UnitText(text)
