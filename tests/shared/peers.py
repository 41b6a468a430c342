"""Other ends for the client: one connection on a unix socket, answered by a script."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pa_units.drive.encode import Variant, encode

Script = Callable[["Peer"], None]


class Peer:
    """The server's side of one connection."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.buffer = b""

    def send(self, data: bytes) -> None:
        self.link.sendall(data)

    def begin(self) -> None:
        """Read up to and with BEGIN."""
        while b"BEGIN\r\n" not in self.buffer:
            self.buffer += self._some()
        self.buffer = self.buffer.partition(b"BEGIN\r\n")[2]

    def authenticate(self) -> None:
        """Accept whoever comes."""
        self.begin()
        self.send(b"OK 1234deadbeef\r\n")

    def hello(self) -> None:
        """Authenticate and answer the first call."""
        self.authenticate()
        self.reply(self.call(), "s", ":1.7")

    def call(self) -> int:
        """Read one method call, return its serial."""
        while len(self.buffer) < 16:
            self.buffer += self._some()
        body, serial, fields = struct.unpack_from("<III", self.buffer, 4)
        length = 16 + fields + -fields % 8 + body
        while len(self.buffer) < length:
            self.buffer += self._some()
        self.buffer = self.buffer[length:]
        return int(serial)

    def reply(self, serial: int, signature: str = "", *values: object) -> None:
        self.send(reply(serial, signature, *values))

    def waiting(self, seconds: float) -> int:
        """Return how many whole calls have come within `seconds`."""
        self.link.settimeout(seconds)
        count = 0
        try:
            while True:
                self.call()
                count += 1
        except TimeoutError:
            return count
        finally:
            self.link.settimeout(None)

    def _some(self) -> bytes:
        data = self.link.recv(1 << 16)
        if not data:
            raise EOFError
        return data


def reply(serial: int, signature: str = "", *values: object, error: str = "") -> bytes:
    """Return the bytes of a method return, or of an error."""
    fields = [(5, Variant("u", serial)), (7, Variant("s", "org.freedesktop.systemd1"))]
    if error:
        fields.append((4, Variant("s", error)))
    if signature:
        fields.append((8, Variant("g", signature)))
    return message(3 if error else 2, fields, encode(signature, values))


def signal() -> bytes:
    """Return the bytes of some signal."""
    named = [(1, Variant("o", "/x")), (2, Variant("s", "a.b")), (3, Variant("s", "C"))]
    return message(4, named, b"")


def message(kind: int, fields: list[tuple[int, Variant]], body: bytes) -> bytes:
    raw = encode("a(yv)", (fields,))
    length = struct.unpack_from("<I", raw)[0]
    # encode pads between length and elements as in a body; in a message both stand at 12 and 16.
    head = struct.pack("<cBBBII", b"l", kind, 0, 1, len(body), 99) + struct.pack("<I", length)
    return head + raw[8:] + bytes(-length % 8) + body


def big_endian_reply(serial: int, number: int) -> bytes:
    """Return a method return with one `u`, as a peer of the other byte order would send it."""
    fields = b"\x05\x01u\0" + struct.pack(">I", serial) + b"\x08\x01g\0\x01u\0"
    head = struct.pack(">cBBBIII", b"B", 2, 0, 1, 4, 1, len(fields))
    return head + fields + bytes(-len(fields) % 8) + struct.pack(">I", number)


@contextmanager
def serving(path: Path, script: Script) -> Iterator[dict[str, str]]:
    """Serve one connection with `script`; yields the environment that leads there."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(1)
    listener.settimeout(10)

    def serve() -> None:
        try:
            link, _ = listener.accept()
        except OSError:
            return
        # The client leaves when it has seen enough.
        with link, suppress(OSError, EOFError):
            script(Peer(link))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={path}"}
    finally:
        listener.close()
        thread.join(10)
        assert not thread.is_alive()
