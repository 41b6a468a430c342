"""The user or group that it runs as does not exist."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain, likely

_USER, _GROUP = 217, 216
"""EXIT_USER and EXIT_GROUP, systemd.exec(5)"""


def find(seen: Evidence) -> Iterator[Finding]:
    """Looked at before any start, too."""
    user = seen.setting("User") or seen.agent.user
    if seen.who is None and user:
        yield certain(
            f"there is no user {user}",
            f"exit code {_USER}" if seen.exited(_USER) else "no account of that name",
            next=f"useradd --system --home-dir / --shell /usr/sbin/nologin {user}",
        )
    elif seen.no_group:
        yield certain(
            f"there is no group {seen.no_group}",
            f"exit code {_GROUP}" if seen.exited(_GROUP) else "",
            next=f"groupadd --system {seen.no_group}",
        )
    elif seen.exited(_USER, _GROUP):
        yield likely(
            "systemd cannot make it the user that it shall run as",
            f"exit code {seen.ended[1]}",
            next="is that account complete? getent passwd, getent group",
        )
