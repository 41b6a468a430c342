"""Connect to a port."""

import asyncio

from pa_units.probes import address
from pa_units.probes.answer import Answer
from pa_units.probes.exchange import exchange


async def ask(endpoint: str) -> Answer:
    """Connect once. Raises OSError; the time limit is the caller's."""
    host, port = address.host_and_port(endpoint)
    found = await address.resolve(asyncio.get_running_loop(), host, port)
    await exchange(found, b"", lambda _: True)
    return Answer(True, "connected")
