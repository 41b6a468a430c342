"""Install and remove agents: the doors of this room.

Each takes the lock, finishes or undoes what was interrupted, looks at the disk, refuses or does
all of it. Nothing here talks to the init system: what has to be stopped, reloaded or started is
the caller's business, before and after.
"""

import time
from collections.abc import Collection, Mapping
from typing import NamedTuple

from pa_units import __version__
from pa_units.contracts.bundle import Bundle
from pa_units.contracts.ledger import Origin
from pa_units.contracts.places import Places
from pa_units.kit import alive
from pa_units.kit.errors import NotInstalled
from pa_units.write import records, refuse, state, transaction
from pa_units.write.changes import Changes
from pa_units.write.diff import compare
from pa_units.write.disk import RootDisk
from pa_units.write.job import Job
from pa_units.write.plan import plan
from pa_units.write.request import After, Request
from pa_units.write.session import WAIT, session
from pa_units.write.state import State


class Applied(NamedTuple):
    """What was done."""

    changes: Changes
    state: State
    """ledger, inventory and what is due afterwards"""
    recovered: str = ""
    """what an interrupted command had left to undo or finish, in words"""


def apply(
    places: Places,
    bundle: Bundle,
    *,
    environment: Mapping[str, str] | None = None,
    origins: Mapping[str, Origin] | None = None,
    prune: Collection[str] = (),
    force: bool = False,
    user_changed: bool = False,
    after: After = After.NOTHING,
    root: str = "",
    wait: float = WAIT,
) -> Applied:
    """Make the disk match `bundle`; agents of `prune` are uninstalled in the same step.

    `environment` gives values for `${VAR}` in secrets, before the stored ones, and is remembered.
    `origins` says by agent which file its spec came from. Nothing is written when nothing differs.
    What `after` announces is due until `due.settle` is told that it was done.

    Raises `Refused` for files that are not ours or were edited (without `force`), UsageError for
    variables without a value and for a changed user (without `user_changed`), PaError when the
    disk cannot be written: nothing has changed then.
    """
    request = Request(
        bundle,
        environment or {},
        origins or {},
        frozenset(prune),
        force=force,
        after=after,
    )
    return carry_out(places, request, user_changed, root, wait)


def preview(
    places: Places,
    bundle: Bundle,
    *,
    environment: Mapping[str, str] | None = None,
    origins: Mapping[str, Origin] | None = None,
    remove: Collection[str] = (),
    purge: bool = False,
    force: bool = False,
    root: str = "",
) -> Changes:
    """Say what `apply`, or `remove`, would do now, refusals included. Writes nothing."""
    request = Request(bundle, environment or {}, origins or {}, frozenset(remove), purge, force)
    return foresee(places, request, root)


def remove(
    places: Places,
    names: Collection[str],
    *,
    purge: bool = False,
    after: After = After.NOTHING,
    root: str = "",
    wait: float = WAIT,
) -> Applied:
    """Remove all files of agents that no other agent needs.

    Logs, state directories, stored values and versions stay, and go with `purge`, also later, when
    the agent is no longer installed. Raises NotInstalled for an unknown name: nothing has changed
    then.
    """
    request = Request(remove=frozenset(names), purge=purge, after=after)
    return carry_out(places, request, False, root, wait)


def left_of(places: Places, name: str, root: str = "") -> tuple[str, ...]:
    """Return the paths that an uninstall without purge has left for an agent."""
    request = Request(remove=frozenset({name}), purge=True)
    job = _job(places, request, root, state.read(places, root))
    return records.left(job, name, compare(job).changes)


def foresee(places: Places, request: Request, root: str = "") -> Changes:
    """Say what `carry_out` would do with any request, refusals included. Writes nothing."""
    return compare(_job(places, request, root, state.read(places, root))).changes


def carry_out(
    places: Places, request: Request, user_changed: bool, root: str, wait: float
) -> Applied:
    """Fulfil any request."""
    with session(places, root, wait) as entered:
        job = _job(places, request, root, entered.state)._replace(made=entered.made)
        _check_names(job)
        compared = compare(job)
        refuse.check(compared.changes, user_changed)
        if not compared.changes.any:
            return Applied(compared.changes, job.state, entered.recovered)
        planned = plan(job, compared)
        transaction.execute(places, planned.transaction, root)
    return Applied(compared.changes, planned.state, entered.recovered)


def _job(places: Places, request: Request, root: str, known: State) -> Job:
    return Job(places, request, known, RootDisk(root), __version__, time.time(), alive.me())


def _check_names(job: Job) -> None:
    for name in job.request.remove:
        known = name in job.state.ledger.agents
        if not known and not (job.request.purge and records.remembers(job, name)):
            raise NotInstalled(f"no agent '{name}' is installed", "see which are: pa list")
