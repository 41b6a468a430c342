"""`test`: run an agent once in its sandbox; find the wall that it needs open."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pa_units.compile.systemd import loosen
from pa_units.compile.systemd.loosen import Switch
from pa_units.contracts import units
from pa_units.contracts.ledger import Installed
from pa_units.spec.shapes import Hardening
from pa_units.verbs import install, specs
from pa_units.verbs.here import Here
from pa_units.verbs.one_run import Trial, installed_text, once, refuse_running
from pa_units.verbs.specs import Loaded


class Bisection(NamedTuple):
    """What has to be open for an agent to run."""

    trials: int
    works: bool
    """it runs with the walls that it has"""
    level: str
    """of the spec"""
    needed: tuple[Switch, ...] = ()
    """none, although it does not work: it is not the sandbox"""
    first: Trial | None = None
    """the run with all the walls that it has"""

    @property
    def spec_line(self) -> str:
        """What to write into the spec."""
        return loosen.spec_line(self.level, self.needed) if self.needed else ""


def try_out(at: Here, agent: Installed, seconds: float) -> Trial:
    """Run an installed agent once. Raises UsageError if it runs already."""
    refuse_running(at, agent)
    return once(at, agent, installed_text(at, agent), seconds, rated=True)


def bisect(at: Here, agent: Installed, seconds: float) -> Bisection:
    """Open groups of walls until it works, then close all that need not be open.

    Raises UsageError if it runs already, SpecRefused for a spec that no longer compiles.
    """
    refuse_running(at, agent)
    loaded = specs.read([f"{at.places.agents}/{agent.name.partition('@')[0]}.yaml"])
    specs.refuse_errors(loaded.problems)
    hardening = loaded.agents[0].hardening
    level, own = hardening.level, dict(hardening.switches)
    tried: dict[tuple[Switch, ...], Trial] = {}

    def works(switches: tuple[Switch, ...]) -> bool:
        if switches not in tried:
            text = _opened(at, loaded, {**own, **{one.directive: one.lines for one in switches}})
            tried[switches] = once(at, agent, text, seconds)
        return tried[switches].run.works

    if works(()):
        return Bisection(1, True, level, first=tried[()])
    for lower in loosen.below(level):
        suspects = loosen.difference(level, own, lower)
        if suspects and works(suspects):
            needed = loosen.smallest(suspects, works)
            return Bisection(len(tried), False, level, needed, tried[()])
    return Bisection(len(tried), False, level, first=tried[()])


def _opened(at: Here, loaded: Loaded, switches: Mapping[str, Sequence[str]]) -> str:
    """The unit that the spec would give with these switches."""
    agent = loaded.agents[0]
    given = {"level": agent.hardening.level, **{key: list(of) for key, of in switches.items()}}
    changed = agent.model_copy(update={"hardening": Hardening.model_validate(given)})
    loaded = loaded._replace(agents=(changed,))
    bundle = specs.compiled(loaded, install.facts_of(at, loaded)).bundle.agents[0]
    file = units.file_of((bundle.runs or bundle.units)[0].name)
    return next(one.text for one in bundle.artifacts if one.path.endswith(f"/{file}"))
