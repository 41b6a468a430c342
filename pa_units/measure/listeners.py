"""Who listens on a TCP or UDP port of this network namespace (proc_net(5), proc_pid_fd(5))."""

import os
from typing import NamedTuple

from pa_units.measure.cgroup import content

_LISTEN = {b"0A", b"07"}
"""TCP_LISTEN, and the state of every UDP socket that is bound"""
_TABLES = ("tcp", "tcp6", "udp", "udp6")


class Listener(NamedTuple):
    """A process that has a port."""

    port: int
    pid: int
    """0: not to be seen by this user"""
    command: str = ""
    unit: str = ""
    """the service that it belongs to"""


def on(port: int) -> tuple[Listener, ...]:
    """Return who has a port, each process once."""
    inodes = {inode for table in _TABLES for inode in _inodes(table, port)}
    if not inodes:
        return ()
    pids = _holders(inodes)
    return tuple(_described(port, pid) for pid in pids) or (Listener(port, 0),)


def _inodes(table: str, port: int) -> list[bytes]:
    """Fields of a row: slot, local address and port in hex, remote, state … the inode is the
    tenth."""
    wanted = b":%04X" % port
    rows = [line.split() for line in content(f"/proc/net/{table}").splitlines()[1:]]
    return [
        row[9] for row in rows if len(row) > 9 and row[1].endswith(wanted) and row[3] in _LISTEN
    ]


def _holders(inodes: set[bytes]) -> list[int]:
    wanted = {f"socket:[{inode.decode()}]" for inode in inodes}
    return [
        int(pid) for pid in os.listdir("/proc") if pid.isdecimal() and wanted & set(_links(pid))
    ]


def _links(pid: str) -> list[str]:
    directory = f"/proc/{pid}/fd"
    found = []
    try:
        for fd in os.listdir(directory):
            found.append(os.readlink(f"{directory}/{fd}"))
    except OSError:
        return found
    return found


def _described(port: int, pid: int) -> Listener:
    words = content(f"/proc/{pid}/cmdline").split(b"\0")
    command = b" ".join(words).decode(errors="replace").strip()
    return Listener(port, pid, command, _unit(pid))


def _unit(pid: int) -> str:
    """`web.service` for `0::/system.slice/web.service`."""
    for line in content(f"/proc/{pid}/cgroup").decode(errors="replace").splitlines():
        for part in reversed(line.rpartition(":")[2].split("/")):
            if part.endswith((".service", ".socket")):
                return part
    return ""
