"""Times, sizes and shares: a number and its unit. Parse the user's text, print it canonically.

systemd takes many of these words differently or drops them without a sound (`1M` is a month,
`512MB` is no limit at all, systemd.time(7), systemd.resource-control(5)), so nothing is passed on
as it was written.
"""

import re
from functools import lru_cache

from pa_units.spec.bad import Bad, remembered, text

NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
"""Bounded digits, as below: a float of 400 of them is infinite, which round() refuses."""

_printed = lru_cache(maxsize=512)
"""Agents of one file repeat a few."""

MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_DURATION = re.compile(r"(?:\d{1,15}(?:\.\d{1,15})?(?:ms|[smhdw]))+", re.ASCII)
_DURATION_PART = re.compile(r"([\d.]+)(ms|[smhdw])")
_ZERO = re.compile(r"[+-]?0+(\.0+)?")
_LONGEST = 10 * 365 * 86_400_000  # ten years: far from where systemd's 64-bit microseconds wrap


@remembered
def duration(value: object) -> int:
    """Return milliseconds of `1h30m`; zero is allowed."""
    word = text(value, "a duration such as 30s")
    if _ZERO.fullmatch(word):
        return 0
    if not _DURATION.fullmatch(word):
        raise _bad_duration(word)
    parts = _DURATION_PART.findall(word)
    total = round(sum(float(number) * MILLISECONDS[unit] for number, unit in parts))
    if total > _LONGEST:
        raise Bad(f"'{word}' is longer than ten years", code="bad-duration")
    return total


@remembered
def positive_duration(value: object) -> int:
    """Return milliseconds, at least one."""
    if (milliseconds := duration(value)) < 1:
        # TimeoutStopSec=0 is infinity, WatchdogSec=0 is off (systemd.service(5)).
        raise Bad(
            f"'{value}' is no time at all",
            "systemd reads 0 as infinity or off; write the shortest time you mean, such as 1s",
            "bad-duration",
        )
    return milliseconds


def _bad_duration(word: str) -> Bad:
    if word.startswith("-"):
        return Bad(f"'{word}' is negative", "write a time such as 30s", "bad-duration")
    if NUMBER.fullmatch(word):
        return Bad(f"'{word}' has no unit", f"{word}s or {word}m?", "missing-unit")
    if _DURATION.fullmatch(word.lower()):
        hint = f"units are lower case: {word.lower()}"
        if "M" in word:
            hint += " (to systemd M is a month)"
        return Bad(f"'{word}' is not a duration", hint, "bad-duration")
    if _DURATION.match(word) and NUMBER.fullmatch(word[-1]):
        # systemd reads 1h30 as 1 h 30 s, people mean minutes.
        return Bad(f"the end of '{word}' has no unit", f"{word}m or {word}s?", "missing-unit")
    return Bad(
        f"'{word}' is not a duration", "write it like 500ms, 30s, 5m or 1h30m", "bad-duration"
    )


@_printed
def print_duration(milliseconds: int) -> str:
    """Return the canonical spelling: `90000` is `1m30s`."""
    if milliseconds == 0:
        return "0s"
    printed = ""
    for unit in ("d", "h", "m", "s", "ms"):
        count, milliseconds = divmod(milliseconds, MILLISECONDS[unit])
        printed += f"{count}{unit}" if count else ""
    return printed


_POWERS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}
_SIZE = re.compile(r"(\d{1,16}(?:\.\d{1,15})?) ?(?:([kmgt])(?:i?b)?|b)", re.IGNORECASE | re.ASCII)
_LARGEST = 1 << 50  # also keeps floats exact


@remembered
def size(value: object) -> int:
    """Return bytes; `512MB`, `512M` and `512MiB` are all 512 * 2^20, as docker reads them."""
    word = text(value, "a size such as 512M")
    if (found := _SIZE.fullmatch(word)) is None:
        raise _bad_size(word)
    total = round(float(found[1]) * (1 << _POWERS[(found[2] or "").lower()]))
    if not 0 < total <= _LARGEST:
        raise Bad(
            f"'{word}' is {'more than any machine has' if total else 'no size at all'}",
            "leave the line out for no limit" if not total else "",
            "bad-size",
        )
    return total


def _bad_size(word: str) -> Bad:
    if word.startswith("-"):
        return Bad(f"'{word}' is negative", "leave the line out for no limit", "bad-size")
    if NUMBER.fullmatch(word):
        if _ZERO.fullmatch(word):
            return Bad(f"'{word}' is no size at all", "leave the line out for no limit", "bad-size")
        return Bad(f"'{word}' has no unit", f"{word}M or {word}G?", "missing-unit")
    return Bad(f"'{word}' is not a size", "write it like 512M, 1.5G or 64K", "bad-size")


@_printed
def print_size(count: int) -> str:
    """Return the canonical spelling: the largest unit that divides evenly."""
    for unit in ("t", "g", "m", "k"):
        if count % (1 << _POWERS[unit]) == 0:
            return f"{count >> _POWERS[unit]}{unit.upper()}"
    return f"{count}B"


@remembered
def rate(value: object) -> int:
    """Return bytes per second of `10M/s`."""
    word = text(value, "a rate such as 10M/s")
    return size(word.removesuffix("/s"))


def print_rate(count: int) -> str:
    """Return the canonical spelling."""
    return print_size(count) + "/s"


# systemd keeps hundredths of a percent (parse_permyriad() in its src/basic/percent-util.c).
_PERCENT = re.compile(r"\d{1,7}(?:\.\d{1,2})?%", re.ASCII)


@remembered
def percent(value: object) -> float:
    """Return the number of `12.5%`, above 0 (CPUQuota= ignores `50` and `0%` without a word)."""
    word = text(value, "a percentage such as 50%")
    if _PERCENT.fullmatch(word) and 0 < float(word[:-1]) <= 1_000_000:
        return float(word[:-1])
    if NUMBER.fullmatch(word) and float(word) > 0:
        whole = float(word) * 100
        raise Bad(f"'{word}' has no unit", f"{word}% or {whole:g}%?", "missing-unit")
    raise Bad(
        f"'{word}' is not a share of a processor",
        "write it like 50% (half of one core) or 150%; leave the line out for no limit",
        "bad-percentage",
    )


@remembered
def share(value: object) -> float:
    """Return the number of a percentage that has a whole: above 0, at most 100."""
    if (number := percent(value)) > 100:
        raise Bad(f"'{value}' is more than 100%", code="bad-percentage")
    return number


def print_percent(number: float) -> str:
    """Return the canonical spelling."""
    return f"{number:.10g}%"
