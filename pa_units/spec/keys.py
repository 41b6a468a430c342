"""The keys of every mapping of the language, by place; what to say to an unknown one."""

from collections.abc import Iterable
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from pa_units.contracts.bundle import Loc
from pa_units.spec.aliases import COMPOSE, FOREIGN, OF_CONTAINERS
from pa_units.spec.model import Agent
from pa_units.spec.shapes import Hardening


def keys_of(part: type[BaseModel]) -> frozenset[str]:
    """Return the names that a mapping takes."""
    return frozenset(field.alias or name for name, field in part.model_fields.items())


AGENT_KEYS = keys_of(Agent)


def part_at(loc: Loc) -> type[BaseModel] | None:
    """Return the model of the mapping at a canonical place, None for a free mapping."""
    part: type[BaseModel] | None = Agent
    for step in loc:
        if part is None:
            return None
        found = next((f for n, f in part.model_fields.items() if step in (n, f.alias)), None)
        if found is not None:
            part = _part_in(found.annotation)
    return part


def _part_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside `X | None`, `tuple[X, ...]` and `dict[str, X]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        if (found := _part_in(argument)) is not None:
            return found
    return None


def deepest(loc: Loc, value: object) -> Loc:
    """Return the place of the first key below an unknown one that no other spelling has."""
    while (
        isinstance(value, dict) and value and any(row.source[: len(loc)] == loc for row in COMPOSE)
    ):
        key, value = next(iter(value.items()))
        loc = (*loc, key)
    return loc


def _spelled_below(loc: Loc) -> frozenset[str]:
    return frozenset(
        row.source[len(loc)]
        for row in COMPOSE
        if row.source[: len(loc)] == loc and len(row.source) > len(loc)
    )


def advice(loc: Loc) -> str:
    """Return a hint for the unknown key at the end of `loc`."""
    key, parent = str(loc[-1]), part_at(loc[:-1])
    if len(loc) == 1 and key in FOREIGN:
        return f"here that is '{FOREIGN[key]}'"
    if len(loc) == 1 and key in OF_CONTAINERS:
        return "pa runs programs of this machine, not containers"
    if key not in AGENT_KEYS and key in _everywhere():
        return f"did you mean '{_everywhere()[key]}'?"
    known = keys_of(parent) if parent else frozenset()
    return nearest(key, known) or nearest(key, _spelled_below(loc[:-1]))


def nearest(key: str, known: Iterable[str]) -> str:
    """Return a hint with the known word that is most like `key`, or nothing."""
    from difflib import get_close_matches  # only once something is wrong

    close = get_close_matches(key[:48].replace("-", "_"), sorted(known), 1, 0.6)
    return f"did you mean '{close[0]}'?" if close else ""


@cache
def _everywhere() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, field in Agent.model_fields.items():
        if (part := _part_in(field.annotation)) is not None and part is not Hardening:
            for key in keys_of(part):
                found.setdefault(key, f"{field.alias or name}.{key}")
    return found
