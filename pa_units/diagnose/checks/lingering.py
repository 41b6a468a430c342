"""Its service manager ends at the logout."""

from collections.abc import Iterator

from pa_units.contracts.refs import Scope
from pa_units.contracts.status import DOWN
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, likely, possible


def find(seen: Evidence) -> Iterator[Finding]:
    """Without lingering it does not start at boot, and ends with the last session."""
    if seen.agent.scope is not Scope.USER or seen.lingers:
        return
    make = likely if seen.state in DOWN or seen.state is None else possible
    yield make(
        "it starts only when you log in, and ends when you log out",
        f"lingering is off for {seen.agent.user or 'you'}",
        next=f"loginctl enable-linger {seen.agent.user}".rstrip(),
    )
