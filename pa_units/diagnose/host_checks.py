"""The points that `doctor` goes through, each a pure function over what was seen of the host."""

from collections.abc import Callable

from pa_units.compile.support.table import TABLE
from pa_units.compile.support.way import How, Target
from pa_units.compile.systemd.profiles import IMPOSSIBLE_FOR_USERS
from pa_units.contracts.drivers import BUILTIN, SYSTEMD
from pa_units.contracts.scope import Scope
from pa_units.diagnose.host import HostEvidence
from pa_units.diagnose.point import Point, ok, problem, warning
from pa_units.kit.figures import plural, size

OLDEST = 252
"""systemd that units are written for and tested on"""
NATIVE = 254
"""from here on systemd itself lets delays grow"""
_LEAST = 64 << 20
"""Bytes that an install and its logs should find"""
_ENFORCING = ("cpu", "memory", "pids", "io")


def driver(seen: HostEvidence) -> Point:
    """Who supervises agents here?"""
    if seen.driver == BUILTIN:
        return ok("pa's own supervisor: this host was not booted with systemd")
    return ok("systemd")


def version(seen: HostEvidence) -> Point:
    """Which systemd is there, and is it new enough?"""
    found = seen.manager.version if seen.manager else seen.installed_systemd
    text = seen.manager.version_text if seen.manager else str(found)
    if not found:
        return problem("there is no systemd", "pa compile --for systemd=N writes for another host")
    if found < OLDEST:
        step = "units may not load: pa is tested from 252 on"
        return problem(f"systemd {text} is older than {OLDEST}", step)
    native = "" if found >= NATIVE else ", where a helper waits before restarts (native from 254)"
    return ok(f"systemd {text}{native}")


def scope(seen: HostEvidence) -> Point:
    """For whom do commands act?"""
    if seen.scope is Scope.SYSTEM:
        return ok("system: agents of this machine")
    return ok(f"user: agents of {seen.user} (--system for those of the machine)")


def bus(seen: HostEvidence) -> Point:
    """Does the service manager answer?"""
    if seen.manager is None:
        step = "log in as that user, not by su; or loginctl enable-linger" * (
            seen.scope is Scope.USER
        )
        return problem(seen.silent, step or "systemctl is-system-running; is systemd PID 1?")
    return ok("the service manager answers")


def manager(seen: HostEvidence) -> Point:
    """Is it in order?"""
    state = seen.manager.state if seen.manager else "unknown"
    if state == "degraded":
        return warning("some unit of the host has failed", "systemctl --failed")
    if state in ("running", "starting", "unknown"):
        return ok(f"the host is {state}")
    return problem(f"the host is {state}", "systemctl list-jobs")


def linger(seen: HostEvidence) -> Point:
    """Do agents of a user outlive the logout?"""
    if seen.scope is Scope.SYSTEM:
        return ok("not needed in the system scope")
    if seen.lingers:
        return ok("agents start at boot and outlive the logout")
    return warning(
        "agents start at the login and end at the logout", f"loginctl enable-linger {seen.user}"
    )


def namespaces(seen: HostEvidence) -> Point:
    """May a user manager build walls?"""
    if seen.user_namespaces:
        return ok("allowed to ordinary users")
    if seen.scope is Scope.SYSTEM:
        return ok("forbidden to ordinary users, which matters for --user alone")
    return problem(
        "forbidden to ordinary users: the sandbox cannot be built",
        "set hardening: off, or --system",
    )


def controllers(seen: HostEvidence) -> Point:
    """Are limits enforced?"""
    lost = [name for name in _ENFORCING if name not in seen.controllers]
    if seen.manager is None or not lost:
        return ok(f"enforced: {', '.join(_ENFORCING)}" if not lost else "not known")
    if seen.scope is Scope.USER and lost == ["io"]:
        return ok("enforced: cpu, memory, pids; io is not handed on to users")
    return warning(
        f"limits of {', '.join(lost)} are set and not enforced",
        "the kernel has these controllers bound to cgroup v1, or does not hand them on",
    )


def python(seen: HostEvidence) -> Point:
    """Programs of ours that agents run need an interpreter that only root can change."""
    if seen.system_python:
        return ok(f"Python {seen.python} here, /usr/bin/python3 for helper programs")
    return problem("there is no /usr/bin/python3 for helper programs", "install python3")


def logrotate(seen: HostEvidence) -> Point:
    """Are log files kept small?"""
    if not seen.logrotate:
        return warning("logrotate is not installed: log files grow", "install logrotate")
    if seen.rotates is False:
        return warning(
            f"{seen.logrotate} is there, and nothing starts it",
            "systemctl enable --now logrotate.timer",
        )
    return ok(seen.logrotate)


def journal(seen: HostEvidence) -> Point:
    """Does the past outlive a reboot?"""
    if seen.persistent_journal:
        return ok("kept across reboots")
    return warning("gone at each reboot", "Storage=persistent in journald.conf(5)")


def rooms(seen: HostEvidence) -> Point:
    """Is there room to write?"""
    shut = [one for one in seen.rooms if one.read_only]
    full = [one for one in seen.rooms if one.free < _LEAST or one.files_free == 0]
    if shut:
        return problem(f"{shut[0].path} cannot be written", "mount | grep ' ro,'; dmesg")
    if full:
        return problem(f"{full[0].path}: {size(full[0].free)} free", "df -h; df -i")
    return ok(", ".join(f"{one.path}: {size(one.free)} free" for one in seen.rooms))


def state(seen: HostEvidence) -> Point:
    """Is what pa remembers whole?"""
    if seen.agents is None:
        return problem(seen.trouble, "restore it from a backup, or install the agents again")
    if seen.interrupted:
        return warning(
            "an interrupted command has left work undone", "the next pa command that writes does it"
        )
    return ok(f"{plural(seen.agents, 'agent')} installed")


def clock(seen: HostEvidence) -> Point:
    """Is it right?"""
    if seen.synchronized is False:
        return warning("the clock is not synchronized", "timedatectl set-ntp true")
    return ok("synchronized" if seen.synchronized else "nobody knows whether it is synchronized")


def support(seen: HostEvidence) -> Point:
    """Which fields of a spec have no effect here?"""
    lost = [path for path, row in TABLE.items() if row.of(_TARGETS[seen.driver]).how in _WITHOUT]
    words = f"{plural(len(lost), 'field')} of {len(TABLE)} without effect yet"
    walls = ""
    if seen.scope is Scope.USER:
        walls = f"; {plural(len(IMPOSSIBLE_FOR_USERS), 'wall')} of the sandbox cannot be built"
    return ok(f"{words}{walls}: {', '.join(lost[:_NAMED])}{' …' * (len(lost) > _NAMED)}")


_WITHOUT = frozenset({How.LATER, How.IMPOSSIBLE})
_NAMED = 6

_TARGETS = {SYSTEMD: Target.SYSTEMD, BUILTIN: Target.RUN}

CHECKS: dict[str, Callable[[HostEvidence], Point]] = {
    "driver": driver,
    "systemd": version,
    "scope": scope,
    "bus": bus,
    "manager": manager,
    "linger": linger,
    "user namespaces": namespaces,
    "limits": controllers,
    "python": python,
    "logrotate": logrotate,
    "journal": journal,
    "file systems": rooms,
    "state": state,
    "clock": clock,
    "support": support,
}
"""In the order in which they are told"""


_OF_SYSTEMD = frozenset({"systemd", "bus", "manager", "linger", "limits", "logrotate", "journal"})
"""Where it does not supervise, nobody needs them."""


def points(seen: HostEvidence) -> tuple[Point, ...]:
    """Go through all of them that matter here."""
    names = [name for name in CHECKS if seen.driver == SYSTEMD or name not in _OF_SYSTEMD]
    return tuple(CHECKS[name](seen)._replace(check=name) for name in names)
