"""*Pure*: the delays before restarts, as systemd's formula gives them and as the user states them.

Times are milliseconds.
"""

from functools import lru_cache
from math import log


@lru_cache(maxsize=256)  # hundreds of agents share a few figures
def steps(initial: int, longest: int, multiplier: float) -> int:
    """Return RestartSteps= (systemd.service(5), since 254) that comes nearest to the multiplier.

    0: the delay is constant, and RestartSteps= is left out.
    """
    if multiplier <= 1 or longest <= initial:
        return 0
    return max(1, round(log(longest / initial) / log(multiplier)))


def delays(
    initial: int, longest: int, multiplier: float, count: int, *, native: bool
) -> tuple[int, ...]:
    """Return the first `count` delays.

    `native`: what systemd 254 and later wait, the same ratio between all steps so that the last
    one is `longest`. Else `initial * multiplier^k`, never above `longest`.
    """
    if native:
        return _native(initial, longest, steps(initial, longest, multiplier), count)
    series, delay = [], float(initial)
    for _ in range(count):
        series.append(round(delay))
        delay = min(float(longest), delay * multiplier)
    return tuple(series)


def _native(initial: int, longest: int, total: int, count: int) -> tuple[int, ...]:
    # service_restart_usec_next() in systemd's src/core/service.c
    if not total:
        return (initial,) * count
    ratio = longest / initial
    return tuple(
        longest if k >= total else round(initial * ratio ** (k / total)) for k in range(count)
    )
