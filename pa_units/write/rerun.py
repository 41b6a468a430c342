"""*Pure*: does a run of the version before differ from what is installed now?"""

from collections.abc import Collection, Iterable

from pa_units.contracts.bundle import Kind
from pa_units.contracts.ledger import Installed
from pa_units.write.changes import IDLE, Action, Change

_TOLD = ("#", ";", "Description=", "Documentation=", "X-Pa-", "WantedBy=")
"""Lines that are for people, or for the next boot: systemd takes them over with a reload."""


def needed(old: Installed | None, new: Installed, changed: Iterable[Change]) -> bool:
    """Must it be restarted, if it runs, to be as installed? `changed` are the agent's own paths."""
    if old is None or old.units != new.units:
        return True
    units = {unit.name for unit in new.units}
    return any(_is_read_at_start(change, units) for change in changed)


def _is_read_at_start(change: Change, units: Collection[str]) -> bool:
    if change.action in IDLE or change.action is Action.ADJUST:
        return False
    if change.kind is Kind.SECRET:
        return change.before != change.after
    if change.kind is Kind.UNIT and change.path.rpartition("/")[2] in units:
        return _meaning(change.before) != _meaning(change.after)
    return False


def _meaning(unit: bytes | None) -> list[str]:
    lines = (unit or b"").decode(errors="replace").splitlines()
    return [line for line in lines if line and not line.startswith(_TOLD)]
