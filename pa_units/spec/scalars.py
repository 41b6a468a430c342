"""Plain numbers, and words with a fixed vocabulary: parse the user's text, print it canonically.

Every parser takes the text of the spec and raises `Bad`.
"""

import re
from collections.abc import Callable

from pa_units.spec.bad import Bad, remembered, text
from pa_units.spec.names import EXIT_STATUSES, SIGNALS
from pa_units.spec.quantities import NUMBER

_FLAGS = dict.fromkeys(("true", "yes", "on"), True) | dict.fromkeys(("false", "no", "off"), False)


@remembered
def flag(value: object) -> bool:
    """Return the truth of `true`, `yes`, `on` and their opposites, in any case."""
    word = text(value, "true or false")
    if (found := _FLAGS.get(word.lower())) is None:
        raise Bad(f"'{word}' is not true or false", "write true or false", "bad-flag")
    return found


def whole(least: int, most: int) -> Callable[[object], int]:
    """Return a parser of whole numbers from `least` to `most`; `012` is twelve, as in YAML 1.2."""

    @remembered
    def within(value: object) -> int:
        word = text(value, "a whole number")
        if not re.fullmatch(r"[+-]?\d{1,18}", word, re.ASCII):
            raise Bad(f"'{word}' is not a whole number", code="bad-number")
        if not least <= int(word) <= most:
            raise Bad(f"{int(word)} is not between {least} and {most}", code="bad-number")
        return int(word)

    return within


_FACTOR = re.compile(r"\d{1,4}(?:\.\d{1,6})?", re.ASCII)


@remembered
def factor(value: object) -> float:
    """Return a multiplier from 1 to 1000."""
    word = text(value, "a number such as 2")
    if not _FACTOR.fullmatch(word) or not 1 <= float(word) <= 1000:
        raise Bad(f"'{word}' is not a factor from 1 to 1000", "2 doubles each delay", "bad-number")
    return float(word)


def print_number(number: float) -> object:
    """Return a whole number without a fraction."""
    return int(number) if number == int(number) else number


@remembered
def number(value: object) -> float:
    """Return a plain number."""
    word = text(value, "a number")
    if not NUMBER.fullmatch(word):
        raise Bad(f"'{word}' is not a number", code="bad-number")
    return float(word)


@remembered
def mode(value: object) -> int:
    """Return permission bits of `0660`; always read as octal, as chmod(1) does."""
    word = text(value, "permission bits such as 0660").removeprefix("0o")
    if not re.fullmatch(r"0?[0-7]{3}", word):
        raise Bad(f"'{word}' is not a file mode", "write it like 0660", "bad-mode")
    return int(word, 8)


def print_mode(bits: int) -> str:
    """Return the canonical spelling."""
    return f"{bits:04o}"


@remembered
def signal(value: object) -> str:
    """Return the full upper-case name: `int` is `SIGINT` (systemd ignores lower case)."""
    word = text(value, "a signal such as SIGTERM")
    name = word.upper()
    name = name if name.startswith("SIG") else f"SIG{name}"
    if name not in SIGNALS and not re.fullmatch(r"SIGRTM(IN\+|AX-)\d{1,2}", name):
        hint = "name it, such as SIGTERM or INT" if word.isdigit() else "such as SIGTERM or INT"
        raise Bad(f"'{word}' is not a signal", hint, "bad-signal")
    return name


@remembered
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
