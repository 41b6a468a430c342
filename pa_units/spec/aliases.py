"""Other spellings of the same thing: compose's, and those of the daemon dialect. Tables.

Each row moves the value at one place of the user's mapping to its canonical place or places.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

Value = object
UNSET = object()
"""a row's answer for a target that the value says nothing about"""


class Alias(NamedTuple):
    """One spelling. `convert` returns one value for each target."""

    source: tuple[str, ...]
    targets: tuple[tuple[str, ...], ...]
    convert: Callable[[Value], tuple[Value, ...]] = lambda value: (value,)


def _path(dotted: str) -> tuple[str, ...]:
    return tuple(dotted.split("."))


def _moved(source: str, target: str, convert: Callable[[Value], Value] | None = None) -> Alias:
    if convert is None:
        return Alias(_path(source), (_path(target),))
    return Alias(_path(source), (_path(target),), lambda value: (convert(value),))


_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?")


def _cores(value: Value) -> Value:
    """`0.5` cores are 50 %; what is no number is left for the field to refuse."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return f"{round(float(value) * 100, 2):.10g}%"
    return value


def _with_unit(unit: str) -> Callable[[Value], Value]:
    def convert(value: Value) -> Value:
        return value + unit if isinstance(value, str) and _NUMBER.fullmatch(value) else value

    return convert


def _not(value: Value) -> Value:
    opposite = {"true": "false", "yes": "false", "false": "true", "no": "true"}
    return opposite.get(value.lower(), value) if isinstance(value, str) else value


def _restart(value: Value) -> tuple[Value, ...]:
    """`on-failure:5` is a policy and a number."""
    if isinstance(value, str) and value.startswith("on-failure:"):
        policy, _, count = value.partition(":")
        return policy, count
    return value, UNSET


_CONDITIONS = {"none": "never", "any": "always"}


def _condition(value: Value) -> Value:
    return _CONDITIONS.get(value, value) if isinstance(value, str) else value


def _test(value: Value) -> tuple[Value, ...]:
    """compose's `test` is a shell text, or a list that says in its first word what it is."""
    if isinstance(value, str):
        return {"shell": value}, UNSET
    if isinstance(value, list) and value:
        kind, *rest = value
        if kind == "NONE":
            return UNSET, "false"
        if kind == "CMD-SHELL" and len(rest) == 1:
            return {"shell": rest[0]}, UNSET
        if kind == "CMD":
            return rest, UNSET
    return value, UNSET


def _nofile(value: Value) -> Value:
    return value.get("hard", value) if isinstance(value, dict) else value


COMPOSE: tuple[Alias, ...] = (
    _moved("command", "cmd"),
    _moved("working_dir", "cwd"),
    _moved("environment", "env"),
    _moved("autostart", "auto_start"),
    _moved("healthcheck", "health_check"),
    Alias(
        ("health_check", "test"), (("health_check", "command"), ("health_check", "enabled")), _test
    ),
    _moved("health_check.disable", "health_check.enabled", _not),
    _moved("mem_limit", "resources.memory_limit"),
    _moved("cpus", "resources.cpu_limit", _cores),
    _moved("pids_limit", "resources.tasks"),
    _moved("ulimits.nofile", "resources.open_files", _nofile),
    _moved("stop_grace_period", "stop_timeout"),
    _moved("scale", "replicas"),
    _moved("deploy.replicas", "replicas"),
    _moved("deploy.resources.limits.cpus", "resources.cpu_limit", _cores),
    _moved("deploy.resources.limits.memory", "resources.memory_limit"),
    _moved("deploy.resources.limits.pids", "resources.tasks"),
    _moved("deploy.restart_policy.condition", "restart_policy", _condition),
    _moved("deploy.restart_policy.delay", "backoff.initial_delay"),
    _moved("deploy.restart_policy.max_attempts", "max_restarts"),
    _moved("deploy.restart_policy.window", "restart_window"),
    _moved("logging.options.max-size", "logging.max_size"),
    _moved("logging.options.max-file", "logging.max_files"),
    _moved("logging.options.compress", "logging.compress"),
    _moved("restart.policy", "restart_policy"),
    _moved("restart.max_retries", "max_restarts"),
    _moved("restart.backoff_base", "backoff.initial_delay"),
    _moved("restart.backoff_max", "backoff.max_delay"),
    Alias(("restart",), (("restart_policy",), ("max_restarts",)), _restart),
)
"""compose's spellings, and `restart` as a mapping: the daemon dialect's, told apart by its value"""

DAEMON: tuple[Alias, ...] = (
    _moved("name", "description"),
    _moved("id", "name"),
    _moved("work_dir", "cwd"),
    _moved("enabled", "auto_start"),
    _moved("socket_path", "heartbeat.socket"),
    _moved("health_check.heartbeat_timeout", "heartbeat.timeout"),
    _moved("health_check.cpu_threshold", "limits.cpu_above", _with_unit("%")),
    _moved("health_check.memory_threshold", "limits.memory_above", _with_unit("B")),
    _moved("health_check.threshold_duration", "limits.for"),
    _moved("health_check.http_endpoint", "health_check.http"),
)
"""the daemon file's words; there a bare threshold is a percentage, or bytes"""

FOREIGN = {
    "args": "cmd",
    "autorestart": "restart_policy",
    "directory": "cwd",
    "entrypoint": "cmd",
    "exec": "cmd",
    "instances": "replicas",
    "interpreter": "cmd",
    "kill_timeout": "stop_timeout",
    "numprocs": "replicas",
    "process_name": "name",
    "run": "cmd",
    "script": "cmd",
    "stdout_logfile": "logging",
    "stderr_logfile": "logging",
    "out_file": "logging",
    "error_file": "logging",
    "max_memory_restart": "resources",
    "watchdog": "heartbeat",
    "cron_restart": "schedule",
}
"""words of pm2, supervisord and pitchfork, and where the same is said here"""

OF_CONTAINERS = frozenset(
    ("image", "build", "ports", "expose", "volumes", "networks", "network_mode", "container_name")
)
"""words of compose that only a container has a use for"""
