"""*Pure*: programs named by a relative path are seen from the working directory, as execve(2) sees
them; without one from the directory of the spec. In a loaded agent their paths are absolute."""

from typing import Any

from pa_units.spec.command import Command
from pa_units.spec.model import Agent
from pa_units.spec.parts import Hooks
from pa_units.spec.paths import absolute

_HOOKS = tuple(Hooks.model_fields)


def anchored(agent: Agent, base: str) -> Agent:
    """Return the agent with the paths of its programs absolute. Raises `Bad`."""
    here = agent.cwd or base
    changes: dict[str, Any] = {}
    for field in ("cmd", "stop_command", "reload_command"):
        if _relative(command := getattr(agent, field)):
            changes[field] = _anchor(command, here)
    if any(_relative(command) for hook in _HOOKS for command in getattr(agent.hooks, hook)):
        changes["hooks"] = agent.hooks.model_copy(
            update={
                hook: tuple(_anchor(command, here) for command in getattr(agent.hooks, hook))
                for hook in agent.hooks.model_fields_set
            }
        )
    check = agent.health_check
    if check and _relative(check.command):
        update = {"command": _anchor(check.command, here)}
        changes["health_check"] = check.model_copy(update=update)
    return agent.model_copy(update=changes) if changes else agent


def _relative(command: Command | None) -> bool:
    return (
        command is not None
        and not command.shell
        and "/" in command.words[0]
        and not command.words[0].startswith(("/", "~"))
        and "${" not in command.words[0]
    )


def _anchor(command: Command | None, base: str) -> Command | None:
    if command is None or not _relative(command):
        return command
    return Command((absolute(command.words[0], base), *command.words[1:]))
