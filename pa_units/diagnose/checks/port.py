"""The port that it wants is taken."""

from collections.abc import Iterator

from pa_units.contracts.status import State
from pa_units.diagnose import signs
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain, likely
from pa_units.measure.listeners import Listener


def find(seen: Evidence) -> Iterator[Finding]:
    """It says so itself; the kernel says who has it."""
    own = set(seen.agent.workers)
    others = [one for one in seen.listeners if one.unit not in own]
    said = seen.lines(signs.TAKEN)
    if said and others:
        first = others[0]
        yield certain(
            f"port {first.port} is taken by {_who(first)}",
            *said[-1:],
            *map(_holder, others[:3]),
            next=_way_out(first),
        )
    elif said:
        yield likely(
            "an address that it wants was taken",
            *said,
            next="who has it? ss -lntup; if nobody does now: pa restart " + seen.agent.name,
        )
    elif seen.state is State.FAILED and seen.agent.starts and others:
        yield certain(
            f"port {others[0].port}, on which systemd shall listen for it, is taken",
            *map(_holder, others[:3]),
            next=_way_out(others[0]),
        )


def _who(one: Listener) -> str:
    if one.unit:
        return one.unit
    return f"pid {one.pid}" if one.pid else "another process"


def _holder(one: Listener) -> str:
    if not one.pid:
        return f"port {one.port}: a process that only root can see"
    unit = f" ({one.unit})" if one.unit else ""
    return f"port {one.port}: pid {one.pid}{unit}: {one.command[:80]}"


def _way_out(one: Listener) -> str:
    if one.unit:
        return f"systemctl stop {one.unit}, or give one of them another port"
    return f"end pid {one.pid}, or choose another port" if one.pid else "sudo ss -lntup shows it"
