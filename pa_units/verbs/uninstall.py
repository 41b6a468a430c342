"""`uninstall`: stop agents and remove every file of ours."""

from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts import ledger, units
from pa_units.contracts.bundle import Bundle
from pa_units.contracts.ledger import Installed
from pa_units.drive import timers
from pa_units.drive.managers import of_systemd
from pa_units.kit.errors import PaError
from pa_units.verbs import lifecycle, trial
from pa_units.verbs.bring_up import Wish, bring_up
from pa_units.verbs.here import Here, may_write
from pa_units.verbs.select import whole
from pa_units.write import apply as writing
from pa_units.write.changes import Changes
from pa_units.write.request import After


class Removed(NamedTuple):
    """What an uninstall did, or would do."""

    agents: tuple[Installed, ...]
    changes: Changes


def uninstall(
    at: Here, agents: Sequence[Installed], *, purge: bool = False, dry_run: bool = False
) -> Removed:
    """Stop the agents, remove their files, let systemd forget them.

    Logs, stored secrets and state directories stay unless `purge`. Raises PaError if an agent
    cannot be stopped: then nothing was removed.
    """
    may_write(at, "uninstall agents")
    whole(agents, "uninstall")
    if dry_run:
        none, names = Bundle((), ()), [agent.name for agent in agents]
        planned = writing.preview(at.places, none, remove=names, purge=purge, root=at.root)
        return Removed(tuple(agents), planned)
    if at.root:
        return _remove(at, agents, purge, After.NOTHING)
    _stop(at, agents)
    _forget_runs(at, agents)
    removed = _remove(at, agents, purge, After.RELOAD)
    trial.forget(at, [agent.name for agent in agents])
    return removed


def _stop(at: Here, agents: Sequence[Installed]) -> None:
    for outcome in lifecycle.stop(at, agents):
        if not outcome.ok:
            raise PaError(f"cannot stop {outcome.agent.name}: {outcome.reason}")


def _forget_runs(at: Here, agents: Sequence[Installed]) -> None:
    own = of_systemd(agents)
    timers_of = [unit.name for agent in own for unit in agent.units if units.is_timer(unit.name)]
    if timers_of:
        timers.forget(at.scope, at.env, timers_of)


def _remove(at: Here, agents: Sequence[Installed], purge: bool, after: After) -> Removed:
    # A removal that was interrupted has been finished by now.
    still = ledger.read(at.places, at.root).agents
    names = [agent.name for agent in agents if agent.name in still]
    done = writing.remove(at.places, names, purge=purge, after=after, root=at.root)
    if after is not After.NOTHING:
        bring_up(at, done.state.due, Wish(start=False))
    return Removed(tuple(agents), done.changes)
