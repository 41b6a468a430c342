"""From the host and port of a spec to socket addresses."""

import socket
from asyncio import AbstractEventLoop
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import NamedTuple

_RESOLVERS = 8
"""Names that are looked up at a time: a resolver that hangs holds one thread for its own timeout
(resolv.conf(5), 5 s twice), and no other target."""
_LOCAL = ("127.0.0.1", "::1")
"""`localhost`, as RFC 6761 asks for and curl does: not every /etc/hosts has the name."""


class Address(NamedTuple):
    """Where to connect to."""

    family: int
    at: tuple[str, int]


@lru_cache(maxsize=4096)
def literal(host: str, port: int) -> tuple[Address, ...]:
    """Return the addresses of a number or of localhost; none of a name."""
    if host == "localhost":
        return tuple(address for local in _LOCAL for address in literal(local, port))
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return (Address(family, (host, port)),)
    return ()


async def resolve(loop: AbstractEventLoop, host: str, port: int) -> tuple[Address, ...]:
    """Return the addresses of any host. Raises OSError."""
    return literal(host, port) or await loop.run_in_executor(_executor(), _look_up, host, port)


@lru_cache(maxsize=1)
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_RESOLVERS, "resolve")


def _look_up(host: str, port: int) -> tuple[Address, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(Address(family, (str(at[0]), int(at[1]))) for family, _, _, _, at in found)


def host_and_port(endpoint: str, usual_port: int = 0) -> tuple[str, int]:
    """Split `localhost:80`, `[::1]:80`, `localhost`."""
    host, colon, port = endpoint.rpartition(":")
    if not colon or endpoint.endswith("]"):
        host, port = endpoint, str(usual_port)
    return host.strip("[]"), int(port)
