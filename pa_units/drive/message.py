"""D-Bus messages: method calls out, whatever comes in (D-Bus Specification, "Message Protocol")."""

import struct
from collections.abc import Iterator
from functools import lru_cache

from pa_units.drive.encode import encode
from pa_units.drive.signature import Garbled

METHOD_RETURN = 2
ERROR = 3
_METHOD_CALL = 1
_NO_FLAGS = 0
"""Also not NO_AUTO_START: a user's bus that has just been started holds the call back until the
manager has joined it, and would refuse it otherwise (seen on 257)."""

_PATH, _INTERFACE, _MEMBER, _ERROR_NAME, _REPLY_SERIAL, _DESTINATION, _SIGNATURE = (
    1,
    2,
    3,
    4,
    5,
    6,
    8,
)

_FIXED_PART = 16
_LENGTHS = {ord("l"): ("<", struct.Struct("<III")), ord("B"): (">", struct.Struct(">III"))}
_SIGNATURE_TYPE, _WORD_TYPE = ord("g"), ord("u")
_HEADER = struct.Struct("<cBBBIII")
_MAX_MESSAGE = 1 << 27
"""128 MiB, the limit of the specification."""


# Plain classes here and in `wire.py`: importing typing takes a quarter of what `pa is-active` may.
class Call:
    """One method call; `body` is made by `encode`."""

    __slots__ = ("body", "destination", "interface", "member", "path", "signature")

    def __init__(
        self,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: bytes = b"",
        destination: str = "",
    ) -> None:
        self.path = path
        self.interface = interface
        self.member = member
        self.signature = signature
        self.body = body
        self.destination = destination
        """empty: whom the connection is for"""


class Incoming:
    """One message as it came, its body not yet read; of the header what a caller of methods
    needs."""

    __slots__ = ("body", "error_name", "kind", "order", "reply_serial", "signature")

    def __init__(
        self,
        kind: int,
        reply_serial: int,
        error_name: str,
        signature: str,
        order: str,
        body: bytes,
    ) -> None:
        self.kind = kind
        self.reply_serial = reply_serial
        self.error_name = error_name
        self.signature = signature
        self.order = order
        self.body = body


@lru_cache(maxsize=256)
def _repeated_fields(destination: str, interface: str, member: str, signature: str) -> bytes:
    """Header fields that many calls share; only the path differs among 500 `Get`s."""
    named = [(_INTERFACE, "s", interface), (_MEMBER, "s", member)]
    if destination:
        named.append((_DESTINATION, "s", destination))
    if signature:
        named.append((_SIGNATURE, "g", signature))
    out = b""
    for code, one, value in named:
        out += bytes((code, 1)) + one.encode() + b"\0" + encode(one, (value,))
        out += bytes(-len(out) % 8)
    return out


def to_bytes(call: Call, serial: int, destination: str) -> bytes:
    """Write one method call; `destination` is empty where no bus daemon is in between."""
    path = call.path.encode()
    fields = b"".join(
        (
            _repeated_fields(destination, call.interface, call.member, call.signature),
            b"\x01\x01o\0",
            len(path).to_bytes(4, "little"),
            path,
            b"\0",
        )
    )
    head = _HEADER.pack(b"l", _METHOD_CALL, _NO_FLAGS, 1, len(call.body), serial, len(fields))
    return b"".join((head, fields, bytes(-len(fields) % 8), call.body))


def split(buffer: bytearray) -> Iterator[Incoming]:
    """Take whole messages off the front of `buffer`, leave the rest. Raises Garbled."""
    at = 0
    try:
        while len(buffer) - at >= _FIXED_PART:
            order, fields_length, body_length = _lengths(buffer, at)
            fields = at + _FIXED_PART
            fields_end = fields + fields_length
            body = fields_end + -fields_length % 8
            end = body + body_length
            if end > len(buffer):
                return
            serial, error, signature = _header(bytes(buffer[fields:fields_end]), order)
            kind = buffer[at + 1]
            at = end
            yield Incoming(kind, serial, error, signature, order, bytes(buffer[body:end]))
    finally:
        del buffer[:at]


def _lengths(buffer: bytearray, at: int) -> tuple[str, int, int]:
    """Return byte order, length of the fields and of the body of the message at `at`."""
    known = _LENGTHS.get(buffer[at])
    if known is None:
        raise Garbled("this is not D-Bus")
    order, lengths = known
    body_length, _, fields_length = lengths.unpack_from(buffer, at + 4)
    if body_length + fields_length > _MAX_MESSAGE:
        raise Garbled("a message is longer than D-Bus allows")
    return order, fields_length, body_length


def _header(fields: bytes, order: str) -> tuple[int, str, str]:
    """Return reply serial, error name and signature of a message. Raises Garbled.

    By hand instead of as `a(yv)`: this runs once per property of each unit (measured: 5 against
    16 microseconds).
    """
    found = {_REPLY_SERIAL: b"", _SIGNATURE: b"", _ERROR_NAME: b""}
    little = order == "<"
    at = 0
    try:
        while at < len(fields):
            code, kind, start = fields[at], fields[at + 2], at + 4
            if kind == _SIGNATURE_TYPE:
                end = start + fields[at + 4] + 1
                found[code] = fields[start + 1 : end]
                at = end + 1
            elif kind == _WORD_TYPE:
                at = start + 4
                found[code] = fields[start:at]
            else:
                length = int.from_bytes(fields[start : start + 4], "little" if little else "big")
                end = start + 4 + length
                found[code] = fields[start + 4 : end]
                at = end + 1
            at += -at % 8
    except IndexError:
        raise Garbled("a message header does not end where it says") from None
    return (
        int.from_bytes(found[_REPLY_SERIAL], "little" if little else "big"),
        found[_ERROR_NAME].decode("latin-1"),
        found[_SIGNATURE].decode("latin-1"),
    )
