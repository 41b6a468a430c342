"""How lines of logs are printed."""

import json

import pytest

from pa_units.cli import out
from pa_units.cli.show_logs import show
from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope, UnitRef
from pa_units.verbs.log_sources import LogLine


def agent(name: str, *units: str, **logs: str) -> Installed:
    refs = tuple(UnitRef(unit, Scope.SYSTEM) for unit in units or (f"{name}.service",))
    return Installed(name, "", refs[:1], auto_start=True, user="", runs=refs, logs=logs)


def printed(
    capsys: pytest.CaptureFixture[str],
    agents: list[Installed],
    *lines: LogLine,
    form: str = "short",
) -> list[str]:
    show(lines, form, agents)
    return capsys.readouterr().out.splitlines()


WEB = agent("web")
BOT = agent("bot", stdout="/var/log/bot.log", stderr="/var/log/bot.err")


def journal(text: str, **more: object) -> LogLine:
    line = LogLine("web", text, "web.service", 1_769_860_800_000_000, "journal")
    return line._replace(**more)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.localtime", __import__("time").gmtime)


def test_one_agent_needs_no_name(capsys: pytest.CaptureFixture[str]) -> None:
    said = journal("Started", by_manager=True)
    assert printed(capsys, [WEB], journal("hello"), said) == [
        "Jan 31 12:00:00 hello",
        "Jan 31 12:00:00 systemd: Started",
    ]


def test_names_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [journal("a"), LogLine("bot", "b"), LogLine("bot", "c", stream="stderr")]
    assert printed(capsys, [WEB, BOT], *lines) == [
        "web        | Jan 31 12:00:00 a",
        "bot        | b",
        "bot stderr | c",
    ]


def test_replicas_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    many = agent("web", "web@1.service", "web@2.service")
    line = journal("a", agent="web@2", unit="web@2.service")
    assert printed(capsys, list(many.each), line) == ["web@2 | Jan 31 12:00:00 a"]


def test_lines_of_a_message_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, [WEB], journal("a\nb\r")) == ["Jan 31 12:00:00 a", "Jan 31 12:00:00 b"]


def test_nobody_takes_over_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = LogLine("bot", "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J a\tb \rover")
    safe = "red \\x1b]0;title\\x07 \\x9b2J a\tb \\x0dover"
    assert printed(capsys, [agent("bot", stdout="x")], evil) == [safe]
    monkeypatch.setenv("FORCE_COLOR", "1")
    (coloured,) = printed(capsys, [agent("bot", stdout="x")], evil)
    assert coloured == f"\x1b[31mred\x1b[0m {safe.partition(' ')[2]}\x1b[0m"
    assert printed(capsys, [BOT], evil, form="cat")[0].startswith(evil.text[:5])


def test_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = printed(capsys, [WEB, BOT], journal("a\nb"), LogLine("bot", "c"), form="json")
    assert json.loads(first) == {
        "schema": "pa.log/1",
        "agent": "web",
        "text": "a\nb",
        "unit": "web.service",
        "time_us": 1_769_860_800_000_000,
        "stream": "journal",
        "priority": 6,
        "by_manager": False,
    }
    assert json.loads(second)["time_us"] is None


def test_plain_text_is_not_touched() -> None:
    assert out.shown("Grüße, 世界", colour=False) == "Grüße, 世界"
