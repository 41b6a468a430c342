"""What compile returns: files to write, units to drive, notes to tell."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.refs import UnitRef

Loc = tuple[str | int, ...]
"""Path of keys and indexes inside one agent's document, e.g. ("env", 0)."""


class Kind(StrEnum):
    """What an artifact is. The writer puts them in place in this order, and removes in reverse:
    PID 1 boots before anyone repairs, so what a unit needs stands before the unit, and the link
    that enables it comes last."""

    DIRECTORY = "directory"
    HELPER = "helper"
    SECRET = "secret"  # noqa: S105 (a kind of file)
    LOG = "log"
    STATE = "state"
    PLAN = "plan"
    SPEC = "spec"
    ROTATION = "rotation"
    UNIT = "unit"
    LINK = "link"


class Artifact(NamedTuple):
    """One file, directory or symlink of ours. `path` is absolute, without any root."""

    kind: Kind
    path: str
    text: str = ""
    """content; for a link its target; empty for directories, for logs, which are created empty and
    never written again, and for state directories, which the init system makes (StateDirectory=,
    systemd.exec(5)) and purge removes if they were not there before the install"""
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"
    env: Mapping[str, str] | None = None
    """secrets only: variable name to its template; the writer fills in the values, so that no
    value passes through compile"""
    value: str = ""
    """secrets only: template of the whole content, for a file that is no list of variables"""
    files: Mapping[str, str] | None = None
    """secrets only: variable name to the file that holds its value; read at each install"""


class Level(StrEnum):
    """How much a note matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Note(NamedTuple):
    """Something a target can only approximate, not express, or that is wrong on this host."""

    level: Level
    agent: str
    loc: Loc
    """where in the agent's document; empty: the agent itself"""
    code: str
    text: str
    hint: str = ""


class AgentBundle(NamedTuple):
    """All of one agent."""

    agent: str
    digest: str
    """of the agent's canonical document (sha256, hex)"""
    units: tuple[UnitRef, ...]
    """main unit first"""
    artifacts: tuple[Artifact, ...]
    auto_start: bool
    user: str
    """whom it runs as, "" for a dynamic user"""
    user_reason: str
    """why that user, in words"""
    max_restarts: int | None = None
    """None: no end"""
    delays_ms: tuple[int, ...] = ()
    """before each automatic restart; the last one repeats"""
    labels: Mapping[str, str] = {}
    """kept in the ledger, for `-l label=x`"""
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
    driver: str = SYSTEMD
    """who supervises it"""
    watched: bool = False
    """the companion looks after it"""


class Bundle(NamedTuple):
    """The result of one compilation."""

    agents: tuple[AgentBundle, ...]
    notes: tuple[Note, ...]

    @property
    def errors(self) -> tuple[Note, ...]:
        """Notes that forbid the install."""
        return tuple(note for note in self.notes if note.level is Level.ERROR)
