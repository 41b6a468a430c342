"""The sandbox forbids what it does."""

import posixpath
import re
import signal
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pa_units.diagnose import signs
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain, likely

_SETUP = {
    218: "CapabilityBoundingSet=",
    226: "a directory of ReadWritePaths= or BindPaths=, which has to be there",
    227: "NoNewPrivileges=",
    228: "SystemCallFilter=",
    230: "LockPersonality=",
    231: "AppArmorProfile=",
    232: "RestrictAddressFamilies=",
}
"""What systemd was at when it gave up before the program ran, systemd.exec(5)"""

_HOMES = ("/home/", "/root", "/run/user/")


class Wall(NamedTuple):
    """A directive, and how a program that runs into it can be told."""

    directive: str
    line: Callable[[Evidence], str]
    """the line that the program printed about it, empty if none"""
    opened: str
    """what to write under `hardening:`"""


def find(seen: Evidence) -> Iterator[Finding]:
    """First the walls that could not be built, then those that the program ran into."""
    how, status = seen.ended
    if how == "exited" and status in _SETUP:
        yield certain(
            "systemd cannot build its sandbox",
            f"exit code {status}: {_SETUP[status]}",
            *seen.told[-1:],
            next=f"pa test {seen.agent.name} --bisect finds the switch; hardening: relaxed",
        )
    elif seen.killed(signal.SIGSYS):
        yield certain(
            "the kernel killed it for a system call that its sandbox forbids",
            f"killed by SIGSYS; SystemCallFilter={seen.setting('SystemCallFilter')}",
            next=_bisect(seen),
        )
    elif seen.killed(signal.SIGTRAP, signal.SIGSEGV) and _has(seen, "MemoryDenyWriteExecute"):
        yield likely(
            "it compiles while it runs, and its sandbox forbids that",
            f"killed by {signal.Signals(seen.ended[1]).name}; MemoryDenyWriteExecute=yes",
            next="hardening: {level: tight, MemoryDenyWriteExecute: no}",
        )
    else:
        yield from _ran_into(seen)


def _ran_into(seen: Evidence) -> Iterator[Finding]:
    for wall in WALLS:
        if _has(seen, wall.directive) and (line := wall.line(seen)):
            yield likely(
                f"its sandbox forbids it: {wall.directive}={seen.setting(wall.directive)}",
                line,
                next=f"in its hardening: {wall.opened.format(path=_path(line))}; sure? "
                + _bisect(seen),
            )
            return


def _bisect(seen: Evidence) -> str:
    return f"pa test {seen.agent.name} --bisect finds the switch"


def _has(seen: Evidence, directive: str) -> bool:
    return seen.setting(directive) not in ("", "no", "false", "all", "default")


def _path(line: str) -> str:
    found = signs.paths(line)
    return posixpath.normpath(posixpath.dirname(found[-1])) if found else "/data"


def _last(seen: Evidence, pattern: re.Pattern[str]) -> str:
    return next(iter(seen.lines(pattern, 1)), "")


def _hidden(seen: Evidence, begins: tuple[str, ...]) -> str:
    """A line about a path that the program does not see, and that is there."""
    for line in (*seen.lines(signs.ABSENT, 5), *seen.lines(signs.DENIED, 5)):
        for path in signs.paths(line):
            there = seen.paths.get(path)
            if path.startswith(begins) and there and there.exists and not there.barred:
                return line
    return ""


WALLS: tuple[Wall, ...] = (
    Wall(
        "ProtectSystem",
        lambda seen: _last(seen, signs.READ_ONLY),
        "{{ReadWritePaths: {path}}}",
    ),
    Wall("ProtectHome", lambda seen: _hidden(seen, _HOMES), "{{BindReadOnlyPaths: {path}}}"),
    Wall("ProcSubset", lambda seen: _hidden(seen, ("/proc/",)), "{{ProcSubset: all}}"),
    Wall("PrivateDevices", lambda seen: _hidden(seen, ("/dev/",)), "{{PrivateDevices: no}}"),
    Wall(
        "RestrictAddressFamilies",
        lambda seen: _last(seen, signs.FAMILY),
        '{{RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6 AF_NETLINK"}}',
    ),
    Wall(
        "SystemCallFilter",
        lambda seen: _last(seen, signs.NOT_PERMITTED),
        '{{SystemCallFilter: "@system-service"}}',
    ),
)
"""In the order in which they are asked; the last one is the least certain."""
