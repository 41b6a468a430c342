"""What was changed is not what runs."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, likely, possible


def find(seen: Evidence) -> Iterator[Finding]:
    """The spec was edited and not installed, or installed and not started."""
    name = seen.agent.name.partition("@")[0]
    if seen.outdated:
        yield likely(
            "it runs in an earlier version than the one that is installed",
            "it was started before the last install",
            next=f"pa restart {name}",
        )
    for one in seen.changed:
        if one.what == "origin changed":
            yield possible(
                "its spec has changed since it was installed",
                one.path,
                next=f"pa plan {one.path} says what would change, pa apply {one.path} does it",
            )
