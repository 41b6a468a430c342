"""Connect to a bus and say who we are; what is spoken afterwards is up to the caller."""

import os
import time

# The C module beneath `socket`, which makes enums of 400 constants when it is imported: an eighth
# of the time until `pa status` can ask anything. What it adds, a unix socket does not need.
from _socket import AF_UNIX, SOCK_STREAM, socket
from collections.abc import Mapping

from pa_units.contracts.scope import Scope
from pa_units.drive.address import absent, bus_address, socket_names
from pa_units.drive.errors import BusDenied, BusError, BusLost, BusTimeout, NoBus

Link = socket
"""A connected socket with `settimeout`, `recv`, `sendall`, `close` and `detach`."""

_MAX_LINE = 1 << 14
"""Bytes of an authentication line that are read at most (dbus-daemon's own limit)."""


def connect(scope: Scope, env: Mapping[str, str], timeout: float) -> Link:
    """Return a socket on which the bus of `scope` awaits Hello.

    The first address that works is taken. Raises NoBus, BusDenied, BusTimeout, BusLost.
    """
    problem: BusError = NoBus(f"cannot reach the {scope} bus: its address names no unix socket")
    for name in socket_names(bus_address(scope, env)):
        try:
            return connect_to(scope, name, timeout)
        except BusError as failed:
            problem = failed
    raise problem


def connect_to(scope: Scope, name: str, timeout: float) -> Link:
    """Connect to one unix socket within `timeout` seconds and authenticate."""
    link = Link(AF_UNIX, SOCK_STREAM)
    try:
        link.settimeout(timeout)
        link.connect(name)
        _authenticate(link, time.monotonic() + timeout)
    except OSError as failed:
        link.close()
        raise _why(scope, name, failed) from None
    except BaseException:
        link.close()
        raise
    return link


def _authenticate(link: Link, deadline: float) -> None:
    """Say who we are by SASL EXTERNAL: the uid that the kernel confirms.

    BEGIN is sent along, because the answer can only be yes or the end; then OK is awaited,
    because PID 1's own socket does not look at calls that came in one packet with BEGIN.
    """
    uid = str(os.geteuid()).encode().hex()
    link.sendall(f"\0AUTH EXTERNAL {uid}\r\nBEGIN\r\n".encode())
    line = b""
    while not line.endswith(b"\r\n"):
        link.settimeout(max(deadline - time.monotonic(), 0.001))
        came = link.recv(_MAX_LINE)
        line += came
        if not came or len(line) > _MAX_LINE:
            raise ConnectionResetError("this is not D-Bus")
    if line.startswith(b"REJECTED"):
        raise PermissionError
    if not line.startswith(b"OK"):
        raise ConnectionResetError("this is not D-Bus")


def _why(scope: Scope, name: str, failed: OSError) -> BusError:
    """Say in words why a connection did not come about."""
    shown = name.replace("\0", "@")
    if isinstance(failed, PermissionError):
        return BusDenied(
            f"cannot use the {scope} bus at {shown}: permission denied",
            "run it as the user whose bus it is, or with sudo",
        )
    if isinstance(failed, TimeoutError):
        return BusTimeout(f"cannot use the {scope} bus at {shown}: no answer")
    if isinstance(failed, FileNotFoundError):
        return absent(scope, shown, "no such socket")
    if isinstance(failed, ConnectionRefusedError):
        return absent(scope, shown, "nobody listens there")
    return BusLost(f"cannot use the {scope} bus at {shown}: {failed}")
