"""The only place that prints. Colour only on a terminal, NO_COLOR and FORCE_COLOR honoured."""

import os
import sys
from collections.abc import Callable, Iterable
from io import TextIOWrapper

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing takes 4 ms
    from typing import NoReturn, TextIO

    from pa_units.kit.errors import PaError

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


STANDARD_OUTPUT = "standard output"
_RESET = "\x1b[0m"


def coloured(stream: "TextIO") -> bool:
    """May this stream get colour? https://no-color.org and FORCE_COLOR come before the terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, style: str, stream: "TextIO | None" = None) -> str:
    """Wrap `text` in a colour, where the stream takes one."""
    if not text or not style or not coloured(stream or sys.stdout):
        return text
    return f"\x1b[{_CODES[style]}m{text}{_RESET}"


def line(text: str = "") -> None:
    """Print one line."""
    _write(sys.stdout, f"{text}\n")


def text(content: str) -> None:
    """Print text as it is."""
    _write(sys.stdout, content)


def binary(content: bytes) -> None:
    """Print bytes as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)


def hint(words: str) -> None:
    """Say something beside the answer, on standard error."""
    _write(sys.stderr, f"{words}\n")


def _write(stream: "TextIO", content: str) -> None:
    """Print what the terminal's encoding can show; the rest is escaped, never a traceback."""
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(content.encode(encoding, "backslashreplace").decode(encoding))
    except OSError as error:
        error.filename = STANDARD_OUTPUT
        raise


def error(problem: "PaError") -> None:
    """Print an expected failure: `pa: cannot X: reason`, then what to do."""
    hint(f"{paint('pa:', 'red', sys.stderr)} {problem.message}")
    for advice in problem.hint.splitlines():
        hint(f"    {paint('hint:', 'cyan', sys.stderr)} {advice}")


def json(items: object) -> None:
    """Print a JSON document."""
    import json as codec

    line(codec.dumps(items, indent=2, ensure_ascii=False))


def json_error(messages: Iterable[dict[str, object]]) -> None:
    """Print errors as the item a program expects on standard output."""
    json({"schema": "pa.error/1", "errors": list(messages)})


def cannot_print(error: OSError) -> int:
    """Return the exit code when standard output takes no more; nothing more is tried, by the
    interpreter at its end neither. `pa logs | head` is no failure, a full disk is one."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return 0
    reason = os.strerror(error.errno or 0).lower()
    hint(f"{paint('pa:', 'red', sys.stderr)} cannot use {STANDARD_OUTPUT}: {reason}")
    return 1


def again(show: Callable[[], object], every: float = 2.0) -> "NoReturn":
    """Print the same thing anew until interrupted; on a terminal in place of the last one."""
    import time

    while True:
        if sys.stdout.isatty():
            _write(sys.stdout, "\x1b[H\x1b[2J")
        show()
        sys.stdout.flush()
        time.sleep(every)


def json_line(item: object) -> None:
    """Print one item of a stream, on one line."""
    import json as codec

    line(codec.dumps(item, ensure_ascii=False, separators=(",", ":")))


def flush() -> None:
    """Hand on what was printed, before somebody else prints in our place."""
    sys.stdout.flush()
    sys.stderr.flush()


def live() -> None:
    """Hand on each line at once, also to a pipe."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)


def shown(text: str, *, colour: bool) -> str:
    """What a stranger wrote, without power over the terminal: colours may stay, every other control
    character is spelled out."""
    if text.isprintable():
        return text
    import re

    def safe(found: "re.Match[str]") -> str:
        if found[1]:
            return found[1] if colour else ""
        return f"\\x{ord(found[2]):02x}"

    kept = re.sub("(\x1b\\[[0-9;]*m)|([\0-\x08\x0a-\x1f\x7f-\x9f])", safe, text)
    return kept + _RESET if colour and "\x1b" in kept else kept
