"""The same exchange over TLS: imported, and its 7 MB spent, by the first https address."""

import asyncio
import ssl
from collections.abc import Sequence
from functools import lru_cache

from pa_units.probes.address import Address
from pa_units.probes.exchange import LONGEST, Enough

_CHUNK = 1 << 14


async def exchange(
    addresses: Sequence[Address], host: str, request: bytes, enough: Enough
) -> bytearray:
    """As `probes.exchange.exchange`; the certificate must be that of `host`. Raises OSError."""
    failure: OSError = OSError("no address")
    for address in addresses:
        try:
            reader, writer = await asyncio.open_connection(
                *address.at, ssl=_context(), server_hostname=host
            )
        except OSError as error:
            failure = error
            continue
        try:
            writer.write(request)
            return await _read(reader, enough)
        finally:
            writer.transport.abort()
    raise failure


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


async def _read(reader: asyncio.StreamReader, enough: Enough) -> bytearray:
    found = bytearray()
    while len(found) < LONGEST and not enough(found):
        data = await reader.read(_CHUNK)
        if not data:
            break
        found += data
    return found
