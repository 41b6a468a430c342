"""The working directory is gone, no directory, or closed to the agent's user."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain

_CHDIR = 200
"""EXIT_CHDIR, systemd.exec(5)"""


def find(seen: Evidence) -> Iterator[Finding]:
    """Looked at before any start, too."""
    home = seen.home
    if home is None:
        return
    name = seen.who.name if seen.who else "its user"
    failed = f"exit code {_CHDIR}" if seen.exited(_CHDIR) else ""
    if not home.exists:
        yield certain(
            f"its working directory {home.path}/ does not exist",
            failed,
            next=f"make it: install -d -o {_owner(seen)} {home.path}; or correct cwd:",
        )
    elif home.kind != "directory":
        yield certain(
            f"its working directory {home.path} is a file", failed, next="correct cwd: in the spec"
        )
    elif home.barred:
        yield certain(
            f"{name} cannot enter its working directory {home.path}/",
            failed,
            f"{home.barred}/ may not be entered by {name}",
            next=f"chown {_owner(seen)} {home.barred}, or set user: to its owner",
        )


def _owner(seen: Evidence) -> str:
    return seen.agent.user or "USER"
