"""Quoting: a table of what people write, and what must stand in the file."""

import pytest

from pa_units.compile import unit_commands
from pa_units.compile import unit_text as text
from pa_units.compile.unit_file import Directive, parse, split_words


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("plain", "plain"),
        ("", '""'),
        ("two words", '"two words"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("it's", '"it\'s"'),
        ("back\\slash", '"back\\\\slash"'),
        ("100%", "100%%"),
        ("$HOME", "$$HOME"),
        ("${PORT}", "${PORT}"),
        ("$${PORT}", "$${PORT}"),
        ("a;b", '"a;b"'),
        ("tab\there", '"tab\\there"'),
        ("line\nbreak", '"line\\nbreak"'),
        ("bell\x07", '"bell\\x07"'),
    ],
)
def test_words_of_a_command(word: str, written: str) -> None:
    assert unit_commands.template_word(word) == written


def test_a_dollar_in_the_path_is_named_apart_from_argv0() -> None:
    line = unit_commands.command(("/srv/$bot/run", "x"))
    assert line == "@/srv/$bot/run /srv/$$bot/run x"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("/srv/my bot", "/srv/my bot"),
        ("/srv/100%", "/srv/100%%"),
    ],
)
def test_lines_without_quotes(value: str, written: str) -> None:
    assert text.line(value) == written


@pytest.mark.parametrize("value", ["a\nb", "a\x00b", "a\x1bb"])
def test_control_characters_have_no_spelling(value: str) -> None:
    with pytest.raises(text.Inexpressible):
        text.line(value)


@pytest.mark.parametrize(
    ("milliseconds", "written"), [(90_000, "90s"), (1500, "1500ms"), (0, "0s"), (1, "1ms")]
)
def test_spans(milliseconds: int, written: str) -> None:
    assert text.span(milliseconds) == written


def test_parse_joins_lines_and_skips_comments() -> None:
    found = parse("# head\n[Service]\nExecStart=a \\\n  # not this\n  b\n; nor this\n\nUser = x \n")
    assert found == (
        Directive("Service", "ExecStart", text.UnitText("a    b")),
        Directive("Service", "User", text.UnitText("x")),
    )


def test_split_words_undoes_quoting() -> None:
    words = ["plain", "two words", 'q"uote', "back\\slash", "", "tab\t", "it's"]
    written = " ".join(unit_commands.template_word(word) for word in words)
    assert list(split_words(written)) == words


def test_an_open_quote_is_refused() -> None:
    with pytest.raises(ValueError, match="unbalanced"):
        split_words('a "b')
