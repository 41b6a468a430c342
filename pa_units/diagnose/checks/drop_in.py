"""An admin's drop-in says otherwise than the spec."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, likely, possible
from pa_units.observe.unit_files import Setting

_SILENT = frozenset({"Description", "Documentation"})
_MOST = 4


def find(seen: Evidence) -> Iterator[Finding]:
    """Likely why, where the agent is in trouble; meant so, where it is not."""
    added = [one for one in seen.settings if ".d/" in one.path and one.key not in _SILENT]
    if not added:
        return
    own = {one.key: one.value for one in seen.settings if ".d/" not in one.path}
    make = likely if seen.in_trouble else possible
    yield make(
        "a drop-in changes what its spec says",
        *(_told(one, own.get(one.key)) for one in added[:_MOST]),
        next=f"systemctl cat {seen.agent.units[0].name}; remove the file if that is not meant",
    )


def _told(one: Setting, before: str | None) -> str:
    instead = f", instead of {before}" if before and before != one.value else ""
    return f"{one.path}: {one.key}={one.value}{instead}"
