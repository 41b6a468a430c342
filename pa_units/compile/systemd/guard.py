"""A value that no unit file can hold is an error at its line of the spec, never a traceback."""

from collections.abc import Callable

from pa_units.compile.part import Part, error
from pa_units.compile.place import find
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_text import Inexpressible


def guarded(part: Callable[[Draft], Part], draft: Draft) -> Part:
    """What `part` makes, or the error alone."""
    try:
        return part(draft)
    except Inexpressible as problem:
        loc = find(draft.agent, problem.value)
        return Part(notes=(error(draft.name, loc, problem.code, str(problem), problem.hint),))
