"""The shortest question: do these units run?"""

from collections.abc import Sequence

from pa_units.drive.encode import encode
from pa_units.drive.message import Call
from pa_units.drive.objects import MANAGER, PROPERTIES_INTERFACE, ROOT, UNIT, unit_path
from pa_units.drive.wire import Reply, Wire

_PLAIN = ("loaded", "active", "running")
_JOB_ID = 7


def all_run(wire: Wire, units: Sequence[str]) -> bool:
    """Is every unit plainly running: no job is queued for it, and it is not frozen?

    No says nothing yet: there is more to ask. Raises BusTimeout, BusLost.
    """
    listed, *frozen = wire.pipeline(
        [
            Call(ROOT, MANAGER, "ListUnitsByNames", "as", encode("as", (list(units),))),
            *(_freezer(unit) for unit in units),
        ]
    )
    rows = listed.values[0] if listed.values else ()
    assert isinstance(rows, list | tuple)
    return (
        len(rows) == len(units)
        and all(tuple(row[2:5]) == _PLAIN and not row[_JOB_ID] for row in rows)
        and all(_runs(reply) for reply in frozen)
    )


def _freezer(unit: str) -> Call:
    wanted = encode("ss", (UNIT, "FreezerState"))
    return Call(unit_path(unit), PROPERTIES_INTERFACE, "Get", "ss", wanted)


def _runs(reply: Reply) -> bool:
    return reply.values == ("running",)
