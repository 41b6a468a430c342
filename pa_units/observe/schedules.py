"""Can this host keep a schedule?"""

import os

from pa_units.spec.parts import Schedule

_ZONES = "/usr/share/zoneinfo"
"""tzdata(5): without it systemd knows only UTC and its own time."""


def problem(schedule: Schedule, root: str = "") -> str:
    """Why it cannot, in words; empty when it can."""
    zone = schedule.timezone
    if zone and zone != "UTC" and not os.path.isfile(f"{root}{_ZONES}/{zone}"):
        return f"this host knows no time zone '{zone}'; is it right, and tzdata installed?"
    if schedule.calendar and _asked(schedule.calendar) is None:
        return f"systemd does not understand the times '{schedule.calendar}', systemd.time(7)"
    return ""


def is_never_due(schedule: Schedule) -> bool:
    """Does it name no date that lies ahead?"""
    return bool(schedule.calendar) and _asked(schedule.calendar or "") == "never"


def _asked(event: str) -> str | None:
    """When a calendar event is next, as systemd says it; None if it is none, empty where there is
    nobody to ask."""
    from pa_units.kit.processes import ProcessFailed, run

    try:
        done = run(["systemd-analyze", "calendar", "--", event], check=False)
    except ProcessFailed:
        return ""
    if done.code:
        return None
    lines = (line.strip().partition(": ") for line in done.out.decode().splitlines())
    return next((value.strip() for key, _, value in lines if key == "Next elapse"), "")
