"""`install`: spec files become running services. Compile, write, drive, read back."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from pa_units import __version__
from pa_units.contracts import inventory, ledger
from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.facts import Facts, Standing
from pa_units.contracts.ledger import CHANGED_HERE, Installed, Ledger, Origin
from pa_units.contracts.watch import Verdict
from pa_units.drive import choose
from pa_units.kit.errors import UsageError
from pa_units.observe import facts as gathering
from pa_units.spec.problems import Problem
from pa_units.verbs import gather, linger, missing, specs, uninstall
from pa_units.verbs import trial as trials
from pa_units.verbs.act import Outcome
from pa_units.verbs.bring_up import Wish, bring_up, reachable
from pa_units.verbs.here import Here, may_write
from pa_units.verbs.specs import Compiled, Loaded
from pa_units.verbs.trial import Trial
from pa_units.write import apply as writing
from pa_units.write import refuse
from pa_units.write.apply import Applied
from pa_units.write.changes import Action, Changes
from pa_units.write.request import After


class Options(NamedTuple):
    """How to install."""

    force: bool = False
    """write over foreign and hand-edited files"""
    strict: bool = False
    """notes are errors"""
    dry_run: bool = False
    wait: bool = True
    start: bool = True
    user_changed: bool = False
    """an agent may run as another user than before"""
    prune: bool = False
    """uninstall the agents that came from these files and directories and are gone from them"""
    confirm_within: float = 0.0
    """seconds in which what is new has to be up, or all of it is rolled back; 0: no trial"""


class Result(NamedTuple):
    """What an install did, or would do."""

    changes: Changes
    problems: tuple[Problem, ...]
    """warnings and notes"""
    outcomes: tuple[Outcome, ...] = ()
    """of the agents that were to be running"""
    written: tuple[Installed, ...] = ()
    """agents that are new or changed, as the ledger has them now"""
    pruned: tuple[str, ...] = ()
    """agents that were, or would be, uninstalled"""
    recovered: str = ""
    """what an interrupted command had left to undo or finish, in words"""
    trial: Trial | None = None
    """what watches the new versions"""
    within: float = 0.0
    """for how many seconds"""
    verdict: Verdict | None = None
    """how that ended, if it was waited for"""
    ends_at_logout: str = ""
    """the user whose agents do"""


def install(
    at: Here, paths: Sequence[str], options: Options, instead: Mapping[str, bytes] | None = None
) -> Result:
    """Install every agent of the files and directories, or bring it up to date.

    `instead` has texts that stand for the contents of files, by path.

    Raises SpecRefused with all problems at once, before anything is touched, and BusError when
    the init system cannot be asked.
    """
    may_write(at, "install agents")
    wanted = prepare(at, paths, options, instead)
    planned = foresee(at, wanted, force=options.force)
    if options.dry_run:
        return Result(planned, wanted.compiled.problems, pruned=wanted.prune)
    reachable(at, {agent.driver for agent in wanted.compiled.bundle.agents})
    trial = _begin(at, wanted, planned, options)
    try:
        done = _write(at, wanted, options, prune=() if trial else wanted.prune)
    except BaseException:
        if trial:
            trials.cancel(at, trial)
        raise
    result = Result(
        done.changes,
        wanted.compiled.problems,
        written=_written(done),
        pruned=() if trial else wanted.prune,
        recovered=done.recovered,
        trial=trial,
        within=options.confirm_within,
        ends_at_logout=linger.missing_for(at, tuple(done.state.ledger.agents.values())),
    )
    return result if at.root else _driven(at, wanted, done, options, result)


def _write(at: Here, wanted: "Prepared", options: Options, prune: Collection[str]) -> Applied:
    return writing.apply(
        at.places,
        wanted.compiled.bundle,
        environment=at.env,
        origins=wanted.origins,
        prune=prune,
        force=options.force,
        user_changed=options.user_changed,
        after=_after(at, options),
        root=at.root,
    )


class Prepared(NamedTuple):
    """Spec files, compiled for this host."""

    compiled: Compiled
    origins: Mapping[str, Origin]
    prune: tuple[str, ...] = ()
    """installed agents that are gone from the files"""


def prepare(
    at: Here, paths: Sequence[str], options: Options, instead: Mapping[str, bytes] | None = None
) -> Prepared:
    """Read and compile. Raises SpecRefused, UsageError."""
    files = gather.spec_files(paths, required=not options.prune)
    compiled = _compile(at, specs.read(files, instead), strict=options.strict)
    present = {agent.agent for agent in compiled.bundle.agents}
    installed = ledger.read(at.places, at.root)
    gone = gather.gone(installed, paths, present) if options.prune else ()
    return Prepared(compiled, _origins(at, compiled.loaded, installed), gone)


def foresee(at: Here, wanted: Prepared, *, force: bool = False) -> Changes:
    """Say what would change on disk. Raises SpecRefused for `${VAR}` without a value."""
    planned = writing.preview(
        at.places,
        wanted.compiled.bundle,
        environment=at.env,
        origins=wanted.origins,
        remove=wanted.prune,
        force=force,
        root=at.root,
    )
    missing.refuse(wanted.compiled, planned)
    return planned


def _begin(at: Here, wanted: Prepared, planned: Changes, options: Options) -> Trial | None:
    if not options.confirm_within:
        return None
    if at.root or not options.start:
        raise UsageError("cannot confirm what is not started: leave --confirm-within out")
    refuse.check(planned, options.user_changed)
    return trials.begin(at, planned, wanted.compiled.bundle, options.confirm_within)


def _after(at: Here, options: Options) -> After:
    if at.root:
        return After.NOTHING
    return After.START if options.start else After.RELOAD


def _driven(at: Here, wanted: Prepared, done: Applied, options: Options, result: Result) -> Result:
    """Bring up what was written, and see how it goes."""
    installed = done.state.ledger.agents
    agents = [installed[agent.agent] for agent in wanted.compiled.bundle.agents]
    waits = options.wait and result.trial is None
    outcomes = bring_up(at, done.state.due, Wish(agents, start=options.start, wait=waits))
    if result.trial is None:
        return result._replace(outcomes=_still_ours(at, done, outcomes))
    if not options.wait:
        return result._replace(outcomes=outcomes)
    verdict = trials.verdict(at, result.trial)
    if verdict.kept and wanted.prune:
        uninstall.uninstall(at, [installed[name] for name in wanted.prune])
        result = result._replace(pruned=wanted.prune)
    tried = [installed[agent.agent] for agent in wanted.compiled.bundle.agents]
    return result._replace(verdict=verdict, outcomes=trials.outcomes(at, tried, verdict))


def _still_ours(at: Here, done: Applied, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Claim nothing about an agent that another command has replaced meanwhile."""
    ours, now = done.state.ledger.agents, ledger.read(at.places).agents
    return tuple(
        one
        if (found := now.get(one.agent.name)) and found.digest == ours[one.agent.name].digest
        else one._replace(ok=False, did="", reason="another command has replaced it meanwhile")
        for one in outcomes
    )


_WRITTEN = frozenset({Action.CREATE, Action.UPDATE})


def _written(done: Applied) -> tuple[Installed, ...]:
    names = [name for name, one in done.changes.agents.items() if one.action in _WRITTEN]
    return tuple(done.state.ledger.agents[name] for name in names)


def facts_of(at: Here, loaded: Loaded, driver: str = "") -> Facts:
    """The facts of this host about the agents of a spec, for the `driver` that they have or are
    to have. Raises UsageError if they cannot have one."""
    installed = ledger.read(at.places, at.root)
    if not driver:
        names = [agent.name for agent in loaded.agents]
        usual = SYSTEMD if at.root else ""
        driver = choose.of_agents(names, installed.agents, at.driver, usual)
    version = gathering.systemd_version(at.root) if driver == SYSTEMD else 0
    host = gathering.host(at.places, version, _helpers(at), at.root)._replace(driver=driver)
    ours = inventory.read(at.places, at.root).files
    facts = gathering.gather(loaded.agents, host, ours, at.root)
    return facts._replace(installed=_standing(installed, driver))


def _standing(installed: Ledger, driver: str) -> dict[str, Standing]:
    """What other managers run, this one cannot wait for."""
    return {
        name: Standing(agent.doors, agent.workers, agent.offers, agent.needs, agent.origin.path)
        for name, agent in installed.agents.items()
        if agent.driver == driver
    }


def _helpers(at: Here) -> str:
    return f"{at.places.helpers}/{__version__}"


def _compile(at: Here, loaded: Loaded, *, strict: bool) -> Compiled:
    compiled = specs.compiled(loaded, facts_of(at, loaded))
    specs.refuse_errors(compiled.problems, strict=strict)
    return compiled


def _origins(at: Here, loaded: Loaded, installed: Ledger) -> dict[str, Origin]:
    """Where each agent's spec came from. What is changed in the installed copy keeps its origin,
    marked as no longer saying what is installed."""
    return {
        name: _origin_of_copy(installed.agents.get(name))
        if path.startswith(f"{at.places.agents}/")
        else Origin(path, inventory.digest(loaded.texts[path]))
        for name, path in loaded.origins.items()
    }


def _origin_of_copy(agent: Installed | None) -> Origin:
    return Origin(agent.origin.path, CHANGED_HERE) if agent else Origin()
