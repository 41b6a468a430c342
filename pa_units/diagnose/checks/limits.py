"""It hit the limit of open files, or of processes and threads."""

from collections.abc import Iterator

from pa_units.diagnose import signs
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, likely


def find(seen: Evidence) -> Iterator[Finding]:
    """EMFILE is open_files, EAGAIN of fork(2) is tasks."""
    name = seen.agent.name
    if said := seen.lines(signs.FILES):
        limit = seen.properties.get("LimitNOFILESoft")
        yield likely(
            "it has too many files open",
            *said,
            f"its limit is {limit}" if limit else "",
            next=f"pa set {name} resources.open_files=65536; does it forget to close them?",
        )
    if said := seen.lines(signs.FORK):
        limit = seen.properties.get("TasksMax")
        yield likely(
            "it may start no further process or thread",
            *said,
            f"its limit is {limit}" if limit else "",
            next=f"pa set {name} resources.tasks=NUMBER; has it too many threads?",
        )
