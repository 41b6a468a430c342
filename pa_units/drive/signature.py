"""D-Bus type signatures (D-Bus Specification, "Type System")."""

from functools import lru_cache

FIXED = {"y": "B", "n": "h", "q": "H", "i": "i", "u": "I", "x": "q", "t": "Q", "d": "d", "h": "I"}
"""Types of fixed size, as struct(3) calls them; their size is their alignment."""

_ALIGN = {"y": 1, "n": 2, "q": 2, "g": 1, "v": 1, "x": 8, "t": 8, "d": 8, "(": 8, "{": 8}
_MAX_DEPTH = 64
"""Nesting that the specification allows: 32 arrays and 32 structs."""


class Garbled(ValueError):
    """The bytes are not what their signature says."""


def alignment(one: str) -> int:
    """Return the boundary on which values of this type begin, counted from the message start."""
    return _ALIGN.get(one[0], 4)


@lru_cache(maxsize=512)
def types(signature: str) -> tuple[str, ...]:
    """Split into single complete types: `sa{sv}u` → `s`, `a{sv}`, `u`. Raises Garbled."""
    found = []
    start = 0
    while start < len(signature):
        end = _end(signature, start, 0)
        found.append(signature[start:end])
        start = end
    return tuple(found)


def _end(signature: str, at: int, depth: int) -> int:
    """Return where the complete type that begins at `at` ends."""
    code = signature[at : at + 1]
    if depth > _MAX_DEPTH:
        raise Garbled("signature nested too deeply")
    if code == "a":
        return _end(signature, at + 1, depth + 1)
    if code in ("(", "{"):
        return _container_end(signature, at, depth)
    if code in FIXED or code in ("b", "s", "o", "g", "v"):
        return at + 1
    raise Garbled(f"bad signature {signature!r}")


def _container_end(signature: str, at: int, depth: int) -> int:
    close = ")" if signature[at] == "(" else "}"
    inner = at + 1
    while signature[inner : inner + 1] not in (close, ""):
        inner = _end(signature, inner, depth + 1)
    # An empty struct has no bytes: an array of them would never end.
    if inner >= len(signature) or inner == at + 1:
        raise Garbled(f"bad signature {signature!r}")
    return inner + 1
