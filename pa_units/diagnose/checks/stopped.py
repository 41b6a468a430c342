"""Nobody wants it to run."""

from collections.abc import Iterator

from pa_units.contracts.status import State
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, possible


def find(seen: Evidence) -> Iterator[Finding]:
    """Stopped by hand, or never started."""
    last = seen.runs[-1] if seen.runs else None
    start = f"pa start {seen.agent.name}"
    if seen.state is State.PAUSED:
        resume = f"pa resume {seen.agent.name}"
        yield possible("it is paused: somebody froze it", next=resume)
    if seen.state is not State.STOPPED or seen.unit.job_id:
        return
    if last and last.asked:
        yield possible("it was stopped: somebody asked for that", next=start)
    elif last is None and not seen.agent.auto_start:
        yield possible(
            "it does not start at boot, and nobody has started it", "auto_start: false", next=start
        )
    elif last is None:
        yield possible("nobody has started it since the boot", next=start)
