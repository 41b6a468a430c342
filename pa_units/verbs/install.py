"""`install`: spec files become running services. Compile, write, drive, read back."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from pa_units import __version__
from pa_units.contracts import inventory, ledger
from pa_units.contracts.bundle import Kind, Level
from pa_units.contracts.facts import Facts, Standing
from pa_units.contracts.ledger import Installed, Ledger, Origin
from pa_units.drive import choose
from pa_units.observe import facts as gathering
from pa_units.spec.expand import needed
from pa_units.spec.problems import Mark, Problem
from pa_units.verbs import lifecycle, specs
from pa_units.verbs.here import Here, may_write
from pa_units.verbs.lifecycle import Outcome
from pa_units.verbs.refusal import SpecRefused
from pa_units.verbs.specs import Compiled, Loaded
from pa_units.write import apply as writing
from pa_units.write.apply import Applied
from pa_units.write.changes import Action, Changes


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


class Result(NamedTuple):
    """What an install did, or would do."""

    changes: Changes
    problems: tuple[Problem, ...]
    """warnings and notes"""
    outcomes: tuple[Outcome, ...] = ()
    """of the agents that were to be running"""
    written: tuple[Installed, ...] = ()
    """agents that are new or changed, as the ledger has them now"""
    recovered: str = ""
    """what an interrupted command had left to undo or finish, in words"""


def install(at: Here, paths: Sequence[str], options: Options) -> Result:
    """Install every agent of the files, or bring it up to date.

    Raises SpecRefused with all problems at once, before anything is touched.
    """
    may_write(at, "install agents")
    compiled = _compile(at, specs.read(paths), strict=options.strict)
    origins = _origins(compiled.loaded)
    planned = writing.preview(
        at.places, compiled.bundle, environment=at.env, origins=origins, root=at.root
    )
    _refuse_missing(compiled, planned)
    if options.dry_run:
        return Result(planned, compiled.problems)
    done = writing.apply(
        at.places,
        compiled.bundle,
        environment=at.env,
        origins=origins,
        force=options.force,
        user_changed=options.user_changed,
        root=at.root,
    )
    result = Result(
        done.changes,
        compiled.problems,
        written=_written(done),
        recovered=done.recovered,
    )
    if at.root:
        return result
    return result._replace(outcomes=_bring_up(at, compiled, done.changes, options))


_WRITTEN = frozenset({Action.CREATE, Action.UPDATE})


def _written(done: Applied) -> tuple[Installed, ...]:
    names = [name for name, one in done.changes.agents.items() if one.action in _WRITTEN]
    return tuple(done.state.ledger.agents[name] for name in names)


def facts_of(at: Here, loaded: Loaded) -> Facts:
    """The facts of this host about the agents of a spec."""
    host = gathering.host(at.places, gathering.systemd_version(at.root), _helpers(at))
    ours = inventory.read(at.places, at.root).files
    facts = gathering.gather(loaded.agents, host, ours, at.root)
    return facts._replace(installed=_standing(ledger.read(at.places, at.root)))


def _standing(installed: Ledger) -> dict[str, Standing]:
    return {
        name: Standing(agent.units[0].name, agent.offers, agent.needs, agent.origin.path)
        for name, agent in installed.agents.items()
    }


def _helpers(at: Here) -> str:
    return f"{at.places.helpers}/{__version__}"


def _compile(at: Here, loaded: Loaded, *, strict: bool) -> Compiled:
    compiled = specs.compiled(loaded, facts_of(at, loaded))
    specs.refuse_errors(compiled.problems, strict=strict)
    return compiled


def _origins(loaded: Loaded) -> dict[str, Origin]:
    return {
        name: Origin(path, inventory.digest(loaded.texts[path]))
        for name, path in loaded.origins.items()
    }


def _refuse_missing(compiled: Compiled, changes: Changes) -> None:
    """`${VAR}` without a value: all of them at once, at the lines that use them."""
    problems = [
        Problem(
            Level.ERROR,
            "variable-unset",
            f"{name}: ${{{variable}}} has no value",
            _advice(name, variable),
            _where(compiled, name, variable),
        )
        for name, change in changes.agents.items()
        for variable in change.missing
    ]
    if problems:
        raise SpecRefused((*problems, *compiled.problems))


def _where(compiled: Compiled, name: str, variable: str) -> Mark:
    agent = next(agent for agent in compiled.loaded.agents if agent.name == name)
    return compiled.loaded.documents[name].locate(name, needed(agent)[variable])


def _advice(agent: str, variable: str) -> str:
    sudo = "; sudo drops the environment: sudo --preserve-env=" + variable
    return (
        f"set {variable} in the environment of this command, or once: "
        f"pa secret set {agent} {variable}" + (sudo if "SUDO_USER" in os.environ else "")
    )


def _bring_up(
    at: Here, compiled: Compiled, changes: Changes, options: Options
) -> tuple[Outcome, ...]:
    """Tell systemd what changed, restart what runs an old version, start what shall run."""
    driver = choose.driver()
    gone = [unit.name for change in changes.agents.values() for unit in change.units_gone]
    if gone:
        driver.stop(at.scope, at.env, gone)
    if must_reload(changes):
        driver.reload(at.scope, at.env)
    if not options.start:
        return ()
    installed = ledger.read(at.places, at.root).agents
    wanted = [installed[agent.agent] for agent in compiled.bundle.agents if agent.auto_start]
    return _start(at, wanted, changes, options)


def _start(
    at: Here, wanted: Sequence[Installed], changes: Changes, options: Options
) -> tuple[Outcome, ...]:
    states = choose.driver().read(at.scope, at.env, [agent.units[0].name for agent in wanted])
    up = {agent.name for agent in wanted if states[agent.units[0].name].active == "active"}
    changed = {name for name, one in changes.agents.items() if one.action is not Action.SAME}
    fresh = [agent for agent in wanted if agent.name not in up]
    stale = [agent for agent in wanted if agent.name in up & changed]
    same = [agent for agent in wanted if agent.name in up - changed]
    return (
        *(Outcome(agent, True, "is up to date") for agent in same),
        *(lifecycle.restart(at, stale, wait=options.wait) if stale else ()),
        *(lifecycle.start(at, fresh, wait=options.wait) if fresh else ()),
    )


def must_reload(changes: Changes) -> bool:
    """A reload costs PID 1 about a millisecond per unit of the host, so only for files that it
    may have read: new ones it finds when they are first asked for."""
    read_before = (Action.UPDATE, Action.REMOVE)
    return any(
        change.kind in (Kind.UNIT, Kind.LINK) and change.action in read_before
        for change in changes.files
    )
