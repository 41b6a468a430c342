"""Files that pa wrote and that somebody changed or removed."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain, likely

_WORDS = {
    "missing": "{} is gone",
    "edited": "{} was edited by hand",
    "replaced": "{} is something else now",
}


def find(seen: Evidence) -> Iterator[Finding]:
    """A file that is gone is surely wrong; an edited one may be meant so."""
    found = [one for one in seen.changed if one.what in _WORDS]
    if not found or seen.unit.load == "masked":
        return
    said = tuple(_WORDS[one.what].format(one.path) for one in found)
    gone = any(one.what != "edited" for one in found)
    make = certain if gone else likely
    yield make(
        "its files are not as they were installed",
        *said,
        next=_again(seen, gone),
    )


def _again(seen: Evidence, gone: bool) -> str:
    origin = seen.agent.origin.path or "FILE"
    if gone:
        return f"pa install --force {origin} writes them again"
    return f"pa install --diff {origin} shows it; --force writes them again, pa edit keeps a change"
