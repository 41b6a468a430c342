"""Evidence → findings, the likeliest first. *Pure.*"""

from collections.abc import Sequence

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import ORDER, Finding, Likelihood
from pa_units.diagnose.table import CHECKS, Kind


def findings(seen: Evidence) -> tuple[Finding, ...]:
    """Return what is wrong with an agent; nothing for a healthy one."""
    found: list[tuple[Kind, Finding]] = [
        (check.kind, one._replace(check=check.name)) for check in CHECKS for one in check.find(seen)
    ]
    kept = [one for kind, one in found if kind is not Kind.LAST_RESORT or not _explained(found)]
    return tuple(sorted(kept, key=lambda one: ORDER.index(one.likelihood)))


def _explained(found: Sequence[tuple[Kind, Finding]]) -> bool:
    """Does a check know why it ended? Then the bare exit code tells nothing new."""
    return any(
        kind is Kind.CAUSE and one.likelihood is not Likelihood.POSSIBLE for kind, one in found
    )
