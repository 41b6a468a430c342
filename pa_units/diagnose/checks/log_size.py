"""A log file grows without end."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence, Log
from pa_units.diagnose.finding import Finding, likely
from pa_units.kit.figures import size

_SLACK = 1.5
"""Rotation runs now and then, not at each line."""


def find(seen: Evidence) -> Iterator[Finding]:
    """Larger than max_size says that nothing rotates it."""
    large = [log for log in seen.logs if log.size > _SLACK * log.most]
    if large:
        yield likely(
            f"its log {large[0].path} is too large",
            *map(_told, large),
            next="logrotate rotates it: pa doctor says whether that runs; at once: "
            f"truncate -s 0 {large[0].path}",
        )


def _told(log: Log) -> str:
    copies = f", {log.copies} rotated copies" if log.copies else ", no rotated copy is there"
    return f"{log.path}: {size(log.size)}, max_size is {size(log.most)}{copies}"
