"""How a list of points looks."""

from collections.abc import Sequence

from pa_units.cli import out
from pa_units.cli.wrap import wrapped
from pa_units.diagnose.point import Point, Verdict

_SIGNS = {
    Verdict.OK: ("✓", "green"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.PROBLEM: ("✗", "red"),
}


def show(found: Sequence[Point]) -> None:
    """Print them one below the other, and what to do where one is not well."""
    width = max((len(point.check) for point in found), default=0)
    for point in found:
        sign, style = _SIGNS[point.verdict]
        begin = f"{out.paint(sign, style)} {out.paint(point.check.ljust(width), 'dim')}  "
        wrapped(begin, point.words, width + 4)
        if point.next:
            wrapped(" " * (width + 4) + out.paint("next: ", "cyan"), point.next, width + 10)


def code(found: Sequence[Point]) -> int:
    """1 if something has to be mended, else 0."""
    return 1 if any(point.verdict is Verdict.PROBLEM for point in found) else 0
