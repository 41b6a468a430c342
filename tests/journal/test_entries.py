"""Lines of journalctl's JSON, as systemd 252 and 257 print them."""

import json

import pytest

from pa_units.journal.entries import Entry, parse


def parsed(**fields: object) -> Entry:
    entry = parse(json.dumps(fields).encode())
    assert entry is not None
    return entry


def test_line_of_an_agent() -> None:
    entry = parsed(
        __REALTIME_TIMESTAMP="1700000000000001",
        __CURSOR="s=1",
        _SYSTEMD_UNIT="bot.service",
        _SYSTEMD_INVOCATION_ID="ab12",
        SYSLOG_IDENTIFIER="bot",
        MESSAGE="hi",
        PRIORITY="3",
        _PID="52",
    )
    assert entry == Entry(
        time_us=1700000000000001,
        unit="bot.service",
        message=b"hi",
        priority=3,
        pid=52,
        identifier="bot",
        invocation="ab12",
        by_manager=False,
        cursor="s=1",
        fields=entry.fields,
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"_SYSTEMD_UNIT": "init.scope", "UNIT": "bot.service", "INVOCATION_ID": "ab12"},
        {
            "_SYSTEMD_UNIT": "user@1000.service",
            "_SYSTEMD_USER_UNIT": "init.scope",
            "USER_UNIT": "bot.service",
            "USER_INVOCATION_ID": "ab12",
        },
    ],
    ids=["system", "user"],
)
def test_line_of_the_manager_is_about_the_unit(fields: dict[str, str]) -> None:
    entry = parsed(**fields)
    assert (entry.unit, entry.invocation, entry.by_manager) == ("bot.service", "ab12", True)


def test_agent_cannot_speak_for_another() -> None:
    entry = parsed(_SYSTEMD_UNIT="bot.service", UNIT="other.service", INVOCATION_ID="cd34")
    assert (entry.unit, entry.invocation, entry.by_manager) == ("bot.service", "", False)


@pytest.mark.parametrize(
    ("printed", "message"),
    [
        ("grün", "grün".encode()),
        ([97, 1, 98, 255], b"a\x01b\xff"),
        (["first", "second"], b"first"),
        ([[97, 255], "second"], b"a\xff"),
        (None, b""),
        ([], b""),
        ("\ud800", b"\xed\xa0\x80"),
    ],
)
def test_message_in_any_shape(printed: object, message: bytes) -> None:
    assert parsed(MESSAGE=printed).message == message


def test_text_shows_what_is_not_utf8() -> None:
    assert parsed(MESSAGE=[97, 255]).text == "a�"


@pytest.mark.parametrize("line", [b"", b"-- No entries --", b'{"MESSAGE": ', b"[]", b"7"])
def test_other_lines_are_no_entries(line: bytes) -> None:
    assert parse(line) is None


def test_odd_numbers_have_a_default() -> None:
    entry = parsed(PRIORITY="high", _PID=None, __REALTIME_TIMESTAMP=["1", "2"])
    assert (entry.priority, entry.pid, entry.time_us) == (6, 0, 1)
