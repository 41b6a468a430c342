"""The only door to dbus-next: actions and signals, on one event loop.

Of dbus-next only the low-level messages are used. Two things are ours, because 0.2.3, its last
release (2021), hangs in them: connecting (its authentication spins without end when the bus closes
the connection meanwhile) and waiting (a call after a lost bus is never answered).
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, TypeVar

from dbus_next import Message, MessageType, Variant
from dbus_next.aio import MessageBus

from pa_units.contracts.refs import Scope
from pa_units.drive.connect import connect
from pa_units.drive.errors import BusLost, BusTimeout, refusal
from pa_units.drive.wire import BUS, BUS_PATH, SYSTEMD, TIMEOUT, WINDOW

Result = TypeVar("Result")


class Signal(NamedTuple):
    """One signal as it came."""

    sender: str
    path: str
    interface: str
    member: str
    args: list[Any]


class Answer(NamedTuple):
    """The reply to a call: `values`, or `error` (a D-Bus error name) with its `text`."""

    values: list[Any]
    error: str = ""
    text: str = ""


def variant(signature: str, value: object) -> Any:
    """Return a value that carries its type, as `a(sv)` asks for."""
    return Variant(signature, value)


class _Connection(MessageBus):  # type: ignore[misc]  # dbus-next is untyped to us
    """dbus-next over a socket that is connected and authenticated already."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        super().__init__(bus_address="unix:path=given", negotiate_unix_fd=False)

    def _setup_socket(self) -> None:
        self._sock = self._link
        self._sock.setblocking(False)
        self._stream = self._sock.makefile("rwb")
        self._fd = self._sock.fileno()

    async def _authenticate(self) -> None:
        """Done by `connect`."""

    def send(self, message: Message) -> "asyncio.Future[None]":
        """Send, and look at the outcome: dbus-next drops this future when it makes a call, and
        asyncio would print the broken pipe that nobody looked at."""
        sent: asyncio.Future[None] = super().send(message)
        sent.add_done_callback(_look_at)
        return sent

    def close(self) -> None:
        """End it at once. `disconnect()` leaves both files open, and warns when the bus is gone."""
        self._user_disconnect = True
        self._finalize()
        self._stream.close()
        self._sock.close()


class Bus:
    """One connection. Every call ends: by its answer, its time limit or the loss of the bus."""

    def __init__(self, connection: _Connection, timeout: float) -> None:
        self._connection = connection
        self._timeout = timeout
        self._window = asyncio.Semaphore(WINDOW)
        self._gone = asyncio.ensure_future(connection.wait_for_disconnect())

    async def call(
        self,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        *args: object,
        destination: str = SYSTEMD,
        timeout: float | None = None,
    ) -> Answer:
        """Call one method; `timeout` in seconds. Raises BusTimeout, BusLost."""
        message = Message(
            destination=destination,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(args),
        )
        limit = self._timeout if timeout is None else timeout
        async with self._window:
            reply = await self.race(self._connection.call(message), limit)
        if reply is None:
            raise _lost()
        if reply.message_type is MessageType.ERROR:
            text = str(reply.body[0]) if reply.body else ""
            return Answer([], reply.error_name, text)
        return Answer(reply.body)

    async def ask(
        self, path: str, interface: str, member: str, signature: str = "", *args: object, **how: Any
    ) -> list[Any]:
        """Call one method and raise CallError or BusDenied for an error reply."""
        answer = await self.call(path, interface, member, signature, *args, **how)
        if answer.error:
            raise refusal(answer.error, answer.text, f"ask systemd ({member})")
        return answer.values

    async def race(self, awaited: Awaitable[Any], timeout: float) -> Any:
        """Wait for something that only this bus can bring. Raises BusTimeout, BusLost."""
        if self._gone.done():
            asyncio.ensure_future(awaited).cancel()
            raise _lost()
        task = asyncio.ensure_future(awaited)
        await asyncio.wait({task, self._gone}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if task.done() and not task.cancelled():
            return self._outcome(task)
        task.cancel()
        if self._gone.done():
            raise _lost()
        raise BusTimeout(f"cannot ask systemd: no answer within {timeout:g} s")

    def _outcome(self, task: "asyncio.Future[Any]") -> Any:
        try:
            return task.result()
        except Exception as problem:
            if self._connection.connected:
                raise
            # A lost bus fails what was pending with whatever ended it, EOFError as a rule.
            raise _lost() from problem

    def listen(self, handler: Callable[[Signal], None]) -> None:
        """Hand every signal that comes to `handler`; `match` says which come."""

        def receive(message: Any) -> None:
            if message.message_type is MessageType.SIGNAL:
                handler(
                    Signal(
                        message.sender or "",
                        message.path or "",
                        message.interface or "",
                        message.member or "",
                        message.body,
                    )
                )

        self._connection.add_message_handler(receive)

    async def match(self, rule: str) -> None:
        """Have signals that fit `rule` sent to us (D-Bus Specification, "Match Rules")."""
        await self.ask(BUS_PATH, BUS, "AddMatch", "s", rule, destination=BUS)

    async def owner(self, name: str) -> str:
        """Return the unique name of the connection that has the well-known `name`."""
        (unique,) = await self.ask(BUS_PATH, BUS, "GetNameOwner", "s", name, destination=BUS)
        return str(unique)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
        self._gone.add_done_callback(_look_at)
        self._gone.cancel()


def _look_at(future: "asyncio.Future[Any]") -> None:
    """Take note of an exception, or asyncio complains that nobody did."""
    if not future.cancelled():
        future.exception()


def _lost() -> BusLost:
    return BusLost(
        "cannot ask systemd: the connection to the bus was lost",
        "what was under way may or may not have happened: look at the status",
    )


@asynccontextmanager
async def connected(
    scope: Scope, env: Mapping[str, str], timeout: float = TIMEOUT
) -> AsyncIterator[Bus]:
    """Connect to the bus of `scope`; `timeout` in seconds holds for each call."""
    link = connect(scope, env, timeout)
    connection = _Connection(socket.socket(fileno=link.detach()))
    bus = Bus(connection, timeout)
    try:
        await bus.race(connection.connect(), timeout)
        yield bus
    finally:
        bus.close()


def run(
    scope: Scope,
    env: Mapping[str, str],
    action: Callable[[Bus], Awaitable[Result]],
    timeout: float = TIMEOUT,
) -> Result:
    """Run `action` with a connection on an event loop of its own, and return what it returns."""

    async def main() -> Result:
        async with connected(scope, env, timeout) as bus:
            return await action(bus)

    return asyncio.run(main())
