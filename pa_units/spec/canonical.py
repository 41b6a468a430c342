"""The canonical document of one agent: its own words only, absolute paths, one spelling. A changed
neighbour, comment or spelling changes nothing in it."""

import hashlib
import json
from typing import Any, NamedTuple

from pa_units.spec.model import Agent
from pa_units.spec.text import emit

_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def document(agent: Agent) -> dict[str, Any]:
    """Return what the user set, with canonical names and values."""
    found = agent.model_dump(exclude_unset=True, exclude_none=True, by_alias=True)
    free: dict[str, Any] = found.pop("x-*", {})
    return found | free


def canonical(agent: Agent) -> str:
    """Return the document as JSON with sorted keys."""
    return _json(document(agent))


def digest(agent: Agent) -> str:
    """Return the sha256 of the canonical document, in hexadecimal digits."""
    return _digest(document(agent))


def to_yaml(agent: Agent) -> str:
    """Return a spec of this agent alone, which loads back to an equal agent with the same digest,
    from wherever it stands."""
    return emit.document(document(agent))


class Sealed(NamedTuple):
    """An agent's spec of its own and its digest."""

    digest: str
    yaml: str


def sealed(agent: Agent) -> Sealed:
    """Return both `digest` and `to_yaml`, for the price of one document."""
    found = document(agent)
    return Sealed(_digest(found), emit.document(found))


def _digest(found: dict[str, Any]) -> str:
    return hashlib.sha256(_json(found).encode()).hexdigest()
