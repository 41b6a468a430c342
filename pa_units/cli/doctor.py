"""`doctor`."""

import click

from pa_units.cli import options, out
from pa_units.cli.wrap import wrapped
from pa_units.diagnose.host_checks import CHECKS, Point, Verdict
from pa_units.verbs import doctor as verb

SCHEMA = "pa.doctor/1"
PROBLEM = 1
"""Exit code when something has to be mended."""

_SIGNS = {
    Verdict.OK: ("✓", "green"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.PROBLEM: ("✗", "red"),
}
_WIDTH = max(map(len, CHECKS))


@click.command()
@options.scope
@options.json
def doctor(scope: str | None, as_json: bool) -> int:
    """Look whether this host is fit for agents: versions, bus, limits, logs, room, clock, and which
    fields of a spec have no effect here.

    Nothing is changed. Exit code: 0 no problem (there may be warnings), 1 there is one.
    """
    found = verb.doctor(options.at(scope))
    if as_json:
        out.json([{"schema": SCHEMA, **point._asdict()} for point in found])
    else:
        for point in found:
            _show(point)
    return PROBLEM if any(point.verdict is Verdict.PROBLEM for point in found) else 0


def _show(point: Point) -> None:
    sign, style = _SIGNS[point.verdict]
    begin = f"{out.paint(sign, style)} {out.paint(point.check.ljust(_WIDTH), 'dim')}  "
    wrapped(begin, point.words, _WIDTH + 4)
    if point.next:
        wrapped(" " * (_WIDTH + 4) + out.paint("next: ", "cyan"), point.next, _WIDTH + 10)
