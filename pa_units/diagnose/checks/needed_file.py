"""A file that systemd reads for it, of `env_file` or `secrets`, is not there."""

import re
from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain

_FILES = re.compile(r"Failed to (load environment files|spawn|set up credentials)|credential", re.I)
_CREDENTIALS = 243
"""EXIT_CREDENTIALS, systemd.exec(5)"""


def find(seen: Evidence) -> Iterator[Finding]:
    """`EnvironmentFile=` that is missing is `resources`, a credential 243."""
    wanted = [one.value for one in seen.settings if one.key == "EnvironmentFile"]
    gone = [path for path in wanted if path in seen.paths and not seen.paths[path].exists]
    if gone:
        yield certain(
            f"{gone[0]}, which its environment stands in, is not there",
            *(line for line in seen.told[-4:] if _FILES.search(line)),
            next=_again(seen, gone[0]),
        )
    elif seen.exited(_CREDENTIALS) or seen.result == "resources":
        yield certain(
            "systemd cannot read a file that it needs",
            *(line for line in seen.told[-4:] if _FILES.search(line)),
            next=f"pa cat {seen.agent.name} shows which: EnvironmentFile=, LoadCredential=",
        )


def _again(seen: Evidence, path: str) -> str:
    if "/secrets/" in path:
        return f"pa install {seen.agent.origin.path or 'FILE'} writes it again"
    return "put it back, or set required: false in env_file:"
