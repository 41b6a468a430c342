"""What the companion asks of `pa-tell`: one request at a time over one connection."""

import asyncio
import socket
from collections.abc import Sequence

from pa_units.watchdog.case import Run

PATIENCE_S = 5.0
_LONGEST = 1 << 16
_TEXT = 200
"""Characters of a text for people."""


class Teller:
    """Speaks for the companion, which has no rights."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._turn = asyncio.Lock()

    async def tell(self, word: str, unit: str, run: Run, text: str = "") -> str:
        """Tell one thing about a run; "" when it was done, else why not. Never raises."""
        request = " ".join((word, unit, str(run.pid), run.invocation, text[:_TEXT]))
        try:
            answer = await self._say(request)
        except OSError as error:
            return str(error)
        return "" if answer == "ok" else answer

    async def look(self, units: Sequence[str]) -> str:
        """Return what `systemctl show` prints of services. Raises OSError."""
        return await self._say(" ".join(("look", *units)))

    async def _say(self, request: str) -> str:
        async with self._turn:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await self._ask(request.encode())
            except (OSError, TimeoutError) as error:
                self.close()
                raise OSError(f"cannot reach pa-tell: {error or 'no answer'}") from error

    async def _ask(self, request: bytes) -> str:
        loop = asyncio.get_running_loop()
        answer = b""
        if self._socket is not None:
            answer = await _exchange(loop, self._socket, request)
        if not answer:  # it ends when nobody has spoken to it for a while
            self.close()
            self._socket = await _connected(loop, self._path)
            answer = await _exchange(loop, self._socket, request)
        if not answer:
            raise OSError("it closed the connection")
        return answer.decode(errors="replace")

    def close(self) -> None:
        """End the connection; the next request makes a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


async def _connected(loop: asyncio.AbstractEventLoop, path: str) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
    made.setblocking(False)
    try:
        await loop.sock_connect(made, path)
    except BaseException:
        made.close()
        raise
    return made


async def _exchange(
    loop: asyncio.AbstractEventLoop, through: socket.socket, request: bytes
) -> bytes:
    """Return the answer, nothing if the other side is gone."""
    try:
        await loop.sock_sendall(through, request)
        return await loop.sock_recv(through, _LONGEST)
    except (BrokenPipeError, ConnectionResetError):
        return b""
