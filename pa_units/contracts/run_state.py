"""What the built-in supervisor remembers of each unit, in memory and on disk.

The file has one slot of fixed size per unit, rewritten in place: a kill -9 between two writes
leaves whole records, and 500 units cost no more to update than one. Who has no supervisor to ask
(`drive/builtin.py`) reads the same file.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

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


class Unit(NamedTuple):
    """One unit. `mono` times are seconds of CLOCK_MONOTONIC, `us` times wall clock in microseconds;
    0 is never."""

    state: State = State.STOPPED
    phase: str = ""
    """what the state is waiting for, see `supervisor/machine.py`"""
    step: int = 0
    """number of the hook under way"""
    then: str = ""
    """what follows once it is stopped: "" nothing, "start", or "judge" its end by the policy"""
    wanted: bool = False
    """somebody wants it up"""
    run: str = ""
    """id of this run, 32 hex digits: in the environment of all its processes"""
    pid: int = 0
    """main process"""
    born: int = 0
    """its start in clock ticks since boot: with the pid it names one process for ever"""
    helper: int = 0
    """hook or other command under way"""
    helper_born: int = 0
    restarts: int = 0
    """automatic ones since the count last started anew"""
    window_mono: float = 0.0
    """when the window began that `max_restarts` counts in"""
    window_count: int = 0
    due_mono: float = 0.0
    """when the next thing happens by itself"""
    due_us: int = 0
    """the same as wall clock, of a restart only"""
    since_us: int = 0
    """when the state began"""
    active_us: int = 0
    """when it was last up"""
    result: str = "success"
    """of the last run, in systemd's words, or "exit unknown\""""
    code: int = NEVER
    status: int = 0
    """exit code or signal number"""
    ended_us: int = 0
    words: str = ""
    """what there is to add: why a start failed, what it waits for"""
    uid: int = -1
    """the number that a dynamic user was given"""


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
    slot = _slot([name, *unit._replace(words=unit.words[:_WORDS])])
    # Words may hold a path of any script, or what JSON escapes: then they are not kept.
    return slot if len(slot) == SLOT else _slot([name, *unit._replace(words="")])


EMPTY = b"\n".rjust(SLOT)
"""A slot that is free."""


def _slot(values: list[object]) -> bytes:
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()
    return text.ljust(SLOT - 1) + b"\n"


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
    usual = Unit()
    kinds = zip(values, usual, strict=False)
    if not all(
        isinstance(value, str if isinstance(default, str) else int | float)
        for value, default in kinds
    ):
        return None
    try:
        known = Unit(*values[: len(usual)])
        return known._replace(state=State(known.state))
    except ValueError:
        return None
