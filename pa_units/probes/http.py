"""Ask an HTTP address: 2xx and 3xx are good answers, as for `curl --fail`. Nothing is followed."""

import asyncio
from functools import lru_cache
from typing import NamedTuple

from pa_units.probes import address
from pa_units.probes.answer import Answer
from pa_units.probes.exchange import exchange

_REQUEST = (
    "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: pa\r\nAccept: */*\r\nConnection: close\r\n\r\n"
)
_PORTS = {"http": 80, "https": 443}
_NO_BODY = frozenset({"204", "304"})


class Request(NamedTuple):
    """One address, taken apart."""

    tls: bool
    host: str
    port: int
    head: bytes


@lru_cache(maxsize=4096)
def request(url: str) -> Request:
    """Return what is sent, and where to. A fragment is the browser's own, RFC 9110 4.1."""
    scheme, _, rest = url.partition("#")[0].partition("://")
    cut = min((rest.find(sign) for sign in "/?" if sign in rest), default=len(rest))
    authority, path = rest[:cut], rest[cut:]
    host, port = address.host_and_port(authority, _PORTS[scheme])
    target = path if path.startswith("/") else f"/{path}"
    return Request(scheme == "https", host, port, _REQUEST.format(target, authority).encode())


async def ask(url: str) -> Answer:
    """Ask once. Raises OSError; the time limit is the caller's."""
    wanted = request(url)
    found = await address.resolve(asyncio.get_running_loop(), wanted.host, wanted.port)
    if wanted.tls:
        from pa_units.probes import tls

        return judge(await tls.exchange(found, wanted.host, wanted.head, complete))
    return judge(await exchange(found, wanted.head, complete))


def complete(found: bytearray) -> bool:
    """Is the whole message there? Whoever closes before that makes small servers complain of a
    broken pipe at every check. Without a length only its end can tell."""
    end = found.find(b"\r\n\r\n")
    if end < 0:
        return False
    if status(found) in _NO_BODY:
        return True
    length = _length(bytes(found[:end]).lower())
    return length is not None and len(found) - end - 4 >= length


def _length(head: bytes) -> int | None:
    _, named, rest = head.partition(b"\r\ncontent-length:")
    value = rest.partition(b"\r\n")[0].strip()
    return int(value) if named and value.isdigit() else None


def status(found: bytearray) -> str:
    """Return the status code, "" if this is no answer in HTTP."""
    words = bytes(found[:256]).partition(b"\r\n")[0].split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/"):
        return ""
    code = words[1].decode("ascii", "replace")
    return code if len(code) == 3 and code.isdigit() else ""


def judge(found: bytearray) -> Answer:
    """Say what an answer means."""
    code = status(found)
    if not code:
        return Answer(False, "no HTTP answer" if found else "closed without an answer")
    return Answer(True, code) if code[0] in "23" else Answer(False, f"HTTP {code}")
