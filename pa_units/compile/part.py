"""What one concern of an agent contributes to a target."""

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from pa_units.compile.unit_file import Directive
from pa_units.contracts.bundle import Artifact, Level, Loc, Note


class Part(NamedTuple):
    """Directives of the agent's service, further files, notes. Parts are joined in order."""

    directives: tuple[Directive, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    notes: tuple[Note, ...] = ()


def join(parts: Iterable[Part]) -> Part:
    """Put parts one after the other."""
    lines, files, notes = zip(*parts, strict=True)
    return Part(*(tuple(chain.from_iterable(kind)) for kind in (lines, files, notes)))


def error(agent: str, loc: Loc, code: str, text: str, hint: str = "") -> Note:
    """What forbids the install."""
    return Note(Level.ERROR, agent, loc, code, text, hint)


def warning(agent: str, loc: Loc, code: str, text: str, hint: str = "") -> Note:
    """What will surprise."""
    return Note(Level.WARNING, agent, loc, code, text, hint)


def note(agent: str, loc: Loc, code: str, text: str, hint: str = "") -> Note:
    """What the target can only approximate, not express or not do yet."""
    return Note(Level.NOTE, agent, loc, code, text, hint)
