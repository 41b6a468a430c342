"""Ask a target within a time limit, and say in words what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from pa_units.probes import http, tcp
from pa_units.probes.answer import Answer

KINDS: Mapping[str, Callable[[str], Awaitable[Answer]]] = {"http": http.ask, "tcp": tcp.ask}
"""By the kind of a check."""


async def ask(kind: str, target: str, timeout_ms: int) -> Answer:
    """Ask once; every failure is an answer too."""
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            return await KINDS[kind](target)
    except TimeoutError:
        return Answer(False, f"no answer within {timeout_ms / 1000:g}s")
    except OSError as error:
        return Answer(False, _words(error))


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
