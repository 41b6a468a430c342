"""The program is there and may not be run."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain, likely

_CANNOT_RUN = 126
"""of every shell"""


def find(seen: Evidence) -> Iterator[Finding]:
    """No bit for it, a directory, or a place that its user cannot enter."""
    program = seen.program
    if program is None or not program.exists:
        return
    name = seen.who.name if seen.who else "its user"
    if program.kind == "directory":
        yield certain(
            f"{program.path} is a directory",
            "a program is a file",
            next="name the program in it in cmd:",
        )
    elif not program.mode_runs:
        yield certain(
            f"{program.path} is not executable",
            "no permission bit lets anybody run it",
            next=f"chmod +x {program.path}",
        )
    elif program.barred == program.path:
        yield certain(
            f"{name} may not run {program.path}",
            "its permission bits leave them out",
            next=f"chmod o+rx {program.path}, or set user: to who may",
        )
    elif program.barred:
        yield certain(
            f"{name} cannot reach {program.path}",
            f"{program.barred}/ may not be entered by {name}",
            next=f"chmod o+x {program.barred}, or move the program to where {name} gets",
        )
    elif seen.exited(_CANNOT_RUN):
        yield likely(
            "its shell cannot execute a program",
            f"exit code {_CANNOT_RUN}",
            *seen.said[-2:],
            next="chmod +x the file that it names",
        )
