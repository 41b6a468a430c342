"""The small programs that units of ours run. They stand where root alone may write and outlive
the Python environment of `pa`."""

from functools import cache

from pa_units.compile.systemd import dependencies, restart, rotation
from pa_units.compile.systemd.draft import Draft
from pa_units.contracts.bundle import Artifact, Kind
from pa_units.contracts.facts import Account
from pa_units.kit.render import static_text


def needed(draft: Draft) -> tuple[str, ...]:
    """Which programs the units of an agent name."""
    agent = draft.agent
    counted = restart.counts(agent)
    rotated = rotation.needed(draft)
    wanted = {
        "gate": draft.gated,
        "wait-for": bool(dependencies.awaited(draft)),
        "tell-restart": dependencies.tells(draft) and agent.start_type != "oneshot",
        "backoff": restart.needs_wait_helper(draft),
        "forget": counted and agent.max_restarts is not None,
        "stable": counted,
        "fresh": restart.counts_per_run(agent),
        "cut": rotated,
        "rotate": rotated,
    }
    return tuple(name for name, is_wanted in wanted.items() if is_wanted)


def artifacts(draft: Draft) -> tuple[Artifact, ...]:
    """The files of these programs and the directory they stand in."""
    return _files(needed(draft), draft.host.helpers, draft.host.account)


@cache
def _files(programs: tuple[str, ...], where: str, owner: Account) -> tuple[Artifact, ...]:
    if not programs:
        return ()
    texts = {f"{where}/{name}": static_text(f"helpers/{name}") for name in programs}
    return (
        Artifact(Kind.DIRECTORY, where, "", 0o755, owner.name, owner.group),
        *(
            Artifact(Kind.HELPER, path, text, 0o755, owner.name, owner.group)
            for path, text in texts.items()
        ),
    )
