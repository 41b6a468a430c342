"""Bytes to a tree: what no spec is, is refused here, in bounded time and memory."""

import re

from pa_units.spec.text import anchors, json_nodes, yaml_nodes
from pa_units.spec.text.nodes import Node, Tree, Unreadable, place

# 10,000 agents of 47 lines and 1 kB each are read; PyYAML takes about 500 bytes for each node.
MAX_BYTES = 16 << 20
MAX_LINES = 500_000
MAX_SIGNS = 2_000_000
"""characters that can begin a node: no document has more nodes than these"""

_SPLIT = "split it into several files"
# Spelled out: a negated set of all else takes re 15 times as long to compile.
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def read(data: bytes, file: str) -> Tree:
    """Return the document. Raises `Unreadable`, for JSON too: by the name, or by its first sign."""
    text = decode(data)
    return Tree(file, text, _compose(text, file))


def _compose(text: str, file: str) -> Node | None:
    if file.endswith(".json"):
        return json_nodes.compose(text)
    if text.lstrip()[:1] == "{":
        try:
            return json_nodes.compose(text)
        except Unreadable:
            pass  # YAML's flow style begins in the same way, and its errors say more
    root = yaml_nodes.compose(text)
    if root is not None:
        anchors.resolve(root, text)
    return root


def decode(data: bytes) -> str:
    """Return the text, without a byte order mark. Raises `Unreadable`."""
    _check_size(data)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("the file is UTF-16, not UTF-8", "save it as UTF-8", code="not-utf8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise Unreadable(
            message, "save it as UTF-8", place(before, len(before)), "not-utf8"
        ) from None
    if _may_hold_controls(data) and (found := _CONTROL.search(text)):
        raise Unreadable(
            f"control character U+{ord(found[0]):04X}",
            "write it as an escape in double quotes, or leave it out",
            place(text, found.start()),
            "control-character",
        )
    return text


_COMMON = bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100)) + b"\t\n\r"


def _may_hold_controls(data: bytes) -> bool:
    """Rules most files out at the speed of memchr(3): outside of ASCII those characters begin with
    one of two bytes."""
    return b"\xc2" in data or b"\xef\xbf" in data or bool(data.translate(None, _COMMON))


def _check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES >> 20} MiB"
    elif data.count(b"\n") > MAX_LINES:
        message = f"the file has more than {MAX_LINES:,} lines"
    elif len(data) - len(data.translate(None, b"\n\r,[{:-?")) > MAX_SIGNS:
        message = "the file holds too many values"
    else:
        return
    raise Unreadable(message, _SPLIT, code="too-large")
