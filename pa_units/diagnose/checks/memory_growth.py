"""Its memory grows, look by look."""

from collections.abc import Iterator
from itertools import pairwise

from pa_units.contracts.status import State
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, possible
from pa_units.kit.figures import size

_LEAST = 1 << 20
"""Bytes of growth in all: less is noise."""
_SETTLED_US = 3_000_000
"""Every program grows while it starts."""


def find(seen: Evidence) -> Iterator[Finding]:
    """A leak that is fast enough to be seen at once; slow ones are for who keeps a record."""
    looks = seen.memory
    if seen.state is not State.RUNNING or len(looks) < 3 or _is_young(seen):
        return
    if looks[-1] - looks[0] < _LEAST or any(after <= before for before, after in pairwise(looks)):
        return
    limit = seen.unit.memory_max
    yield possible(
        "its memory grows steadily",
        f"{len(looks)} looks one after the other: " + ", ".join(map(size, looks)),
        f"it is killed at {size(limit)}" if limit else "it has no memory_limit",
        next=f"pa stats {seen.agent.name} --watch; a restart frees it: pa restart "
        f"{seen.agent.name}",
    )


def _is_young(seen: Evidence) -> bool:
    began = seen.status.since_us if seen.status else 0
    return seen.now_us - began < _SETTLED_US
