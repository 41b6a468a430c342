"""It used its restarts up."""

from collections.abc import Iterator

from pa_units.contracts.status import State
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, likely


def find(seen: Evidence) -> Iterator[Finding]:
    """Nothing starts it again by itself; why it ended each time, other checks say."""
    status = seen.status
    if status is None or status.state is not State.FAILED:
        return
    most = seen.agent.max_restarts
    gave_up = seen.result == "start-limit-hit" or any(run.gave_up for run in seen.runs[-2:])
    if not gave_up and not (most and status.restarts >= most):
        return
    yield likely(
        f"it was given up after {most} restarts" if most else "it was started too often",
        status.reason,
        f"max_restarts: {most}" if most is not None else "",
        next=f"mend what ends it, then pa start {seen.agent.name}, which clears the count",
    )
