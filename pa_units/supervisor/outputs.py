"""The streams of all units: when each is moved, and what becomes of its rolled files."""

import os
from collections.abc import Callable

from pa_units.contracts.run_plan import LogFile, RunPlan
from pa_units.supervisor.fd_holder import FdHolder
from pa_units.supervisor.loop import ONCE, Loop
from pa_units.supervisor.output import FULL_RETRY, REST, WORTHWHILE, Stream, open_pipe

Rolled = Callable[[str], None]
_ENDINGS = ("out", "err")


class Outputs:
    """Pipes that are open, by unit."""

    def __init__(self, loop: Loop, directory: str, rolled: Rolled, fd_holder: FdHolder) -> None:
        """Pipes stand in `directory`; `rolled` hears of logs that have a new NAME.1 to compress."""
        self._loop = loop
        self._directory = directory
        self._rolled = rolled
        self._streams: dict[str, tuple[Stream, ...]] = {}
        self._resting: list[Stream] = []
        """streams that are looked at together"""
        self._fd_holder = fd_holder

    def open(self, plan: RunPlan, uid: int) -> tuple[str, str]:
        """Return where the standard output and error of a new process go: "" for error that goes
        with the output. Raises OSError."""
        paths = [self._path(plan.unit, ending) for ending in _ENDINGS]
        logs = (plan.stdout, plan.stderr)
        if plan.unit not in self._streams:
            self._streams[plan.unit] = tuple(
                self._stream(path, log, uid) for path, log in zip(paths, logs, strict=True) if log
            )
        out = paths[0] if plan.stdout else os.devnull
        return out, paths[1] if plan.stderr else ""

    def adopt(self, plan: RunPlan) -> None:
        """Read on where the last supervisor ended. Raises OSError."""
        if any(os.path.exists(self._path(plan.unit, ending)) for ending in _ENDINGS):
            self.open(plan, -1)

    def _path(self, unit: str, ending: str) -> str:
        return f"{self._directory}/{unit}.{ending}"

    def _stream(self, path: str, log: LogFile, uid: int) -> Stream:
        stream = Stream(open_pipe(path, uid), log)
        self._fd_holder.outdated = True
        self._loop.watch(stream.pipe, lambda: self._ready(stream), ONCE)
        return stream

    def _ready(self, stream: Stream) -> None:
        if stream.waiting() < WORTHWHILE:
            self._rest(stream, REST)
        else:
            self._pump(stream)

    def _rest(self, stream: Stream, seconds: float) -> None:
        if seconds != REST:
            self._loop.later(seconds, lambda: self._pump(stream))
            return
        if not self._resting:
            self._loop.later(seconds, self._pump_rested)
        self._resting.append(stream)

    def _pump_rested(self) -> None:
        rested, self._resting = self._resting, []
        for stream in rested:
            self._pump(stream)

    def _pump(self, stream: Stream) -> None:
        if stream.pipe < 0:
            return
        moved = stream.pump()
        self._tell_rolled(stream)
        if stream.trouble:
            self._loop.later(FULL_RETRY, lambda: self._pump(stream))
        elif moved >= WORTHWHILE:
            self._rest(stream, stream.rest(moved))
        else:
            stream.rested = REST
            self._loop.change(stream.pipe, ONCE)

    def _tell_rolled(self, stream: Stream) -> None:
        if stream.rolled:
            stream.rolled = False
            if stream.log.compress:
                self._rolled(stream.log.path)

    def flush(self, unit: str) -> None:
        """Move what a process printed before it ended."""
        for stream in self._streams.get(unit, ()):
            if not stream.trouble and stream.waiting():
                stream.pump()
                self._tell_rolled(stream)

    def update_holder(self) -> None:
        """See to it that the holder has what is open."""
        if self._fd_holder.outdated:
            streams = (stream for several in self._streams.values() for stream in several)
            self._fd_holder.hold(stream.pipe for stream in streams)

    def trouble(self, unit: str) -> str:
        """Say why output of a unit is held back; "" if it is not."""
        streams = self._streams.get(unit, ())
        return next((stream.trouble for stream in streams if stream.trouble), "")

    def close(self, unit: str, *, remove: bool) -> None:
        """Close the streams of a unit; with `remove` its pipes go, with what is still in them."""
        self.flush(unit)
        self._fd_holder.outdated = True
        for stream in self._streams.pop(unit, ()):
            self._loop.forget(stream.pipe)
            stream.close()
        if not remove:
            return
        for ending in _ENDINGS:
            path = self._path(unit, ending)
            if os.path.lexists(path):
                os.unlink(path)
