"""Facts about a machine that is not here: what a packager may rely on."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pa_units.contracts.facts import Account, Directory, Facts, Host, LogPlace, Placement
from pa_units.contracts.places import Places
from pa_units.contracts.refs import Scope
from pa_units.kit.errors import UsageError
from pa_units.spec.model import Agent

DISTRIBUTIONS: Mapping[str, int] = MappingProxyType(
    {
        "debian=11": 247,
        "debian=12": 252,
        "debian=13": 257,
        "fedora=41": 256,
        "fedora=42": 257,
        "rhel=9": 252,
        "rhel=10": 257,
        "ubuntu=22.04": 249,
        "ubuntu=24.04": 255,
    }
)
"""Distribution release → its systemd."""

OLDEST = 252
"""No unit of ours was ever run on an older systemd."""

HOME = "/home-of-the-user"
"""Stands for `%h` while a user's units are compiled on a machine where that user is not."""

RUNTIME = "/runtime-of-the-user"
"""The same for `%t`."""

ROOT = Account("root", 0, "root", "/root")
_USER = Account("its user", 1000, "its user", HOME)


class Machine(NamedTuple):
    """What `--for` names."""

    systemd: int
    scope: Scope = Scope.SYSTEM


def machine(text: str) -> Machine:
    """Read `systemd=254,scope=user` or `debian=12`. Raises UsageError."""
    given: dict[str, str] = {}
    for item in text.split(","):
        key, sign, value = item.strip().partition("=")
        if not (key and sign and value):
            raise _unusable(item, "it is not key=value")
        if key in given:
            raise _unusable(text, f"{key} is given twice")
        given[key] = value
    scope = _scope(given.pop("scope", Scope.SYSTEM))
    if len(given) != 1:
        raise _unusable(text, "it must name one systemd: systemd=N, or a distribution")
    return Machine(_systemd(*given.popitem()), scope)


def _scope(word: str) -> Scope:
    try:
        return Scope(word)
    except ValueError:
        raise _unusable(f"scope={word}", "the scope is system or user") from None


def _systemd(key: str, value: str) -> int:
    name = f"{key}={value}"
    if key != "systemd" and name not in DISTRIBUTIONS:
        raise _unusable(name, "which systemd that has is not known here; name it: systemd=N")
    if key == "systemd" and not (value.isascii() and value.isdigit() and len(value) < 4):
        raise _unusable(name, f"'{value}' is not a version such as 257")
    version = int(value) if key == "systemd" else DISTRIBUTIONS[name]
    if version < OLDEST:
        raise _unusable(name, f"systemd {version} is too old, {OLDEST} is the oldest")
    return version


def _unusable(what: str, why: str) -> UsageError:
    recent = ", ".join(name for name, version in DISTRIBUTIONS.items() if version >= OLDEST)
    return UsageError(
        f"cannot compile for '{what}': {why}", f"such as systemd=254,scope=user; known: {recent}"
    )


def host(of: Machine, places: Places, helpers: str) -> Host:
    """A host with that systemd where nothing is unusual."""
    installer = ROOT if of.scope is Scope.SYSTEM else _USER
    return Host(of.systemd, of.scope, places, installer, helpers)


def facts(agents: Iterable[Agent], of: Host) -> Facts:
    """Facts under which programs, directories and users are where the specs say."""
    return Facts(of, {agent.name: _placement(agent) for agent in agents}, installed=None)


def _placement(agent: Agent) -> Placement:
    logs = agent.logging
    paths = [path for path in (logs and logs.stdout, logs and logs.stderr) if path]
    return Placement(
        executable=agent.cmd.words[0],
        resolved=agent.cmd.words[0],
        cwd=Directory(agent.cwd, None, known=False) if agent.cwd else None,
        logs={path: LogPlace(path) for path in paths},
        user=Account(agent.user, 1, agent.user, "/") if agent.user else None,
    )
