"""It misses an environment variable."""

from collections.abc import Iterator

from pa_units.diagnose import signs
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, likely, possible


def find(seen: Evidence) -> Iterator[Finding]:
    """Services do not get the environment of a shell: what it misses has to stand in the spec."""
    for line in reversed(seen.said):
        if names := signs.variables(line):
            name = names[0]
            make = possible if name in _given(seen) else likely
            yield make(
                f"it misses the environment variable {name}",
                line,
                f"env: of {seen.agent.name} has " + (", ".join(sorted(_given(seen))) or "nothing"),
                next=f"pa set {seen.agent.name} env.{name}=VALUE; a secret: pa secret set {name}",
            )
            return


def _given(seen: Evidence) -> set[str]:
    """Names that its unit or spec sets itself."""
    lines = [one.value for one in seen.settings if one.key == "Environment"]
    found = {line.strip('"').partition("=")[0] for line in lines}
    if seen.spec:
        found |= {*seen.spec.env, *seen.spec.secrets}
    return found - {""}
