"""A process forked in advance, for agents that run as another user.

posix_spawn(3) cannot change the user, and a fork of Python takes 2 ms until its program runs,
three quarters of them before the exec (measured; the C floor of a whole restart is 0.7). So the
fork is done while nothing is to do: the spare waits to be told what to become.

It keeps our lock open until it executes its program or ends: whoever gets the lock after a kill -9
finds every process of ours with its own environment, by which it is known.
"""

import marshal
import os
import signal
from typing import Any, NamedTuple

from pa_units.supervisor.accounts import Identity
from pa_units.supervisor.launch import Failed, Launch, become

_CHUNK = 1 << 16


class Spare(NamedTuple):
    """A child that waits for its orders."""

    pid: int
    orders: int
    """write end: what to become; closed without a word: end"""
    report: int
    """read end: why it could not, or nothing"""


def prepare(kept: int, most_files: int) -> Spare:
    """Fork a spare, which keeps only the descriptor `kept` open."""
    orders, orders_end = os.pipe()
    report, report_end = os.pipe()
    # No handler of ours may run in the child: they write to a descriptor that we share.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        pid = os.fork()
        if not pid:
            _wait(orders, report_end, kept, most_files)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    os.close(orders)
    os.close(report_end)
    return Spare(pid, orders_end, report)


def _wait(orders: int, report: int, kept: int, most_files: int) -> None:
    """The life of a spare. Never returns: above it on the stack is our caller's loop."""
    try:
        _forget_parent((orders, report, kept), most_files)
        if text := _read_all(orders):
            _obey(text, report)
    finally:
        os._exit(1)


def _obey(text: bytes, report: int) -> None:
    *fields, identity = marshal.loads(text)  # noqa: S302 (from our own parent, over its pipe)
    try:
        become(Launch._make((*fields, Identity._make(identity))))
    except Failed as failed:
        os.write(report, marshal.dumps((failed.status, failed.words)))


def _forget_parent(kept: tuple[int, ...], most_files: int) -> None:
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (*CAUGHT, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    first = 3
    for fd in sorted(kept):
        os.closerange(first, fd)
        first = fd + 1
    os.closerange(first, most_files)


CAUGHT = (
    signal.SIGCHLD,
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
"""Signals that the supervisor handles; a child starts with their usual meaning."""


def order(spare: Spare, launch: Launch) -> int:
    """Tell a spare what to become, and return its pid when its program runs. Raises Failed."""
    plain: Any = (*launch[:-1], tuple(launch.identity))  # marshal knows no named tuples
    _write_all(spare.orders, marshal.dumps(plain))
    os.close(spare.orders)
    text = _read_all(spare.report)
    os.close(spare.report)
    if text:
        os.waitpid(spare.pid, 0)
        raise Failed(*marshal.loads(text))  # noqa: S302 (from our own child, over its pipe)
    return spare.pid


def dismiss(spare: Spare) -> None:
    """End a spare that is not needed."""
    os.close(spare.orders)
    os.close(spare.report)
    os.waitpid(spare.pid, 0)


def _read_all(fd: int) -> bytes:
    parts = []
    while part := os.read(fd, _CHUNK):
        parts.append(part)
    return b"".join(parts)


def _write_all(fd: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]
