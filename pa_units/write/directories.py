"""*Pure*: directories on the way to our files: made with them, gone with the last of them."""

from collections.abc import Collection, Iterable, Iterator

from pa_units.contracts.places import Places
from pa_units.contracts.refs import Scope
from pa_units.write.disk import Disk, Shape
from pa_units.write.transaction import Attributes


def missing(
    paths: Iterable[str], known: Collection[str], places: Places, disk: Disk
) -> Iterator[Attributes]:
    """Give the parents of `paths` that do not exist, outermost first; those in `known` will."""
    seen = set(known)
    for directory in sorted({path.rpartition("/")[0] for path in paths}):
        new = [item for item in _upwards(directory) if item not in seen]
        seen.update(new)
        for item in reversed(new):
            if disk.look(item).shape is Shape.ABSENT:
                yield Attributes(item, _mode(item, places))


def _mode(path: str, places: Places) -> int:
    # 0700 is what the XDG base directory specification asks of whoever makes one.
    private = places.scope is Scope.USER or path in (places.secrets, f"{places.state}/generations")
    return 0o700 if private else 0o755


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def own(places: Places) -> frozenset[str]:
    """Return the directories that nobody but us has a use for, however they came to be."""
    return frozenset(
        {
            places.config,
            places.agents,
            places.secrets,
            places.logs,
            places.helpers,
            places.state,
            f"{places.state}/plans",
            f"{places.state}/generations",
        }
    )


def state_and_above(places: Places) -> frozenset[str]:
    """Return the state directory with its parents: they hold the journal until the very end."""
    return frozenset(_upwards(places.state))


def emptied(
    candidates: Iterable[str], held: Collection[str], removed: Collection[str], disk: Disk
) -> tuple[str, ...]:
    """Return those of `candidates` that nobody needs and nothing is left in, innermost first, once
    the paths `removed` are gone. Needed is what leads to a path of `held`."""
    parents = {path.rpartition("/")[0] for path in held}
    needed = {above for parent in parents for above in _upwards(parent)}.union(held)
    gone = set(removed)
    found: list[str] = []
    for directory in sorted(set(candidates) - needed, key=len, reverse=True):
        if disk.look(directory).shape is Shape.DIRECTORY and all(
            f"{directory}/{entry}" in gone for entry in disk.entries(directory)
        ):
            gone.add(directory)
            found.append(directory)
    return tuple(found)
