"""A value that no unit file can hold is an error at its line of the spec, never a traceback."""

from collections.abc import Callable, Sequence

from pa_units.compile.part import Part, error, join
from pa_units.compile.place import find
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_text import Inexpressible

Maker = Callable[[Draft], Part]


def together(makers: Sequence[Maker], draft: Draft) -> Part:
    """What all of them make; in the place of one that cannot, its error."""
    try:
        return join([make(draft) for make in makers])
    except Inexpressible:
        return join([guarded(make, draft) for make in makers])


def guarded(make: Maker, draft: Draft) -> Part:
    """What it makes, or the error alone."""
    try:
        return make(draft)
    except Inexpressible as problem:
        loc = find(draft.agent, problem.value)
        return Part(notes=(error(draft.name, loc, problem.code, str(problem), problem.hint),))
