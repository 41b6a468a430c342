"""*Pure*: paths of a spec are relative to the directory of its file. Nothing is looked up here."""

import posixpath
import re

from pa_units.spec.bad import Bad, text
from pa_units.spec.words import endpoint, variable

_LONGEST = 4095  # PATH_MAX without its zero byte


def absolute(value: object, base: str) -> str:
    """Return the path, absolute and without `.`, `..` and doubled slashes."""
    path = plain(value)
    if path.startswith("~"):
        raise Bad(
            f"'{path}' is not expanded",
            "the home directory of whom? write the path out",
            "bad-path",
        )
    joined = path if _NORMAL.fullmatch(path) else _joined(base, path)
    if len(joined.encode()) > _LONGEST:
        raise Bad(f"the path is longer than {_LONGEST} bytes", code="bad-path")
    return joined


_NORMAL = re.compile(r"(?:/[^/.][^/]*)+")


def _joined(base: str, path: str) -> str:
    # The name of the root may keep two slashes (POSIX); nobody means that.
    return posixpath.normpath(posixpath.join(base, path)).replace("//", "/")


def plain(value: object) -> str:
    """Return a path as it was written, refusing what no file system or unit file can hold."""
    path = text(value, "a path")
    if not path:
        raise Bad("the path is empty", code="bad-path")
    if not path.isprintable():
        raise Bad("the path holds a control character", code="control-character")
    if "${" in path:
        raise Bad(
            f"'{path}': variables are not expanded in paths",
            "only values of env, cmd and hooks take ${NAME}",
            "bad-path",
        )
    return path


def program(word: str, base: str) -> str:
    """Return the program of a command: a bare name is looked up in PATH later, a relative path is
    seen from `base`, as execve(2) sees it from the working directory."""
    return absolute(word, base) if "/" in word else word


def source(value: object, base: str) -> str:
    """Return where a secret comes from: `env:NAME`, or `file:PATH` with the path absolute."""
    kind, _, rest = text(value, "env:NAME or file:PATH").partition(":")
    if kind == "env":
        return f"env:{variable(rest)}"
    if kind == "file":
        return f"file:{absolute(rest, base)}"
    raise Bad(
        f"'{value}' says not where the secret comes from",
        "env:NAME (the installer's environment, or 'pa secret set') or file:PATH",
        "bad-source",
    )


def listen(value: object, base: str) -> str:
    """Return where a socket listens: a port, `host:port`, or an absolute path."""
    word = text(value, "a port, host:port or a path")
    if "/" in word:
        return absolute(word, base)
    return word if word.isdigit() and endpoint(word) else endpoint(word)
