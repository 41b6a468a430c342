"""Points in time as people write them: systemd.time(7), spans as docker takes them, RFC 3339."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

EXAMPLES = "10m, -1h30m, '2 hours ago', 12:00, yesterday, '2026-01-31 12:00', @1769860800"

_SECONDS = {
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1,
    "m": 60,
    "h": 3_600,
    "d": 86_400,
    "w": 604_800,
    "month": 2_629_800,
    "y": 31_557_600,
}
_UNITS = {
    **{name: name for name in _SECONDS},
    **dict.fromkeys(("usec", "µs"), "us"),
    "msec": "ms",
    **dict.fromkeys(("sec", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "minute", "minutes"), "m"),
    **dict.fromkeys(("hr", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks"), "w"),
    **dict.fromkeys(("M", "months"), "month"),
    **dict.fromkeys(("year", "years"), "y"),
}
"""Words of systemd.time(7); a month is a twelfth of 365.25 days there."""

_PART = r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Zµ]+)"
_SPAN = re.compile(rf"([+-]?)((?:{_PART})+)(?:\s+(ago|left))?")
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?")


_LAST = 253_402_300_800.0
"""The year 10000."""


def parse(text: str, now: float) -> float:
    """Return seconds since the epoch; `now` likewise. A bare span is one that has passed.

    Dates without a zone are local. Raises ValueError for what is no time.
    """
    found = _point(text.strip(), now)
    if not abs(found) < _LAST:
        raise ValueError("out of range")
    return max(found, 0.0)


def _point(words: str, now: float) -> float:
    if words == "now":
        return now
    if words.startswith("@"):
        return float(words[1:])
    if words in _DAYS:
        return _midnight(now, _DAYS[words]).timestamp()
    if span := _SPAN.fullmatch(words):
        return now + _seconds(span[2]) * (1 if "+" in span[1] or span[5] == "left" else -1)
    if _CLOCK.fullmatch(words):
        clock = time.fromisoformat(words.zfill(5) if words.count(":") == 1 else words.zfill(8))
        return datetime.combine(_day(now), clock).timestamp()
    return _dated(words).timestamp()


def _seconds(span: str) -> float:
    total = 0.0
    for number, unit in re.findall(_PART, span):
        if unit not in _UNITS:
            raise ValueError(f"'{unit}' is no unit of time")
        total += float(number) * _SECONDS[_UNITS[unit]]
    return total


def _day(now: float) -> date:
    return datetime.fromtimestamp(now).date()


def _midnight(now: float, days: int) -> datetime:
    return datetime.combine(_day(now) + timedelta(days), time())


def _dated(words: str) -> datetime:
    words = _WEEKDAY.sub("", words, count=1) if _WEEKDAY.match(words) else words
    if "-" not in words:
        raise ValueError("no date")
    rest, _, zone = words.rpartition(" ")
    if not zone[:1].isalpha():
        return datetime.fromisoformat(words)
    return datetime.fromisoformat(rest).replace(tzinfo=_zone(zone))


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo  # 5 ms

    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, OSError) as unknown:
        raise ValueError(f"no time zone '{name}'") from unknown
