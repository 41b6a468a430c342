"""D-Bus bytes to Python values, by signature.

D-Bus Specification, "Marshaling (Wire Format)". A signature becomes a reader once and is kept:
a list of 500 units is 5000 values of four types.

Python shapes: integers int, `b` bool, `d` float, `s o g` str, `ay` bytes, other arrays list,
`a{..}` dict, structs tuple, a variant the bare value inside.
"""

import struct
from collections.abc import Callable
from functools import lru_cache

from pa_units.drive.signature import FIXED, Garbled, alignment, types

Reader = Callable[[bytes, int], tuple[object, int]]
"""Takes a message body and a position, returns the value there and the position after it."""


def decode(signature: str, body: bytes, order: str = "<") -> tuple[object, ...]:
    """Read all values of a message body; `order` is `<` or `>`. Raises Garbled."""
    at = 0
    values = []
    try:
        for one in types(signature):
            value, at = reader(one, order)(body, at)
            values.append(value)
    except (struct.error, IndexError, ValueError, RecursionError, TypeError) as problem:
        raise Garbled(f"not a body of type {signature!r}: {problem}") from None
    return tuple(values)


@lru_cache(maxsize=512)
def reader(one: str, order: str) -> Reader:
    """Return the reader of a single complete type."""
    code = one[0]
    if code in FIXED:
        return _fixed_reader(code, order)
    if code == "a":
        return _array_reader(one[1:], order)
    if code in ("(", "{"):
        return _struct_reader(one[1:-1], order)
    simple = {"b": _bool_reader, "g": _signature_reader, "v": _variant_reader}
    return simple.get(code, _string_reader)(order)


def _fixed_reader(code: str, order: str) -> Reader:
    packed = struct.Struct(order + FIXED[code])
    size = packed.size
    unpack = packed.unpack_from

    def read(body: bytes, at: int) -> tuple[object, int]:
        at += -at % size
        return unpack(body, at)[0], at + size

    return read


def _bool_reader(order: str) -> Reader:
    read_word = _fixed_reader("u", order)

    def read(body: bytes, at: int) -> tuple[object, int]:
        value, at = read_word(body, at)
        return bool(value), at

    return read


def _string_reader(order: str) -> Reader:
    unpack = struct.Struct(order + "I").unpack_from

    def read(body: bytes, at: int) -> tuple[object, int]:
        at += -at % 4 + 4
        end = at + unpack(body, at - 4)[0]
        if body[end]:
            raise Garbled("a string does not end where it says")
        return body[at:end].decode(), end + 1

    return read


def _signature_reader(_order: str) -> Reader:
    def read(body: bytes, at: int) -> tuple[object, int]:
        end = at + 1 + body[at]
        if body[end]:
            raise Garbled("a signature does not end where it says")
        return body[at + 1 : end].decode("ascii"), end + 1

    return read


def _variant_reader(order: str) -> Reader:
    read_signature = _signature_reader(order)

    def read(body: bytes, at: int) -> tuple[object, int]:
        signature, at = read_signature(body, at)
        (one,) = types(str(signature))
        return reader(one, order)(body, at)

    return read


def _flat_reader(inner: str, order: str) -> Reader:
    """A struct of texts and words alone, such as a row of a list of units: by hand, since ten calls
    a row are half of the time that a list of 650 units takes."""
    unpack = struct.Struct(order + "I").unpack_from
    are_texts = [code in "so" for code in inner]

    def read(body: bytes, at: int) -> tuple[object, int]:
        at += -at % 8
        values: list[object] = []
        for is_text in are_texts:
            at += -at % 4 + 4
            number = unpack(body, at - 4)[0]
            if is_text:
                end = at + number
                if body[end]:
                    raise Garbled("a string does not end where it says")
                number = str(body[at:end], "utf-8")
                at = end + 1
            values.append(number)
        return tuple(values), at

    return read


def _struct_reader(inner: str, order: str) -> Reader:
    if not set(inner) - set("sou"):
        return _flat_reader(inner, order)
    fields = [reader(one, order) for one in types(inner)]

    def read(body: bytes, at: int) -> tuple[object, int]:
        at += -at % 8
        values = []
        for field in fields:
            value, at = field(body, at)
            values.append(value)
        return tuple(values), at

    return read


def _array_reader(element: str, order: str) -> Reader:
    unpack = struct.Struct(order + "I").unpack_from
    align = alignment(element)
    is_mapping = element[0] == "{"
    read_element = reader(element, order)

    def read(body: bytes, at: int) -> tuple[object, int]:
        at += -at % 4
        length = unpack(body, at)[0]
        at += 4
        at += -at % align
        end = at + length
        if end > len(body):
            raise Garbled("an array is longer than its message")
        if element == "y":
            return body[at:end], end
        values = []
        while at < end:
            value, at = read_element(body, at)
            values.append(value)
        if at != end:
            raise Garbled("an array does not end where it says")
        # Elements of a mapping are pairs; mypy does not know that from the signature.
        return dict(values) if is_mapping else values, end  # type: ignore[arg-type]

    return read
