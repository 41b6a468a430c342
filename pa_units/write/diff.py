"""Request + state + view of the disk → what would change. Reads, never writes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pa_units.contracts.bundle import AgentBundle
from pa_units.contracts.ledger import Installed, Origin
from pa_units.kit.errors import PaError
from pa_units.write import holdings, rerun, secrets, values
from pa_units.write.changes import IDLE, Action, AgentChange, Change, Changes
from pa_units.write.disk import Disk, Shape
from pa_units.write.gone import removals
from pa_units.write.holdings import Holdings
from pa_units.write.job import Job
from pa_units.write.judge import judge
from pa_units.write.request import Request
from pa_units.write.state import State
from pa_units.write.values import Filled
from pa_units.write.versions import Version, versions
from pa_units.write.wanted import gather


class Comparison(NamedTuple):
    """All that is known once the disk was looked at."""

    changes: Changes
    entries: Mapping[str, Installed]
    """of the agents of the bundle: the ledger afterwards"""
    versions: Mapping[str, Version]
    holdings: Holdings
    filled: Mapping[str, Filled]
    """by agent of the bundle"""


def compare(job: Job) -> Comparison:
    """Say what the disk needs to fulfil the request.

    Raises PaError when two agents want different contents at one path.
    """
    request, state, disk = job.request, job.state, job.disk
    filled = {agent.agent: _filled(job, agent) for agent in request.bundle.agents}
    wanted = gather(request.bundle, filled)
    numbered = versions(job, wanted)
    held = holdings.after(state.inventory, request, numbered)
    ours = state.inventory.files
    changed = (
        *(judge(item, ours.get(path), disk, request.force) for path, item in wanted.items()),
        *removals(state.inventory, held.paths(), request.remove, disk, request.force),
    )
    entries = {
        agent.agent: _entry(job, agent, numbered[agent.agent]) for agent in request.bundle.agents
    }
    agents = _agents(request, state, entries, filled, changed)
    same = {
        name: state.ledger.agents[name]
        for name, agent in agents.items()
        if agent.action is Action.SAME
    }
    return Comparison(Changes(changed, agents), {**entries, **same}, numbered, held, filled)


def _filled(job: Job, agent: AgentBundle) -> Filled:
    if not values.has_secrets(agent):
        return values.NONE
    stored = secrets.stored(job.places, agent.agent, job.disk)
    contents = {path: _value(job.disk, path) for path in values.sources(agent)}
    return values.fill(agent, job.request.environment, stored, contents)


def _value(disk: Disk, path: str) -> str:
    """The secret in a file; the newline at its end is the editor's."""
    if disk.look(path).shape not in (Shape.FILE, Shape.LINK):
        raise PaError(f"cannot read the secret {path}: no such file")
    try:
        return disk.read(path).decode().removesuffix("\n")
    except UnicodeDecodeError:
        raise PaError(f"cannot pass the secret {path} in a variable: it is not UTF-8") from None


def _entry(job: Job, agent: AgentBundle, version: Version) -> Installed:
    old = job.state.ledger.agents.get(agent.agent)
    return Installed(
        name=agent.agent,
        digest=agent.digest,
        units=agent.units,
        auto_start=agent.auto_start,
        user=agent.user,
        user_reason=agent.user_reason,
        origin=job.request.origins.get(agent.agent) or (old.origin if old else Origin()),
        driver=agent.driver,
        scope=job.places.scope,
        version=job.version,
        labels=agent.labels,
        max_restarts=agent.max_restarts,
        delays_ms=agent.delays_ms,
        generation=version.number,
        installed=job.now,
        gated=agent.gated,
        offers=agent.offers,
        needs=agent.needs,
        starts=agent.starts,
        runs=agent.runs,
        ends=agent.ends,
        logs=agent.logs,
        watched=agent.watched,
    )


def _agents(
    request: Request,
    state: State,
    entries: Mapping[str, Installed],
    filled: Mapping[str, Filled],
    changed: tuple[Change, ...],
) -> dict[str, AgentChange]:
    touched = _by_agent(changed)
    agents = {
        name: _agent(
            state.ledger.agents.get(name), entry, touched.get(name, ()), filled[name].missing
        )
        for name, entry in entries.items()
    }
    for name in request.remove:
        old = state.ledger.agents.get(name)
        agents[name] = AgentChange(name, Action.REMOVE, old.units if old else ())
    return agents


def _by_agent(changed: Iterable[Change]) -> dict[str, list[Change]]:
    """What really changes, by agent."""
    found: dict[str, list[Change]] = {}
    for change in changed:
        for name in change.agents if change.action not in IDLE else ():
            found.setdefault(name, []).append(change)
    return found


def _agent(
    old: Installed | None, new: Installed, touched: Sequence[Change], missing: tuple[str, ...]
) -> AgentChange:
    if old is None:
        return AgentChange(new.name, Action.CREATE, missing=missing, rerun=True)
    same = new._replace(installed=old.installed, version=old.version) == old
    return AgentChange(
        new.name,
        Action.SAME if same and not touched else Action.UPDATE,
        units_gone=tuple(unit for unit in old.units if unit not in new.units),
        user_before=old.user if old.user != new.user else None,
        missing=missing,
        rerun=rerun.needed(old, new, touched),
    )
