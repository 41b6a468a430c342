"""*Pure*: which changes may not be done, in words."""

from pa_units.kit.errors import UsageError
from pa_units.write.changes import Action, AgentChange, Changes, Conflict, Refused

_REASONS = {
    Conflict.FOREIGN: (
        "it exists and is not ours",
        "move it away, or write over it with --force",
    ),
    Conflict.EDITED: (
        "it was edited by hand since the last install",
        "see the edits with --diff, move them to the spec or a drop-in, or drop them with --force",
    ),
    Conflict.SHAPE: ("something else of that name is there", "move it away"),
}


def check(changes: Changes, user_changed: bool) -> None:
    """Raise UsageError or Refused for what stands in the way."""
    for agent in changes.agents.values():
        if agent.missing:
            raise _missing(agent)
        if agent.user_before is not None and not user_changed:
            raise UsageError(
                f"cannot install {agent.name}: it would no longer run as "
                f"{agent.user_before or 'a dynamic user'}",
                "if that is meant: --user-changed",
            )
    if changes.refused:
        raise _refused(changes)


def _missing(agent: AgentChange) -> UsageError:
    names = ", ".join(agent.missing)
    return UsageError(
        f"cannot install {agent.name}: no value for {names}",
        f"sudo drops the environment: sudo --preserve-env={','.join(agent.missing)} pa install …, "
        f"or store it first: pa secret set {agent.name} {agent.missing[0]}",
    )


def _refused(changes: Changes) -> Refused:
    first, *others = changes.refused
    reason, hint = _REASONS[first.conflict]
    more = f" ({len(others)} more files are in the way)" if others else ""
    verb = "remove" if first.action is Action.REMOVE else "write"
    return Refused(f"cannot {verb} {first.path}: {reason}{more}", hint, changes)
