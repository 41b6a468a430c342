"""Facts about a machine that is not here: what a packager may rely on."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pa_units.contracts.facts import Account, Directory, Facts, Host, LogPlace, Placement
from pa_units.contracts.places import Places
from pa_units.contracts.refs import Scope
from pa_units.spec.model import Agent

DISTRIBUTIONS: Mapping[str, int] = MappingProxyType(
    {
        "debian=12": 252,
        "debian=13": 257,
        "ubuntu=24.04": 255,
        "rhel=9": 252,
        "rhel=10": 257,
    }
)
"""Distribution release → its systemd."""

ROOT = Account("root", 0, "root", "/root")


def host(systemd: int, places: Places, helpers: str) -> Host:
    """A host with that systemd where nothing is unusual."""
    user = Account("user", 1000, "user", "%h")
    installer = ROOT if places.scope is Scope.SYSTEM else user
    return Host(systemd, places.scope, places, installer, helpers)


def facts(agents: Iterable[Agent], of: Host) -> Facts:
    """Facts under which programs, directories and users are where the specs say."""
    return Facts(of, {agent.name: _placement(agent) for agent in agents}, installed=None)


def _placement(agent: Agent) -> Placement:
    logs = agent.logging
    paths = [path for path in (logs and logs.stdout, logs and logs.stderr) if path]
    return Placement(
        executable=agent.cmd.words[0],
        resolved=agent.cmd.words[0],
        # Whose directory it will be nobody knows here: root's, so a dynamic user reads it.
        cwd=Directory(agent.cwd, ROOT) if agent.cwd else None,
        logs={path: LogPlace(path) for path in paths},
        user=Account(agent.user, 1, agent.user, "/") if agent.user else None,
    )
