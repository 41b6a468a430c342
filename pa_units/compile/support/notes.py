"""Notes for the fields that a user set and that a target does not fully give."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from pa_units.compile.part import note
from pa_units.compile.support.around import VALUES
from pa_units.compile.support.table import TABLE
from pa_units.compile.support.way import How, Target, Way
from pa_units.contracts.bundle import Loc, Note
from pa_units.spec.health import HealthCheck
from pa_units.spec.keys import part_at
from pa_units.spec.model import Agent
from pa_units.spec.parts import Part

_WORDS = {
    How.LATER: ("not-active-yet", "'{}' is not active yet: {}"),
    How.IMPOSSIBLE: ("no-effect-here", "'{}' has no effect here: {}"),
    How.APPROXIMATED: ("approximated", "'{}' is approximated: {}"),
}
_WITHOUT_EFFECT = (How.LATER, How.IMPOSSIBLE)


def notes(agent: Agent, target: Target) -> tuple[Note, ...]:
    """One note for each field, or for a whole block that has no effect."""
    return tuple(_notes(agent.name, agent, (), (), target))


class _Field(NamedTuple):
    """A field with something to tell, in itself or below."""

    name: str
    """attribute of the model"""
    path: tuple[str, ...]
    way: Way
    values: Mapping[str, Way]
    """of single values"""


@cache
def _fields(path: tuple[str, ...], target: Target) -> tuple[_Field, ...]:
    """The fields of the mapping at `path` of which a note may speak: few, so that an agent costs
    little."""
    part = part_at(path)
    found = part.model_fields.items() if part else ()
    fields = [_field(name, (*path, field.alias or name), target) for name, field in found]
    return tuple(
        field
        for field in fields
        if _told(field.way)
        or any(map(_told, field.values.values()))
        or _fields_below(field, target)
    )


def _field(name: str, path: tuple[str, ...], target: Target) -> _Field:
    dotted = ".".join(path)
    values = {value: row.of(target) for (of, value), row in VALUES.items() if of == dotted}
    return _Field(name, path, TABLE[dotted].of(target), values)


def _fields_below(field: _Field, target: Target) -> tuple[_Field, ...]:
    below = part_at(field.path) is not None and field.way.how not in _WITHOUT_EFFECT
    return _fields(field.path, target) if below else ()


def _told(way: Way) -> bool:
    return way.how in _WORDS and not way.told


def _notes(
    agent: str, part: Part, path: tuple[str, ...], loc: Loc, target: Target
) -> Iterator[Note]:
    given = part.model_fields_set
    for field in _fields(path, target):
        if field.name not in given:
            continue
        value = getattr(part, field.name)
        if not _asks(value):
            continue
        way = field.values.get(value, field.way) if isinstance(value, str) else field.way
        here = (*loc, field.path[-1])
        if _told(way):
            yield note(agent, here, *_words(field.path, way))
        if way.how not in _WITHOUT_EFFECT:
            for step, inside in _parts_in(value):
                yield from _notes(agent, inside, field.path, (*here, *step), target)


@cache
def _words(path: tuple[str, ...], way: Way) -> tuple[str, str]:
    code, words = _WORDS[way.how]
    return code, words.format(".".join(path), way.why)


def _asks(value: object) -> bool:
    """Does a value want anything? `timestamps: false` does not."""
    return value.enabled if isinstance(value, HealthCheck) else bool(value)


def _parts_in(value: object) -> Iterator[tuple[Loc, Part]]:
    if isinstance(value, Part):
        yield (), value
    elif isinstance(value, Mapping):
        yield from (((key,), item) for key, item in value.items() if isinstance(item, Part))
    elif isinstance(value, tuple):
        yield from (((at,), item) for at, item in enumerate(value) if isinstance(item, Part))
