"""It does not end when it is asked to."""

from collections.abc import Iterator

from pa_units.contracts.status import State
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, likely, possible

_KILLED = ("State 'stop-sigterm' timed out", "Stopping timed out", "State 'final-sigterm'")


def find(seen: Evidence) -> Iterator[Finding]:
    """The manager killed it after stop_timeout, or is waiting for that."""
    said = [line for line in seen.told if any(word in line for word in _KILLED)]
    signal = seen.setting("KillSignal") or "SIGTERM"
    if seen.state is State.STOPPING:
        yield likely(
            f"it was asked to stop ({signal}) and has not ended yet",
            f"it is killed after {seen.setting('TimeoutStopSec') or '90s'}",
            next=f"pa kill {seen.agent.name} -s KILL --whole ends it now",
        )
    elif said and seen.in_trouble:
        yield possible(
            f"it did not end when it was asked to ({signal}), and was killed",
            said[-1],
            next="handle that signal in the program, set stop_signal:, or a longer stop_timeout:",
        )
