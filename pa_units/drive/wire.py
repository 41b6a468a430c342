"""A small synchronous D-Bus client, for reads.

Importing a D-Bus library costs 17 to 59 ms, as much as the rest of `pa status`; a list of 500
units over this client costs 3 ms and pipelined property reads 35 microseconds each.
No signals, no file descriptors, no introspection. Actions go through `bus.py`.
"""

import os
import time
from collections.abc import Mapping, Sequence

from pa_units.contracts.scope import Scope
from pa_units.drive import message
from pa_units.drive.address import private_socket
from pa_units.drive.connect import Link, connect, connect_to
from pa_units.drive.decode import decode
from pa_units.drive.encode import encode
from pa_units.drive.errors import BusError, BusLost, BusTimeout, NoBus, refusal
from pa_units.drive.message import Call
from pa_units.drive.signature import Garbled

TIMEOUT = 25.0
"""Seconds; the default of sd_bus_get_method_call_timeout(3) and so of systemctl(1)."""

SYSTEMD = "org.freedesktop.systemd1"
BUS = "org.freedesktop.DBus"
BUS_PATH = "/org/freedesktop/DBus"
WINDOW = 100
"""Calls in flight; dbus-daemon refuses the 129th (`max_replies_per_connection`)."""
MANY = 50
"""Calls from which on the manager's own socket is worth its dearer connection."""
_PATIENCE = 5.0
"""Seconds to wait for that socket before the bus is asked instead."""
_CHUNK = 1 << 18


class Reply:
    """What came back for one call: `values`, or `error` (a D-Bus error name) with its `text`."""

    __slots__ = ("error", "text", "values")

    def __init__(self, values: tuple[object, ...] = (), error: str = "", text: str = "") -> None:
        self.values = values
        self.error = error
        self.text = text


class Wire:
    """One connection. After BusTimeout or BusLost it is closed for good."""

    def __init__(self, link: Link, destination: str, timeout: float) -> None:
        self._link: Link | None = link
        self._destination = destination
        self._timeout = timeout
        self._buffer = bytearray()
        self._serial = 0

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; a second time does nothing."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def call(
        self, path: str, interface: str, member: str, signature: str = "", *args: object
    ) -> tuple[object, ...]:
        """Call one method and return what it answers.

        Raises CallError, BusDenied, BusTimeout, BusLost.
        """
        return self._ask(Call(path, interface, member, signature, encode(signature, args)))

    def hello(self) -> None:
        """Introduce ourselves to a bus daemon, once, before anything else."""
        self._ask(Call(BUS_PATH, BUS, "Hello", destination=BUS))

    def _ask(self, made: Call) -> tuple[object, ...]:
        (reply,) = self.pipeline([made])
        if reply.error:
            raise refusal(reply.error, reply.text, f"ask systemd ({made.member})")
        return reply.values

    def pipeline(self, calls: Sequence[Call]) -> list[Reply]:
        """Send many calls without waiting for each; replies come in the order of `calls`.

        The time limit is for silence: every reply starts it anew. Raises BusTimeout, BusLost.
        """
        try:
            return self._exchange(calls)
        except TimeoutError:
            self.close()
            raise BusTimeout(
                f"cannot ask systemd: no answer within {self._timeout:g} s",
                "is the service manager reloading or hanging? `systemctl is-system-running`",
            ) from None
        except (OSError, Garbled) as problem:
            self.close()
            raise BusLost(f"cannot ask systemd: the connection broke: {problem}") from None

    def _exchange(self, calls: Sequence[Call]) -> list[Reply]:
        replies: dict[int, Reply] = {}
        first = self._serial + 1
        sent = heard = 0
        deadline = time.monotonic() + self._timeout
        while len(replies) < len(calls):
            if len(replies) > heard:
                heard = len(replies)
                deadline = time.monotonic() + self._timeout
            # Refilled when half empty, so that both sides work on batches.
            if sent < len(calls) and sent - len(replies) <= WINDOW // 2:
                batch = calls[sent : sent + WINDOW - (sent - len(replies))]
                self._send(batch, deadline)
                sent += len(batch)
            self._receive(replies, range(first, first + sent), deadline)
        return [replies[serial] for serial in range(first, first + len(calls))]

    def _send(self, batch: Sequence[Call], deadline: float) -> None:
        out = bytearray()
        for made in batch:
            self._serial += 1
            out += message.to_bytes(made, self._serial, made.destination or self._destination)
        self._until(deadline).sendall(out)

    def _receive(self, replies: dict[int, Reply], expected: range, deadline: float) -> None:
        """Read once and sort in what came; signals and strangers are dropped."""
        data = self._until(deadline).recv(_CHUNK)
        if not data:
            raise ConnectionResetError("closed by the other side")
        self._buffer += data
        for came in message.split(self._buffer):
            if came.kind not in (message.METHOD_RETURN, message.ERROR):
                continue
            if came.reply_serial in expected:
                replies[came.reply_serial] = _reply(came)

    def _until(self, deadline: float) -> Link:
        """Return the socket, set to give up at `deadline`."""
        if self._link is None:
            raise ConnectionResetError("closed after an earlier failure")
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._link.settimeout(left)
        return self._link


def _reply(came: message.Incoming) -> Reply:
    values = decode(came.signature, came.body, came.order)
    if came.kind == message.ERROR:
        return Reply(
            error=came.error_name or "unnamed error", text=str(values[0] if values else "")
        )
    return Reply(values)


def open_bus(
    scope: Scope, env: Mapping[str, str], timeout: float = TIMEOUT, calls: int = 1
) -> Wire:
    """Connect to the service manager of `scope`; `timeout` in seconds holds for each later call.

    `calls` is about how many will follow: for many, the manager's own socket is asked, as
    systemctl(1) does. It costs 3 ms more to connect to and 0.1 ms less per call, since no bus
    daemon carries the message. Where there is no bus it serves as well.
    Raises NoBus, BusDenied, BusTimeout, BusLost.
    """
    private = private_socket(scope, env)
    if private and calls >= MANY:
        try:
            return Wire(connect_to(scope, private, min(timeout, _PATIENCE)), "", timeout)
        except BusError:
            pass  # the bus is asked instead
    try:
        link = connect(scope, env, timeout)
    except NoBus:
        if not os.path.exists(private):
            raise
        return Wire(connect_to(scope, private, timeout), "", timeout)
    return _introduced(Wire(link, SYSTEMD, timeout))


def _introduced(wire: Wire) -> Wire:
    try:
        wire.hello()
    except BaseException:
        wire.close()
        raise
    return wire
