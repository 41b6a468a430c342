"""The control socket: who may ask, what they ask, and answers as they come."""

import os
import socket
import struct
from collections.abc import Callable

from pa_units.contracts import control
from pa_units.contracts.control import Reply, Request
from pa_units.kit.errors import PaError
from pa_units.supervisor.loop import Loop

Serve = Callable[[Request, Callable[[Reply], None]], None]

_CREDENTIALS = struct.Struct("iII")
_CHUNK = 1 << 16
_MOST_UNSENT = 1 << 24
"""Bytes of answers for somebody who does not read them; then the connection ends."""
_BACKLOG = 64
_READ = 1  # EPOLLIN
_READ_WRITE = 5  # EPOLLIN | EPOLLOUT


class Server:
    """Listens, and lets `serve` answer whoever has a right to ask."""

    def __init__(self, loop: Loop, path: str, serve: Serve) -> None:
        """Bind `path`, in the place of a socket that a killed supervisor left. Its directory must
        be ours alone."""
        self._loop = loop
        self._serve = serve
        self._path = path
        self._connections: set[Connection] = set()
        if os.path.lexists(path):
            os.unlink(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        mask = os.umask(0o177)
        try:
            bind(self._socket, path)
        finally:
            os.umask(mask)
        self._socket.listen(_BACKLOG)
        loop.watch(self._socket.fileno(), self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self._socket.accept()
        except (BlockingIOError, ConnectionError):
            return
        if may_ask(connection):
            self._connections.add(Connection(self._loop, connection, self._serve, self._ended))
        else:
            connection.close()

    def _ended(self, connection: "Connection") -> None:
        self._connections.discard(connection)

    def send(self) -> None:
        """Send what was answered in this turn: what it says is on disk by now."""
        for connection in [*self._connections]:
            if connection.has_news:
                connection.flush()

    def close(self) -> None:
        """Send what was answered, then end all connections and remove the socket."""
        for connection in [*self._connections]:
            connection.flush()
            connection.end()
        self._loop.forget(self._socket.fileno())
        self._socket.close()
        os.unlink(self._path)


class Connection:
    """Somebody who asks."""

    def __init__(
        self,
        loop: Loop,
        peer: socket.socket,
        serve: Serve,
        ended: Callable[["Connection"], None],
    ) -> None:
        """Read requests from `peer` until it ends."""
        self._loop = loop
        self._peer = peer
        self._serve = serve
        self._on_end = ended
        self._input = b""
        self._output = b""
        self.has_news = False
        self._open = True
        peer.setblocking(False)
        loop.watch(peer.fileno(), self._on_event)

    def _on_event(self) -> None:
        if self._output:
            self.flush()
        if self._open:
            self._read()

    def _read(self) -> None:
        try:
            data = self._peer.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.end()
            return
        *lines, self._input = (self._input + data).split(b"\n")
        if len(self._input) > control.LONGEST_LINE:
            self.end()
        for line in lines:
            if line and self._open:
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            request = control.decode_request(line)
        except PaError as error:
            self._send(Reply(0, error=error.message))
        else:
            self._serve(request, self._send)

    def _send(self, reply: Reply) -> None:
        if not self._open:
            return
        self._output += control.encode_reply(reply)
        self.has_news = True

    def flush(self) -> None:
        """Send what the peer can take now."""
        self.has_news = False
        waited = bool(self._output)
        try:
            sent = self._peer.send(self._output, socket.MSG_NOSIGNAL)
            self._output = self._output[sent:]
        except BlockingIOError:
            pass
        except OSError:
            self.end()
            return
        if len(self._output) > _MOST_UNSENT:
            self.end()
        elif waited:
            self._loop.change(self._peer.fileno(), _READ_WRITE if self._output else _READ)

    def end(self) -> None:
        """Close the connection; answers that come later are for nobody."""
        if self._open:
            self._open = False
            self._loop.forget(self._peer.fileno())
            self._peer.close()
            self._on_end(self)


def may_ask(peer: socket.socket) -> bool:
    """Root and our own user may; the mode of the socket says the same (unix(7), SO_PEERCRED)."""
    found = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(found)
    return uid in (0, os.getuid())


def bind(listener: socket.socket, path: str) -> None:
    """Bind a path of any length: a socket address holds 107 bytes (unix(7)), so the directory is
    named by its descriptor."""
    directory, _, name = path.rpartition("/")
    fd = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        listener.bind(f"/proc/self/fd/{fd}/{name}")
    finally:
        os.close(fd)
