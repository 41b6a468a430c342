"""Its output cannot be opened."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain

_STDOUT = 209
"""EXIT_STDOUT, systemd.exec(5)"""


def find(seen: Evidence) -> Iterator[Finding]:
    """systemd opens the files of `append:` itself, before the program runs."""
    gone = [log.path for log in seen.logs if log.size < 0]
    if gone:
        directory = gone[0].rpartition("/")[0]
        yield certain(
            f"the directory of its log {gone[0]} is not there",
            f"exit code {_STDOUT}" if seen.exited(_STDOUT) else "",
            next=f"install -d {directory}; or correct logging: in the spec",
        )
    elif seen.exited(_STDOUT):
        yield certain(
            "systemd cannot open its log file",
            f"exit code {_STDOUT}",
            *(log.path for log in seen.logs),
            *seen.told[-1:],
            next="is it a file in a directory of root, on a file system that can be written?",
        )
