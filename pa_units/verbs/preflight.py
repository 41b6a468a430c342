"""`test --dry-run`: everything short of a start."""

from collections.abc import Iterator

from pa_units.contracts.bundle import Level
from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.ledger import Installed
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, Likelihood
from pa_units.diagnose.judge import findings
from pa_units.diagnose.point import Point, Verdict, ok, problem, warning
from pa_units.kit.errors import PaError
from pa_units.observe import security, verify
from pa_units.verbs import install, specs
from pa_units.verbs.diagnose import evidence
from pa_units.verbs.here import Here
from pa_units.verbs.one_run import unit_file

_BEFORE = """
unit drift command-missing not-executable interpreter account working-directory needed-file log-file
disk drop-in not-applied dependency lingering clock
"""
_STANDING = frozenset(_BEFORE.split())
"""Checks whose answer does not need a run"""


def preflight(at: Here, agent: Installed) -> tuple[Point, ...]:
    """Go through what a start needs, without one."""
    (seen,) = evidence(at, agent.each[:1])
    found = [_spec(at, agent)._replace(check="spec")]
    if agent.driver == SYSTEMD:
        found.append(_verified(at, agent)._replace(check="unit file"))
    found += _resolved(seen)
    found += [_of_finding(one) for one in findings(seen) if one.check in _STANDING]
    if agent.driver == SYSTEMD:
        found.append(_rated(at, agent)._replace(check="sandbox"))
    return tuple(found)


def _spec(at: Here, agent: Installed) -> Point:
    """Does the installed copy still compile, on the host as it is now?"""
    path = f"{at.places.agents}/{agent.name.partition('@')[0]}.yaml"
    try:
        loaded = specs.read([path])
        found = specs.compiled(loaded, install.facts_of(at, loaded)).problems
    except PaError as error:
        return problem(error.message, error.hint or "pa install FILE writes it again")
    wrong = [one for one in found if one.severity is Level.ERROR]
    if wrong:
        return problem(wrong[0].message, wrong[0].hint or "pa validate names every problem")
    return ok(f"{path} compiles" + (f", {len(found)} to note (pa explain)" if found else ""))


def _verified(at: Here, agent: Installed) -> Point:
    path = unit_file(at, agent)
    try:
        said = verify.complaints(path, at.scope)
    except PaError as error:
        return warning(error.message, "systemd-analyze checks unit files")
    if said:
        return problem(said[0], f"systemd-analyze verify {path}")
    return ok(f"systemd takes {path} without a complaint")


def _resolved(seen: Evidence) -> Iterator[Point]:
    if seen.program and seen.program.exists:
        yield ok(seen.program.path)._replace(check="program")
    if seen.who:
        yield ok(f"runs as {seen.who.name}")._replace(check="user")
    if seen.home and seen.home.exists:
        yield ok(f"works in {seen.home.path}/")._replace(check="directory")


def _of_finding(one: Finding) -> Point:
    sure = one.likelihood is Likelihood.CERTAIN
    verdict = Verdict.PROBLEM if sure else Verdict.WARNING
    return Point(verdict, "; ".join((one.cause, *one.evidence[:1])), one.next, one.check)


def _rated(at: Here, agent: Installed) -> Point:
    try:
        score = security.of_file(unit_file(at, agent), at.scope)
    except PaError as error:
        return warning(error.message, "systemd-analyze security rates sandboxes")
    return ok(f"exposure {score.exposure} of 10 ({score.word}); pa status --security says why")
