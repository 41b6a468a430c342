"""A comparison → one transaction, and the state after it. Reads, never writes."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from pa_units.contracts.bundle import Kind
from pa_units.write import directories, generations, outcome, records, state
from pa_units.write.changes import Action, Change
from pa_units.write.diff import Comparison
from pa_units.write.disk import Shape
from pa_units.write.gone import state_paths
from pa_units.write.job import Job
from pa_units.write.state import State
from pa_units.write.transaction import Attributes, Put, Transaction

_ORDER = {kind: number for number, kind in enumerate(Kind)}
_PLACED = frozenset({Action.CREATE, Action.UPDATE})


class Plan(NamedTuple):
    """What to do, and what is true then."""

    transaction: Transaction
    state: State


class _Gone(NamedTuple):
    """What enables a unit goes first, what it needs last."""

    links: tuple[str, ...]
    files: tuple[str, ...]
    trees: tuple[str, ...]


def plan(job: Job, compared: Comparison) -> Plan:
    """Return the one transaction that fulfils the request."""
    changes = sorted(compared.changes.files, key=lambda change: _ORDER[change.kind])
    puts = (*records.kept(job, compared), *_puts(changes))
    made = _made(job, changes, puts)
    gone = _gone(job, compared, changes)
    files = outcome.owned(job, compared)
    known = _known(job, files, changes)
    emptied = _emptied(job, known, files.keys() | {put.path for put in puts}, gone)
    recorded = known.union(_recorded(job, made)) - {*emptied, *files}
    after = State(
        outcome.ledger(job, compared),
        outcome.inventory(compared, files, recorded),
        outcome.due(job, compared),
    )
    transaction = Transaction(
        directories=made,
        unlinks=gone.links,
        puts=puts,
        adjusted=tuple(_attributes(c) for c in changes if c.action is Action.ADJUST),
        removed=gone.files,
        trees=gone.trees,
        emptied=emptied,
        documents=state.documents(job.places, after),
    )
    return Plan(transaction, after)


def _puts(changes: Iterable[Change]) -> Iterator[Put]:
    for change in changes:
        if change.action in _PLACED and change.kind is not Kind.DIRECTORY:
            yield Put(
                change.path,
                change.after or b"",
                change.mode,
                change.ids,
                link=change.kind is Kind.LINK,
                fresh=change.kind is Kind.LOG,
            )


def _attributes(change: Change) -> Attributes:
    return Attributes(change.path, change.mode, change.ids)


def _made(job: Job, changes: Iterable[Change], puts: Iterable[Put]) -> tuple[Attributes, ...]:
    """Return the directories to make: those asked for, and what leads to our files."""
    asked = {
        change.path: _attributes(change)
        for change in changes
        if change.kind is Kind.DIRECTORY and change.action is Action.CREATE
    }
    leads_to = [*asked, *(put.path for put in puts)]
    way = directories.missing(leads_to, asked, job.places, job.disk)
    return tuple(sorted((*asked.values(), *way), key=lambda item: item.path))


def _gone(job: Job, compared: Comparison, changes: list[Change]) -> _Gone:
    gone = [change for change in reversed(changes) if change.action is Action.REMOVE]
    files = (change.path for change in gone if change.kind not in (Kind.LINK, Kind.STATE))
    return _Gone(
        links=tuple(change.path for change in gone if change.kind is Kind.LINK),
        files=(*files, *records.forgotten(job, compared)),
        trees=tuple(change.path for change in gone if change.kind is Kind.STATE),
    )


def _known(job: Job, files: Collection[str], changes: Iterable[Change]) -> frozenset[str]:
    """Return the directories that exist, or will, because of us."""
    before = job.state.inventory
    released = (
        row.path
        for row in before.files.values()
        if row.kind is Kind.DIRECTORY and row.path not in files
    )
    there = (
        path
        for path in (*before.directories, *released)
        if job.disk.look(path).shape is not Shape.ABSENT
    )
    return frozenset(there).union(_caused(job, changes))


def _caused(job: Job, changes: Iterable[Change]) -> Iterator[str]:
    """What the init system will make on the way to a state directory, such as /var/lib/private."""
    for change in changes:
        if change.kind is Kind.STATE and change.claimed and change.action is not Action.REMOVE:
            paths = state_paths(change.path)
            for above in directories.missing(paths, (), job.places, job.disk):
                yield above.path


def _emptied(
    job: Job, known: frozenset[str], needed: Collection[str], gone: _Gone
) -> tuple[str, ...]:
    leaving = (generations.directory(job.places, name) for name in job.request.remove)
    candidates = known.union(directories.own(job.places), leaving)
    return directories.emptied(
        candidates - directories.state_and_above(job.places),
        needed,
        {*gone.links, *gone.files, *gone.trees},
        job.disk,
    )


def _recorded(job: Job, made: Iterable[Attributes]) -> Iterator[str]:
    yield from job.made
    # One directory per agent, which goes with its last record: not worth a line each.
    records_of = f"{job.places.state}/generations/"
    yield from (item.path for item in made if not item.path.startswith(records_of))
