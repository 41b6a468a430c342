"""What is installed: `ledger.json`, which stands on the path of `status` and of completion.

The files of the agents are in `inventory.json` (see `inventory.py`): with 500 agents parsing both
takes 8 ms, this one 3.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts import codec, roster, units
from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.places import Places
from pa_units.contracts.refs import Scope, UnitRef, refs
from pa_units.contracts.roster import SCHEMA

CHANGED_HERE = "changed here"
"""In place of an origin's digest: the installed copy was changed since (`pa set`, `pa edit`)."""


class Origin(NamedTuple):
    """The spec file that an agent was installed from."""

    path: str = ""
    digest: str = ""
    """sha256 of its bytes then, hex; or CHANGED_HERE"""


class Installed(NamedTuple):
    """One installed agent."""

    name: str
    digest: str
    """of the agent's canonical document (sha256, hex)"""
    units: tuple[UnitRef, ...]
    """main unit first"""
    auto_start: bool
    user: str
    """whom it runs as, "" for a dynamic user"""
    user_reason: str = ""
    origin: Origin = Origin()
    driver: str = SYSTEMD
    scope: Scope = Scope.SYSTEM
    version: str = ""
    """of the pa that installed it"""
    labels: Mapping[str, str] = {}
    max_restarts: int | None = None
    """None: no end"""
    delays_ms: tuple[int, ...] = ()
    """before each automatic restart; the last one repeats"""
    generation: int = 1
    """number of its file below `generations/NAME/`"""
    installed: float = 0.0
    """seconds since the epoch"""
    gated: bool = False
    """its start is done only once its health check says so: running means healthy"""
    offers: tuple[str, ...] = ()
    """what other agents may rely on: see `contracts.needs`"""
    needs: Mapping[str, tuple[str, ...]] = {}
    """by agent that it depends on: what it relies on there"""
    starts: tuple[UnitRef, ...] = ()
    """what a start starts, and a boot; empty: the main unit"""
    runs: tuple[UnitRef, ...] = ()
    """the services that run its program; empty: the main unit"""
    ends: bool = False
    """its program is there to end (Type=oneshot)"""
    logs: Mapping[str, str] = {}
    """the files that its output is appended to, by stream: stdout, stderr. Without stdout that goes
    to the journal; without stderr that goes where stdout goes"""
    watched: bool = False
    """the companion looks after it"""

    @property
    def doors(self) -> tuple[str, ...]:
        """What a start starts: the main unit, its timer, or its socket."""
        return tuple(unit.name for unit in self.starts or self.units[:1])

    @property
    def workers(self) -> tuple[str, ...]:
        """The services that run its program: one, or its replicas."""
        return tuple(unit.name for unit in self.runs or self.units[:1])

    @property
    def each(self) -> "tuple[Installed, ...]":
        """The agent, or its replicas, each as an agent named NAME@1 and so on."""
        if not self.runs:
            return (self,)
        return tuple(self._replica(unit) for unit in self.runs)

    def _replica(self, unit: UnitRef) -> "Installed":
        name = units.stem(unit.name)
        number = name.rpartition("@")[2]
        logs = {stream: number.join(units.log_parts(path)) for stream, path in self.logs.items()}
        return self._replace(name=name, units=(unit,), starts=(), runs=(), logs=logs)


class Ledger(NamedTuple):
    """All installed agents of one scope, by name, sorted."""

    agents: Mapping[str, Installed] = {}


def read(places: Places, root: str = "") -> Ledger:
    """Read the ledger; an absent one is empty.

    A transaction under way or interrupted does not matter: the ledger is the old or the new one.
    Raises PaError when it is damaged or of a later major version.
    """
    rows = roster.rows(places.state, root)
    return Ledger({name: _installed(name, row) for name, row in rows.items()})


def decode(data: bytes, where: str) -> Ledger:
    """Parse what `encode` returned."""
    rows = roster.decode(data, where)
    return Ledger({name: _installed(name, row) for name, row in rows.items()})


def encode(ledger: Ledger) -> bytes:
    """Return the file's content."""
    return codec.encode(
        SCHEMA, {"agents": {name: _row(ledger.agents[name]) for name in sorted(ledger.agents)}}
    )


def _installed(name: str, row: dict[str, object]) -> Installed:
    scope = Scope.USER if row.get("scope") == "user" else Scope.SYSTEM
    return Installed(
        name=name,
        digest=codec.text(row.get("digest")),
        units=refs(codec.texts(row.get("units")), scope),
        auto_start=row.get("auto_start") is True,
        user=codec.text(row.get("user")),
        user_reason=codec.text(row.get("user_reason")),
        origin=Origin(codec.text(row.get("origin")), codec.text(row.get("origin_digest"))),
        driver=codec.text(row.get("driver"), SYSTEMD),
        scope=scope,
        version=codec.text(row.get("version")),
        labels=codec.table(row.get("labels")),
        max_restarts=codec.optional_number(row.get("max_restarts")),
        delays_ms=codec.numbers(row.get("delays_ms")),
        generation=codec.number(row.get("generation"), 1),
        installed=codec.real(row.get("installed")),
        gated=row.get("gated") is True,
        offers=codec.texts(row.get("offers")),
        needs={on: codec.texts(of) for on, of in codec.mapping(row.get("needs")).items()},
        starts=refs(codec.texts(row.get("starts")), scope),
        runs=refs(codec.texts(row.get("runs")), scope),
        ends=row.get("ends") is True,
        logs=codec.table(row.get("logs")),
        watched=row.get("watched") is True,
    )


def _row(agent: Installed) -> dict[str, object]:
    return {
        "digest": agent.digest,
        "units": [unit.name for unit in agent.units],
        "auto_start": agent.auto_start,
        "user": agent.user,
        "user_reason": agent.user_reason,
        "origin": agent.origin.path,
        "origin_digest": agent.origin.digest,
        "driver": agent.driver,
        "scope": agent.scope,
        "version": agent.version,
        "labels": dict(agent.labels),
        "max_restarts": agent.max_restarts,
        "delays_ms": agent.delays_ms,
        "generation": agent.generation,
        "installed": agent.installed,
        "gated": agent.gated,
        "offers": agent.offers,
        "needs": dict(agent.needs),
        **_special(agent),
    }


def _special(agent: Installed) -> dict[str, object]:
    """What most agents do not have: the file is on the path of every status."""
    found = {
        "starts": [unit.name for unit in agent.starts],
        "runs": [unit.name for unit in agent.runs],
        "ends": agent.ends,
        "logs": dict(agent.logs),
        "watched": agent.watched,
    }
    return {key: value for key, value in found.items() if value}
