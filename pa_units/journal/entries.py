"""One line of journald, as journalctl(1) prints it with `-o json --all`. *Pure.*"""

import json
from collections.abc import Mapping
from typing import NamedTuple

FIELDS = (
    "MESSAGE",
    "MESSAGE_ID",
    "PRIORITY",
    "SYSLOG_IDENTIFIER",
    "_PID",
    "_SYSTEMD_UNIT",
    "_SYSTEMD_USER_UNIT",
    "_SYSTEMD_INVOCATION_ID",
    "UNIT",
    "USER_UNIT",
    "INVOCATION_ID",
    "USER_INVOCATION_ID",
    "EXIT_CODE",
    "EXIT_STATUS",
    "UNIT_RESULT",
    "N_RESTARTS",
    "JOB_TYPE",
    "JOB_RESULT",
)
"""All that is asked for: printing every field takes three times as long."""

_MANAGER = "init.scope"
"""Unit of the service managers themselves (systemd.special(7)); what they log is about others."""
_INFO = 6


class Entry(NamedTuple):
    """One line."""

    time_us: int
    """wall clock, microseconds"""
    unit: str
    """whom the line is about"""
    message: bytes
    """as it was written, without the line end; any bytes"""
    priority: int
    """0 emergency to 7 debug (syslog(3))"""
    pid: int
    """of the writer, 0 when unknown"""
    identifier: str
    """the writer's name for itself"""
    invocation: str
    """which run of the unit; empty for a last line whose process was gone when journald looked"""
    by_manager: bool
    """written by the service manager about the unit, not by the unit"""
    cursor: str
    """position, for `after`"""
    fields: Mapping[str, str]
    """the structured fields that were asked for, without MESSAGE"""

    @property
    def text(self) -> str:
        """The message for people; what is not UTF-8 is shown as `�`."""
        return self.message.decode("utf-8", "replace")


def parse(line: bytes) -> Entry | None:
    """Read one line of journalctl's output; None for what is not an entry."""
    try:
        document = json.loads(line)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    fields = {name: _text(document[name]) for name in FIELDS[1:] if name in document}
    own = fields.get("_SYSTEMD_USER_UNIT") or fields.get("_SYSTEMD_UNIT", "")
    told = fields.get("USER_UNIT") or fields.get("UNIT", "")
    by_manager = own == _MANAGER
    return Entry(
        time_us=_number(_text(document.get("__REALTIME_TIMESTAMP")), 0),
        unit=told if by_manager else own,
        message=_bytes(document.get("MESSAGE")),
        priority=_number(fields.get("PRIORITY", ""), _INFO),
        pid=_number(fields.get("_PID", ""), 0),
        identifier=fields.get("SYSLOG_IDENTIFIER", ""),
        invocation=_invocation(fields, by_manager),
        by_manager=by_manager,
        cursor=_text(document.get("__CURSOR")),
        fields=fields,
    )


def _invocation(fields: Mapping[str, str], by_manager: bool) -> str:
    if by_manager:
        return fields.get("USER_INVOCATION_ID") or fields.get("INVOCATION_ID", "")
    return fields.get("_SYSTEMD_INVOCATION_ID", "")


def _bytes(value: object) -> bytes:
    """Return a field as it was logged.

    It comes as a list of numbers when it is not UTF-8 or has control bytes, as a list of such
    values when the field was given more than once, and as null when it was too long to print.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if not isinstance(value, list) or not value:
        return b""
    if isinstance(value[0], int):
        return bytes(byte & 255 for byte in value if isinstance(byte, int))
    return _bytes(value[0])


def _text(value: object) -> str:
    return value if isinstance(value, str) else _bytes(value).decode("utf-8", "replace")


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() else otherwise
