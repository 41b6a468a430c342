"""The installer's variables of one agent: `secrets/NAME.json`, 0600 in a directory 0700.

Filled by `pa secret set` and by every install that had them in its environment; outlives an
uninstall, not a purge.
"""

from collections.abc import Mapping

from pa_units.contracts import codec
from pa_units.contracts.places import Places
from pa_units.kit import files
from pa_units.kit.errors import PaError
from pa_units.write import envfile
from pa_units.write.directories import missing
from pa_units.write.disk import Disk, RootDisk, Shape
from pa_units.write.session import WAIT, session

SCHEMA = "pa.secrets/1"


def path_of(places: Places, agent: str) -> str:
    """Return the file of an agent's values."""
    return f"{places.secrets}/{agent}.json"


def stored(places: Places, agent: str, disk: Disk) -> dict[str, str]:
    """Return the values of an agent, {} if there are none."""
    path = path_of(places, agent)
    if disk.look(path).shape is not Shape.FILE:
        return {}
    return codec.table(codec.decode(disk.read(path), SCHEMA, path).get("values"))


def encode(values: Mapping[str, str]) -> bytes:
    """Return the file's content."""
    return codec.encode(SCHEMA, {"values": dict(sorted(values.items()))})


def names(places: Places, agent: str, root: str = "") -> tuple[str, ...]:
    """Return which variables of an agent have a stored value."""
    return tuple(sorted(stored(places, agent, RootDisk(root))))


def set_values(
    places: Places, agent: str, values: Mapping[str, str], root: str = "", wait: float = WAIT
) -> None:
    """Store values beside those that are there. Their agent need not be installed yet; for one
    that is, `restore.refresh` brings them into its environment.

    Raises PaError for a value that no environment file can hold.
    """
    envfile.render(values)
    with session(places, root, wait):
        _write(places, agent, {**stored(places, agent, RootDisk(root)), **values}, root)


def remove_value(places: Places, agent: str, name: str, root: str = "", wait: float = WAIT) -> None:
    """Forget one value. Raises PaError if it is not stored."""
    with session(places, root, wait):
        values = stored(places, agent, RootDisk(root))
        if values.pop(name, None) is None:
            raise PaError(f"cannot remove {name}: no value is stored for {agent}")
        _write(places, agent, values, root)


def _write(places: Places, agent: str, values: Mapping[str, str], root: str) -> None:
    path = path_of(places, agent)
    if not values:
        files.remove(path, root)
        return
    for directory in missing([path], (), places, RootDisk(root)):
        files.make_directory(directory.path, directory.mode, root=root)
    files.write_whole(path, encode(values), 0o600, root=root)
