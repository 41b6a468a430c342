"""A search in blocks finds what a search in lines finds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pa_units.logfiles.search import Search, literal

PARTS = [
    *("error", "time", r"\.", ".", "^", "$", "[0-9]+", "[]x]", r"[^\]]", r"\d{2,3}", "(a|b)"),
    *("(foo)?", "o*", "r?", "e+", r"\-\-\-", "x{0,2}", " ", r"\x41", "É", "(te?st)", r"\b"),
]
LINES = [
    *("error 17 time out", "ERROR", "foo.bar---", "", "x]", "É a test", "A41", "rrr eee", "tim 12"),
    *("time", "error", "timeerror", "errortime 99", "b", "aerror", "st. \u212a", "terrortest"),
]


@given(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("".join),
    st.lists(st.sampled_from(LINES), max_size=12),
    st.booleans(),
)
def test_blocks_are_searched_as_lines_are(
    pattern: str, lines: list[str], ignoring_case: bool
) -> None:
    compiled = re.compile(pattern, re.IGNORECASE if ignoring_case else 0)
    search = Search(compiled)
    block = "".join(f"{line}\n" for line in lines).encode()
    expected = [line.encode() for line in lines if compiled.search(line)]
    assert list(search.lines(block)) == expected


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        ("timeout", "timeout"),
        (r"id=\d+ done$", " done"),
        ("colou?red", "colo"),
        ("(warn)?ing: disk", "ing: disk"),
        (r"a\.b\.c", "a.b.c"),
        ("one|another", ""),
        ("(?x) spaced out", ""),
        (r"\x41bcdef", ""),
        ("[abcdef]", ""),
        ("é", ""),
    ],
)
def test_what_every_match_holds(pattern: str, part: str) -> None:
    assert literal(pattern) == part
