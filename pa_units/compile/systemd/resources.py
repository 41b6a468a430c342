"""Limits that the kernel enforces, and accounting for all of them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from pa_units.compile import unit_text as text
from pa_units.compile.part import Part
from pa_units.compile.systemd import room
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.compile.unit_text import UnitText

_LIMITS: tuple[tuple[str, str, Callable[[Any], UnitText]], ...] = (
    ("cpu_limit", "CPUQuota", text.percentage),
    ("memory_limit", "MemoryMax", text.number),
    ("memory_high", "MemoryHigh", text.number),
    ("tasks", "TasksMax", text.number),
    ("open_files", "LimitNOFILE", text.number),
    ("io_weight", "IOWeight", text.number),
)
"""Field, directive, spelling. A size is written in bytes: systemd ignores `512MB`."""

CPU_ACCOUNTING_IS_FREE = 258
"""From here on CPU usage is always counted and `CPUAccounting=` only earns a warning."""


def part(draft: Draft) -> Part:
    """Accounting switches and every limit that the spec sets."""
    limits = tuple(
        Directive("Service", directive, spell(value))
        for field, directive, spell in _LIMITS
        if (value := getattr(draft.agent.resources, field)) is not None
    )
    told = () if draft.agent.logging else room.notes(draft, rotated=0)
    return Part(_accounting(draft.host.systemd) + limits + _swap(draft) + _quota(draft), notes=told)


def _quota(draft: Draft) -> tuple[Directive, ...]:
    limit = room.quota(draft)
    return (
        () if limit is None else directives("Service", ("StateDirectoryQuota", text.number(limit)))
    )


@cache
def _accounting(version: int) -> tuple[Directive, ...]:
    on = text.flag(True)
    cpu = () if version >= CPU_ACCOUNTING_IS_FREE else (("CPUAccounting", on),)
    return directives(
        "Service", *cpu, ("MemoryAccounting", on), ("TasksAccounting", on), ("IOAccounting", on)
    )


def _swap(draft: Draft) -> tuple[Directive, ...]:
    """A memory limit that swap can dodge is none."""
    if draft.agent.resources.memory_limit is None:
        return ()
    return directives("Service", ("MemorySwapMax", text.number(0)))
