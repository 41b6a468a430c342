"""An object on a private bus that answers as org.freedesktop.systemd1, as a test wants it to."""

import asyncio
import threading
from collections.abc import Callable

from dbus_next import Message, MessageType, Variant
from dbus_next.aio import MessageBus

ROOT = "/org/freedesktop/systemd1"
MANAGER = f"{ROOT[1:].replace('/', '.')}.Manager"
JOB_METHODS = ("StartUnit", "StopUnit", "RestartUnit", "TryRestartUnit", "ReloadUnit")


class FakeSystemd:
    """Every unit starts at once, unless `outcomes`, `errors` or a hook says otherwise.

    Runs on an event loop in a thread of its own. Every call that came is in `calls`.
    """

    def __init__(self, address: str) -> None:
        self.calls: list[tuple[str, list[object]]] = []
        self.outcomes: dict[str, str] = {}
        """unit to the result of its job; "" = the job never ends"""
        self.errors: dict[tuple[str, str], tuple[str, str]] = {}
        """(method, unit) to D-Bus error name and text"""
        self.silent: set[str] = set()
        """methods that are never answered"""
        self.signal_first = False
        """JobRemoved before the reply that names the job"""
        self.before: Callable[[str], None] = lambda method: None
        """called in this thread when a call has come, before it is answered"""
        self._jobs = 0
        self._address = address
        self._loop = asyncio.new_event_loop()
        # What the library leaves behind when a test takes the bus away is no concern of the test.
        self._loop.set_exception_handler(lambda loop, context: None)
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._bus = asyncio.run_coroutine_threadsafe(self._connect(), self._loop).result(10)

    async def _connect(self) -> MessageBus:
        bus = await MessageBus(bus_address=self._address).connect()
        bus.add_message_handler(self._answer)
        await bus.request_name("org.freedesktop.systemd1")
        return bus

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._leave(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _leave(self) -> None:
        self._bus._user_disconnect = True
        self._bus._finalize()
        self._bus._disconnect_future.exception()
        self._bus._stream.close()
        self._bus._sock.close()

    def made(self, method: str) -> list[list[object]]:
        """Return the arguments of the calls of `method`, in order."""
        return [args for name, args in self.calls if name == method]

    def emit(self, member: str, signature: str, *args: object) -> None:
        """Send a signal of the manager."""
        self._bus.send(Message.new_signal(ROOT, MANAGER, member, signature, list(args)))

    def _answer(self, message: Message) -> bool:
        if message.message_type is not MessageType.METHOD_CALL:
            return False
        self.calls.append((message.member, message.body))
        self.before(message.member)
        if message.member in self.silent:
            return True
        unit = message.body[0] if message.body else ""
        if error := self.errors.get((message.member, unit)):
            self._bus.send(Message.new_error(message, *error))
        elif message.member in JOB_METHODS:
            self._queue(message, unit)
        elif message.member == "Get":
            self._bus.send(Message.new_method_return(message, "v", [Variant("s", "exit-code")]))
        else:
            self._bus.send(Message.new_method_return(message))
        return True

    def _queue(self, message: Message, unit: str) -> None:
        self._jobs += 1
        job = f"{ROOT}/job/{self._jobs}"
        result = self.outcomes.get(unit, "done")
        removed = (self._jobs, job, unit, result)
        if result and self.signal_first:
            self.emit("JobRemoved", "uoss", *removed)
        self._bus.send(Message.new_method_return(message, "o", [job]))
        if result and not self.signal_first:
            self.emit("JobRemoved", "uoss", *removed)
