"""What an agent may store: `resources.disk_limit`, as far as somebody holds it."""

from pa_units.compile.part import note
from pa_units.compile.systemd import identity
from pa_units.compile.systemd.draft import Draft
from pa_units.contracts.bundle import Note
from pa_units.spec.parts import Logging
from pa_units.spec.quantities import print_size

_UNIT = 1 << 20
STATE_QUOTA = 258
"""First systemd with StateDirectoryQuota=, systemd.exec(5)."""


def quota(draft: Draft) -> int | None:
    """What its state directory may hold, None: nobody counts."""
    if draft.host.systemd < STATE_QUOTA or not identity.state_directory(draft):
        return None
    return draft.agent.resources.disk_limit


def size(draft: Draft, logging: Logging, count: int) -> int:
    """At which size `count` logs are rotated so that they and their copies stay below the limit,
    should nothing of them shrink when it is compressed."""
    limit = draft.agent.resources.disk_limit
    if limit is None:
        return logging.max_size
    share = limit // (count * (logging.max_files + 1))
    return min(logging.max_size, share - share % _UNIT if share > _UNIT else share)


def notes(draft: Draft, rotated: int) -> tuple[Note, ...]:
    """What the limit is held for; `rotated` is how many logs are."""
    limit = draft.agent.resources.disk_limit
    if limit is None:
        return ()
    held = (
        *((_logs(draft, rotated),) if rotated else ()),
        *(("its state directory, on a file system with project quotas",) if quota(draft) else ()),
    )
    if held:
        words = f"{print_size(limit)} is held for {' and '.join(held)}; nothing else is measured"
    else:
        words = "nobody holds it here: the agent has no log files that are rotated, and systemd "
        words += f"limits state directories from {STATE_QUOTA} on"
    return (note(draft.name, ("resources", "disk_limit"), "disk-limit-parts", words),)


def _logs(draft: Draft, count: int) -> str:
    logging = draft.agent.logging
    assert logging is not None
    above = size(draft, logging, count)
    earlier = f", which are therefore rotated above {print_size(above)}"
    return "its logs" + (earlier if above < logging.max_size else "")
