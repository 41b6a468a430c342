"""It starts and does not find a library or module."""

from collections.abc import Iterator

from pa_units.diagnose import signs
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, likely


def find(seen: Evidence) -> Iterator[Finding]:
    """The interpreter of the system does not see what was installed into a virtual environment."""
    if said := seen.lines(signs.MODULE):
        yield likely(
            "it does not find a module or library that it needs",
            *said,
            next=_way_out(seen),
        )


def _way_out(seen: Evidence) -> str:
    program = seen.program.path if seen.program else ""
    if "python" in program and "/venv" not in program and "/.venv" not in program:
        return f"install it for {program}, or name the python of your virtual environment in cmd:"
    return "install it where the program looks, as seen by its user"
