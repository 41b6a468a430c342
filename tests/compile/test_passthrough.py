"""The spec's own directives beside ours, and what ends up in the file."""

import pytest
from compiling import Compiled, compiled

from pa_units.contracts.bundle import Kind


def with_raw(raw: str, more: str = "") -> Compiled:
    return compiled(f"name: a\ncmd: sleep 1\n{more}\nsystemd: {raw}")


@pytest.mark.parametrize(
    ("raw", "key", "wanted"),
    [
        ("{Service: {Restart: always}}", "Restart", ["always"]),
        ("{Service: {TimeoutStopSec: 5}}", "TimeoutStopSec", ["5"]),
        ("{Service: {ExecStart: /bin/true %n}}", "ExecStart", ["/bin/true %n"]),
        ("{Service: {ProtectSystem: ''}}", "ProtectSystem", [""]),
        ("{Unit: {Description: other}}", "Description", ["other"]),
        ("{Service: {Slice: big.slice}}", "Slice", ["big.slice"]),
    ],
)
def test_one_value_takes_the_place_of_ours(raw: str, key: str, wanted: list[str]) -> None:
    assert with_raw(raw).lines("a", key) == wanted


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("/bin/one", ["before", "/bin/one"]),
        ("[/bin/one, /bin/two]", ["before", "/bin/one", "/bin/two"]),
        ("['', /bin/one]", ["before", "", "/bin/one"]),
    ],
)
def test_lists_add_up_and_an_empty_line_clears_them(raw: str, wanted: list[str]) -> None:
    found = with_raw(f"{{Service: {{ExecStopPost: {raw}}}}}", "hooks: {post_stop: before}")
    assert [line.removeprefix("-") for line in found.lines("a", "ExecStopPost")] == wanted


def test_a_section_of_its_own() -> None:
    found = with_raw("{X-Mine: {Note: kept}}")
    assert ("X-Mine", "Note", "kept") in found.unit("a.service")


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        ("{Service: {User: root}}", "write 'user:'"),
        ("{Service: {DynamicUser: 'no'}}", "write 'user:'"),
        ("{Service: {Group: x}}", "write 'group:'"),
        ("{Install: {Alias: b.service}}", "'auto_start: false' makes none"),
    ],
)
def test_what_the_ledger_keeps_is_no_raw_directive(raw: str, hint: str) -> None:
    assert with_raw(raw).note("our-directive").hint == hint


def test_wanted_by_makes_the_links() -> None:
    found = with_raw("{Install: {WantedBy: [graphical.target, 'a.target b.target']}}")
    assert found.bundle.errors == ()
    assert found.lines("a", "WantedBy") == ["graphical.target a.target b.target"]
    links = [one.path for one in found.bundle.agents[0].artifacts if one.kind is Kind.LINK]
    assert [link.split("/")[-2] for link in links] == [
        "graphical.target.wants",
        "a.target.wants",
        "b.target.wants",
    ]
