"""Which services run: asked of the init system once for each run, then told by the kernel.

pa-tell does the asking. dbus-daemon refuses a dynamic user whom no NSS module knows (Debian has
libnss-systemd as a recommendation only), and through pa-tell a bus that is down does not matter:
systemctl(1) speaks to PID 1 directly.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from pa_units.measure.cgroup import content, hierarchy
from pa_units.watchdog.case import Run

AT_ONCE = 100
"""Services in one question."""
_UP = frozenset({"active", "reloading"})

Look = Callable[[Sequence[str]], Awaitable[str]]
"""Returns what `systemctl show` prints of services; raises OSError."""


class Runs:
    """Questions of one moment go together."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._asked: dict[str, asyncio.Future[Run | None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._mounted = hierarchy()

    async def find(self, unit: str) -> Run | None:
        """Return how a service runs, None if it does not. Raises OSError."""
        future = self._asked.get(unit)
        if future is None:
            future = self._asked[unit] = asyncio.get_running_loop().create_future()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._answer())
        return await asyncio.shield(future)

    async def _answer(self) -> None:
        await asyncio.sleep(0)  # all who ask in this moment
        while self._asked:
            units = list(self._asked)[:AT_ONCE]
            asked = {unit: self._asked.pop(unit) for unit in units}
            try:
                found = dict(runs(await self._look(units)))
            except OSError as error:
                for future in asked.values():
                    future.set_exception(error)
                    future.exception()  # whoever asked may be gone
            else:
                for unit, future in asked.items():
                    future.set_result(found.get(unit))

    def paused(self, run: Run) -> bool:
        """Is a service frozen?"""
        return b"frozen 1" in content(f"{self._mounted}{run.group}/cgroup.events")


def runs(shown: str) -> Iterator[tuple[str, Run]]:
    """Read what `systemctl show` prints: a block of KEY=VALUE lines for each service."""
    for block in shown.split("\n\n"):
        found = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        pid, invocation = found.get("MainPID", "0"), found.get("InvocationID", "")
        if found.get("ActiveState") in _UP and pid.isdigit() and int(pid) and invocation:
            yield found["Id"], Run(int(pid), invocation, found.get("ControlGroup", ""))
