"""What it waits for is not up."""

from collections.abc import Iterator

from pa_units.contracts.status import State
from pa_units.diagnose.evidence import Evidence, Needed
from pa_units.diagnose.finding import Finding, certain, possible

_WAITING = (State.STARTING, State.STOPPED, State.FAILED, State.RESTARTING)


def find(seen: Evidence) -> Iterator[Finding]:
    """An agent that runs is none the worse for it."""
    down = [one for one in seen.needs if one.state]
    if not down or seen.state not in _WAITING:
        return
    first = down[0]
    waits = seen.state is State.STARTING or seen.unit.job_id
    make = certain if waits or seen.unit.result == "dependency" else possible
    yield make(
        f"{first.name}, which it waits for, is {first.state}",
        *map(_told, down),
        next=f"pa diagnose {first.name}"
        if first.wants != "requires"
        else f"systemctl status {first.name}",
    )


def _told(one: Needed) -> str:
    why = f": {one.reason}" if one.reason else ""
    return f"{one.name} is {one.state}{why}; it has to be {one.wants}"
