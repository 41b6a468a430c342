"""One agent → the plan of each of its units."""

from typing import Any

from pa_units.compile.run import commands, outputs
from pa_units.compile.run.exits import exits, signal_number
from pa_units.compile.systemd import command as systemd_command
from pa_units.compile.systemd import credentials, environment, identity, restart, script
from pa_units.compile.systemd.draft import Draft
from pa_units.contracts.run_plan import Credential, EnvFile, Need, RunPlan

NO_LIMIT = 0


def numbers(draft: Draft) -> tuple[int, ...]:
    """Return the numbers of an agent's replicas, counted from 1; 0 of an agent that has none."""
    return tuple(range(1, draft.agent.replicas + 1)) if draft.replicated else (0,)


def unit(draft: Draft, number: int) -> str:
    """Return the name of a unit. No agent's name holds an `@`."""
    return f"{draft.name}@{number}" if number else draft.name


def plan(draft: Draft, number: int) -> RunPlan:
    """Return the plan of one unit."""
    streams = outputs.files(draft, number)
    return RunPlan(
        unit=unit(draft, number),
        agent=draft.name,
        main=commands.main(draft.agent, draft.place.executable),
        digest=draft.digest,
        **_place(draft),
        **_life(draft),
        **_stop(draft),
        **_variables(draft, number),
        stdout=streams["stdout"],
        stderr=streams.get("stderr"),
    )


def _place(draft: Draft) -> dict[str, Any]:
    agent, place = draft.agent, {"cwd": draft.agent.cwd}
    if identity.state_directory(draft):
        place = {"cwd": state_directory(draft), "state_directory": state_directory(draft)}
    return {
        **place,
        **_rights(draft),
        "umask": -1 if agent.umask is None else agent.umask,
        "open_files": agent.resources.open_files or 0,
    }


def state_directory(draft: Draft) -> str:
    """Return the directory of an agent without `cwd`."""
    return f"{draft.host.places.state}/data/{draft.name}"


def _rights(draft: Draft) -> dict[str, Any]:
    """What needs root, but for a lower priority."""
    agent = draft.agent
    nice = agent.nice or 0
    if draft.user_scope:
        return {"nice": max(nice, 0)}
    chosen = draft.identity
    return {
        "user": chosen.user,
        "group": agent.group or "",
        "dynamic": chosen.dynamic,
        "nice": nice,
        "tasks": agent.resources.tasks or 0,
    }


def _life(draft: Draft) -> dict[str, Any]:
    agent = draft.agent
    backoff = agent.backoff
    return {
        "type": _type(draft),
        "pid_file": agent.pid_file or "",
        "start_timeout": _start_timeout(draft),
        "pre_start": commands.commands(agent.hooks.pre_start),
        "post_start": commands.commands(agent.hooks.post_start),
        "policy": agent.restart_policy if restart.restarts(agent) else "never",
        "max_restarts": -1 if agent.max_restarts is None else agent.max_restarts,
        "restart_window": agent.restart_window or 0,
        "first_delay": backoff.initial_delay,
        "longest_delay": max(backoff.max_delay, backoff.initial_delay),
        "multiplier": backoff.multiplier,
        "reset_after": backoff.reset_after,
        "success": exits(agent.success_exit_codes),
        "no_restart": exits(agent.no_restart_exit_codes),
        "force_restart": exits(systemd_command.not_for_reload(agent)),
        "needs": tuple(
            Need(name, _condition(dependency.condition), dependency.restart)
            for name, dependency in agent.depends_on.items()
        ),
    }


def _type(draft: Draft) -> str:
    kind = draft.agent.start_type
    return "exec" if kind == "notify" else kind


def _condition(condition: str) -> str:
    return "started" if condition == "healthy" else condition


def _start_timeout(draft: Draft) -> int:
    """To an agent that is there to end its whole run is the start."""
    agent = draft.agent
    if agent.start_type == "oneshot" and "start_timeout" not in agent.model_fields_set:
        return NO_LIMIT
    return agent.start_timeout


def _stop(draft: Draft) -> dict[str, Any]:
    agent = draft.agent
    stop, reload = agent.stop_command, agent.reload_command
    return {
        "stop_timeout": agent.stop_timeout,
        "stop_signal": signal_number(agent.stop_signal),
        "signal_all": script.is_compound(agent.cmd),
        "stop_command": stop and commands.command(stop),
        "reload_command": reload and commands.command(reload),
        "reload_signal": signal_number(agent.reload_signal) if agent.reload_signal else 0,
        "pre_stop": commands.commands(agent.hooks.pre_stop),
        "post_stop": commands.commands(agent.hooks.post_stop),
    }


def _variables(draft: Draft, number: int) -> dict[str, Any]:
    """The file of secrets comes last: it wins over the files of the spec."""
    own = environment.secret(draft)
    files = [EnvFile(one.path, one.required) for one in draft.agent.env_file]
    replica = {"PA_REPLICA": str(number)} if number else {}
    return {
        "env": {**replica, **dict(environment.literals(draft))},
        "env_files": (*files, *((EnvFile(own.path),) if own else ())),
        "credentials": tuple(
            Credential(name, _source(draft, name, one.source))
            for name, one in draft.agent.secrets.items()
            if one.target == "file"
        ),
    }


def _source(draft: Draft, name: str, source: str) -> str:
    kind, _, path = source.partition(":")
    return path if kind == "file" else credentials.stored(draft, name)
