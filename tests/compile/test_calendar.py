"""Lines of cron as calendar events. What systemd makes of them: machines/test_schedule.py."""

import pytest

from pa_units.compile.systemd.calendar import expressions
from pa_units.spec.cron import parse


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("* * * * *", "*-*-* *:*:00"),
        ("0 5 * * *", "*-*-* 05:00:00"),
        ("*/15 * * * *", "*-*-* *:00/15:00"),
        ("5/15 * * * *", "*-*-* *:05/15:00"),
        ("0-30/10 * * * *", "*-*-* *:00,10,20,30:00"),
        ("0,1 8-18 * * *", "*-*-* 08..18:00,01:00"),
        ("1,2,3,7,9,10 * * * *", "*-*-* *:01..03,07,09,10:00"),
        ("0 0 1 jan *", "*-01-01 00:00:00"),
        ("0 0 1 */3 *", "*-01/3-01 00:00:00"),
        ("30 9 * * mon-fri", "Mon..Fri *-*-* 09:30:00"),
        ("0 0 * * 0", "Sun *-*-* 00:00:00"),
        ("0 0 * * 7", "Sun *-*-* 00:00:00"),
        ("0 0 * * 6,0", "Sat,Sun *-*-* 00:00:00"),
        ("0 0 * * 0-3", "Mon..Wed,Sun *-*-* 00:00:00"),
        ("0 0 * * 0-6", "*-*-* 00:00:00"),
        ("@daily", "*-*-* 00:00:00"),
        ("@weekly", "Sun *-*-* 00:00:00"),
        ("@yearly", "*-01-01 00:00:00"),
        # A star with a step restricts nothing in the sense of crontab(5): both must match.
        ("0 0 */2 * mon", "Mon *-*-01/2 00:00:00"),
        ("0 0 13 * */5", "Fri,Sun *-*-13 00:00:00"),
    ],
)
def test_one_event(line: str, event: str) -> None:
    assert expressions(parse(line)) == (event,)


def test_day_of_the_month_or_of_the_week_are_two_events() -> None:
    assert expressions(parse("0 3 1,15 * fri")) == ("*-*-01,15 03:00:00", "Fri *-*-* 03:00:00")
