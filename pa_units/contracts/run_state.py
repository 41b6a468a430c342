"""What the built-in supervisor remembers of each unit, in memory and on disk.

The file has one slot of fixed size per unit, rewritten in place: a kill -9 between two writes
leaves whole records, and 500 units cost no more to update than one. Who has no supervisor to ask
(`drive/builtin.py`) reads the same file.
"""

import json
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from pa_units.contracts.places import Places
from pa_units.contracts.status import State

SCHEMA = "pa.run-state/1"
SLOT = 512
"""Bytes per record; one page holds whole records, so that a write is never torn by a kill."""

_WORDS = 120
"""Longest reason that is kept, in characters."""

NEVER, EXITED, KILLED, DUMPED, UNKNOWN = range(5)
"""How a main process ended; the first four are those of waitid(2). Unknown: it was adopted, and
only a parent is told how a process ends."""


class Unit:
    """One unit. `mono` times are seconds of CLOCK_MONOTONIC, `us` times wall clock in microseconds;
    0 is never."""

    state: State
    phase: str
    """what the state is waiting for, see `supervisor/phases.py`"""
    step: int
    """number of the hook under way"""
    then: str
    """what follows once it is stopped: "" nothing, "start", or "policy", which decides"""
    wanted: bool
    """somebody wants it up"""
    run: str
    """id of this run, 32 hex digits: in the environment of all its processes"""
    next_run: str
    """id that the next run will have. It is on disk before that run begins, so whoever comes after
    a kill -9 between a start and its record knows the process by it, and no start waits for the
    disk"""
    pid: int
    """main process"""
    start_time: int
    """its start in clock ticks since boot: with the pid it names one process for ever"""
    helper: int
    """hook or other command under way"""
    helper_start_time: int
    restarts: int
    """automatic ones since the count last started anew"""
    window_mono: float
    """when the window began that `max_restarts` counts in"""
    window_count: int
    due_mono: float
    """when the next thing happens by itself"""
    due_us: int
    """the same as wall clock, of a restart only"""
    since_us: int
    """when the state began"""
    active_us: int
    """when it was last up"""
    result: str
    """of the last run, in systemd's words, or "exit unknown\""""
    code: int
    """how the main process ended"""
    status: int
    """exit code or signal number"""
    ended_us: int
    words: str
    """what there is to add: why a start failed, what it waits for"""
    uid: int
    """the number that a dynamic user was given, -1: none"""

    __slots__ = (
        "active_us",
        "code",
        "due_mono",
        "due_us",
        "ended_us",
        "helper",
        "helper_start_time",
        "next_run",
        "phase",
        "pid",
        "restarts",
        "result",
        "run",
        "since_us",
        "start_time",
        "state",
        "status",
        "step",
        "then",
        "uid",
        "wanted",
        "window_count",
        "window_mono",
        "words",
    )

    def __init__(self, **given: Any) -> None:
        """A unit that never ran, but for what is given."""
        # Spelled out: 500 units are made at a start, and a loop takes five times as long.
        (
            self.state,
            self.phase,
            self.step,
            self.then,
            self.wanted,
            self.run,
            self.next_run,
            self.pid,
            self.start_time,
            self.helper,
            self.helper_start_time,
            self.restarts,
            self.window_mono,
            self.window_count,
            self.due_mono,
            self.due_us,
            self.since_us,
            self.active_us,
            self.result,
            self.code,
            self.status,
            self.ended_us,
            self.words,
            self.uid,
        ) = (USUAL | given).values()

    def but(self, **changes: Any) -> "Unit":
        """Return one that differs in `changes`."""
        return Unit(**dict(zip(USUAL, self.values(), strict=True)) | changes)

    def values(self) -> tuple[Any, ...]:
        """Return the fields in the order of the record."""
        return _values_of(self)

    def __eq__(self, other: object) -> bool:
        """Two units in the same state."""
        return isinstance(other, Unit) and self.values() == other.values()

    def __hash__(self) -> int:
        """By identity: what changes has no other."""
        return id(self)

    def __repr__(self) -> str:
        """What differs from a unit that never ran."""
        pairs = zip(USUAL.items(), self.values(), strict=True)
        on_started = (f"{name}={value!r}" for (name, usual), value in pairs if value != usual)
        return f"Unit({', '.join(on_started)})"


USUAL: dict[str, Any] = {
    "state": State.STOPPED,
    "phase": "",
    "step": 0,
    "then": "",
    "wanted": False,
    "run": "",
    "next_run": "",
    "pid": 0,
    "start_time": 0,
    "helper": 0,
    "helper_start_time": 0,
    "restarts": 0,
    "window_mono": 0.0,
    "window_count": 0,
    "due_mono": 0.0,
    "due_us": 0,
    "since_us": 0,
    "active_us": 0,
    "result": "success",
    "code": NEVER,
    "status": 0,
    "ended_us": 0,
    "words": "",
    "uid": -1,
}
"""The fields in the order of the record, which is that of their invention, and their defaults."""

_values_of = attrgetter(*USUAL)


def directory(places: Places) -> str:
    """Return where the supervisor keeps everything of its own."""
    return f"{places.state}/supervisor"


def path_of(places: Places) -> str:
    """Return where the records stand."""
    return f"{directory(places)}/units"


def head(boot: str) -> bytes:
    """Return the first slot: `boot` tells one boot of the host or container from another."""
    return _slot([SCHEMA, boot])


def record(name: str, unit: Unit) -> bytes:
    """Return one slot."""
    *first, words, uid = unit.values()
    slot = _slot([name, *first, words[:_WORDS], uid])
    # Words may hold a path of any script, or what JSON escapes: then they are not kept.
    return slot if len(slot) == SLOT else _slot([name, *first, "", uid])


EMPTY = b"\n".rjust(SLOT)
"""A slot that is free."""


_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""One encoder for all: json.dumps() would make one for each record."""


def _slot(values: list[object]) -> bytes:
    return _encode(values).encode().ljust(SLOT - 1) + b"\n"


def boot_of(data: bytes) -> str | None:
    """Return the boot that records were made in; None if they are not for us to read."""
    values = _values(data[:SLOT])
    return str(values[1]) if len(values) > 1 and values[0] == SCHEMA else None


def records(data: bytes) -> Iterator[tuple[int, str, Unit]]:
    """Give index, name and unit of every whole record."""
    for index in range(1, len(data) // SLOT):
        values = _values(data[index * SLOT : (index + 1) * SLOT])
        if values and (unit := unit_of(values[1:])):
            yield index, str(values[0]), unit


def _values(slot: bytes) -> list[Any]:
    try:
        found = json.loads(slot)
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def unit_of(values: list[Any]) -> Unit | None:
    """Make a unit of its fields in order, None if they are none. A later pa may have more."""
    given = dict(zip(USUAL, values, strict=False))
    if not all(isinstance(value, _KINDS[name]) for name, value in given.items()):
        return None
    try:
        given["state"] = State(given.get("state", ""))
    except ValueError:
        return None
    return Unit(**given)


_KINDS = {name: str if isinstance(usual, str) else int | float for name, usual in USUAL.items()}
