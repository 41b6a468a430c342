"""What is known of the host, for `doctor`: gathered once, then judged by pure functions."""

import os
import platform
import shutil
from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.places import Places
from pa_units.contracts.scope import Scope
from pa_units.drive.choose import of_host
from pa_units.drive.read import ManagerState, manager, properties
from pa_units.drive.wire import open_bus
from pa_units.kit.errors import PaError
from pa_units.measure.cgroup import content, hierarchy
from pa_units.measure.clock import synchronized
from pa_units.measure.room import Room, room
from pa_units.observe import facts
from pa_units.observe.accounts import Accounts
from pa_units.observe.linger import lingers

_PATIENCE = 5.0
_ROTATOR = "logrotate.timer"
_CRON = "/etc/cron.daily/logrotate"


class HostEvidence(NamedTuple):
    """The host, as one scope sees it."""

    scope: Scope
    user: str
    python: str
    driver: str = SYSTEMD
    """who supervises agents, unless somebody says otherwise"""
    installed_systemd: int = 0
    """major version of the files on the disk; 0: none"""
    manager: ManagerState | None = None
    """None: it cannot be asked"""
    silent: str = ""
    """why not"""
    lingers: bool = True
    user_namespaces: bool = True
    system_python: bool = True
    """is there a /usr/bin/python3? Programs of ours run by it"""
    controllers: frozenset[str] = frozenset()
    """of control groups, for services of this scope"""
    logrotate: str = ""
    """where it is; empty: not installed"""
    rotates: bool | None = None
    """does something start it? None: nobody knows"""
    persistent_journal: bool = True
    rooms: tuple[Room, ...] = ()
    """of the directories that pa and agents write to"""
    agents: int | None = 0
    """installed ones; None: the ledger cannot be read"""
    trouble: str = ""
    """why it cannot"""
    interrupted: bool = False
    """a command was killed and nobody has finished its work yet"""
    synchronized: bool | None = None


def look(places: Places, env: Mapping[str, str]) -> HostEvidence:
    """Look at everything but what pa has installed."""
    account = Accounts().of(os.getuid())
    seen = HostEvidence(
        scope=places.scope,
        user=account.name,
        python=platform.python_version(),
        driver=of_host(),
        installed_systemd=_installed(),
        lingers=places.scope is Scope.SYSTEM or lingers(account.name),
        user_namespaces=facts.user_namespaces(),
        system_python=os.path.exists("/usr/bin/python3"),
        logrotate=shutil.which("logrotate", path=facts.SEARCH_PATH) or "",
        persistent_journal=os.path.isdir("/var/log/journal"),
        rooms=_rooms(places),
        synchronized=synchronized(),
    )
    return _asked(seen, env)


def _installed() -> int:
    try:
        return facts.systemd_version()
    except PaError:
        return 0


def _asked(seen: HostEvidence, env: Mapping[str, str]) -> HostEvidence:
    try:
        with open_bus(seen.scope, env, _PATIENCE) as wire:
            found = manager(wire)
            wanted = (
                {} if seen.scope is Scope.USER else properties(wire, [_ROTATOR], ("ActiveState",))
            )
    except PaError as error:
        return seen._replace(silent=error.message)
    rotator = str(wanted.get(_ROTATOR, {}).get("ActiveState", ""))
    rotates = rotator == "active" or os.path.exists(_CRON)
    return seen._replace(
        manager=found,
        controllers=_controllers(seen.scope),
        rotates=rotates if seen.scope is Scope.SYSTEM else None,
    )


def _controllers(scope: Scope) -> frozenset[str]:
    """Those that the slice of this scope's services hands on to them."""
    uid = os.getuid()
    below = (
        "system.slice"
        if scope is Scope.SYSTEM
        else f"user.slice/user-{uid}.slice/user@{uid}.service"
    )
    return frozenset(content(f"{hierarchy()}/{below}/cgroup.controllers").decode().split())


def _rooms(places: Places) -> tuple[Room, ...]:
    wanted = [places.config, places.state, places.logs, "/tmp"]  # noqa: S108 (looked at, not used)
    found: dict[int, Room] = {}
    for path in wanted:
        here = path
        while not os.path.exists(here):
            here = os.path.dirname(here)
        if (device := os.stat(here).st_dev) not in found and (one := room(here)):
            found[device] = one
    return tuple(found.values())
