"""What is wrong with a spec, and where: one line for the eye, the source line, a caret, a hint."""

from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import east_asian_width

from pa_units.contracts.bundle import Level


class Mark(NamedTuple):
    """A place in a file. Line and column count from 1; `text` is the whole line."""

    file: str
    line: int
    column: int
    text: str = ""


class Problem(NamedTuple):
    """Something wrong at a place. `code` is stable: people search for it."""

    severity: Level
    code: str
    message: str
    hint: str
    mark: Mark


class Rendered(NamedTuple):
    """A problem in the parts that a terminal may colour."""

    place: str
    severity: str
    message: str
    code: str
    source: str
    caret: str
    hint: str


_SHOWN = 160  # columns of a source line: enough for an editor's window

_LONGEST_MESSAGE = 300  # characters: a value can be as long as the file

_ORDER = {level: rank for rank, level in enumerate(Level)}


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems by place, each once."""
    return tuple(sorted(set(problems), key=_key))


def _key(problem: Problem) -> tuple[str, int, int, int, str, str]:
    file, line, column, _ = problem.mark
    return file, line, column, _ORDER[problem.severity], problem.code, problem.message


def parts(problem: Problem) -> Rendered:
    """Return the pieces of `render`."""
    mark = problem.mark
    start = max(0, mark.column - 1 - _SHOWN // 2) if len(mark.text) > _SHOWN else 0
    source = mark.text[start : start + _SHOWN]
    return Rendered(
        place=f"{mark.file}:{mark.line}:{mark.column}",
        severity=problem.severity.value,
        message=problem.message,
        code=f"[{problem.code}]",
        source="".join(char if char.isprintable() or char == "\t" else "\ufffd" for char in source),
        caret=_indent(source[: mark.column - 1 - start]) + "^" if source.strip() else "",
        hint=problem.hint,
    )


def _indent(before: str) -> str:
    # A wide character takes two columns of a terminal, a tab as many as it likes.
    return "".join(
        "\t" if char == "\t" else "  " if east_asian_width(char) in "WF" else " " for char in before
    )


def render(problem: Problem) -> str:
    """Return `file:line:column: error: message [code]`, the line, a caret and the hint."""
    piece = parts(problem)
    lines = [f"{piece.place}: {piece.severity}: {piece.message} {piece.code}"]
    if piece.caret:
        lines += [f"    {piece.source}", f"    {piece.caret}"]
    if piece.hint:
        lines.append(f"    hint: {piece.hint}")
    return "\n".join(lines)


def clean(text: str) -> str:
    """Return a message fit for one line of a terminal."""
    if len(text) > _LONGEST_MESSAGE:
        text = f"{text[: _LONGEST_MESSAGE // 2]} … {text[-_LONGEST_MESSAGE // 2 :]}"
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)
