"""The canonical document of one agent: its own words only, absolute paths, one spelling. A changed
neighbour, comment or spelling changes nothing in it."""

import hashlib
import json
from typing import Any

from pa_units.spec.model import Agent
from pa_units.spec.text import emit


def document(agent: Agent) -> dict[str, Any]:
    """Return what the user set, with canonical names and values."""
    found = agent.model_dump(exclude_unset=True, exclude_none=True, by_alias=True)
    free: dict[str, Any] = found.pop("x-*", {})
    return found | free


def canonical(agent: Agent) -> str:
    """Return the document as JSON with sorted keys."""
    return json.dumps(document(agent), sort_keys=True, separators=(",", ":"))


def digest(agent: Agent) -> str:
    """Return the sha256 of the canonical document, in hexadecimal digits."""
    return hashlib.sha256(canonical(agent).encode()).hexdigest()


def to_yaml(agent: Agent) -> str:
    """Return a spec of this agent alone, which loads back to an equal agent with the same digest,
    from wherever it stands."""
    return emit.document(document(agent))
