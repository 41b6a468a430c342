"""Command lines and variables in a unit file.

A command line passes three steps in this order: words are split, unquoted and C-unescaped; then
`%` specifiers are expanded; then `$` (measured: `\\x25n` still becomes the unit's name and
`\\x24HOME` still expands, so only `%%` and `$$` protect those two).
"""

import re
from collections.abc import Iterable

from pa_units.compile.unit_text import Inexpressible, UnitText, percent, quoted, remembered
from pa_units.spec.bad import Bad
from pa_units.spec.template import Template, Var, parse


def template_word(raw: str) -> str:
    """One word of a command in the spec's language: `${VAR}` is expanded at start by systemd,
    every other `$` and `%` is literal."""
    if "$" not in raw:
        return quoted(percent(raw))
    parts = (
        f"${{{part.name}}}" if isinstance(part, Var) else _literal(part) for part in _parsed(raw)
    )
    return quoted("".join(parts))


def _parsed(raw: str) -> Template:
    try:
        return parse(raw)
    except Bad as bad:
        raise Inexpressible(raw, bad.message, bad.hint, "bad-reference") from None


def _literal(text: str) -> str:
    return percent(text).replace("$", "$$")


def literal_word(text: str) -> str:
    """One word of a command in which every sign is literal."""
    return quoted(_literal(text))


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
    head = quoted(percent(path))
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


@remembered
def own_command(program: str, *words: str, prefix: str = "") -> UnitText:
    """A command line of ours: `%n` and `$MAINPID` in its words are meant."""
    return UnitText(prefix + " ".join([_program(program), *map(quoted, words)]))


def assignment(name: str, value: str) -> UnitText:
    """One `Environment=` assignment: unquoted, C-unescaped and `%`-expanded, but not `$`."""
    return UnitText(quoted(percent(f"{name}={value}")))
