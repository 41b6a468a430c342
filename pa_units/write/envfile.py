"""*Pure*: variables ↔ the text of an `EnvironmentFile=` (systemd.exec(5)).

Inside double quotes systemd takes everything as it stands, newlines included, but for a backslash
before one of `"`, `\\`, `` ` `` and `$`, which it drops (src/basic/env-file.c, the same in 252 and
257). Nothing is expanded afterwards, so these four escapes give back the exact bytes.
"""

import re
from collections.abc import Iterator, Mapping

from pa_units.kit.errors import PaError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPED = re.compile(r'(["\\`$])')
_QUOTED = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"\n', re.DOTALL)
_UNESCAPED = re.compile(r'\\(["\\`$])')


def render(variables: Mapping[str, str], comment: str = "") -> bytes:
    """Return the file; `comment` is its first line.

    Raises PaError for what no environment or no systemd can hold: a zero byte, text that is not
    UTF-8 (systemd drops such a variable), a name that is no identifier.
    """
    lines = [f"# {comment}\n"] if comment else []
    lines += [f'{name}="{_escape(name, value)}"\n' for name, value in variables.items()]
    return "".join(lines).encode()


def _escape(name: str, value: str) -> str:
    if not _NAME.fullmatch(name):
        raise PaError(f"cannot pass variable {name!r}: not a name that systemd takes")
    if "\0" in value:
        raise PaError(f"cannot pass variable {name}: its value holds a zero byte")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PaError(f"cannot pass variable {name}: its value is not UTF-8") from None
    return _ESCAPED.sub(r"\\\1", value)


def parse(data: bytes) -> dict[str, str]:
    """Read back what `render` wrote; of a file changed by hand, the lines that still look so."""
    return dict(_pairs(data.decode(errors="replace")))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        if found := _QUOTED.match(text, at):
            yield found[1], _UNESCAPED.sub(r"\1", found[2])
            at = found.end()
        else:
            at = text.find("\n", at) + 1 or len(text)
