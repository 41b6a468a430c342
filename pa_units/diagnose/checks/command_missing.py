"""The program of `cmd`, or one that its shell wants, is not there."""

from collections.abc import Iterator

from pa_units.diagnose import signs
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain, likely
from pa_units.diagnose.sources import where

_NOT_FOUND = 127
"""of every shell, and of env(1)"""
_INSTEAD = {"python": "python3", "pip": "pip3", "node": "nodejs", "docker": "podman"}


def find(seen: Evidence) -> Iterator[Finding]:
    """systemd says 203, a shell 127; before any start the file system says it."""
    program = seen.program
    if program and not program.exists:
        yield certain(
            f"there is no program {program.path}",
            f"{where(seen, 'ExecStart')} names it, and it is not there",
            _instead(program.path),
            next=f"install it, or name another in cmd: {_other(program.path)}".rstrip(": "),
        )
    elif seen.exited(_NOT_FOUND) and (said := seen.lines(signs.NO_COMMAND)):
        name = _named(said[-1])
        yield likely(
            f"its script runs {name}, which is not in its PATH",
            f"exit code {_NOT_FOUND}",
            *said,
            next="write the whole path, or set PATH in env: services do not get that of your shell",
        )


def _other(path: str) -> str:
    return _INSTEAD.get(path.rpartition("/")[2], "")


def _instead(path: str) -> str:
    other = _other(path)
    return f"this host calls it {other}" if other else ""


def _named(line: str) -> str:
    """`sh: 1: frob: not found`, `bash: line 1: frob: command not found`."""
    words = [word.strip() for word in line.split(":")]
    return next((word for word in reversed(words[:-1]) if word and not word.isdecimal()), "it")
