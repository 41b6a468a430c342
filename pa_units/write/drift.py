"""Where the disk no longer is as the last install left it. On the path of `pa status NAME`."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from pa_units.contracts import inventory, ledger
from pa_units.contracts.bundle import Kind
from pa_units.contracts.inventory import Owned, digest
from pa_units.contracts.ledger import Installed
from pa_units.contracts.places import Places
from pa_units.kit.errors import PermissionProblem
from pa_units.write.disk import Disk, RootDisk, Shape, content_of

_SHAPES = {Kind.LINK: Shape.LINK, Kind.DIRECTORY: Shape.DIRECTORY}


class Drifted(StrEnum):
    """What happened to a file."""

    MISSING = "missing"
    EDITED = "edited"
    REPLACED = "replaced"
    """by something of another shape, such as the link of `systemctl mask`"""
    DROP_IN = "drop-in"
    """an admin's file beside a unit: meant to be there, and kept"""
    ORIGIN_CHANGED = "origin changed"
    ORIGIN_MISSING = "origin missing"
    CHANGED_HERE = "changed here"
    """by `pa set` or `pa edit`, since the origin could not be"""


class Drift(NamedTuple):
    """One finding."""

    agent: str
    path: str
    what: Drifted


def drift(places: Places, names: tuple[str, ...] = (), root: str = "") -> tuple[Drift, ...]:
    """Compare the files of installed agents (all, or those named) with what was written.

    Files that the caller may not read are passed over.
    """
    installed, ours = ledger.read(places, root), inventory.read(places, root)
    disk = RootDisk(root)
    found: list[Drift] = []
    for name, agent in installed.agents.items():
        if not names or name in names:
            found += _origin(agent, disk)
            for path in ours.agents.get(name, ()):
                found += _file(name, ours.files[path], disk)
    return tuple(found)


def _origin(agent: Installed, disk: Disk) -> Iterator[Drift]:
    path, known = agent.origin
    if not path:
        return
    try:
        if known == ledger.CHANGED_HERE:
            yield Drift(agent.name, path, Drifted.CHANGED_HERE)
        elif disk.look(path).shape is Shape.ABSENT:
            yield Drift(agent.name, path, Drifted.ORIGIN_MISSING)
        elif digest(disk.read(path)) != known:
            yield Drift(agent.name, path, Drifted.ORIGIN_CHANGED)
    except PermissionProblem:
        return


def _file(agent: str, owned: Owned, disk: Disk) -> Iterator[Drift]:
    try:
        if (what := _judge(owned, disk)) is not None:
            yield Drift(agent, owned.path, what)
        if owned.kind is Kind.UNIT:
            directory = f"{owned.path}.d"
            for name in disk.entries(directory):
                if name.endswith(".conf"):
                    yield Drift(agent, f"{directory}/{name}", Drifted.DROP_IN)
    except PermissionProblem:
        return


def _judge(owned: Owned, disk: Disk) -> Drifted | None:
    seen = disk.look(owned.path)
    if owned.kind is Kind.STATE:
        return None  # made at the first start, by the init system
    if seen.shape is Shape.ABSENT:
        return Drifted.MISSING
    if seen.shape is not _SHAPES.get(owned.kind, Shape.FILE):
        return Drifted.REPLACED
    if owned.digest and digest(content_of(seen, owned.path, disk)) != owned.digest:
        return Drifted.EDITED
    return None
