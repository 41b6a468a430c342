"""Notes for the fields that a user set and that a target does not fully give."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pa_units.compile.part import note
from pa_units.compile.support.around import VALUES
from pa_units.compile.support.table import TABLE
from pa_units.compile.support.way import How, Target, Way
from pa_units.contracts.bundle import Loc, Note
from pa_units.spec.model import Agent
from pa_units.spec.parts import Part

_WORDS = {
    How.LATER: ("not-active-yet", "'{}' is not active yet: {}"),
    How.IMPOSSIBLE: ("no-effect-here", "'{}' has no effect here: {}"),
    How.APPROXIMATED: ("approximated", "'{}' is approximated: {}"),
}


def notes(agent: Agent, target: Target) -> tuple[Note, ...]:
    """One note for each field, or for a whole block that has no effect."""
    return tuple(_notes(agent, agent, target, "", ()))


class _Field(NamedTuple):
    path: str
    loc: Loc
    value: object


def _notes(agent: Agent, part: Part, target: Target, path: str, loc: Loc) -> Iterator[Note]:
    for field in _asked(part, path, loc):
        way = _way(field, target)
        if way.how in _WORDS and not way.told:
            code, words = _WORDS[way.how]
            yield note(agent.name, field.loc, code, words.format(field.path, way.why))
        if way.how in (How.LATER, How.IMPOSSIBLE):
            continue
        for step, inside in _parts_in(field.value):
            yield from _notes(agent, inside, target, f"{field.path}.", (*field.loc, *step))


def _asked(part: Part, path: str, loc: Loc) -> Iterator[_Field]:
    for name, field in type(part).model_fields.items():
        if name in part.model_fields_set and _asks(value := getattr(part, name)):
            key = field.alias or name
            yield _Field(path + key, (*loc, key), value)


def _asks(value: object) -> bool:
    """Does a value want anything? `timestamps: false` does not."""
    return bool(value) and getattr(value, "enabled", True) is not False


def _way(field: _Field, target: Target) -> Way:
    special = VALUES.get((field.path, field.value)) if isinstance(field.value, str) else None
    return (special or TABLE[field.path]).of(target)


def _parts_in(value: object) -> Iterator[tuple[Loc, Part]]:
    if isinstance(value, Part):
        yield (), value
    elif isinstance(value, Mapping):
        yield from (((key,), item) for key, item in value.items() if isinstance(item, Part))
    elif isinstance(value, tuple):
        yield from (((at,), item) for at, item in enumerate(value) if isinstance(item, Part))
