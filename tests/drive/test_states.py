"""systemd's properties as values."""

import pytest

from pa_units.drive import read, states
from pa_units.drive.objects import unit_path
from pa_units.drive.read import major_version
from pa_units.drive.states import Exit, UnitState, unit_state

UNSET = 2**64 - 1


def test_nothing_known() -> None:
    assert unit_state({}) == UnitState()


def test_what_systemd_sends() -> None:
    found = unit_state(
        {
            "Id": "bot.service",
            "MainPID": 7,
            "ExecMainCode": 2,
            "ExecMainStatus": 9,
            "ExecMainExitTimestamp": 5,
            "InvocationID": b"\x01\xff",
            "Names": ["bot.service", "b.service"],
            "Job": (3, "/org/freedesktop/systemd1/job/3"),
            "MemoryCurrent": UNSET,
            "MemoryMax": UNSET,
            "TasksCurrent": 0,
            "NeedDaemonReload": True,
            "SomethingNew": {"a": 1},
        }
    )
    assert found == UnitState(
        name="bot.service",
        main_pid=7,
        exit=Exit(2, 9, 5),
        invocation="01ff",
        names=("bot.service", "b.service"),
        job_id=3,
        tasks=0,
        needs_reload=True,
    )


def test_values_of_another_type_are_not_known() -> None:
    odd = dict.fromkeys(states.PROPERTIES, object())
    assert unit_state(odd)._replace(exit=None, needs_reload=False) == UnitState()


def test_every_field_has_a_property_that_can_be_read() -> None:
    asked = {*read.RUNNING_PROPERTIES, *read.STOPPED_PROPERTIES, *states._FIELDS}
    assert asked <= set(states.PROPERTIES)
    fields = {field for field, _ in states._FIELDS.values()}
    assert fields == set(UnitState._fields) - {"exit"}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("bot.service", "bot_2eservice"),
        ("my-bot@1.service", "my_2dbot_401_2eservice"),
        ("9lives.service", "_39lives_2eservice"),
        ("a_b.service", "a_5fb_2eservice"),
        ("x\\x2dy.slice", "x_5cx2dy_2eslice"),
        ("grün", "gr_c3_bcn"),
        ("", "_"),
    ],
)
def test_object_path(name: str, label: str) -> None:
    assert unit_path(name) == f"/org/freedesktop/systemd1/unit/{label}"


@pytest.mark.parametrize(
    ("text", "number"),
    [("252.39-1~deb12u1", 252), ("v257", 257), ("262", 262), ("260~rc1", 260), ("", 0), ("x", 0)],
)
def test_version(text: str, number: int) -> None:
    assert major_version(text) == number
