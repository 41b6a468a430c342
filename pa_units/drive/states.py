"""What systemd knows of a unit, as values (org.freedesktop.systemd1(5)).

States, results and causes stay plain text: a newer systemd may have words that we do not know.
"""

from collections.abc import Mapping
from typing import NamedTuple

_UNIT = "org.freedesktop.systemd1.Unit"
_SERVICE = "org.freedesktop.systemd1.Service"
_UNSET = (1 << 64) - 1
"""How systemd writes "no such figure" in a 64-bit property."""


class UnitRow(NamedTuple):
    """One row of ListUnitsByNames."""

    name: str
    """the unit's own name, also when it was asked for by an alias"""
    description: str
    load: str
    """loaded, not-found, bad-setting, error, masked"""
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
    cpu_ns: int | None = None
    tasks: int | None = None


PROPERTIES: Mapping[str, str] = {
    "Id": _UNIT,
    "LoadState": _UNIT,
    "ActiveState": _UNIT,
    "SubState": _UNIT,
    "UnitFileState": _UNIT,
    "MainPID": _SERVICE,
    "NRestarts": _SERVICE,
    "Result": _SERVICE,
    "ExecMainCode": _SERVICE,
    "ExecMainStatus": _SERVICE,
    "ExecMainExitTimestamp": _SERVICE,
    "ActiveEnterTimestamp": _UNIT,
    "InactiveEnterTimestamp": _UNIT,
    "StateChangeTimestamp": _UNIT,
    "InvocationID": _UNIT,
    "ControlGroup": _SERVICE,
    "StatusText": _SERVICE,
    "RestartUSecNext": _SERVICE,
    "NeedDaemonReload": _UNIT,
    "FragmentPath": _UNIT,
    "SourcePath": _UNIT,
    "DropInPaths": _UNIT,
    "Names": _UNIT,
    "Job": _UNIT,
    "MemoryCurrent": _SERVICE,
    "MemoryMax": _SERVICE,
    "CPUUsageNSec": _SERVICE,
    "TasksCurrent": _SERVICE,
}
"""The properties that are read one by one, and the interface that has them."""


def unit_state(properties: Mapping[str, object]) -> UnitState:
    """Make a state of systemd's properties; what is absent stays at its default."""
    get = properties.get
    job = get("Job")
    return UnitState(
        name=_text(get("Id")),
        load=_text(get("LoadState")),
        active=_text(get("ActiveState")),
        sub=_text(get("SubState")),
        file_state=_text(get("UnitFileState")),
        main_pid=_figure(get("MainPID")),
        restarts=_figure(get("NRestarts")),
        result=_text(get("Result")),
        exit=_exit(properties),
        active_since_us=_figure(get("ActiveEnterTimestamp")) or 0,
        inactive_since_us=_figure(get("InactiveEnterTimestamp")) or 0,
        changed_us=_figure(get("StateChangeTimestamp")) or 0,
        invocation=_hex(get("InvocationID")),
        control_group=_text(get("ControlGroup")),
        status_text=_text(get("StatusText")),
        restart_next_us=_figure(get("RestartUSecNext")),
        needs_reload=get("NeedDaemonReload") is True,
        fragment=_text(get("FragmentPath")),
        drop_ins=_texts(get("DropInPaths")),
        names=_texts(get("Names")),
        job_id=(_figure(job[0]) or 0) if isinstance(job, tuple) and job else 0,
        memory=_figure(get("MemoryCurrent")),
        memory_max=_figure(get("MemoryMax")),
        cpu_ns=_figure(get("CPUUsageNSec")),
        tasks=_figure(get("TasksCurrent")),
    )


def _exit(properties: Mapping[str, object]) -> Exit | None:
    code = _figure(properties.get("ExecMainCode"))
    if code is None:
        return None
    return Exit(
        code,
        _figure(properties.get("ExecMainStatus")) or 0,
        _figure(properties.get("ExecMainExitTimestamp")) or 0,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _figure(value: object) -> int | None:
    return value if isinstance(value, int) and value != _UNSET else None


def _hex(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
