"""The gate: an agent counts as started only once its health check says so."""

from pa_units.compile import unit_commands
from pa_units.compile.part import Part, error
from pa_units.compile.probe import probe
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import directives
from pa_units.contracts.bundle import Note
from pa_units.spec.health import HealthCheck, Timing

_PACE_MS = 1000
"""between two checks, where the spec gives no start_interval: others are waiting"""

_SLACK_MS = 5000
"""for the gate itself to end before systemd ends it"""


def _within(check: HealthCheck, timing: Timing) -> int:
    """Milliseconds until an agent that is not ready has failed: as long as a running one would
    take to be called unhealthy."""
    return check.start_period + timing.retries * timing.interval


def _of(draft: Draft) -> tuple[HealthCheck, Timing]:
    check, timing = draft.agent.health_check, draft.agent.check_timing
    assert check is not None
    assert timing is not None
    return check, timing


def longest(draft: Draft) -> int:
    """Milliseconds that the gate may take, 0 without one."""
    if not draft.gated:
        return 0
    check, timing = _of(draft)
    return _within(check, timing) + timing.timeout + _SLACK_MS


def part(draft: Draft) -> Part:
    """The line that waits, as the agent's user in its sandbox."""
    if not draft.gated:
        return Part()
    if not draft.host.python:
        return Part(notes=(_no_python(draft),))
    check, timing = _of(draft)
    asked = probe(check)
    figures = (
        _seconds(_within(check, timing)),
        _seconds(min(check.start_interval or _PACE_MS, timing.interval)),
        _seconds(timing.timeout),
        str(check.success_threshold),
    )
    helper = f"{draft.host.helpers}/gate"
    line = unit_commands.command((helper, *figures, asked.kind, *asked.words), executable=helper)
    return Part(directives("Service", ("ExecStartPost", line)))


def _no_python(draft: Draft) -> Note:
    return error(
        draft.name,
        ("health_check", "gate"),
        "gate-without-python",
        "the gate asks with /usr/bin/python3, which is not there",
        "install python3",
    )


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.10g}"
