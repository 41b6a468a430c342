"""Words with a unit, a sign or a fixed vocabulary: parse the user's text, print it canonically.

Every parser takes the text of the spec and raises `Bad`. systemd takes many of these words
differently or drops them without a sound (`1M` is a month, `512MB` is no limit at all,
systemd.time(7), systemd.resource-control(5)), so nothing is passed on as it was written.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from pa_units.spec.names import EXIT_STATUSES, SIGNALS

T = TypeVar("T")

_CACHED = 4096  # distinct scalars of one file worth remembering: hundreds of agents repeat a few


class Bad(ValueError):
    """A value that cannot be used: what is wrong, a hint, a code to search for, and where below
    the value it is wrong."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        code: str = "bad-value",
        at: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.at = at


def text(value: object, wanted: str) -> str:
    """Return `value` if it is one scalar, else say what was `wanted`."""
    if not isinstance(value, str):
        raise Bad(f"{wanted} expected, not {shape(value)}", code="wrong-shape")
    return value


def shape(value: object) -> str:
    """Name the YAML shape of a value."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else "a single value"


def _cached(parse: Callable[[object], T]) -> Callable[[object], T]:
    remembered = lru_cache(maxsize=_CACHED)(parse)

    def parser(value: object) -> T:
        # A list or mapping is not hashable, and must be told apart from a wrong word anyway.
        return remembered(value) if type(value) is str else parse(value)

    parser.__name__ = parse.__name__
    return parser


MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
# Bounded digits: a float of 400 of them is infinite, which round() refuses.
_DURATION = re.compile(r"(?:\d{1,15}(?:\.\d{1,15})?(?:ms|[smhdw]))+", re.ASCII)
_DURATION_PART = re.compile(r"([\d.]+)(ms|[smhdw])")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_ZERO = re.compile(r"[+-]?0+(\.0+)?")
_LONGEST = 10 * 365 * 86_400_000  # ten years: far from where systemd's 64-bit microseconds wrap


@_cached
def duration(value: object) -> int:
    """Return milliseconds of `1h30m`; zero is allowed."""
    word = text(value, "a duration such as 30s")
    if _ZERO.fullmatch(word):
        return 0
    if not _DURATION.fullmatch(word):
        raise _bad_duration(word)
    parts = _DURATION_PART.findall(word)
    total = round(sum(float(number) * MILLISECONDS[unit] for number, unit in parts))
    if total > _LONGEST:
        raise Bad(f"'{word}' is longer than ten years", code="bad-duration")
    return total


@_cached
def positive_duration(value: object) -> int:
    """Return milliseconds, at least one."""
    if (milliseconds := duration(value)) < 1:
        # TimeoutStopSec=0 is infinity, WatchdogSec=0 is off (systemd.service(5)).
        raise Bad(
            f"'{value}' is no time at all",
            "systemd reads 0 as infinity or off; write the shortest time you mean, such as 1s",
            "bad-duration",
        )
    return milliseconds


def _bad_duration(word: str) -> Bad:
    if word.startswith("-"):
        return Bad(f"'{word}' is negative", "write a time such as 30s", "bad-duration")
    if _NUMBER.fullmatch(word):
        return Bad(f"'{word}' has no unit", f"{word}s or {word}m?", "missing-unit")
    if _DURATION.fullmatch(word.lower()):
        hint = f"units are lower case: {word.lower()}"
        if "M" in word:
            hint += " (to systemd M is a month)"
        return Bad(f"'{word}' is not a duration", hint, "bad-duration")
    if _DURATION.match(word) and _NUMBER.fullmatch(word[-1]):
        # systemd reads 1h30 as 1 h 30 s, people mean minutes.
        return Bad(f"the end of '{word}' has no unit", f"{word}m or {word}s?", "missing-unit")
    return Bad(
        f"'{word}' is not a duration", "write it like 500ms, 30s, 5m or 1h30m", "bad-duration"
    )


def print_duration(milliseconds: int) -> str:
    """Return the canonical spelling: `90000` is `1m30s`."""
    if milliseconds == 0:
        return "0s"
    printed = ""
    for unit in ("d", "h", "m", "s", "ms"):
        count, milliseconds = divmod(milliseconds, MILLISECONDS[unit])
        printed += f"{count}{unit}" if count else ""
    return printed


_POWERS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}
_SIZE = re.compile(r"(\d{1,16}(?:\.\d{1,15})?) ?(?:([kmgt])(?:i?b)?|b)", re.IGNORECASE | re.ASCII)
_LARGEST = 1 << 50  # also keeps floats exact


@_cached
def size(value: object) -> int:
    """Return bytes; `512MB`, `512M` and `512MiB` are all 512 * 2^20, as docker reads them."""
    word = text(value, "a size such as 512M")
    if (found := _SIZE.fullmatch(word)) is None:
        raise _bad_size(word)
    total = round(float(found[1]) * (1 << _POWERS[(found[2] or "").lower()]))
    if not 0 < total <= _LARGEST:
        raise Bad(
            f"'{word}' is {'more than any machine has' if total else 'no size at all'}",
            "leave the line out for no limit" if not total else "",
            "bad-size",
        )
    return total


def _bad_size(word: str) -> Bad:
    if word.startswith("-"):
        return Bad(f"'{word}' is negative", "leave the line out for no limit", "bad-size")
    if _NUMBER.fullmatch(word):
        if _ZERO.fullmatch(word):
            return Bad(f"'{word}' is no size at all", "leave the line out for no limit", "bad-size")
        return Bad(f"'{word}' has no unit", f"{word}M or {word}G?", "missing-unit")
    return Bad(f"'{word}' is not a size", "write it like 512M, 1.5G or 64K", "bad-size")


def print_size(count: int) -> str:
    """Return the canonical spelling: the largest unit that divides evenly."""
    for unit in ("t", "g", "m", "k"):
        if count % (1 << _POWERS[unit]) == 0:
            return f"{count >> _POWERS[unit]}{unit.upper()}"
    return f"{count}B"


@_cached
def rate(value: object) -> int:
    """Return bytes per second of `10M/s`."""
    word = text(value, "a rate such as 10M/s")
    return size(word.removesuffix("/s"))


def print_rate(count: int) -> str:
    """Return the canonical spelling."""
    return print_size(count) + "/s"


# systemd keeps hundredths of a percent (parse_permyriad() in its src/basic/percent-util.c).
_PERCENT = re.compile(r"\d{1,7}(?:\.\d{1,2})?%", re.ASCII)


@_cached
def percent(value: object) -> float:
    """Return the number of `12.5%`, above 0 (CPUQuota= ignores `50` and `0%` without a word)."""
    word = text(value, "a percentage such as 50%")
    if _PERCENT.fullmatch(word) and 0 < float(word[:-1]) <= 1_000_000:
        return float(word[:-1])
    if _NUMBER.fullmatch(word) and float(word) > 0:
        whole = float(word) * 100
        raise Bad(f"'{word}' has no unit", f"{word}% or {whole:g}%?", "missing-unit")
    raise Bad(
        f"'{word}' is not a share of a processor",
        "write it like 50% (half of one core) or 150%; leave the line out for no limit",
        "bad-percentage",
    )


@_cached
def share(value: object) -> float:
    """Return the number of a percentage that has a whole: above 0, at most 100."""
    if (number := percent(value)) > 100:
        raise Bad(f"'{value}' is more than 100%", code="bad-percentage")
    return number


def print_percent(number: float) -> str:
    """Return the canonical spelling."""
    return f"{number:.10g}%"


_FLAGS = dict.fromkeys(("true", "yes", "on"), True) | dict.fromkeys(("false", "no", "off"), False)


@_cached
def flag(value: object) -> bool:
    """Return the truth of `true`, `yes`, `on` and their opposites, in any case."""
    word = text(value, "true or false")
    if (found := _FLAGS.get(word.lower())) is None:
        raise Bad(f"'{word}' is not true or false", "write true or false", "bad-flag")
    return found


def whole(least: int, most: int) -> Callable[[object], int]:
    """Return a parser of whole numbers from `least` to `most`; `012` is twelve, as in YAML 1.2."""

    @_cached
    def within(value: object) -> int:
        word = text(value, "a whole number")
        if not re.fullmatch(r"[+-]?\d{1,18}", word, re.ASCII):
            raise Bad(f"'{word}' is not a whole number", code="bad-number")
        if not least <= int(word) <= most:
            raise Bad(f"{int(word)} is not between {least} and {most}", code="bad-number")
        return int(word)

    return within


_FACTOR = re.compile(r"\d{1,4}(?:\.\d{1,6})?", re.ASCII)


@_cached
def factor(value: object) -> float:
    """Return a multiplier from 1 to 1000."""
    word = text(value, "a number such as 2")
    if not _FACTOR.fullmatch(word) or not 1 <= float(word) <= 1000:
        raise Bad(f"'{word}' is not a factor from 1 to 1000", "2 doubles each delay", "bad-number")
    return float(word)


def print_number(number: float) -> object:
    """Return a whole number without a fraction."""
    return int(number) if number == int(number) else number


@_cached
def number(value: object) -> float:
    """Return a plain number."""
    word = text(value, "a number")
    if not _NUMBER.fullmatch(word):
        raise Bad(f"'{word}' is not a number", code="bad-number")
    return float(word)


@_cached
def mode(value: object) -> int:
    """Return permission bits of `0660`; always read as octal, as chmod(1) does."""
    word = text(value, "permission bits such as 0660").removeprefix("0o")
    if not re.fullmatch(r"0?[0-7]{3}", word):
        raise Bad(f"'{word}' is not a file mode", "write it like 0660", "bad-mode")
    return int(word, 8)


def print_mode(bits: int) -> str:
    """Return the canonical spelling."""
    return f"{bits:04o}"


@_cached
def signal(value: object) -> str:
    """Return the full upper-case name: `int` is `SIGINT` (systemd ignores lower case)."""
    word = text(value, "a signal such as SIGTERM")
    name = word.upper()
    name = name if name.startswith("SIG") else f"SIG{name}"
    if name not in SIGNALS and not re.fullmatch(r"SIGRTM(IN\+|AX-)\d{1,2}", name):
        hint = "name it, such as SIGTERM or INT" if word.isdigit() else "such as SIGTERM or INT"
        raise Bad(f"'{word}' is not a signal", hint, "bad-signal")
    return name


@_cached
def exit_code(value: object) -> str:
    """Return a code 0 to 255, an exit status name of systemd.exec(5), or a signal's full name."""
    word = text(value, "an exit code such as 0, TEMPFAIL or SIGTERM")
    if re.fullmatch(r"\d{1,3}", word, re.ASCII) and int(word) <= 255:
        return str(int(word))
    if word.upper() in EXIT_STATUSES:
        return word.upper()
    try:
        return signal(word)
    except Bad:
        hint = "a number from 0 to 255, a name such as TEMPFAIL, or a signal such as SIGTERM"
        if re.fullmatch(r"\d+-\d+", word):
            hint = "systemd knows no ranges: list the codes"
        raise Bad(f"'{word}' is not an exit code", hint, "bad-exit-code") from None
