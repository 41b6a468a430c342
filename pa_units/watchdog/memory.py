"""What survives a restart of the companion: an anonymous file that the service manager keeps
(FileDescriptorStoreMax=, systemd.service(5)). Nothing is left on any disk."""

import json
import os
import struct
from collections.abc import Iterable, Mapping
from zlib import crc32

from pa_units.contracts import codec
from pa_units.contracts.health import Health
from pa_units.kit import sd_notify
from pa_units.watchdog.case import Case, Told
from pa_units.watchdog.judge import Standing

_NAME = "health"
_HEAD = struct.Struct("<QII")
"""Number, length, checksum."""
_SLOT = 8 << 20
"""Bytes between the two places that are written in turn: one of them is always whole."""
_HEALTHS = tuple(Health)


class Memory:
    """Two slots; the whole one with the higher number counts."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._number, self.found = max((self._slot(at) for at in (0, 1)), key=lambda slot: slot[0])

    def _slot(self, at: int) -> tuple[int, dict[str, list[object]]]:
        head = os.pread(self._fd, _HEAD.size, at * _SLOT)
        if len(head) < _HEAD.size:
            return 0, {}
        number, length, checksum = _HEAD.unpack(head)
        if not number or length > _SLOT:
            return 0, {}
        body = os.pread(self._fd, length, at * _SLOT + _HEAD.size)
        if len(body) < length or crc32(body) != checksum:
            return 0, {}
        return number, {unit: codec.items(row) for unit, row in json.loads(body).items()}

    def write(self, cases: Iterable[Case]) -> None:
        """Remember how services stand."""
        rows = {case.key: _row(case) for case in cases if case.last_invocation}
        body = json.dumps(rows, separators=(",", ":")).encode()
        if len(body) > _SLOT - _HEAD.size:
            return  # 80,000 services: their health is found anew after a restart
        self._number += 1
        head = _HEAD.pack(self._number, len(body), crc32(body))
        os.pwrite(self._fd, head + body, self._number % 2 * _SLOT)


def _row(case: Case) -> list[object]:
    standing, told = case.standing, case.told
    counts = (standing.fails, standing.wins, case.since, case.checks, case.failures)
    restarts = list(case.restarts)
    return [
        case.last_invocation,
        _HEALTHS.index(standing.health),
        *counts,
        told.acted,
        restarts,
        case.reason,
    ]


def recall(case: Case, found: Mapping[str, list[object]]) -> None:
    """Let a service stand as it stood; another run of it begins anew."""
    row = found.get(case.key)
    if row is None or len(row) < 10:
        return
    invocation, health, fails, wins, since, checks, failures, acted, restarts, reason, *_ = row
    case.last_invocation = codec.text(invocation)
    case.standing = Standing(
        _HEALTHS[codec.number(health)], codec.number(fails), codec.number(wins)
    )
    case.since, case.reason = codec.real(since), codec.text(reason)
    case.checks, case.failures = codec.number(checks), codec.number(failures)
    case.told = Told(acted=acted is True)
    case.restarts.extend(map(codec.real, codec.items(restarts)))


def memory(kept: Mapping[str, int]) -> Memory:
    """Return what the manager has kept, or have it keep a new one."""
    if _NAME in kept:
        return Memory(kept[_NAME])
    fd = os.memfd_create("pa-health", os.MFD_CLOEXEC)
    sd_notify.notify("FDSTORE=1", f"FDNAME={_NAME}", fds=[fd])
    return Memory(fd)
