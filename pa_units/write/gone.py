"""*Pure*: files of ours that nobody needs any more."""

from collections.abc import Callable, Collection, Iterator

from pa_units.contracts.bundle import Kind
from pa_units.contracts.inventory import Inventory, Owned, digest
from pa_units.write.changes import Action, Change, Conflict
from pa_units.write.disk import Disk, Shape, content_of
from pa_units.write.rotated import finder

_Find = Callable[[str], Iterator[str]]


def removals(
    inventory: Inventory, held: Collection[str], leaving: Collection[str], disk: Disk, force: bool
) -> Iterator[Change]:
    """Give a change for every file of `inventory` that is not in `held`.

    Files of agents that are `leaving` go as they are; an edited file of an agent that stays is
    refused without `force`.
    """
    listed = _holders(inventory)
    logs_of = finder(disk, inventory.files)
    going = frozenset(leaving)
    for path in sorted(inventory.files.keys() - held):
        agents = tuple(listed.get(path, ()))
        free = force or going.issuperset(agents)
        yield from _removal(inventory.files[path], agents, disk, logs_of, free)


def _holders(inventory: Inventory) -> dict[str, list[str]]:
    """Who lists each path."""
    listed: dict[str, list[str]] = {}
    for agent, paths in inventory.agents.items():
        for path in paths:
            listed.setdefault(path, []).append(agent)
    return listed


def _removal(
    owned: Owned, agents: tuple[str, ...], disk: Disk, logs_of: _Find, free: bool
) -> Iterator[Change]:
    change = Change(Action.REMOVE, owned.kind, owned.path, agents, mode=owned.mode)
    match owned.kind:
        case Kind.DIRECTORY:
            return  # goes when it is empty: see `directories`
        case Kind.LOG:
            yield from _log(change, disk, logs_of)
        case Kind.STATE:
            yield from _state(change, disk)
        case _:
            yield from _content(change, owned, disk, free)


def _log(change: Change, disk: Disk, logs_of: _Find) -> Iterator[Change]:
    for path in logs_of(change.path):
        if disk.look(path).shape is Shape.FILE:
            yield change._replace(path=path)


def _state(change: Change, disk: Disk) -> Iterator[Change]:
    for path in state_paths(change.path):
        if disk.look(path).shape in (Shape.DIRECTORY, Shape.LINK):
            yield change._replace(path=path)


def state_paths(path: str) -> tuple[str, str]:
    """Return where a state directory stands: with `DynamicUser=` there is a link to the real one
    below `private/` (systemd.exec(5))."""
    parent, _, name = path.rpartition("/")
    return path, f"{parent}/private/{name}"


def _content(change: Change, owned: Owned, disk: Disk, free: bool) -> Iterator[Change]:
    seen = disk.look(owned.path)
    if seen.shape is Shape.ABSENT:
        return
    if seen.shape is not (Shape.LINK if owned.kind is Kind.LINK else Shape.FILE):
        # Somebody put something else there, such as the link to /dev/null of `systemctl mask`.
        yield change._replace(action=Action.KEEP, conflict=Conflict.FOREIGN)
        return
    before = content_of(seen, owned.path, disk)
    if digest(before) == owned.digest:
        yield change._replace(before=before)
    else:
        yield change._replace(before=before, conflict=Conflict.EDITED, refused=not free)
