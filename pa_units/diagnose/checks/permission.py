"""A file is closed to the agent's user, sandbox or not."""

from collections.abc import Iterator

from pa_units.diagnose import signs
from pa_units.diagnose.evidence import Evidence, Seen
from pa_units.diagnose.finding import Finding, certain


def find(seen: Evidence) -> Iterator[Finding]:
    """It complained about a path that its user is refused at by its permission bits."""
    name = seen.who.name if seen.who else "its user"
    for line in reversed(seen.lines(signs.DENIED)):
        for path in signs.paths(line):
            if (there := seen.paths.get(path)) and there.barred:
                yield _finding(line, there, name)
                return


def _finding(line: str, there: Seen, name: str) -> Finding:
    return certain(
        f"{name} may not use {there.path}",
        line,
        f"{there.barred} is {there.described}; the agent runs as {name}"
        if there.barred == there.path
        else f"{there.barred}/ may not be entered by {name}",
        next=f"chgrp or chown {there.barred} to {name}, or set user: to who may",
    )
