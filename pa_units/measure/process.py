"""Figures of one process (proc_pid_stat(5))."""

import os
import time

from pa_units.measure.cgroup import content

_TICKS = os.sysconf("SC_CLK_TCK")
_MICROSECONDS = 1_000_000
_START_TIME = 19
"""Field 22, counted behind the name, which may hold anything."""


def started_us(pid: int) -> int:
    """When a process began, wall clock in microseconds; 0 when it is gone."""
    fields = content(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    if len(fields) <= _START_TIME:
        return 0
    return _booted_us() + int(fields[_START_TIME]) * _MICROSECONDS // _TICKS


def _booted_us() -> int:
    return (time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)) // 1000


def age_s(pid: int) -> float:
    """Seconds since a process began; 0 when it is gone. No clock that can be set takes part."""
    fields = content(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    if len(fields) <= _START_TIME:
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[_START_TIME]) / _TICKS
