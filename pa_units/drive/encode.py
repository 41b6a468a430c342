"""Python values to D-Bus bytes, little-endian, by signature."""

import struct

from pa_units.drive.signature import FIXED, alignment, types


class Variant:
    """A value that carries its own type."""

    def __init__(self, signature: str, value: object) -> None:
        self.signature = signature
        self.value = value


def encode(signature: str, values: tuple[object, ...]) -> bytes:
    """Write values as a little-endian message body."""
    out = bytearray()
    for one, value in zip(types(signature), values, strict=True):
        _write(out, one, value)
    return bytes(out)


def _write(out: bytearray, one: str, value: object) -> None:
    code = one[0]
    _pad(out, alignment(code))
    if code in FIXED:
        out += struct.pack("<" + FIXED[code], value)
    elif code == "b":
        out += struct.pack("<I", bool(value))
    elif code == "a":
        _write_array(out, one[1:], value)
    elif code in ("(", "{"):
        for inner, part in zip(types(one[1:-1]), value, strict=True):  # type: ignore[call-overload]
            _write(out, inner, part)
    else:
        _write_text(out, code, value)


def _write_text(out: bytearray, code: str, value: object) -> None:
    if code == "v":
        assert isinstance(value, Variant)
        _write_text(out, "g", value.signature)
        _write(out, value.signature, value.value)
        return
    raw = str(value).encode()
    out += struct.pack("B" if code == "g" else "<I", len(raw)) + raw + b"\0"


def _write_array(out: bytearray, element: str, value: object) -> None:
    start = len(out)
    out += b"\0\0\0\0"
    _pad(out, alignment(element))
    first = len(out)
    elements = value.items() if isinstance(value, dict) else value
    for part in elements:  # type: ignore[attr-defined]
        _write(out, element, part)
    struct.pack_into("<I", out, start, len(out) - first)


def _pad(out: bytearray, align: int) -> None:
    out += bytes(-len(out) % align)
