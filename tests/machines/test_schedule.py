"""Scheduled agents on a real systemd, and lines of cron as systemd understands them."""

import json
import random
from datetime import datetime, timedelta
from itertools import pairwise

from on_machine import install, installed, status, statuses, until, verify

from machines import Machine
from pa_units.compile.systemd.calendar import expressions
from pa_units.spec.cron import Cron, parse

SPEC = """
agents:
- name: often
  cmd: [/bin/sh, -c, "date +%s.%N >> runs"]
  schedule: {every: 2s}
- name: nightly.x-1
  cmd: [/bin/sh, -c, "echo done by $0", "HOW"]
  schedule: "7 3 * * 1,fri"
- name: broken
  cmd: [/bin/sh, -c, "echo oh no; exit 3"]
  schedule: {calendar: "*-01-01 00:00", timezone: UTC}
- name: flaky
  cmd: [/bin/sh, -c, "date +%s.%N >> runs; exit 1"]
  schedule: {every: 5s, catch_up: false}
  restart_policy: on-failure
  max_restarts: 2
  backoff: {initial_delay: 200ms, max_delay: 200ms}
"""
OBJECT = "/org/freedesktop/systemd1/unit/"
LOG = "/var/lib/{}/runs"


def runs(machine: Machine, name: str) -> list[float]:
    """When a run of an agent began."""
    return [float(line) for line in machine.path(LOG.format(f"private/{name}")).read_text().split()]


def next_run(machine: Machine, timer: str) -> int:
    """When systemd starts it next, microseconds since the epoch."""
    command = ["busctl", "get-property", "org.freedesktop.systemd1", OBJECT + timer]
    interface = "org.freedesktop.systemd1.Timer"
    shown = machine.run([*command, interface, "NextElapseUSecRealtime"]).stdout
    return int(shown.split()[1])


def test_they_run_at_their_times_and_are_told(machine: Machine) -> None:
    with installed(machine, SPEC) as done:
        assert "nightly.x-1: started, next run in" in done.stdout
        verify(machine, *(f"{name}.timer" for name in ("often", "nightly.x-1", "broken", "flaky")))
        found = statuses(machine)
        nightly, broken = found["nightly.x-1"], found["broken"]
        assert (nightly["state"], broken["state"]) == ("scheduled", "scheduled")
        assert nightly["next_run_us"] == next_run(machine, "nightly_2ex_2d1_2etimer")
        assert machine.run(["systemctl", "is-enabled", "often.timer"]).stdout == "enabled\n"

        # A run by hand: the answer comes with its end, the times stay.
        ran = machine.run(["pa", "restart", "nightly.x-1"])
        assert "nightly.x-1: restarted, next run in" in ran.stdout
        assert machine.run(["pa", "logs", "nightly.x-1", "-n", "9"]).stdout.count("by HOW") == 1
        failed = machine.run(["pa", "restart", "broken"], check=False)
        assert failed.returncode == 1
        assert "exit code 3" in failed.stderr and "oh no" in failed.stderr
        after = status(machine, "broken")
        assert (after["state"], after["reason"]) == ("failed", "exit code 3")
        assert after["next_run_us"] == broken["next_run_us"]
        machine.run(["pa", "start", "broken"])
        assert status(machine, "broken")["state"] == "scheduled"

        # Each run has the whole budget: one try and two more.
        until(lambda: len(runs(machine, "flaky")) >= 6, 20, "a second run")
        gaps = [later - earlier for earlier, later in pairwise(runs(machine, "flaky")[:6])]
        assert gaps.index(max(gaps)) == 2 and max(gaps) > 2
        often = pairwise(runs(machine, "often"))
        assert all(later - earlier > 1.8 for earlier, later in often)

        stamps = "/var/lib/systemd/timers/stamp-nightly.x-1.timer"
        assert machine.path(stamps).exists()
        machine.run(["pa", "stop", "--all"])
        assert {one["state"] for one in statuses(machine).values()} == {"stopped"}
        shown = machine.run(["systemctl", "list-timers", "--no-legend", "often.timer"]).stdout
        assert shown == ""
    assert not machine.path(stamps).exists(), "an install later would make up for a run"


def test_a_changed_schedule_takes_effect_without_a_run(machine: Machine) -> None:
    program = "- name: job\n  cmd: [/bin/sh, -c, 'date +%s >> runs; exec sleep 600']\n"
    with installed(machine, f"agents:\n{program}"):
        daemon = status(machine, "job")
        assert daemon["state"] == "running"
        # What ran all the time is stopped when it gets a schedule.
        install(machine, f"agents:\n{program}  schedule: '0 3 * * *'\n")
        job = status(machine, "job")
        assert (job["state"], job["pid"]) == ("scheduled", 0)
        count = len(runs(machine, "job"))

        install(machine, f"agents:\n{program}  schedule: '0 4 * * *'\n")
        moved = status(machine, "job")["next_run_us"]
        assert abs(moved - job["next_run_us"]) == 3_600_000_000
        assert len(runs(machine, "job")) == count

        # A run that goes on is not disturbed by an install.
        machine.run(["pa", "restart", "--no-block", "job"])
        until(lambda: status(machine, "job")["pid"], 6, "the run")
        running = status(machine, "job")
        assert running["state"] == "running" and running["pid"]
        install(machine, f"agents:\n{program}  schedule: '0 5 * * *'\n  nice: 5\n")
        assert status(machine, "job")["pid"] == running["pid"]
        machine.run(["pa", "stop", "job"])
        install(machine, f"agents:\n{program}")
        assert status(machine, "job")["state"] == "running"


def test_times_that_the_host_cannot_keep_are_refused(machine: Machine) -> None:
    wrong = "agents:\n- {name: job, cmd: /bin/true, schedule: {calendar: 'every day'}}\n"
    done = install(machine, wrong, check=False)
    assert done.returncode == 2 and "does not understand the times 'every day'" in done.stderr
    zone = "{cron: '@daily', timezone: Mars/Crater}"
    done = install(
        machine, f"agents:\n- {{name: job, cmd: /bin/true, schedule: {zone}}}\n", check=False
    )
    assert done.returncode == 2 and "no time zone 'Mars/Crater'" in done.stderr
    past = "agents:\n- {name: job, cmd: /bin/true, schedule: {calendar: '2020-01-01'}}\n"
    done = install(machine, past, "--dry-run")
    assert "its times never come" in done.stderr


NOW = datetime(2027, 2, 25, 23, 30)
LINES = (
    "*/15 9-17 * * mon-fri",
    "5/20 0,12 * * *",
    "0 3 1,15 * fri",
    "0 3 13 * 5",
    "59 23 31 * *",
    "0 0 29 2 *",
    "0 0 */2 * mon",
    "30 6 * jan,jul,dec 0",
    "0 12 1-7 */3 *",
    "@weekly",
)
COUNT = 12


def random_line(rng: random.Random) -> str:
    def field(least: int, most: int) -> str:
        first = rng.randint(least, most)
        return rng.choice(
            [
                "*",
                "*",
                f"*/{rng.randint(2, 9)}",
                str(first),
                f"{first}-{rng.randint(first, most)}",
                f"{first},{rng.randint(least, most)}",
            ]
        )

    return " ".join(field(*limits) for limits in ((0, 59), (0, 23), (1, 28), (1, 12), (0, 6)))


def cron_times(cron: Cron) -> list[datetime]:
    """The next times of a line by crontab(5), minute by minute on days that match."""
    found: list[datetime] = []
    day = NOW.replace(hour=0, minute=0)
    for _ in range(366 * 50):
        if matches(cron, day):
            times = (
                day.replace(hour=hour, minute=minute)
                for hour in cron.hours.values
                for minute in cron.minutes.values
            )
            found += [time for time in times if time > NOW]
            if len(found) >= COUNT:
                break
        day += timedelta(days=1)
    return found[:COUNT]


def matches(cron: Cron, day: datetime) -> bool:
    in_month = day.day in cron.days.values
    in_week = day.isoweekday() % 7 in cron.weekdays.values
    either = not (cron.days.star or cron.weekdays.star)
    return day.month in cron.months.values and (
        in_month or in_week if either else in_month and in_week
    )


ASK = r"""
import json, subprocess, sys
def times(event):
    command = ["systemd-analyze", "calendar", "--base-time=2027-02-25 23:30:00", "--iterations=12"]
    done = subprocess.run([*command, "--", event], capture_output=True, text=True, check=True)
    lines = [line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line]
    return [value for key, value in lines if key.strip().startswith(("Next elapse", "Iter"))]
told = [[time for event in events for time in times(event)] for events in json.load(sys.stdin)]
print(json.dumps(told))
"""


def test_cron_means_to_systemd_what_it_means_to_cron(machine: Machine) -> None:
    rng = random.Random(7)
    lines = [*LINES, *(random_line(rng) for _ in range(30))]
    crons = [parse(line) for line in lines]
    given = json.dumps([expressions(cron) for cron in crons])
    told = json.loads(machine.run(["python3", "-c", ASK], input=given).stdout)
    for line, cron, times in zip(lines, crons, told, strict=True):
        moments = {
            datetime.strptime(time.split(" ", 1)[1], "%Y-%m-%d %H:%M:%S UTC") for time in times
        }
        assert sorted(moments)[:COUNT] == cron_times(cron), line
