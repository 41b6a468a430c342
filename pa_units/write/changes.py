"""What would change on disk, as data: the answer of `diff.compare`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from pa_units.contracts.bundle import Kind
from pa_units.contracts.refs import UnitRef
from pa_units.kit.errors import PaError
from pa_units.kit.files import Ids


class Action(StrEnum):
    """What becomes of one path."""

    CREATE = "create"
    UPDATE = "update"
    ADJUST = "adjust"
    """mode or owner only: a log or a directory"""
    REMOVE = "remove"
    SAME = "same"
    KEEP = "keep"
    """differs from what we wrote, but the spec has not changed: left as it is, and said"""


class Conflict(StrEnum):
    """Why a path is not simply ours to write."""

    NONE = ""
    FOREIGN = "foreign"
    EDITED = "edited"
    SHAPE = "shape"


class Change(NamedTuple):
    """One path of ours."""

    action: Action
    kind: Kind
    path: str
    agents: tuple[str, ...]
    """who wants it, or wanted it"""
    before: bytes | None = None
    """content on disk, a link's target; None when there is nothing of that shape"""
    after: bytes | None = None
    mode: int = 0o644
    ids: Ids | None = None
    conflict: Conflict = Conflict.NONE
    refused: bool = False
    """must not be done without --force, or not at all"""
    claimed: bool = True
    """becomes, or stays, ours: a log or directory that was there before us does not"""


class AgentChange(NamedTuple):
    """What becomes of one agent."""

    name: str
    action: Action
    """create, update, same or remove"""
    units_gone: tuple[UnitRef, ...] = ()
    """units that it had and no longer has: to be stopped"""
    user_before: str | None = None
    """set when it would run as another user than before"""
    missing: tuple[str, ...] = ()
    """variables of its secrets that have no value"""
    rerun: bool = False
    """a run of the version before is no longer what is installed"""


class Changes(NamedTuple):
    """All of one install or removal."""

    files: tuple[Change, ...]
    agents: Mapping[str, AgentChange]

    @property
    def any(self) -> bool:
        """Is there anything to do?"""
        return any(change.action not in IDLE for change in self.files) or any(
            agent.action is not Action.SAME for agent in self.agents.values()
        )

    @property
    def refused(self) -> tuple[Change, ...]:
        """What stands in the way."""
        return tuple(change for change in self.files if change.refused)


IDLE = frozenset({Action.SAME, Action.KEEP})
"""Nothing is done"""


class Refused(PaError):
    """The disk holds something that may not be written over; `changes` says all of it."""

    def __init__(self, message: str, hint: str, changes: Changes) -> None:
        super().__init__(message, hint)
        self.changes = changes
