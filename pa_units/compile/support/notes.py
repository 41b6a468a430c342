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
    found: list[Note] = []
    _gather(found, agent.name, agent, _fields((), target), ())
    return tuple(found)


class _Told(NamedTuple):
    """What is said of a field, or of a value of it."""

    code: str
    text: str


class _Field(NamedTuple):
    """A field with something to tell, in itself or below."""

    name: str
    """attribute of the model"""
    key: str
    told: _Told | None
    values: Mapping[str, _Told | None]
    """of single values"""
    below: tuple["_Field", ...]


@cache
def _fields(path: tuple[str, ...], target: Target) -> tuple[_Field, ...]:
    """The fields of the mapping at `path` of which a note may speak: few, so that an agent costs
    little."""
    part = part_at(path)
    found = part.model_fields.items() if part else ()
    fields = [_field(name, (*path, field.alias or name), target) for name, field in found]
    return tuple(one for one in fields if one.told or any(one.values.values()) or one.below)


def _field(name: str, path: tuple[str, ...], target: Target) -> _Field:
    dotted = ".".join(path)
    way = TABLE[dotted].of(target)
    values = {
        value: _told(dotted, row.of(target)) for (of, value), row in VALUES.items() if of == dotted
    }
    below = () if way.how in _WITHOUT_EFFECT or part_at(path) is None else _fields(path, target)
    return _Field(name, path[-1], _told(dotted, way), values, below)


def _told(dotted: str, way: Way) -> _Told | None:
    if way.told or way.how not in _WORDS:
        return None
    code, words = _WORDS[way.how]
    return _Told(code, words.format(dotted, way.why))


def _gather(
    found: list[Note], agent: str, part: Part, fields: tuple[_Field, ...], loc: Loc
) -> None:
    given = part.model_fields_set
    for field in fields:
        if field.name not in given or not _asks(value := getattr(part, field.name)):
            continue
        here = (*loc, field.key)
        told = field.values.get(value, field.told) if field.values else field.told
        if told:
            found.append(note(agent, here, *told))
        if field.below:
            for step, inside in _parts_in(value):
                _gather(found, agent, inside, field.below, (*here, *step))


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
