"""What a service says to its service manager, sd_notify(3), and what that has kept for it."""

import os
import socket
from array import array
from collections.abc import Sequence

_FIRST_FD = 3
"""SD_LISTEN_FDS_START, sd_listen_fds(3)"""


def notify(*lines: str, fds: Sequence[int] = ()) -> bool:
    """Send one message, with open files for `FDSTORE=1`; False if nobody listens.

    Never waits: a manager that does not read must not hang whom it watches.
    """
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return False
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", fds))] if fds else []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.setblocking(False)
        try:
            sender.connect(f"\0{path[1:]}" if path[0] == "@" else path)
            sender.sendmsg(["\n".join(lines).encode()], rights)
        except OSError:
            return False
    return True


def watchdog_s() -> float:
    """Seconds within which the manager wants to hear `WATCHDOG=1`; 0: it does not."""
    meant = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6 if meant else 0.0


def kept() -> dict[str, int]:
    """Return the open files that were passed on, by name: sockets, and what `FDSTORE=1` kept."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return {}
    count = int(os.environ.get("LISTEN_FDS", "0"))
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    found = {names[at] if at < len(names) else str(at): _FIRST_FD + at for at in range(count)}
    for fd in found.values():
        os.set_inheritable(fd, False)
    return found
