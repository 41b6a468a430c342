"""crontab(5) → `OnCalendar=`, systemd.time(7). *Pure.*"""

from collections.abc import Callable, Iterable
from itertools import groupby

from pa_units.spec.cron import Cron

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LEAST_RUN = 3
"""Values in a row that are written as a range."""


def expressions(cron: Cron) -> tuple[str, ...]:
    """The calendar events of one line of cron. Where days of the month and of the week are both
    restricted either will do, while systemd wants both: then there are two."""
    months = _numbers(cron.months.values, 1, 12)
    time = f"{_numbers(cron.hours.values, 0, 23)}:{_numbers(cron.minutes.values, 0, 59)}:00"
    days = f"*-{months}-{_numbers(cron.days.values, 1, 31)} {time}"
    weekdays = _weekdays(cron.weekdays.values)
    if cron.days.star or cron.weekdays.star:
        return (weekdays + days,)
    return days, f"{weekdays}*-{months}-* {time}"


def _weekdays(values: tuple[int, ...]) -> str:
    """`Mon..Fri `: a blank is part of it; every day is none."""
    if len(values) == len(_WEEKDAYS):
        return ""
    from_monday = sorted((value - 1) % 7 for value in values)
    return ",".join(_span(run, _WEEKDAYS.__getitem__) for run in _runs(from_monday)) + " "


def _numbers(values: tuple[int, ...], least: int, most: int) -> str:
    if len(values) == most - least + 1:
        return "*"
    if step := _step(values, most):
        return f"{values[0]:02d}/{step}"
    return ",".join(_span(run, "{:02d}".format) for run in _runs(values))


def _step(values: tuple[int, ...], most: int) -> int:
    """The distance of evenly spread values that go on to the end of their field, else 0."""
    if len(values) < _LEAST_RUN:
        return 0
    step = values[1] - values[0]
    even = values == tuple(range(values[0], most + 1, step))
    return step if step > 1 and even else 0


def _runs(values: Iterable[int]) -> list[list[int]]:
    """Values in ascending order, those that follow each other together."""
    runs = groupby(enumerate(values), key=lambda pair: pair[1] - pair[0])
    return [[value for _, value in run] for _, run in runs]


def _span(run: list[int], show: Callable[[int], str]) -> str:
    if len(run) < _LEAST_RUN:
        return ",".join(map(show, run))
    return f"{show(run[0])}..{show(run[-1])}"
