"""Symlinks on the way to a watched path."""

import os
from collections.abc import Iterable

_MOST_LINKS = 40
"""As path_resolution(7) has it: more are a circle."""

_STANDING = frozenset({"/", "/var"})
"""Hold links of the distribution (/lib, /var/run), which nobody swaps at run time."""


def links(paths: Iterable[str], root: str = "") -> dict[str, tuple[str, ...]]:
    """By path: the directories in which a symlink of its way stands; without those that have
    none."""
    found = {path: tuple(dict.fromkeys(_link_directories(path, root))) for path in paths}
    return {path: directories for path, directories in found.items() if directories}


def _link_directories(path: str, root: str) -> list[str]:
    found: list[str] = []
    done, steps = "/", path.split("/")
    while steps and len(found) < _MOST_LINKS:
        here = os.path.normpath(os.path.join(done, steps.pop(0)))
        target = _target(root + here)
        if target is None:
            done = here
            continue
        found.append(done)
        if target.startswith("/"):
            done = "/"
        steps = [*target.split("/"), *steps]
    return [directory for directory in found if directory not in _STANDING]


def _target(path: str) -> str | None:
    try:
        return os.readlink(path)
    except OSError:
        return None
