"""What systemd remembers of timers."""

from collections.abc import Mapping, Sequence

from pa_units.contracts.scope import Scope
from pa_units.drive import calls
from pa_units.drive.base import JobResult


def forget(scope: Scope, env: Mapping[str, str], names: Sequence[str]) -> list[JobResult]:
    """Forget when stopped timers last elapsed: one of the same name that comes later would make up
    for a run at once (`Persistent=`, systemd.timer(5))."""
    return calls.each(scope, env, names, "CleanUnit", "sas", ["state"])
