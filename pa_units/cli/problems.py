"""Problems of a spec on a terminal: place, severity, message, the source line, a caret, a hint."""

import sys
from collections.abc import Iterable

from pa_units.cli import out
from pa_units.contracts.bundle import Level
from pa_units.kit.figures import plural
from pa_units.spec.problems import Problem, parts
from pa_units.verbs.refusal import SpecRefused

_STYLES = {"error": "red", "warning": "yellow", "note": "cyan"}


def show(problems: Iterable[Problem]) -> None:
    """Print problems on standard error."""
    for problem in problems:
        piece = parts(problem)
        severity = out.paint(f"{piece.severity}:", _STYLES[piece.severity], sys.stderr)
        code = out.paint(piece.code, "dim", sys.stderr)
        out.hint(f"{out.paint(piece.place, 'bold', sys.stderr)}: {severity} {piece.message} {code}")
        if piece.caret:
            out.hint(f"    {piece.source}")
            out.hint(f"    {out.paint(piece.caret, _STYLES[piece.severity], sys.stderr)}")
        for advice in piece.hint.splitlines():
            out.hint(f"    {out.paint('hint:', 'cyan', sys.stderr)} {advice}")


def show_refusal(refused: SpecRefused, *, as_json: bool) -> None:
    """Print every problem of a spec that cannot be used, then their number."""
    if as_json:
        out.json_error([as_item(problem) for problem in refused.problems])
        return
    show(refused.problems)
    out.hint(f"{out.paint('pa:', 'red', sys.stderr)} {count(refused.problems)}; nothing was done")


def count(problems: Iterable[Problem]) -> str:
    """`2 errors, 1 warning`."""
    levels = [problem.severity for problem in problems]
    counted = [(levels.count(level), level) for level in Level]
    return ", ".join(plural(number, level) for number, level in counted if number)


def as_item(problem: Problem) -> dict[str, object]:
    """One problem for a program."""
    return {
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
        "file": problem.mark.file,
        "line": problem.mark.line,
        "column": problem.mark.column,
    }
