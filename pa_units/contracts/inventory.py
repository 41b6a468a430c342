"""Which files are ours, and whose: `inventory.json`, read by whoever writes or looks for drift.

A file that several agents need is one row, listed by each of them. An agent that was uninstalled
but not purged is still listed here, with what was left for it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts import codec
from pa_units.contracts.bundle import Kind
from pa_units.contracts.places import Places
from pa_units.kit import files
from pa_units.kit.digests import sha256
from pa_units.kit.errors import PaError

SCHEMA = "pa.inventory/1"


class Owned(NamedTuple):
    """One file, directory or symlink that we put in place."""

    kind: Kind
    path: str
    mode: int
    digest: str
    """sha256 of its content, of a link's target, hex; empty for directories and logs"""


class Inventory(NamedTuple):
    """All files of ours in one scope."""

    files: Mapping[str, Owned] = {}
    """by path"""
    agents: Mapping[str, tuple[str, ...]] = {}
    """paths by agent"""
    kept: Mapping[str, Mapping[str, int]] = {}
    """by agent: helper programs that its generations need, each with the last generation"""
    directories: tuple[str, ...] = ()
    """made on the way to our files; removed when they are empty"""


def digest(content: bytes) -> str:
    """Return how the inventory knows a content."""
    return sha256(content)


def path_of(places: Places) -> str:
    """Return where the inventory stands."""
    return f"{places.state}/inventory.json"


def read(places: Places, root: str = "") -> Inventory:
    """Read the inventory; an absent one is empty. Raises PaError when it is damaged."""
    where = path_of(places)
    data = files.read_if_present(where, root)
    return Inventory() if data is None else decode(data, where)


def decode(data: bytes, where: str) -> Inventory:
    """Parse what `encode` returned. Strict: files are removed by what it says."""
    body = codec.decode(data, SCHEMA, where)
    try:
        rows = [_owned(row) for row in codec.items(body.get("files"))]
        paths = {number: row.path for number, row in enumerate(rows)}
        agents = {
            name: tuple(paths[index] for index in codec.items(listed))  # type: ignore[index]  # KeyError
            for name, listed in codec.mapping(body.get("agents")).items()
        }
    except (ValueError, KeyError, TypeError) as error:
        raise PaError(f"cannot read {where}: it is damaged ({error!r})") from error
    return Inventory(
        files={row.path: row for row in rows},
        agents=agents,
        kept={name: _numbers(kept) for name, kept in codec.mapping(body.get("kept")).items()},
        directories=codec.texts(body.get("directories")),
    )


def encode(inventory: Inventory) -> bytes:
    """Return the file's content. Agents refer to rows by number: 500 agents that share a runtime
    of 60 files would otherwise repeat 30000 paths."""
    index = {path: number for number, path in enumerate(sorted(inventory.files))}
    rows = [inventory.files[path] for path in index]
    return codec.encode(
        SCHEMA,
        {
            "files": [[row.kind, row.path, row.mode, row.digest] for row in rows],
            "agents": {
                name: sorted(index[path] for path in inventory.agents[name])
                for name in sorted(inventory.agents)
            },
            "kept": {name: dict(inventory.kept[name]) for name in sorted(inventory.kept)},
            "directories": sorted(inventory.directories),
        },
    )


def _owned(row: object) -> Owned:
    # 500 agents are 6000 rows, read by every install: no call per field.
    kind, path, mode, content = codec.items(row)[:4]
    if type(path) is str and type(mode) is int and type(content) is str:
        return Owned(_KINDS[kind], path, mode, content)  # type: ignore[index]  # KeyError
    raise ValueError(f"a row of another shape: {row!r}")


_KINDS = {kind.value: kind for kind in Kind}


def _numbers(value: object) -> dict[str, int]:
    return {path: codec.number(number) for path, number in codec.mapping(value).items()}
