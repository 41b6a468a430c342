"""*Pure*: ledger, inventory and what is due once a comparison has become true."""

from collections.abc import Iterable

from pa_units.contracts import daemons, run_plan, watch_plan
from pa_units.contracts import due as dues
from pa_units.contracts.bundle import Kind
from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.due import Due, Run
from pa_units.contracts.inventory import Inventory, Owned, digest
from pa_units.contracts.ledger import Ledger
from pa_units.contracts.places import Places
from pa_units.write.changes import IDLE, Action, Change
from pa_units.write.diff import Comparison
from pa_units.write.job import Job
from pa_units.write.request import After

_NO_CONTENT = frozenset({Kind.DIRECTORY, Kind.LOG, Kind.STATE})


def owned(job: Job, compared: Comparison) -> dict[str, Owned]:
    """Return every file that will be ours, by path."""
    placed = {
        change.path: _row(change)
        for change in compared.changes.files
        if change.claimed and change.action is not Action.REMOVE
    }
    known = {**job.state.inventory.files, **placed}
    return {path: known[path] for path in compared.holdings.paths() if path in known}


def _row(change: Change) -> Owned:
    content = "" if change.kind in _NO_CONTENT else digest(change.after or b"")
    return Owned(change.kind, change.path, change.mode, content)


def inventory(
    compared: Comparison, files: dict[str, Owned], directories: frozenset[str]
) -> Inventory:
    """Return the inventory of `files` and the `directories` that lead to them."""
    agents = {
        name: tuple(path for path in paths if path in files)
        for name, paths in compared.holdings.agents.items()
    }
    return Inventory(
        files=files,
        agents={name: paths for name, paths in agents.items() if paths},
        kept=compared.holdings.kept,
        directories=tuple(sorted(directories)),
    )


def ledger(job: Job, compared: Comparison) -> Ledger:
    """Return the ledger."""
    agents = {**job.state.ledger.agents, **compared.entries}
    return Ledger({name: agents[name] for name in agents if name not in job.request.remove})


def due(job: Job, compared: Comparison) -> Due:
    """Return what the init system has to be told from then on."""
    if job.request.after is After.NOTHING:
        return job.state.due
    changes, wanted = compared.changes, job.request.after is After.START
    kept = {unit.name for entry in compared.entries.values() for unit in entry.units}
    gone = {
        unit.name
        for agent in changes.agents.values()
        for unit in agent.units_gone
        # What has no plan any more, its supervisor stops by itself.
        if _driver(job, agent.name) == SYSTEMD
    } - kept
    ended = _daemons(compared, _GONE)
    new = Due(
        reload=job.now if _systemd_read(job, changes.files) else 0.0,
        stop=(*sorted(gone), *ended),
        daemons=_daemons(compared, _WRITTEN),
        runs={
            name: Run(job.now, wanted, job.by)
            for name, agent in changes.agents.items()
            # Of a new agent no earlier version runs.
            if agent.rerun and (wanted or agent.action is not Action.CREATE)
        },
        rescan=job.now if any(_is_new_plan(one, job.places) for one in changes.files) else 0.0,
    )
    found = dues.joined(job.state.due, new, gone=job.request.remove)
    kept.update(found.daemons)
    return found._replace(
        stop=tuple(unit for unit in found.stop if unit not in kept),
        daemons=tuple(unit for unit in found.daemons if unit not in ended),
    )


_WRITTEN = (Action.CREATE, Action.UPDATE)
_GONE = (Action.REMOVE,)


def _daemons(compared: Comparison, actions: tuple[Action, ...]) -> tuple[str, ...]:
    """Services of ours whose files fare so."""
    found = {
        change.path.rpartition("/")[2]
        for change in compared.changes.files
        if change.kind is Kind.UNIT and change.action in actions
    }
    return tuple(unit for unit in daemons.ALL if unit in found)


def _driver(job: Job, name: str) -> str:
    before = job.state.ledger.agents.get(name)
    return before.driver if before else SYSTEMD


_AGAIN = frozenset({Action.UPDATE, Action.REMOVE})


def _systemd_read(job: Job, changes: Iterable[Change]) -> bool:
    """Has something changed that systemd may have read?

    A reload costs PID 1 about a millisecond per unit of the host; new files it finds when they
    are first asked for.
    """
    boot = f"{run_plan.boot_directory(job.places)}/"
    return any(
        change.kind in (Kind.UNIT, Kind.LINK)
        and change.action in _AGAIN
        and not change.path.startswith(boot)
        for change in changes
    )


def _is_new_plan(change: Change, places: Places) -> bool:
    """The supervisor knows plans that it has read, and no others."""
    watched = change.path.startswith(f"{watch_plan.directory(places)}/")
    return change.kind is Kind.PLAN and change.action not in IDLE and not watched
