"""Figures of services against their limits. A rate is that since the measurement before."""

import os
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pa_units.contracts.watch_plan import Check
from pa_units.kit.figures import size
from pa_units.measure.cgroup import Usage, hierarchy, pressure, usage
from pa_units.probes.answer import Answer
from pa_units.watchdog.case import Run

LIMITS = "limits"


class _Sample(NamedTuple):
    invocation: str
    at: float
    cpu_usec: int | None
    io: int | None


class Meters:
    """Remembers what rates are made of."""

    def __init__(self, mounted: str = "") -> None:
        self._mounted = mounted or hierarchy()
        self._before: dict[str, _Sample] = {}

    def measure(self, unit: str, run: Run, check: Check) -> Answer:
        """Say whether all figures are within their limits; those that the kernel does not count
        here are, and are named."""
        used = usage(run.group, self._mounted, io="io" in check.above)
        figures = {**self._rates(unit, run, used), "memory": used.memory}
        if "pressure" in check.above:
            figures["pressure"] = pressure(run.group, self._mounted)
        if "log" in check.above:
            figures["log"] = _sizes(check.logs)
        over = list(_over(figures, check.above))
        return Answer(not over, "; ".join(over) or _within(figures, check.above))

    def _rates(self, unit: str, run: Run, used: Usage) -> dict[str, float | None]:
        counted = used.io_read is not None and used.io_written is not None
        io = (used.io_read or 0) + (used.io_written or 0) if counted else None
        now = _Sample(run.invocation, time.monotonic(), used.cpu_usec, io)
        before, self._before[unit] = self._before.get(unit), now
        if before is None or before.invocation != run.invocation or now.at <= before.at:
            return {"cpu": None, "io": None}
        took = now.at - before.at
        return {
            "cpu": _rate(before.cpu_usec, now.cpu_usec, took * 10_000),
            "io": _rate(before.io, now.io, took),
        }


def _rate(before: int | None, now: int | None, by: float) -> float | None:
    return None if before is None or now is None else (now - before) / by


def _sizes(paths: tuple[str, ...]) -> float:
    total = 0
    for path in paths:
        try:
            total += os.stat(path).st_size
        except OSError:
            continue  # not written yet
    return float(total)


def _over(figures: Mapping[str, float | None], above: Mapping[str, float]) -> Iterator[str]:
    for name, most in above.items():
        value = figures.get(name)
        if value is not None and value > most:
            yield f"{name} {spelled(name, value)}, above {spelled(name, most)}"


def _within(figures: Mapping[str, float | None], above: Mapping[str, float]) -> str:
    return ", ".join(
        f"{name} {'unknown' if value is None else spelled(name, value)}"
        for name in above
        for value in [figures.get(name)]
    )


def spelled(name: str, value: float) -> str:
    """Print a figure in its unit."""
    if name in ("cpu", "pressure"):
        return f"{value:.3g}%"
    return f"{size(round(value))}/s" if name == "io" else size(round(value))
