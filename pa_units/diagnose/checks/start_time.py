"""It takes too long to start, or ends before it says that it is ready."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain

_STOPPING = ("stop-sigterm", "stop-sigkill", "final-sigterm", "stop-watchdog", "Stopping timed out")


def find(seen: Evidence) -> Iterator[Finding]:
    """Of a timeout the manager says in which part of the life it was."""
    if seen.result == "protocol":
        yield certain(
            "it ended before it said that it is ready",
            f"type: {seen.setting('Type')}",
            next="does it send READY=1 (type: notify) or leave its pid_file (type: forking)? "
            "else type: exec",
        )
    elif seen.result == "timeout" and not _while_stopping(seen):
        yield certain(
            "it was not up within start_timeout",
            f"Result=timeout, TimeoutStartSec={seen.setting('TimeoutStartSec') or '90s'}",
            _ready(seen),
            next=f"pa set {seen.agent.name} start_timeout=5m, or type: exec where it says nothing",
        )


def _while_stopping(seen: Evidence) -> bool:
    return any(word in line for line in seen.told[-6:] for word in _STOPPING)


def _ready(seen: Evidence) -> str:
    return "it has to send READY=1" if seen.setting("Type") == "notify" else ""
