"""Words with a unit: what is read, what is refused, and with which hint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pa_units.spec import quantities, scalars
from pa_units.spec.bad import Bad


@pytest.mark.parametrize(
    ("word", "milliseconds"),
    [
        ("500ms", 500),
        ("30s", 30_000),
        ("1h30m", 5_400_000),
        ("1.5h", 5_400_000),
        ("1d", 86_400_000),
        ("2w", 1_209_600_000),
        ("0", 0),
        ("0s", 0),
    ],
)
def test_durations(word: str, milliseconds: int) -> None:
    assert quantities.duration(word) == milliseconds


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("5", "'5' has no unit", "5s or 5m?"),
        ("1h30", "the end of '1h30' has no unit", "1h30m or 1h30s?"),
        ("1M", "'1M' is not a duration", "units are lower case: 1m (to systemd M is a month)"),
        ("10S", "'10S' is not a duration", "units are lower case: 10s"),
        ("-1", "'-1' is negative", "write a time such as 30s"),
        ("-5s", "'-5s' is negative", "write a time such as 30s"),
        ("soon", "'soon' is not a duration", "write it like 500ms, 30s, 5m or 1h30m"),
        ("5 min", "'5 min' is not a duration", "write it like 500ms, 30s, 5m or 1h30m"),
        ("infinity", "'infinity' is not a duration", "write it like 500ms, 30s, 5m or 1h30m"),
        ("", "'' is not a duration", "write it like 500ms, 30s, 5m or 1h30m"),
        ("99999999999999d", "'99999999999999d' is longer than ten years", ""),
        ("٣s", "'٣s' is not a duration", "write it like 500ms, 30s, 5m or 1h30m"),
    ],
)
def test_bad_durations(word: str, message: str, hint: str) -> None:
    with pytest.raises(Bad) as bad:
        quantities.duration(word)
    assert (bad.value.message, bad.value.hint) == (message, hint)


@pytest.mark.parametrize("word", ["0", "0s", "0ms", "0.0001ms", "-0"])
def test_zero_is_no_timeout(word: str) -> None:
    with pytest.raises(Bad, match=r"is no time at all|is negative"):
        quantities.positive_duration(word)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("512MB", 512 << 20),
        ("512M", 512 << 20),
        ("512MiB", 512 << 20),
        ("512m", 512 << 20),
        ("1.5G", 3 << 29),
        ("64 K", 64 << 10),
        ("1000B", 1000),
        ("1000b", 1000),
    ],
)
def test_sizes(word: str, count: int) -> None:
    assert quantities.size(word) == count


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("512", "'512' has no unit", "512M or 512G?"),
        ("0", "'0' is no size at all", "leave the line out for no limit"),
        ("0M", "'0M' is no size at all", "leave the line out for no limit"),
        ("-1", "'-1' is negative", "leave the line out for no limit"),
        ("50%", "'50%' is not a size", "write it like 512M, 1.5G or 64K"),
        ("1e9M", "'1e9M' is not a size", "write it like 512M, 1.5G or 64K"),
        ("9" * 400 + "T", f"'{'9' * 400}T' is not a size", "write it like 512M, 1.5G or 64K"),
        ("999999999999T", "'999999999999T' is more than any machine has", ""),
    ],
)
def test_bad_sizes(word: str, message: str, hint: str) -> None:
    with pytest.raises(Bad) as bad:
        quantities.size(word)
    assert (bad.value.message, bad.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("50", "50% or 5000%?"),
        ("0.5", "0.5% or 50%?"),
        ("0%", "write it like 50% (half of one core) or 150%; leave the line out for no limit"),
        ("50 %", "write it like 50% (half of one core) or 150%; leave the line out for no limit"),
        ("-1", "write it like 50% (half of one core) or 150%; leave the line out for no limit"),
    ],
)
def test_bad_percentages(word: str, hint: str) -> None:
    with pytest.raises(Bad) as bad:
        quantities.percent(word)
    assert bad.value.hint == hint


def test_percentages() -> None:
    assert [quantities.percent(word) for word in ("50%", "12.5%", "150%")] == [50, 12.5, 150]
    with pytest.raises(Bad, match="more than 100%"):
        quantities.share("101%")


@pytest.mark.parametrize(
    ("word", "name"),
    [("SIGTERM", "SIGTERM"), ("int", "SIGINT"), ("Hup", "SIGHUP"), ("rtmin+3", "SIGRTMIN+3")],
)
def test_signals(word: str, name: str) -> None:
    assert scalars.signal(word) == name


@pytest.mark.parametrize("word", ["15", "SIGFOO", "", "TERM;"])
def test_bad_signals(word: str) -> None:
    with pytest.raises(Bad, match="is not a signal"):
        scalars.signal(word)


def test_exit_codes() -> None:
    words = ("0", "007", "255", "tempfail", "term")
    assert [scalars.exit_code(word) for word in words] == ["0", "7", "255", "TEMPFAIL", "SIGTERM"]
    for word in ("256", "-1", "1-3", "NOPE", "0000300"):
        with pytest.raises(Bad, match="is not an exit code"):
            scalars.exit_code(word)


def test_modes_are_octal() -> None:
    assert [scalars.mode(word) for word in ("0660", "660", "0o022")] == [0o660, 0o660, 0o22]
    for word in ("8", "0888", "66", "07777"):
        with pytest.raises(Bad):
            scalars.mode(word)


def test_numbers_are_decimal_and_bounded() -> None:
    number = scalars.whole(0, 100)
    assert number("012") == 12
    for word in ("101", "-1", "0x10", "1_0", "1.0", "9" * 5000):
        with pytest.raises(Bad):
            number(word)


def test_truth() -> None:
    yes, no = ("true", "Yes", "ON"), ("false", "No", "off")
    assert all(scalars.flag(word) for word in yes)
    assert not any(scalars.flag(word) for word in no)
    for word in ("1", "y", "", "maybe"):
        with pytest.raises(Bad):
            scalars.flag(word)


@given(st.integers(1, 10 * 365 * 86_400_000))
def test_printed_durations_read_back(milliseconds: int) -> None:
    assert quantities.duration(quantities.print_duration(milliseconds)) == milliseconds


@given(st.integers(1, 1 << 50))
def test_printed_sizes_read_back(count: int) -> None:
    assert quantities.size(quantities.print_size(count)) == count


@given(st.integers(1, 999_999_999).map(lambda hundredths: f"{hundredths / 100:.2f}%"))
def test_printed_percentages_read_back(word: str) -> None:
    number = quantities.percent(word) if float(word[:-1]) <= 1_000_000 else 1.0
    assert quantities.percent(quantities.print_percent(number)) == number
