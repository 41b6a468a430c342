"""The bytes of a spec, from a file or a stream, in bounded time and memory."""

import os
import select
import stat
from typing import BinaryIO

from pa_units.kit.errors import UsageError
from pa_units.spec.text.read import MAX_BYTES

_WRITER_MS = 5000
"""for the first byte out of a named pipe: nobody may ever write into it"""


def of_file(path: str) -> bytes:
    """Return what stands in a file, no more of it than is needed to refuse it as too large. Raises
    UsageError when it cannot be read."""
    try:
        # A named pipe without a writer would hold the open itself, fifo(7).
        with open(path, "rb", opener=_without_waiting) as file:
            _expect_writer(file.fileno(), path)
            return of_stream(file)
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise UsageError(f"cannot read {path}: {reason}") from None


def of_stream(stream: BinaryIO) -> bytes:
    """Return what a stream says until its end, bounded in the same way."""
    return stream.read(MAX_BYTES + 1)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _expect_writer(descriptor: int, path: str) -> None:
    os.set_blocking(descriptor, True)
    if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    if not poll.poll(_WRITER_MS):
        raise UsageError(f"cannot read {path}: nobody writes into this named pipe")
