"""Verbs over D-Bus: queue jobs, wait for their ends, many units at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from pa_units.drive import words
from pa_units.drive.base import JOB_TIMEOUT, JobResult
from pa_units.drive.bus import Answer, Bus, Signal
from pa_units.drive.errors import BusError, BusTimeout, refusal
from pa_units.drive.objects import MANAGER, PROPERTIES_INTERFACE, ROOT, unit_path
from pa_units.drive.states import PROPERTIES
from pa_units.drive.wire import BUS, SYSTEMD

_ALREADY_SUBSCRIBED = "org.freedesktop.systemd1.AlreadySubscribed"
_JOB_REMOVED = (
    f"type='signal',sender='{SYSTEMD}',path='{ROOT}',interface='{MANAGER}',member='JobRemoved'"
)
_OWNER_CHANGED = f"type='signal',sender='{BUS}',member='NameOwnerChanged',arg0='{SYSTEMD}'"


class Session:
    """One connection to a service manager. Units are driven side by side; the bus admits 100
    calls in flight."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._manager = ""
        self._ended: dict[str, str] = {}
        self._awaited: dict[str, asyncio.Future[str]] = {}

    async def start(self, names: Sequence[str], timeout: float = JOB_TIMEOUT) -> list[JobResult]:
        """Start with a fresh restart budget; starts by hand count against it otherwise."""
        return await self._jobs("StartUnit", names, timeout, fresh=True)

    async def stop(self, names: Sequence[str], timeout: float = JOB_TIMEOUT) -> list[JobResult]:
        """Stop."""
        return await self._jobs("StopUnit", names, timeout)

    async def restart(self, names: Sequence[str], timeout: float = JOB_TIMEOUT) -> list[JobResult]:
        """Stop what runs and start, with a fresh restart budget."""
        return await self._jobs("RestartUnit", names, timeout, fresh=True)

    async def try_restart(
        self, names: Sequence[str], timeout: float = JOB_TIMEOUT
    ) -> list[JobResult]:
        """Restart what runs, leave the rest."""
        return await self._jobs("TryRestartUnit", names, timeout)

    async def reload_units(
        self, names: Sequence[str], timeout: float = JOB_TIMEOUT
    ) -> list[JobResult]:
        """Run the reload command of each."""
        return await self._jobs("ReloadUnit", names, timeout)

    async def start_transient(self, unit: str, properties: Sequence[object]) -> None:
        """Start a service that has no file, and wait for the end of the job. Raises BusError."""
        await self._subscribe()
        values = await self._bus.ask(
            ROOT, MANAGER, "StartTransientUnit", "ssa(sv)a(sa(sv))", unit, "fail", properties, []
        )
        result = await self._end(unit, str(values[0]), time.monotonic() + JOB_TIMEOUT, JOB_TIMEOUT)
        if not result.ok:
            raise BusError(f"cannot start {unit}: {result.message}")

    async def _jobs(
        self, member: str, names: Sequence[str], timeout: float, fresh: bool = False
    ) -> list[JobResult]:
        """Call a method that queues a job, and wait for the job."""
        await self._subscribe()
        deadline = time.monotonic() + timeout

        async def one(name: str) -> JobResult:
            if fresh:
                await self._ask("ResetFailedUnit", "s", name)
            answer = await self._ask(member, "ss", name, "replace")
            if answer.error:
                return words.refused(name, answer.error, answer.text)
            return await self._end(name, str(answer.values[0]), deadline, timeout)

        return await _each(names, one)

    async def _ask(self, member: str, signature: str, *args: object) -> Answer:
        return await self._bus.call(ROOT, MANAGER, member, signature, *args)

    async def _subscribe(self) -> None:
        """Have the ends of jobs told to us from now on.

        Before the first job is queued: on 252 every second JobRemoved comes before the reply that
        names its job. Only the manager's own signals count, since anyone may send us one; after
        daemon-reexec it has another unique name.
        """
        if self._manager:
            return
        self._bus.listen(self._note)
        await self._bus.match(_OWNER_CHANGED)
        await self._bus.match(_JOB_REMOVED)
        self._manager = await self._bus.owner(SYSTEMD)
        answer = await self._ask("Subscribe", "")
        if answer.error and answer.error != _ALREADY_SUBSCRIBED:
            raise refusal(answer.error, answer.text, "wait for jobs")

    def _note(self, signal: Signal) -> None:
        if signal.sender == BUS and signal.member == "NameOwnerChanged":
            _, _, self._manager = signal.args
        elif signal.sender == self._manager and signal.member == "JobRemoved":
            _, path, _, result = signal.args
            self._settle(path, result)

    def _settle(self, path: str, result: str) -> None:
        if (future := self._awaited.pop(path, None)) and not future.done():
            future.set_result(result)
        else:
            self._ended[path] = result

    async def _end(self, name: str, job: str, deadline: float, timeout: float) -> JobResult:
        """Wait until the job is removed and say how it ended."""
        result = self._ended.pop(job, None)
        if result is None:
            future = self._awaited[job] = asyncio.get_running_loop().create_future()
            try:
                result = await self._bus.race(future, max(deadline - time.monotonic(), 0))
            except BusTimeout:
                return words.pending(name, timeout)
        return words.finished(name, result, await self._cause(name) if result == "failed" else "")

    async def _cause(self, name: str) -> str:
        """Return the service's `Result`, or "" for a unit of another kind."""
        answer = await self._bus.call(
            unit_path(name), PROPERTIES_INTERFACE, "Get", "ss", PROPERTIES["Result"], "Result"
        )
        return str(answer.values[0].value) if answer.values else ""


async def _each(
    names: Sequence[str], one: Callable[[str], Awaitable[JobResult]]
) -> list[JobResult]:
    """Do `one` for all names side by side; a failure of the bus becomes that name's result."""

    async def guarded(name: str) -> JobResult:
        try:
            return await one(name)
        except BusError as problem:
            return words.unknown(name, problem.message)

    return list(await asyncio.gather(*map(guarded, names)))
