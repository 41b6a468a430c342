"""Servers on loopback that answer in ways good and bad."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"


def says(answer: bytes, *, then_waits: bool = False) -> Handler:
    """Reads a request, answers, and closes, or leaves that to the other side."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        if then_waits:
            await reader.read()
        writer.close()

    return handle


async def trickles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A byte at a time, and never an end."""
    while not reader.at_eof():
        writer.write(b"H")
        await asyncio.sleep(0.01)
        if writer.transport.is_closing():
            break


async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Not a word."""
    await reader.read()
    writer.close()


@asynccontextmanager
async def serving(handler: Handler, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """A server for the time of the block, with nothing left of it behind; its port."""
    under_way: set[asyncio.Task[object] | None] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        under_way.add(asyncio.current_task())
        with suppress(OSError, asyncio.IncompleteReadError):
            await handler(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(handle, host, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0.02)
        await asyncio.gather(*filter(None, under_way))
        await asyncio.sleep(0)
