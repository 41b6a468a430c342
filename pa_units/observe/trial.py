"""Watch one run of a service to its end, or for a while."""

import time
from typing import NamedTuple

from pa_units.drive import read
from pa_units.drive.states import UnitState, unit_state
from pa_units.drive.wire import Wire
from pa_units.measure.cgroup import Usage, hierarchy, usages
from pa_units.observe.exits import cause

_POLL_S = 0.05
_PROPERTIES = (
    "Id",
    "LoadState",
    "ActiveState",
    "SubState",
    "Job",
    "InvocationID",
    "Result",
    "ExecMainCode",
    "ExecMainStatus",
    "ExecMainExitTimestamp",
    "MainPID",
    "ControlGroup",
    "MemoryMax",
    "ActiveEnterTimestamp",
)
_OVER = ("inactive", "failed")


class Run(NamedTuple):
    """How one run went."""

    ended: bool
    """by itself; else it was going on when the time was over"""
    ready: bool
    """was its start done?"""
    reason: str
    """why it failed, in words; empty: it did not"""
    seconds: float
    memory: int = 0
    """bytes, the most that was seen"""
    memory_max: int | None = None
    tasks: int = 0
    """the most that were seen"""
    cpu_s: float = 0.0

    @property
    def works(self) -> bool:
        """Did it end with success, or was it up to the end of the time?"""
        return not self.reason and (self.ended or self.ready)


def watch(wire: Wire, unit: str, seconds: float) -> Run:
    """Look again and again until the unit is down, or `seconds` have passed. Raises BusError."""
    began = time.monotonic()
    peak = Usage()
    while True:
        state = unit_state(read.properties(wire, [unit], _PROPERTIES)[unit])
        passed = time.monotonic() - began
        peak = _highest(peak, state)
        over = state.active in _OVER and not state.job_id
        if over or passed >= seconds:
            return _run(state, over, passed, peak)
        time.sleep(_POLL_S)


def _highest(before: Usage, state: UnitState) -> Usage:
    group = state.control_group
    if not group:
        return before
    now = usages([group], hierarchy(), io=True)[group]
    return Usage(
        tasks=max(before.tasks or 0, now.tasks or 0),
        memory=max(before.memory or 0, now.memory or 0),
        cpu_usec=max(before.cpu_usec or 0, now.cpu_usec or 0),
    )


def _run(state: UnitState, over: bool, passed: float, peak: Usage) -> Run:
    ready = state.active in ("active", "reloading")
    reason = cause(state)
    if over and not reason and state.load not in ("loaded", ""):
        reason = "systemd refuses its unit"
    if not over and not ready:
        reason = f"it was still starting after {passed:.0f}s"
    return Run(
        over,
        ready,
        reason,
        passed,
        peak.memory or 0,
        state.memory_max,
        peak.tasks or 0,
        (peak.cpu_usec or 0) / 1e6,
    )
