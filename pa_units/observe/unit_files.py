"""What unit files and drop-ins say, line by line, as systemd.syntax(7) reads them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Setting(NamedTuple):
    """One line of a unit file."""

    section: str
    key: str
    value: str
    path: str
    """the file that it stands in"""


def settings(paths: Iterable[str]) -> tuple[Setting, ...]:
    """Return all lines of the files that can be read, in their order."""
    return tuple(setting for path in paths for setting in _of_file(path))


def _of_file(path: str) -> Iterator[Setting]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return iter(())
    return parsed(text, path)


def parsed(text: str, path: str) -> Iterator[Setting]:
    """Give the lines of one file: comments are left out, continued lines joined."""
    section, held = "", ""
    for line in text.splitlines():
        if line.lstrip().startswith(("#", ";")):
            continue
        whole = held + line.strip()
        if whole.endswith("\\"):
            held = f"{whole[:-1]} "
            continue
        held = ""
        if whole.startswith("[") and whole.endswith("]"):
            section = whole[1:-1]
        elif "=" in whole:
            key, _, value = whole.partition("=")
            yield Setting(section, key.strip(), value.strip(), path)
