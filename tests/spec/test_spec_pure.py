"""The small pure parts: templates, expansion, cron."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loading import agent

from pa_units.spec import cron
from pa_units.spec.bad import Bad
from pa_units.spec.expand import Unset, expand, needed, used
from pa_units.spec.template import Var, escape, parse


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("plain $x $ % $$", ("plain $x $ % $$",)),
        ("${A}", (Var("A"),)),
        ("a${B}c", ("a", Var("B"), "c")),
        ("${A}${B}", (Var("A"), Var("B"))),
        ("${A:-}", (Var("A", ""),)),
        ("${A:-x y:-z$}", (Var("A", "x y:-z$"),)),
        ("$${A}", ("${A}",)),
        ("$$${A}", ("$${A}",)),
        ("a$${B}${C}", ("a${B}", Var("C"))),
    ],
)
def test_templates(text: str, parts: tuple[str | Var, ...]) -> None:
    assert parse(text) == parts


@pytest.mark.parametrize(
    "text", ["${", "${}", "${1}", "${A", "${A-b}", "${A:b}", "${A:?b}", "${ A}"]
)
def test_malformed_references(text: str) -> None:
    with pytest.raises(Bad):
        parse(text)


@given(st.text(max_size=30))
def test_escaped_text_is_literal(text: str) -> None:
    assert "".join(str(part) for part in parse(escape(text))) == text


def test_expansion() -> None:
    values = {"A": "1", "EMPTY": ""}
    assert expand("a${A}$${A}${B:-b}${EMPTY:-e}${EMPTY}$A", values) == "a1${A}be$A"
    with pytest.raises(Unset, match="B"):
        expand("${B}", values)


def test_what_an_agent_needs() -> None:
    found = agent(
        "name: a\ncmd: a\nenv: {A: '${X}', B: '${Y:-1} ${Z}', C: '$${W}', D: '${X}'}\n"
        "secrets: {K: , L: file:/l}\n"
    )
    assert needed(found) == {"X": ("env", "A"), "Z": ("env", "B"), "K": ("secrets", "K")}
    assert set(used(found)) == {"X", "Y", "Z", "K"}


def test_cron_fields() -> None:
    parsed = cron.parse("*/20 9-17/4,23 1 jan,MAR-apr mon-fri,7")
    assert parsed.minutes == cron.Field((0, 20, 40), True)
    assert parsed.hours.values == (9, 13, 17, 23)
    assert parsed.days.values == (1,)
    assert parsed.months.values == (1, 3, 4)
    assert parsed.weekdays.values == (0, 1, 2, 3, 4, 5)
    assert cron.parse("5/15 * * * *").minutes.values == (5, 20, 35, 50)
    assert cron.parse("@daily") == cron.parse("0 0 * * *")
    assert cron.parse("0 0 * * *").days.star and not cron.parse("0 0 1-31 * *").days.star


BAD_CRON = """
* * * *|* * * * * *|60 * * * *|* 24 * * *|* * 0 * *|* * * 13 *|* * * * 8|5-1 * * * *|*/0 * * * *
a * * * *|@sometimes|-1 * * * *|1, * * * *
"""


@pytest.mark.parametrize("text", ["", *BAD_CRON.strip().replace("\n", "|").split("|")])
def test_bad_cron(text: str) -> None:
    with pytest.raises(Bad):
        cron.parse(text)
