"""Every field of the language in reading order: for the reference and for tests of completeness."""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pa_units.spec.keys import part_at
from pa_units.spec.model import Agent


class Entry(NamedTuple):
    """One field."""

    path: tuple[str, ...]
    """in canonical words: ("logging", "max_size")"""
    description: str
    default: object
    """as the canonical document prints it; None: it has none"""
    required: bool

    @property
    def dotted(self) -> str:
        """`logging.max_size`"""
        return ".".join(self.path)


def entries() -> Iterator[Entry]:
    """Yield blocks before the fields in them."""
    yield from _entries(Agent, ())


def _entries(part: type[BaseModel], above: tuple[str, ...]) -> Iterator[Entry]:
    usual = part.model_construct().model_dump(by_alias=True)
    for name, field in part.model_fields.items():
        key = field.alias or name
        path = (*above, key)
        yield Entry(
            path, field.description or "", _default(field, usual.get(key)), field.is_required()
        )
        if (inside := part_at(path)) is not None:
            yield from _entries(inside, path)


def _default(field: FieldInfo, usual: object) -> object:
    return (
        None if field.is_required() or usual in ((), {}, []) or isinstance(usual, dict) else usual
    )
