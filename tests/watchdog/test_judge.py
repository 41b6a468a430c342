"""From answers to health, as stories: one letter an answer, one word the health after it."""

import pytest

from pa_units.contracts.health import Health
from pa_units.contracts.watch_plan import Check
from pa_units.watchdog import judge
from pa_units.watchdog.judge import Standing

CHECK = Check("http", "http://x/", interval=1000, timeout=1000, retries=3)


def story(check: Check, answers: str, age_ms: float = 1e9) -> str:
    """`+` and `-` are answers; the first letters of the health after each."""
    standing, seen = Standing(), ""
    for sign in answers:
        standing = judge.after(standing, check, good=sign == "+", age_ms=age_ms)
        seen += standing.health[0]
    return seen


@pytest.mark.parametrize(
    ("changes", "age_ms", "answers", "expected"),
    [
        ({}, 1e9, "++--+--++---", "hhhhhhhhhhhu"),
        ({}, 1e9, "---", "ssu"),
        ({"retries": 1}, 1e9, "+-+-", "huhu"),
        ({}, 1e9, "---+", "ssuh"),
        ({"success_threshold": 3}, 1e9, "---++-+++", "ssuuuuuuh"),
        ({"success_threshold": 3}, 1e9, "+", "h"),
        ({"start_period": 5000}, 1000, "----+", "ssssh"),
        ({"start_period": 5000}, 6000, "---", "ssu"),
        ({"start_period": 5000}, 1000, "+---", "hhhu"),
    ],
)
def test_stories(changes: dict[str, int], age_ms: float, answers: str, expected: str) -> None:
    # The keywords of _replace have types of their own.
    assert story(CHECK._replace(**changes), answers, age_ms) == expected  # type: ignore[arg-type]


def test_words() -> None:
    good = judge.after(Standing(), CHECK, good=True, age_ms=0)
    assert judge.words(good, CHECK, "200", 12.3) == "200 in 12 ms"
    assert judge.words(good, CHECK, "200", 1234) == "200 in 1.2 s"
    first = judge.after(good, CHECK, good=False, age_ms=0)
    assert judge.words(first, CHECK, "HTTP 500", 1) == "HTTP 500, 1 of 3 times"
    sick = Standing(Health.UNHEALTHY, 4)
    assert judge.words(sick, CHECK, "HTTP 500", 1) == "HTTP 500, 4 times"


def test_pace_of_a_start() -> None:
    check = CHECK._replace(start_period=5000, start_interval=100)
    assert judge.pace(Standing(), check, 1000) == 100
    assert judge.pace(Standing(), check, 6000) == 1000
    assert judge.pace(Standing(Health.HEALTHY), check, 1000) == 1000
    assert judge.pace(Standing(), check._replace(start_interval=0), 1000) == 1000
