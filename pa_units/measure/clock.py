"""Is the clock of the kernel kept in step with that of others (adjtimex(2))?"""

import ctypes

_TIME_ERROR = 5
"""What adjtimex(2) returns for a clock that nobody synchronizes"""
_TIMEX = 512
"""Bytes: more than struct timex has on any architecture"""


def synchronized() -> bool | None:
    """Does a time service discipline the clock? None: the kernel does not say."""
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _TIME_ERROR
