"""`rollback`, `history`: stored versions of an agent."""

from collections.abc import Iterator
from typing import NamedTuple

from pa_units.contracts.ledger import Installed
from pa_units.verbs import linger, trial
from pa_units.verbs.act import Outcome
from pa_units.verbs.bring_up import Wish, bring_up, reachable
from pa_units.verbs.here import Here, may_write
from pa_units.write import generations, restore
from pa_units.write.changes import Changes
from pa_units.write.request import After


class RolledBack(NamedTuple):
    """What a roll-back did, or would do."""

    before: int
    """the generation that was installed"""
    now: int
    """the one that is"""
    changes: Changes
    outcomes: tuple[Outcome, ...] = ()
    recovered: str = ""
    ends_at_logout: str = ""


class Version(NamedTuple):
    """One stored version."""

    number: int
    installed_us: int
    """when, wall clock, microseconds"""
    current: bool
    origin: str
    """the spec file that it came from"""
    digest: str
    """of the agent's document, sha256"""
    user: str
    by: str
    """version of the pa that wrote it"""
    remark: str = ""
    """why it was rolled back, if it was since the last boot"""


def rollback(
    at: Here,
    agent: Installed,
    number: int = 0,
    *,
    user_changed: bool = False,
    force: bool = False,
    wait: bool = True,
    dry_run: bool = False,
) -> RolledBack:
    """Install a stored version again, the one before the present one if no number is given; it is
    restarted, or started if it starts at boot, and read back.

    Raises PaError when there is no such version, and what an install raises.
    """
    may_write(at, "roll back agents")
    if dry_run:
        planned = restore.preview(at.places, agent.name, number)
        back = number or generations.read(at.places, agent.name, agent.generation).parent
        return RolledBack(agent.generation, back, planned)
    reachable(at, {agent.driver})
    done = restore.restore(
        at.places,
        agent.name,
        number,
        environment=at.env,
        force=force,
        user_changed=user_changed,
        after=After.START,
    )
    now = done.state.ledger.agents[agent.name]
    outcomes = bring_up(at, done.state.due, Wish((now,), wait=wait))
    return RolledBack(
        agent.generation,
        now.generation,
        done.changes,
        outcomes,
        done.recovered,
        linger.missing_for(at, [now]),
    )


def history(at: Here, agent: Installed) -> Iterator[Version]:
    """Yield the stored versions of an agent, oldest first."""
    against = _reasons(at, agent.name)
    for one in generations.history(at.places, agent.name):
        yield Version(
            number=one.number,
            installed_us=int(one.installed * 1e6),
            current=one.number == agent.generation,
            origin=one.origin.path,
            digest=one.bundle.digest,
            user=one.bundle.user,
            by=one.version,
            remark=against.get(one.bundle.digest, "") if one.number != agent.generation else "",
        )


def _reasons(at: Here, name: str) -> dict[str, str]:
    """Why versions were rolled back by themselves, by digest."""
    return {
        watch.agents[name].digest: verdict.reasons.get(name, "with the others of its install")
        for watch, verdict in trial.rolled_back(at, name)
    }
