"""*Pure*: the five fields of a crontab(5) line, checked and made numbers."""

import re
from typing import NamedTuple

from pa_units.spec.bad import Bad


class Field(NamedTuple):
    """One field: the values it matches, in order. `star`: it begins with `*`."""

    values: tuple[int, ...]
    star: bool


class Cron(NamedTuple):
    """Sunday is weekday 0. A day that matches either `days` or `weekdays` counts, unless one of
    them holds a star, as crontab(5) has it: then it must match both."""

    minutes: Field
    hours: Field
    days: Field
    months: Field
    weekdays: Field


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_WEEKDAYS = "sun mon tue wed thu fri sat"
_RANGES = (
    ("minute", 0, 59, ""),
    ("hour", 0, 23, ""),
    ("day", 1, 31, ""),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 7, _WEEKDAYS),
)
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_ITEM = re.compile(r"(\*|(\w+)(?:-(\w+))?)(?:/(\d{1,2}))?", re.ASCII)


def parse(text: str) -> Cron:
    """Return the fields of `text`. Raises `Bad`."""
    words = _NICKNAMES.get(text.strip().lower(), text).split()
    if len(words) != 5:
        hint = "minute hour day month weekday, such as '*/15 9-17 * * mon-fri'"
        raise Bad(f"'{text}' does not have five fields", hint, "bad-cron")
    cron = Cron(*(_field(word, *limits) for word, limits in zip(words, _RANGES, strict=True)))
    days = tuple(sorted({day % 7 for day in cron.weekdays.values}))
    return cron._replace(weekdays=Field(days, cron.weekdays.star))


def _field(word: str, what: str, least: int, most: int, names: str) -> Field:
    values: set[int] = set()
    for item in word.split(","):
        if (found := _ITEM.fullmatch(item)) is None:
            raise Bad(f"'{item}' is not a {what}", code="bad-cron")
        values |= _values(found, what, least, most, names.split())
    return Field(tuple(sorted(values)), word.startswith("*"))


def _values(found: re.Match[str], what: str, least: int, most: int, names: list[str]) -> set[int]:
    step = int(found[4] or 1)
    if found[1] == "*":
        first, last = least, min(most, 6) if what == "weekday" else most
    else:
        first = _number(found[2], what, least, most, names)
        last = _number(found[3], what, least, most, names) if found[3] else first
        if found[4] and not found[3]:
            last = most  # 5/15 is 5-59/15
    if first > last or not step:
        raise Bad(f"'{found[0]}' matches no {what}", code="bad-cron")
    return set(range(first, last + 1, step))


def _number(word: str, what: str, least: int, most: int, names: list[str]) -> int:
    if word.lower() in names:
        return names.index(word.lower()) + least
    if not word.isdigit() or not least <= int(word[:9]) <= most:
        raise Bad(f"'{word}' is not a {what} from {least} to {most}", code="bad-cron")
    return int(word)
