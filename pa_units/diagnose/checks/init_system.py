"""The init system does not answer."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain


def find(seen: Evidence) -> Iterator[Finding]:
    """Without it nothing is known of the process itself; the rest is judged by the files."""
    if seen.silent:
        yield certain(
            f"the init system cannot be asked whether {seen.agent.name} runs",
            seen.silent,
            next="pa doctor looks at the host",
        )
