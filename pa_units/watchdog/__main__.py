"""`pa-watchdog RUNTIME PLANS…`: the program of the companion's service."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from pa_units.contracts import health
from pa_units.kit import sd_notify
from pa_units.watchdog.companion import Companion, Config
from pa_units.watchdog.memory import memory


def main(arguments: Sequence[str]) -> int:
    """Watch until told to end."""
    runtime, *plans = arguments
    config = Config(health.socket_in(runtime), f"{runtime}/tell.sock", plans)
    with suppress(asyncio.CancelledError):
        asyncio.run(_watch(config))
    return 0


async def _watch(config: Config) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    companion = Companion(config, memory(sd_notify.kept()))
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    loop.add_signal_handler(signal.SIGINT, task.cancel)
    for changed in (signal.SIGIO, signal.SIGHUP):
        loop.add_signal_handler(changed, companion.take_plans)
    await companion.run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
