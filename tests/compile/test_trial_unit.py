"""The unit of a trial, and which walls a bisection opens."""

import itertools

import pytest

from pa_units.compile.systemd import loosen, trial_unit
from pa_units.compile.systemd.loosen import Switch, difference, smallest, spec_line
from pa_units.compile.systemd.profiles import LEVELS

UNIT = """\
# Written by pa
[Unit]
Description=bot
X-Pa-Spec=/etc/pa/agents/bot.yaml
StartLimitIntervalSec=infinity
StartLimitBurst=6
Wants=pa-fresh@%N.service

[Service]
Type=exec
DynamicUser=yes
StateDirectory=bot
ExecStartPre=+/usr/local/lib/pa/0/backoff %n 5 0.9
ExecStartPre=/usr/local/bin/migrate --now
ExecStart=/usr/bin/bot backoff
ExecStartPost=-+/usr/bin/systemctl --no-block restart pa-stable-300@%N.timer
ExecStop=-+/usr/local/lib/pa/0/forget %n
Restart=on-failure
RestartSec=1s
StandardOutput=append:/var/log/bot.log
ProtectSystem=strict
MemoryMax=536870912

[Install]
WantedBy=multi-user.target
"""


def test_what_restarts_counts_or_announces_is_left_out() -> None:
    text = trial_unit.of(UNIT, "bot")
    assert text.splitlines() == [
        "[Unit]",
        "Description=bot",
        "",
        "[Service]",
        "Type=exec",
        "DynamicUser=yes",
        "StateDirectory=bot",
        "ExecStartPre=/usr/local/bin/migrate --now",
        "ExecStart=/usr/bin/bot backoff",
        "ProtectSystem=strict",
        "MemoryMax=536870912",
        "",
        "",
        "[Service]",
        "Restart=no",
        "StandardOutput=journal",
        "StandardError=journal",
        "User=bot",
    ]


def test_a_dynamic_user_keeps_its_name_where_systemd_would_take_it() -> None:
    assert "\nUser=" not in trial_unit.of(UNIT, "bot.v2")
    assert "\nUser=bot" not in trial_unit.of(UNIT.replace("DynamicUser=yes", "User=kbot"), "bot")


@pytest.mark.parametrize(("level", "lower"), [("tight", "strict"), ("strict", "off")])
def test_all_that_differs_is_what_the_lower_level_says(level: str, lower: str) -> None:
    switches = difference(level, {}, lower)
    opened = {**LEVELS[level], **{one.directive: one.lines for one in switches}}
    for key, lines in opened.items():
        assert lines == LEVELS[lower].get(key, loosen.OPEN.get(key, ("no",))), key


def test_the_fewest_are_found_whatever_they_are() -> None:
    suspects = tuple(Switch(f"S{number}", ("no",)) for number in range(9))
    for count in (1, 2, 3):
        for needed in itertools.combinations(suspects, count):
            tried: list[tuple[Switch, ...]] = []

            def works(
                opened: tuple[Switch, ...],
                needed: tuple[Switch, ...] = needed,
                tried: list[tuple[Switch, ...]] = tried,
            ) -> bool:
                tried.append(opened)
                return set(needed) <= set(opened)

            assert set(smallest(suspects, works)) == set(needed)
            assert len(tried) <= 24


def test_the_line_of_the_spec() -> None:
    switches = (
        Switch("ProcSubset", ("all",)),
        Switch("SystemCallFilter", ("@system-service", "~@privileged")),
        Switch("CapabilityBoundingSet", ("~",)),
    )
    assert spec_line("tight", switches) == (
        "hardening: {level: tight, ProcSubset: all, "
        'SystemCallFilter: ["@system-service", "~@privileged"], CapabilityBoundingSet: "~"}'
    )
