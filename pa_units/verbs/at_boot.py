"""`supervisor boot`: what makes the built-in supervisor start when this host does."""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from pa_units.compile import unit_commands, unit_text
from pa_units.compile.unit_text import UnitText
from pa_units.contracts.scope import Scope
from pa_units.kit.files import read_if_present
from pa_units.kit.render import render
from pa_units.verbs.here import Here


class Way(StrEnum):
    """Who starts it."""

    CONTAINER = "container"
    SYSTEMD = "systemd"
    OPENRC = "openrc"
    RUNIT = "runit"
    CRON = "cron"


class Entry(NamedTuple):
    """What to put where."""

    way: Way
    text: str
    where: str
    """the place, and the command that makes it count"""


class _Quoted(str):
    """Text that a quoting function made."""

    __slots__ = ()


_PASSED = ("PA_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME")
"""Variables that say where agents are installed: at boot nobody else sets them."""


def entry(at: Here, way: Way | None = None) -> Entry:
    """Return the entry for this host, or for a way that somebody names."""
    chosen = way or detected(at.scope)
    return _ENTRIES[chosen](at)


def detected(scope: Scope) -> Way:
    """Find out what starts services here. OpenRC and runit have no services of users (or only
    lately): cron(8) does it there."""
    if _in_container():
        return Way.CONTAINER
    if os.path.isdir("/run/systemd/system"):
        return Way.SYSTEMD
    if scope is Scope.SYSTEM and os.path.isdir("/run/openrc"):
        return Way.OPENRC
    if scope is Scope.SYSTEM and (os.path.isdir("/run/runit") or os.path.isdir("/etc/runit")):
        return Way.RUNIT
    return Way.CRON


def _in_container() -> bool:
    """docker and podman leave a file; others set a variable for PID 1
    (https://systemd.io/CONTAINER_INTERFACE), which only root may read."""
    if os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv"):
        return True
    try:
        found = read_if_present("/proc/1/environ") or b""
    except OSError:
        return False
    return any(pair.startswith(b"container=") for pair in found.split(b"\0"))


def _words(at: Here, *more: str) -> tuple[str, ...]:
    program = shutil.which(sys.argv[0]) or shutil.which("pa")
    own = (os.path.abspath(program),) if program else (sys.executable, "-m", "pa_units")
    return (*own, "supervisor", "run", f"--{at.scope}", *more)


def _environment(at: Here) -> Mapping[str, str]:
    return {name: at.env[name] for name in _PASSED if name in at.env}


def _exports(at: Here) -> list[_Quoted]:
    pairs = _environment(at).items()
    return [_Quoted(f"{name}={shlex.quote(value)}") for name, value in pairs]


def _cron(at: Here) -> Entry:
    pairs = [f"{name}={value}" for name, value in _environment(at).items()]
    line = shlex.join([*(["env", *pairs] if pairs else []), *_words(at)])
    # crontab(5): a percent sign begins the standard input.
    text = render("boot/cron.j2", _Quoted, command=_Quoted(line.replace("%", r"\%")))
    there = "" if shutil.which("crontab") else "; there is no cron on this host yet"
    return Entry(Way.CRON, text, f"your crontab: crontab -e{there}")


def _openrc(at: Here) -> Entry:
    program, *arguments = _words(at, "--foreground")
    text = render(
        "boot/openrc.j2",
        _Quoted,
        program=_Quoted(shlex.quote(program)),
        arguments=_Quoted(shlex.quote(shlex.join(arguments))),
        environment=_exports(at),
    )
    then = "chmod +x /etc/init.d/pa-supervisor; rc-update add pa-supervisor default"
    return Entry(Way.OPENRC, text, f"/etc/init.d/pa-supervisor, then: {then}")


def _runit(at: Here) -> Entry:
    line = _Quoted(shlex.join(_words(at, "--foreground")))
    text = render("boot/runit.j2", _Quoted, command=line, environment=_exports(at))
    services = "/var/service" if os.path.isdir("/var/service") else "/etc/service"
    then = f"chmod +x /etc/sv/pa-supervisor/run; ln -s /etc/sv/pa-supervisor {services}/"
    return Entry(Way.RUNIT, text, f"/etc/sv/pa-supervisor/run, then: {then}")


def _container(at: Here) -> Entry:
    text = render(
        "boot/container.j2",
        _Quoted,
        entrypoint=_Quoted(json.dumps(_words(at, "--foreground"))),
        environment=[_Quoted(f"{k}={json.dumps(v)}") for k, v in _environment(at).items()],
    )
    return Entry(Way.CONTAINER, text, "the Dockerfile; spec files named there are installed first")


def _systemd(at: Here) -> Entry:
    is_user = at.scope is Scope.USER
    pairs = _environment(at).items()
    text = render(
        "boot/systemd.j2",
        UnitText,
        command=unit_commands.own_command(*_words(at, "--foreground")),
        environment=[unit_commands.assignment(name, value) for name, value in pairs],
        target=unit_text.word("default.target" if is_user else "multi-user.target"),
    )
    directory = "~/.config/systemd/user" if is_user else "/etc/systemd/system"
    user = " --user" if is_user else ""
    then = f"systemctl{user} daemon-reload; systemctl{user} enable pa-supervisor"
    return Entry(Way.SYSTEMD, text, f"{directory}/pa-supervisor.service, then: {then}")


_ENTRIES: Mapping[Way, Callable[[Here], Entry]] = {
    Way.CONTAINER: _container,
    Way.SYSTEMD: _systemd,
    Way.OPENRC: _openrc,
    Way.RUNIT: _runit,
    Way.CRON: _cron,
}
