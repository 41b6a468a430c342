"""What systemd remembers of timers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pa_units.contracts.refs import Scope
from pa_units.drive import systemd
from pa_units.drive.base import JobResult

if TYPE_CHECKING:
    from pa_units.drive.session import Session


def forget(scope: Scope, env: Mapping[str, str], names: Sequence[str]) -> list[JobResult]:
    """Forget when stopped timers last elapsed: one of the same name that comes later would make up
    for a run at once (`Persistent=`, systemd.timer(5))."""

    async def action(session: "Session") -> list[JobResult]:
        return await session.clean(names, "state")

    return systemd.run(scope, env, action)
