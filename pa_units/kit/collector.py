"""Pausing the garbage collector while a phase only allocates."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """It finds nothing to free in such a phase, and looks through all that was made before."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            _age()
            gc.enable()


def _age() -> None:
    """Count all that was made as old: else the next allocation looks through it at once, a tenth
    of the time to read 1,000 agents."""
    if not gc.get_freeze_count():  # what a caller has frozen stays so
        gc.freeze()
        gc.unfreeze()
