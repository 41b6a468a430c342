"""The clock of the machine is wrong."""

import time
from collections.abc import Iterator

from pa_units.diagnose import signs
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain, likely

_SLACK = 60.0
"""Seconds"""


def find(seen: Evidence) -> Iterator[Finding]:
    """It was installed in the future, or servers and certificates say that our time is off."""
    now = seen.now_us / 1e6
    if seen.agent.installed > now + _SLACK:
        yield certain(
            "the clock of this machine went back",
            f"now it is {_shown(now)}, and it was installed at {_shown(seen.agent.installed)}",
            _sync(seen),
            next="timedatectl set-ntp true; schedules and log times are wrong until then",
        )
    elif said := seen.lines(signs.CERTIFICATE):
        yield likely(
            "its time and that of others differ, or a certificate is too old",
            *said,
            _sync(seen),
            next="timedatectl; is the date right? timedatectl set-ntp true",
        )


def _shown(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def _sync(seen: Evidence) -> str:
    return "the clock is not synchronized" if seen.synchronized is False else ""
