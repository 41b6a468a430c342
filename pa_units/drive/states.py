"""What systemd knows of a unit, as values (org.freedesktop.systemd1(5)).

States, results and causes stay plain text: a newer systemd may have words that we do not know.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_UNSET = (1 << 64) - 1
"""How systemd writes "no such figure" in a 64-bit property."""


class UnitRow(NamedTuple):
    """One row of a list of units."""

    name: str
    description: str
    load: str
    """loaded, not-found, bad-setting, error, masked; empty: it is not in systemd's memory"""
    active: str
    """active, reloading, inactive, failed, activating, deactivating"""
    sub: str
    """of a service: running, auto-restart, start-pre, exited, dead …"""
    following: str
    path: str
    job_id: int
    """0: no job is queued"""
    job_type: str
    job_path: str


class Exit(NamedTuple):
    """How the main process ended, as waitid(2) says it."""

    code: int
    """0 never, 1 exited, 2 killed, 3 killed with a core dump"""
    status: int
    """exit code or signal number"""
    at_us: int
    """wall clock, microseconds; 0: it has not ended yet"""


class UnitState(NamedTuple):
    """One service. Times are wall clock in microseconds, 0 = never. None: not known here."""

    name: str = ""
    load: str = ""
    active: str = ""
    sub: str = ""
    file_state: str = ""
    """enabled, disabled, static, masked …"""
    main_pid: int | None = None
    """0: no main process"""
    restarts: int | None = None
    """automatic ones since the last start by hand or reset"""
    result: str = ""
    """of the last run: success, exit-code, signal, watchdog, oom-kill, start-limit-hit …"""
    exit: Exit | None = None
    active_since_us: int = 0
    inactive_since_us: int = 0
    activating_since_us: int = 0
    """when the start that is under way, or the last one, began"""
    changed_us: int = 0
    invocation: str = ""
    """id of this run, 32 hex digits; empty once systemd has unloaded the unit"""
    control_group: str = ""
    """below the root of the hierarchy, empty while nothing runs"""
    status_text: str = ""
    restart_next_us: int | None = None
    """delay of the next automatic restart; None before systemd 254"""
    needs_reload: bool = False
    """files were changed and systemd was not told"""
    fragment: str = ""
    """the unit file, empty when there is none"""
    drop_ins: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """own name and aliases"""
    job_id: int = 0
    memory: int | None = None
    """bytes"""
    memory_max: int | None = None
    """bytes; None: no limit"""
    memory_peak: int | None = None
    """bytes, of the last run; None before systemd 256"""
    cpu_ns: int | None = None
    tasks: int | None = None


def unit_state(properties: Mapping[str, object]) -> UnitState:
    """Make a state of systemd's properties; what is absent stays at its default."""
    values: dict[str, Any] = {}
    for name, value in properties.items():
        if name in _FIELDS:
            field, convert = _FIELDS[name]
            values[field] = convert(value)
    if "ExecMainCode" in properties:
        values["exit"] = _exit(properties)
    return UnitState(**values)


def _exit(properties: Mapping[str, object]) -> Exit:
    names = ("ExecMainCode", "ExecMainStatus", "ExecMainExitTimestamp")
    return Exit(*(_number(properties.get(name)) for name in names))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _figure(value: object) -> int | None:
    return value if isinstance(value, int) and value != _UNSET else None


def _number(value: object) -> int:
    return _figure(value) or 0


def _hex(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _job(value: object) -> int:
    return _number(value[0]) if isinstance(value, tuple) and value else 0


_FIELDS: Mapping[str, tuple[str, Callable[[object], object]]] = {
    "Id": ("name", _text),
    "LoadState": ("load", _text),
    "ActiveState": ("active", _text),
    "SubState": ("sub", _text),
    "UnitFileState": ("file_state", _text),
    "MainPID": ("main_pid", _figure),
    "NRestarts": ("restarts", _figure),
    "Result": ("result", _text),
    "ActiveEnterTimestamp": ("active_since_us", _number),
    "InactiveEnterTimestamp": ("inactive_since_us", _number),
    "InactiveExitTimestamp": ("activating_since_us", _number),
    "StateChangeTimestamp": ("changed_us", _number),
    "InvocationID": ("invocation", _hex),
    "ControlGroup": ("control_group", _text),
    "StatusText": ("status_text", _text),
    "RestartUSecNext": ("restart_next_us", _figure),
    "NeedDaemonReload": ("needs_reload", bool),
    "FragmentPath": ("fragment", _text),
    "DropInPaths": ("drop_ins", _texts),
    "Names": ("names", _texts),
    "Job": ("job_id", _job),
    "MemoryCurrent": ("memory", _figure),
    "MemoryMax": ("memory_max", _figure),
    "MemoryPeak": ("memory_peak", _figure),
    "CPUUsageNSec": ("cpu_ns", _figure),
    "TasksCurrent": ("tasks", _figure),
}
"""Property to field and how its value is taken."""

DETAILS = (*_FIELDS, "ExecMainCode", "ExecMainStatus", "ExecMainExitTimestamp")
"""All that a state can hold of a service."""

_SERVICE_PROPERTIES = (
    "MainPID NRestarts Result ExecMainCode ExecMainStatus ExecMainExitTimestamp StatusText "
    "ControlGroup RestartUSecNext MemoryCurrent MemoryMax MemoryPeak CPUUsageNSec TasksCurrent"
)
_UNIT_PROPERTIES = (
    "Id Names LoadState ActiveState SubState UnitFileState FragmentPath SourcePath DropInPaths "
    "InvocationID NeedDaemonReload Job ActiveEnterTimestamp InactiveEnterTimestamp "
    "InactiveExitTimestamp StateChangeTimestamp"
)
_TIMER_PROPERTIES = "NextElapseUSecRealtime NextElapseUSecMonotonic"
PROPERTIES: Mapping[str, str] = {
    **dict.fromkeys(_TIMER_PROPERTIES.split(), "org.freedesktop.systemd1.Timer"),
    **dict.fromkeys(_SERVICE_PROPERTIES.split(), "org.freedesktop.systemd1.Service"),
    **dict.fromkeys(_UNIT_PROPERTIES.split(), "org.freedesktop.systemd1.Unit"),
}
"""The properties that can be read one by one, and the interface that has them."""
