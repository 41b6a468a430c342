"""Its health check or heartbeat failed."""

import re
from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain, likely

_GATE = re.compile(r"^not ready within ")
"""What the helper says that holds a start back until the check succeeds"""


def find(seen: Evidence) -> Iterator[Finding]:
    """systemd says watchdog for an agent that was ended for it."""
    said = seen.unit.status_text
    if seen.result == "watchdog":
        yield certain(
            "it was ended because it was unhealthy, or silent for too long",
            said,
            *_check(seen),
            next="does the check itself work, as its user? is the address right, the time enough?",
        )
    elif lines := seen.lines(_GATE):
        yield likely(
            "its health check never said that it is ready",
            *lines,
            *_check(seen),
            next="is the address right? does it listen there within start_period and retries?",
        )
    elif said.startswith("unhealthy"):
        yield likely("it is unhealthy", said, *_check(seen), next="ask it by hand, as its user")


def _check(seen: Evidence) -> tuple[str, ...]:
    check = seen.spec.health_check if seen.spec else None
    if check is None:
        return ()
    asked = check.http or check.tcp or (" ".join(check.command.words) if check.command else "")
    return (f"its health_check asks {asked}",) if asked else ()
