"""`uninstall`: stop agents and remove every file of ours."""

from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts.bundle import Bundle
from pa_units.contracts.ledger import Installed
from pa_units.drive import choose
from pa_units.kit.errors import PaError
from pa_units.verbs import install, lifecycle
from pa_units.verbs.here import Here, may_write
from pa_units.write import apply as writing
from pa_units.write.changes import Changes


class Removed(NamedTuple):
    """What an uninstall did, or would do."""

    agents: tuple[Installed, ...]
    changes: Changes


def uninstall(at: Here, agents: Sequence[Installed], *, purge: bool, dry_run: bool) -> Removed:
    """Stop the agents, remove their files, let systemd forget them.

    Logs, stored secrets and state directories stay unless `purge`. Raises PaError if an agent
    cannot be stopped: then nothing was removed.
    """
    may_write(at, "uninstall agents")
    names = [agent.name for agent in agents]
    if dry_run:
        none = Bundle((), ())
        planned = writing.preview(at.places, none, remove=names, purge=purge, root=at.root)
        return Removed(tuple(agents), planned)
    if not at.root:
        _stop(at, agents)
    done = writing.remove(at.places, names, purge=purge, root=at.root)
    if not at.root:
        _forget(at, agents, done.changes)
    return Removed(tuple(agents), done.changes)


def _stop(at: Here, agents: Sequence[Installed]) -> None:
    for outcome in lifecycle.stop(at, agents):
        if not outcome.ok:
            raise PaError(f"cannot stop {outcome.agent.name}: {outcome.reason}")


def _forget(at: Here, agents: Sequence[Installed], changes: Changes) -> None:
    """A failed unit stays in systemd's lists until it is reset, its file gone or not."""
    driver = choose.driver()
    driver.reset(at.scope, at.env, [unit.name for agent in agents for unit in agent.units])
    if install.must_reload(changes):
        driver.reload(at.scope, at.env)
