"""Where in an agent's document a value stands: the way back from what cannot be written."""

from collections.abc import Iterator, Mapping

from pa_units.contracts.bundle import Loc
from pa_units.spec.command import Command
from pa_units.spec.model import Agent
from pa_units.spec.parts import Part


def texts(agent: Agent) -> Iterator[tuple[Loc, str]]:
    """Yield every text of an agent with its place, defaults too."""
    return _leaves(agent, ())


def find(agent: Agent, value: str) -> Loc:
    """Return the place of `value`: of the field that holds it as a whole, else of the longest text
    that is a part of it; the agent itself where there is none."""
    leaves = list(texts(agent))
    if exact := next((loc for loc, text in leaves if text == value), None):
        return exact
    parts = [(len(text), loc) for loc, text in leaves if text and text in value]
    return max(parts, key=lambda part: part[0])[1] if parts else ()


def _leaves(value: object, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, Command):
        yield from ((loc, word) for word in value.words)
    else:
        for step, inside in _members(value):
            yield from _leaves(inside, (*loc, step))


def _members(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, Part):
        fields = type(value).model_fields
        yield from ((fields[name].alias or name, getattr(value, name)) for name in fields)
        yield from (value.model_extra or {}).items()
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple | list):
        yield from enumerate(value)
