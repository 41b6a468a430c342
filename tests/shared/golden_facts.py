"""The host that golden cases are compiled for: the same everywhere, whatever runs the tests.

A case with something unusual says so in `facts.json`: keys of `Host`, and under `placements` by
agent keys of `Placement`, where `cwd` is `{"owner": NAME or null, "unsafe": REASON}`, `user` a name
or null and `logs` a mapping of path to the reason why it is unsafe, or to keys of `LogPlace`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pa_units.contracts.facts import Account, Directory, Facts, Host, LogPlace, Placement
from pa_units.contracts.places import SYSTEM, places
from pa_units.contracts.refs import Scope
from pa_units.spec.model import Agent

ROOT = Account("root", 0, "root", "/root")
BOB = Account("bob", 1000, "bob", "/home/bob")


def facts(agents: Iterable[Agent], systemd: int, unusual: Mapping[str, Any]) -> Facts:
    """Facts of that systemd, with what `unusual` says of the host and of the agents."""
    of_agents = unusual.get("placements", {})
    found = {agent.name: _placement(agent, of_agents.get(agent.name, {})) for agent in agents}
    return Facts(_host(systemd, unusual), found)


def _host(systemd: int, unusual: Mapping[str, Any]) -> Host:
    scope = Scope(unusual.get("scope", "system"))
    system = scope is Scope.SYSTEM
    where = SYSTEM if system else places(scope, {}, BOB.home, BOB.uid)
    # A release of pa changes its version, not every golden file.
    plain = Host(systemd, scope, where, ROOT if system else BOB, f"{where.helpers}/0")
    others = {key: value for key, value in unusual.items() if key not in ("scope", "placements")}
    return plain._replace(**others)


def account(name: str) -> Account:
    """A user who has the group of that name."""
    known = {"root": ROOT, "bob": BOB, "kbot": Account("kbot", 1001, "kbot", "/home/kbot")}
    return known.get(name) or Account(name, 990, name, "/nonexistent")


def _placement(agent: Agent, unusual: Mapping[str, Any]) -> Placement:
    program = agent.cmd.words[0]
    where = program if "/" in program else f"/usr/bin/{program}"
    logs = agent.logging
    paths = [path for path in (logs and logs.stdout, logs and logs.stderr) if path]
    plain = Placement(
        executable=where,
        resolved=where,
        cwd=Directory(agent.cwd, _owner(agent.cwd)) if agent.cwd else None,
        logs={path: LogPlace(path, _log_reason(path)) for path in paths},
        user=account(agent.user) if agent.user else None,
    )
    return plain._replace(**{key: _fact(key, value, agent) for key, value in unusual.items()})


def _owner(path: str) -> Account:
    """`/home/NAME` belongs to NAME, everything else to `agent`."""
    return account(path.split("/")[2] if path.startswith("/home/") else "agent")


def _log_reason(path: str) -> str:
    if path.startswith("/var/log/"):
        return ""
    parent = path.rpartition("/")[0]
    return f"{parent}/ belongs to {_owner(path).name}"


def _log_place(path: str, said: Any) -> LogPlace:
    return LogPlace(path, said) if isinstance(said, str) else LogPlace(path, **said)


def _fact(key: str, value: Any, agent: Agent) -> object:
    if key == "cwd":
        owner = value["owner"] and account(value["owner"])
        return Directory(agent.cwd or "", owner, value.get("unsafe", ""))
    if key == "user":
        return value and account(value)
    if key == "logs":
        return {path: _log_place(path, said) for path, said in value.items()}
    return value
