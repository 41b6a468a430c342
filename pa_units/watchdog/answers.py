"""The companion's socket: one question, one answer."""

import asyncio
import os
import time
from collections.abc import Mapping
from contextlib import suppress

from pa_units.contracts import health
from pa_units.watchdog.case import Case

_PATIENCE_S = 5.0
_AT_ONCE = 64


class Answers:
    """Anybody may ask: systemctl tells the same to anybody."""

    def __init__(self, cases: Mapping[str, Case]) -> None:
        self._cases = cases
        self._open = 0

    async def serve(self, path: str) -> asyncio.Server:
        """Begin to listen."""
        with suppress(FileNotFoundError):
            os.unlink(path)
        server = await asyncio.start_unix_server(self._answer, path, limit=health.LONGEST_QUESTION)
        os.chmod(path, 0o666)  # noqa: S103 (see the class)
        return server

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open >= _AT_ONCE:
            writer.transport.abort()
            return
        self._open += 1
        try:
            async with asyncio.timeout(_PATIENCE_S):
                question = (await reader.readuntil(b"\n")).decode(errors="replace").split()
                writer.write(health.encode(self._found(question)))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.transport.abort()
        finally:
            self._open -= 1

    def _found(self, question: list[str]) -> list[health.UnitHealth]:
        if question == [health.ALL]:
            return [case.summary() for case in self._cases.values()]
        now = time.time()
        asked = set(question)
        return [case.detail(now) for case in self._cases.values() if case.unit in asked]
