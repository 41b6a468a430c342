"""Read units over `wire.py`: many in one list, a few properties of many, all of one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pa_units.drive.encode import encode
from pa_units.drive.errors import DENIALS, refusal
from pa_units.drive.message import Call
from pa_units.drive.objects import MANAGER, PROPERTIES_INTERFACE, ROOT, unit_path
from pa_units.drive.states import DETAILS, PROPERTIES, UnitRow, UnitState, unit_state
from pa_units.drive.wire import Reply, Wire

# What the list of units and the control group's files do not say.
RUNNING_PROPERTIES = ("NRestarts",)
"""Of a unit that is plain running."""
STOPPED_PROPERTIES = (
    "NRestarts",
    "Result",
    "ExecMainCode",
    "ExecMainStatus",
    "ExecMainExitTimestamp",
    "InactiveEnterTimestamp",
    "InactiveExitTimestamp",
    "MainPID",
    "RestartUSecNext",
)
"""Of a unit in any other state."""
_OUT_OF_MEMORY = "oom-kill"
MEMORY_PROPERTIES = ("MemoryMax", "MemoryPeak")
"""Of a unit that was killed because memory ran out: its own, or the machine's?"""


class ManagerState(NamedTuple):
    """The service manager itself."""

    version: int
    """major, e.g. 252"""
    version_text: str
    """as the distribution calls it, e.g. `252.39-1~deb12u1`"""
    state: str
    """running, degraded, starting, maintenance …"""


_FEW = 20
"""Names up to which systemd compares each of them with each of its units."""
_NOT_OURS = ("[!p]*", "p[!a]*", "pa[!-]*")
"""Patterns of every name but `pa-…`: each agent has two helper units of such a name in systemd's
memory, and a row that is not needed costs 13 microseconds to read."""


def list_units(wire: Wire, names: Sequence[str]) -> dict[str, UnitRow]:
    """Return load, active and sub state by the names asked for, in one message.

    Of units in systemd's memory: it has loaded those that run, that have failed, and that others
    want. The rest is inactive, and nothing is known of it. `ListUnitsByNames` would read their
    files, a millisecond each, and forget them at once; and again at each question about them.
    """
    if not names:
        return {}
    patterns = names if len(names) <= _FEW else _patterns(names)
    (found,) = wire.call(ROOT, MANAGER, "ListUnitsByPatterns", "asas", [], list(patterns))
    assert isinstance(found, list)
    rows = {fields[0]: fields for fields in found}
    return {name: UnitRow(*rows[name]) if name in rows else _unloaded(name) for name in names}


def _patterns(names: Sequence[str]) -> list[str]:
    """A few patterns that all of these names match, and not many others."""
    if any(name.startswith("pa-") for name in names):
        return ["*"]
    suffixes = {name.rpartition(".")[2] for name in names}
    return [f"{pattern}.{suffix}" for pattern in _NOT_OURS for suffix in sorted(suffixes)]


def _unloaded(name: str) -> UnitRow:
    return UnitRow(name, "", "", "inactive", "dead", "", unit_path(name), 0, "", "/")


def properties(
    wire: Wire, names: Sequence[str], wanted: Sequence[str]
) -> dict[str, dict[str, object]]:
    """Return the wanted properties of each unit, as systemd gives them, pipelined.

    A property that this version does not have is left out. `wanted` are keys of `PROPERTIES`.
    """
    return _properties(wire, {name: unit_path(name) for name in names}, wanted)


def _properties(
    wire: Wire, paths: Mapping[str, str], wanted: Sequence[str]
) -> dict[str, dict[str, object]]:
    bodies = [encode("ss", (PROPERTIES[name], name)) for name in wanted]
    calls = [
        Call(path, PROPERTIES_INTERFACE, "Get", "ss", body)
        for path in paths.values()
        for body in bodies
    ]
    replies = iter(wire.pipeline(calls))
    return {name: _one_unit(wanted, replies) for name in paths}


def _one_unit(wanted: Sequence[str], replies: Iterator[Reply]) -> dict[str, object]:
    found = {}
    for name, reply in ((name, next(replies)) for name in wanted):
        if reply.error in DENIALS:
            raise refusal(reply.error, reply.text, f"read {name}")
        if reply.values:
            found[name] = reply.values[0]
    return found


def states(wire: Wire, names: Sequence[str]) -> dict[str, UnitState]:
    """Return what a table of many units shows, for three to four messages' worth of each.

    Plain running units cost one property (restarts); pids, memory and CPU come from their control
    groups (`measure/`) without a message.
    """
    rows = list_units(wire, names)
    running: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, row in rows.items():
        if row.sub == "running" and not row.job_id:
            running[name] = row.path
        elif row.load not in ("", "not-found"):
            others[name] = row.path
    found = _properties(wire, running, RUNNING_PROPERTIES)
    found |= _properties(wire, others, STOPPED_PROPERTIES)
    for name, memory in _memory(wire, others, found).items():
        found[name] |= memory
    return {name: _state(row, found.get(name, {})) for name, row in rows.items()}


def _memory(
    wire: Wire, paths: Mapping[str, str], found: Mapping[str, Mapping[str, object]]
) -> dict[str, dict[str, object]]:
    killed = {
        name: path for name, path in paths.items() if found[name].get("Result") == _OUT_OF_MEMORY
    }
    return _properties(wire, killed, MEMORY_PROPERTIES) if killed else {}


def _state(row: UnitRow, properties: Mapping[str, object]) -> UnitState:
    return unit_state(
        {
            **properties,
            "Id": row.name,
            "LoadState": row.load,
            "ActiveState": row.active,
            "SubState": row.sub,
            "Job": (row.job_id, row.job_path),
        }
    )


def all_properties(wire: Wire, name: str) -> dict[str, object]:
    """Return every property of one unit (about 240; 0.3 ms of PID 1)."""
    # An empty interface name stands for all interfaces of the object.
    (found,) = wire.call(unit_path(name), PROPERTIES_INTERFACE, "GetAll", "s", "")
    assert isinstance(found, dict)
    return found


def details(wire: Wire, name: str) -> UnitState:
    """Return everything a status page shows of one unit: 26 properties one by one take a third of
    the time in which the 240 of GetAll are decoded."""
    return unit_state(properties(wire, [name], DETAILS)[name])


def manager(wire: Wire) -> ManagerState:
    """Return version and state of the service manager."""
    wanted = ("Version", "SystemState")
    replies = wire.pipeline(
        [
            Call(ROOT, PROPERTIES_INTERFACE, "Get", "ss", encode("ss", (MANAGER, name)))
            for name in wanted
        ]
    )
    for name, reply in zip(wanted, replies, strict=True):
        if reply.error:
            raise refusal(reply.error, reply.text, f"read systemd's {name}")
    version, state = (str(reply.values[0]) for reply in replies)
    return ManagerState(major_version(version), version, state)


def major_version(text: str) -> int:
    """Return 252 for `252.39-1~deb12u1`, `v252` or `252`; 0 when there is no number."""
    digits = ""
    for char in text.lstrip("v"):
        if not char.isdigit():
            break
        digits += char
    return int(digits or "0")


def unit_known(wire: Wire, name: str) -> str:
    """Return the file behind a unit name or alias, wherever systemd looks for it, or "".

    A unit without a file (made at run time) is known too: then its own name is returned. So is a
    masked one: its file is the link to /dev/null.
    """
    wire.call(ROOT, MANAGER, "LoadUnit", "s", name)
    wanted = ("LoadState", "FragmentPath", "SourcePath", "Id")
    found = properties(wire, [name], wanted)[name]
    if found.get("LoadState", "not-found") == "not-found":
        return ""
    return str(found.get("FragmentPath") or found.get("SourcePath") or found.get("Id") or name)
