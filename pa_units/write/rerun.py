"""*Pure*: does a run of the version before differ from what is installed now?"""

import json
from collections.abc import Collection, Iterable

from pa_units.contracts import units, watch_plan
from pa_units.contracts.bundle import Kind
from pa_units.contracts.ledger import Installed
from pa_units.write.changes import IDLE, Action, Change

_TOLD = ("#", ";", "Description=", "Documentation=", "X-Pa-", "WantedBy=")
"""Lines that are for people, or for the next boot: systemd takes them over with a reload."""


def needed(old: Installed | None, new: Installed, changed: Iterable[Change]) -> bool:
    """Must it be restarted, if it runs, to be as installed? `changed` are the agent's own paths."""
    if old is None or not set(new.units).issubset(old.units):
        return True
    files = _read_at_start(new)
    return any(_differs(change, files) for change in changed)


def _read_at_start(agent: Installed) -> frozenset[str]:
    """The files of services and sockets. A target only says how many there are, and systemd takes
    timers and path units over with a reload."""
    sockets = (unit.name for unit in agent.units if units.is_socket(unit.name))
    return frozenset((*map(units.file_of, agent.workers), *sockets))


def _differs(change: Change, files: Collection[str]) -> bool:
    if change.action in IDLE or change.action is Action.ADJUST:
        return False
    if change.kind is Kind.SECRET:
        return change.before != change.after
    if change.kind is Kind.PLAN:
        return _run(change.before) != _run(change.after)
    if change.kind is Kind.UNIT and change.path.rpartition("/")[2] in files:
        return _meaning(change.before) != _meaning(change.after)
    return False


def _run(plan: bytes | None) -> object:
    """All that a plan says of a run; its digest tells the spec's versions apart. The companion's
    plan says nothing of it."""
    try:
        found = json.loads(plan or b"{}")
    except ValueError:
        return plan
    if found.get("schema") == watch_plan.SCHEMA:
        return None
    return {key: value for key, value in found.items() if key != "digest"}


def _meaning(unit: bytes | None) -> list[str]:
    lines = (unit or b"").decode(errors="replace").splitlines()
    return [line for line in lines if line and not line.startswith(_TOLD)]
