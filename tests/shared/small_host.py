"""A directory that stands for the file system of a host, and agents to install on it."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pa_units.contracts.bundle import AgentBundle, Artifact, Bundle, Kind
from pa_units.contracts.places import SYSTEM, Places
from pa_units.contracts.refs import Scope, UnitRef
from pa_units.write import apply as writer
from pa_units.write.apply import Applied

KEY = {"KEY": "s3cret"}
LOCK = "/var/lib/pa/lock"


def helper(name: str, version: str = "1", text: str = "#!/bin/sh\n") -> Artifact:
    return Artifact(Kind.HELPER, f"{SYSTEM.helpers}/{version}/{name}", text, 0o755)


def unit(name: str, text: str) -> Artifact:
    return Artifact(Kind.UNIT, f"{SYSTEM.units}/{name}", text)


def agent(
    name: str,
    version: str = "1",
    *,
    helpers: str = "1",
    enabled: bool = True,
    user: str = "",
    env: Mapping[str, str] | None = None,
    more: tuple[Artifact, ...] = (),
) -> AgentBundle:
    """All kinds of artifacts, the content of spec and unit by `version`."""
    places = SYSTEM
    path = f"{places.units}/{name}.service"
    link = Artifact(Kind.LINK, f"{places.units}/multi-user.target.wants/{name}.service", path)
    artifacts = (
        helper("backoff", helpers),
        Artifact(Kind.DIRECTORY, places.secrets, mode=0o700),
        Artifact(
            Kind.SECRET,
            f"{places.secrets}/{name}.env",
            mode=0o600,
            env={"TOKEN": "${KEY}"} if env is None else env,
        ),
        Artifact(Kind.LOG, f"/var/log/pa/{name}.log", mode=0o640),
        Artifact(Kind.STATE, f"/var/lib/{name}"),
        Artifact(Kind.SPEC, f"{places.agents}/{name}.yaml", f"name: {name}\nversion: {version}\n"),
        Artifact(Kind.ROTATION, f"{places.logrotate}/pa-{name}", f"/var/log/pa/{name}.log {{}}\n"),
        unit(f"{name}.service", f"[Service]\nExecStart=/bin/{name} {version}\n"),
        *more,
        *((link,) if enabled else ()),
    )
    return AgentBundle(
        agent=name,
        digest=f"digest-{version}",
        units=(UnitRef(f"{name}.service", Scope.SYSTEM),),
        artifacts=artifacts,
        auto_start=enabled,
        user=user,
        user_reason="the test says so",
    )


def bundle(*agents: AgentBundle) -> Bundle:
    return Bundle(agents, ())


class SmallHost:
    """The host below `root`; whatever a distribution has there is there."""

    places: Places = SYSTEM

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        for directory in (
            "etc/systemd/system/multi-user.target.wants",
            "etc/logrotate.d",
            "usr/local/lib",
            "var/lib",
            "var/log",
        ):
            (root / directory).mkdir(parents=True, exist_ok=True)

    def path(self, path: str) -> Path:
        return Path(self.root + path)

    def install(self, *agents: AgentBundle, **options: Any) -> Applied:
        options.setdefault("environment", KEY)
        return writer.apply(self.places, bundle(*agents), root=self.root, **options)

    def remove(self, *names: str, **options: Any) -> Applied:
        return writer.remove(self.places, names, root=self.root, **options)

    def edit(self, path: str, text: str) -> None:
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).write_text(text)

    def tree(self) -> dict[str, tuple[object, ...]]:
        """Every path but the lock, with its mode and content."""
        return {path: entry for path, entry in self._entries() if path != LOCK}

    def stamps(self) -> dict[str, tuple[int, int, int]]:
        """What a write would change, even one of the same content."""
        found = {}
        for directory, names, files in os.walk(self.root):
            for name in (*names, *files, "."):
                status = os.lstat(os.path.join(directory, name))
                path = os.path.join(directory, name)
                found[path] = (status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        return found

    def _entries(self) -> list[tuple[str, tuple[object, ...]]]:
        found = []
        for directory, names, files in os.walk(self.root):
            for name in (*names, *files):
                path = os.path.join(directory, name)
                found.append((path[len(self.root) :], _entry(path)))
        return sorted(found)


def _entry(path: str) -> tuple[object, ...]:
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        return ("link", os.readlink(path))
    if stat.S_ISDIR(status.st_mode):
        return ("directory", stat.S_IMODE(status.st_mode))
    return ("file", stat.S_IMODE(status.st_mode), Path(path).read_bytes())
