"""Wait for descriptors, signals and times. One thread; handlers of signals only queue."""

import os
import select
import signal
import time
from collections.abc import Callable, Iterable

from pa_units.supervisor.timers import Timers

Handler = Callable[[], None]
OnSignal = Callable[[set[int]], None]

_SIGNALS_AT_ONCE = 4096
ONCE = select.EPOLLIN | select.EPOLLONESHOT


class Loop:
    """Runs handlers until it is told to stop."""

    def __init__(self) -> None:
        """Nothing is watched."""
        self.timers = Timers()
        self.stopped = False
        self._epoll = select.epoll()
        self._handlers: dict[int, Handler] = {}

    def watch(self, fd: int, handler: Handler, events: int = select.EPOLLIN) -> None:
        """Call `handler` whenever `fd` is ready."""
        self._handlers[fd] = handler
        self._epoll.register(fd, events)

    def change(self, fd: int, events: int) -> None:
        """Wait for other events of `fd`, or for one that comes once again."""
        self._epoll.modify(fd, events)

    def forget(self, fd: int) -> None:
        """Before `fd` is closed: a child between fork and exec shares it, and what is closed only
        here would go on being reported."""
        if self._handlers.pop(fd, None):
            self._epoll.unregister(fd)

    def catch(self, numbers: Iterable[int], handler: OnSignal) -> None:
        """Queue these signals, and hand them over between other work."""
        read_end, write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        for number in numbers:
            signal.signal(number, _nothing)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        self.watch(read_end, lambda: handler(set(os.read(read_end, _SIGNALS_AT_ONCE))))

    def later(self, seconds: float, action: Handler) -> None:
        """Call `action` once, after so long."""
        self.timers.at(time.monotonic() + seconds, action)

    def run(self, after_turn: Handler) -> None:
        """Run until `stopped`; `after_turn` is called before each wait."""
        while True:
            after_turn()
            if self.stopped:
                return
            for fd, _ in self._epoll.poll(self.timers.wait(time.monotonic())):
                # A handler before it may have ended the watch.
                if handler := self._handlers.get(fd):
                    handler()
            self.timers.run(time.monotonic())


def _nothing(_number: int, _frame: object) -> None:
    """What counts is the byte that the interpreter writes to the wake-up descriptor."""
