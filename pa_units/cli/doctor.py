"""`doctor`."""

import click

from pa_units.cli import options, out, points
from pa_units.verbs import doctor as verb

SCHEMA = "pa.doctor/1"


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
        points.show(found)
    return points.code(found)
