"""Stored versions of an agent: what `pa rollback` goes back to.

A generation is written when it is installed, as it was compiled: secrets as templates, so no value
is in it, and helper programs by name, since many agents share them (the inventory keeps those).
"""

from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts import codec
from pa_units.contracts.bundle import AgentBundle, Artifact, Kind
from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.ledger import Origin
from pa_units.contracts.places import Places
from pa_units.contracts.refs import Scope, refs
from pa_units.kit import files
from pa_units.kit.errors import PaError
from pa_units.write.disk import Disk, RootDisk

SCHEMA = "pa.generation/1"


class Generation(NamedTuple):
    """One version of an agent."""

    number: int
    parent: int
    """the generation before it, 0 for none"""
    installed: float
    """seconds since the epoch"""
    origin: Origin
    version: str
    """of the pa that compiled it"""
    bundle: AgentBundle
    """helper programs without their text"""


def directory(places: Places, agent: str) -> str:
    """Return where the generations of an agent stand."""
    return f"{places.state}/generations/{agent}"


def path_of(places: Places, agent: str, number: int) -> str:
    """Return the file of one generation."""
    return f"{directory(places, agent)}/{number}.json"


def numbers(places: Places, agent: str, disk: Disk) -> tuple[int, ...]:
    """Return the stored generations of an agent, oldest first."""
    names = disk.entries(directory(places, agent))
    stems = (name.removesuffix(".json") for name in names if name.endswith(".json"))
    return tuple(sorted(int(stem) for stem in stems if stem.isdecimal()))


def history(places: Places, agent: str, root: str = "") -> tuple[Generation, ...]:
    """Return the stored generations of an agent, oldest first."""
    found = numbers(places, agent, RootDisk(root))
    return tuple(read(places, agent, number, root) for number in found)


def read(places: Places, agent: str, number: int, root: str = "") -> Generation:
    """Read one generation. Raises PaError when it is not stored."""
    path = path_of(places, agent, number)
    data = files.read_if_present(path, root)
    if data is None:
        raise PaError(
            f"cannot go back to generation {number} of {agent}: it is not stored",
            f"see which are: pa history {agent}",
        )
    return _decode(codec.decode(data, SCHEMA, path), agent, places.scope)


def encode(generation: Generation) -> bytes:
    """Return the file's content."""
    bundle = generation.bundle
    return codec.encode(
        SCHEMA,
        {
            "agent": bundle.agent,
            "number": generation.number,
            "parent": generation.parent,
            "installed": generation.installed,
            "origin": generation.origin.path,
            "origin_digest": generation.origin.digest,
            "version": generation.version,
            "digest": bundle.digest,
            "units": [unit.name for unit in bundle.units],
            "auto_start": bundle.auto_start,
            "user": bundle.user,
            "user_reason": bundle.user_reason,
            "max_restarts": bundle.max_restarts,
            "delays_ms": bundle.delays_ms,
            "labels": dict(bundle.labels),
            "gated": bundle.gated,
            "offers": bundle.offers,
            "needs": dict(bundle.needs),
            "starts": [unit.name for unit in bundle.starts],
            "runs": [unit.name for unit in bundle.runs],
            "ends": bundle.ends,
            "logs": dict(bundle.logs),
            "driver": bundle.driver,
            "artifacts": [_row(artifact) for artifact in bundle.artifacts],
        },
    )


def _row(artifact: Artifact) -> dict[str, object]:
    row: dict[str, object] = {**artifact._asdict(), "env": artifact.env and dict(artifact.env)}
    return row | {"text": ""} if artifact.kind is Kind.HELPER else row


def _decode(body: Mapping[str, object], agent: str, scope: Scope) -> Generation:
    bundle = AgentBundle(
        agent=agent,
        digest=codec.text(body.get("digest")),
        units=refs(codec.texts(body.get("units")), scope),
        artifacts=tuple(
            _artifact(codec.mapping(row)) for row in codec.items(body.get("artifacts"))
        ),
        auto_start=body.get("auto_start") is True,
        user=codec.text(body.get("user")),
        user_reason=codec.text(body.get("user_reason")),
        max_restarts=codec.optional_number(body.get("max_restarts")),
        delays_ms=codec.numbers(body.get("delays_ms")),
        labels=codec.table(body.get("labels")),
        gated=body.get("gated") is True,
        offers=codec.texts(body.get("offers")),
        needs={on: codec.texts(of) for on, of in codec.mapping(body.get("needs")).items()},
        starts=refs(codec.texts(body.get("starts")), scope),
        runs=refs(codec.texts(body.get("runs")), scope),
        ends=body.get("ends") is True,
        logs=codec.table(body.get("logs")),
        driver=codec.text(body.get("driver"), SYSTEMD),
    )
    return Generation(
        number=codec.number(body.get("number")),
        parent=codec.number(body.get("parent")),
        installed=codec.real(body.get("installed")),
        origin=Origin(codec.text(body.get("origin")), codec.text(body.get("origin_digest"))),
        version=codec.text(body.get("version")),
        bundle=bundle,
    )


def _artifact(row: Mapping[str, object]) -> Artifact:
    env = row.get("env")
    return Artifact(
        kind=Kind(codec.text(row.get("kind"))),
        path=codec.text(row.get("path")),
        text=codec.text(row.get("text")),
        mode=codec.number(row.get("mode"), 0o644),
        owner=codec.text(row.get("owner")),
        group=codec.text(row.get("group")),
        env=None if env is None else codec.table(env),
        value=codec.text(row.get("value")),
        files=codec.table(row.get("files")) or None,
    )
