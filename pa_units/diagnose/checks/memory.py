"""Memory ran out: its own limit, or that of the machine."""

import signal
from collections.abc import Iterator

from pa_units.diagnose import signs
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain, likely, possible
from pa_units.kit.figures import size

_CLOSE = 0.9
"""Share of the limit from which on the next allocation may be the last"""


def find(seen: Evidence) -> Iterator[Finding]:
    """systemd says oom-kill; programs that check their allocations say it themselves."""
    limit = seen.unit.memory_max
    if seen.result == "oom-kill":
        yield certain(
            "the kernel killed it: it used more memory than it may" if limit else _MACHINE,
            f"Result=oom-kill; {_limit(limit)}",
            next=_more(seen),
        )
    elif said := seen.lines(signs.MEMORY):
        yield likely(
            "it ran out of memory",
            *said,
            _limit(limit),
            next=_more(seen),
        )
    elif seen.killed(signal.SIGKILL) and limit and _used(seen) > _CLOSE * limit:
        yield likely("it was killed close to its memory limit", _limit(limit), next=_more(seen))
    elif limit and _used(seen) > _CLOSE * limit:
        yield possible(
            "it is close to its memory limit",
            f"{size(_used(seen))} of {size(limit)}",
            next=_more(seen),
        )


_MACHINE = "the kernel killed it: the machine has no memory left"


def _limit(limit: int | None) -> str:
    return f"memory_limit is {size(limit)}" if limit else "it has no memory_limit"


def _used(seen: Evidence) -> int:
    return (seen.status.memory if seen.status else None) or 0


def _more(seen: Evidence) -> str:
    if seen.unit.memory_max:
        return f"pa set {seen.agent.name} resources.memory_limit={size(2 * seen.unit.memory_max)}"
    return "does it leak? pa stats --watch; a memory_limit keeps it from taking others along"
