"""The words of `pa explain`, topic by topic; a topic without words is left out."""

import re
from collections.abc import Iterable

from pa_units.compile.probe import probe
from pa_units.compile.support.table import TABLE
from pa_units.compile.support.way import How, Target
from pa_units.compile.systemd import schedule, start_type
from pa_units.compile.watch.plan import in_words
from pa_units.contracts.bundle import AgentBundle, Kind
from pa_units.contracts.drivers import BUILTIN, SYSTEMD
from pa_units.contracts.facts import Facts
from pa_units.spec.command import Command
from pa_units.spec.model import Agent
from pa_units.spec.quantities import print_duration, print_size
from pa_units.spec.template import variables

Topic = tuple[str, str]


def who(agent: Agent, bundle: AgentBundle, facts: Facts) -> tuple[Topic, ...]:
    """What runs, as whom, where, with which values."""
    return (
        ("about", agent.description or ""),
        ("runs", _runs(agent, facts)),
        ("replicas", _replicas(agent)),
        ("as", f"{bundle.user or 'dynamic user'}: {bundle.user_reason}"),
        ("in", agent.cwd or _state(bundle)),
        ("env", _variables(agent)),
        ("secrets", _secrets(bundle)),
    )


def _runs(agent: Agent, facts: Facts) -> str:
    if agent.cmd.shell:
        return f"sh -c {_word(agent.cmd.words[0])}"
    found = facts.placements[agent.name].executable
    program, *arguments = agent.cmd.words
    return _join((found or f"{program} (not found)", *arguments))


def _join(words: Iterable[str]) -> str:
    return " ".join(map(_word, words))


def _word(word: str) -> str:
    plain = word.isprintable() and word and not any(sign in word for sign in " '\"\\;&|<>()#")
    return word if plain else repr(word)


def command(asked: Command) -> str:
    """A command of the spec on one line."""
    return f"sh -c {_word(asked.words[0])}" if asked.shell else _join(asked.words)


def _replicas(agent: Agent) -> str:
    if agent.replicas == 1:
        return ""
    return f"{agent.replicas} side by side, each told its number in PA_REPLICA"


def _state(bundle: AgentBundle) -> str:
    own = next((item.path for item in bundle.artifacts if item.kind is Kind.STATE), "")
    return f"{own}, a directory of its own"


def _variables(agent: Agent) -> str:
    literal = [name for name, raw in agent.env.items() if not variables(raw)]
    words = [", ".join(literal)] if literal else []
    words += [f"the lines of {entry.path}" for entry in agent.env_file]
    return "; ".join(words)


def _secrets(bundle: AgentBundle) -> str:
    kept = [item for item in bundle.artifacts if item.kind is Kind.SECRET]
    words = []
    for item in kept:
        names = ", ".join({**(item.env or {}), **(item.files or {})})
        words.append(f"{names} in {item.path}" if names else item.path)
    return "; ".join(words)


def when(agent: Agent, bundle: AgentBundle) -> tuple[Topic, ...]:
    """When it starts, and when it counts as started."""
    return (
        ("at", _times(agent)),
        ("waits for", _waits(agent)),
        ("ready", _gate(agent) if bundle.gated else _ready(agent)),
        ("listens", ", ".join(socket.listen for socket in agent.sockets)),
        ("watches", _watches(agent)),
        ("at boot", _at_boot(agent)),
    )


def _at_boot(agent: Agent) -> str:
    if not agent.auto_start:
        return "does not start"
    if agent.schedule:
        return "its timer starts"
    return "its sockets listen, the first connection starts it" if agent.sockets else "starts"


def _times(agent: Agent) -> str:
    plan = agent.schedule
    if plan is None:
        return ""
    found = ", ".join(schedule.times(plan)) or f"every {print_duration(plan.every or 0)}"
    spread = f"; spread over {print_duration(plan.jitter)}" if plan.jitter else ""
    missed = "" if plan.catch_up else "; a missed run is not made up for"
    return found + spread + missed


_CONDITIONS = {
    "started": "",
    "healthy": " until it is healthy",
    "completed_successfully": " until it has completed with success",
}


def _waits(agent: Agent) -> str:
    others = [
        f"{name}{_CONDITIONS[asked.condition]}{', restarts with it' if asked.restart else ''}"
        for name, asked in agent.depends_on.items()
    ]
    foreign = dict.fromkeys((*agent.after, *agent.requires))
    return "; ".join((*others, *foreign))


_GATES = {
    "http": "once {} answers well",
    "tcp": "once {} accepts a connection",
    "run": "once {} succeeds",
}


_SICK = {
    "restart": "restarted by systemd",
    "stop": "stopped",
    "none": "shown as unhealthy",
}


def _health(agent: Agent, bundle: AgentBundle) -> str:
    check, timing = agent.health_check, agent.check_timing
    if check is None or timing is None or not bundle.watched:
        return ""
    asked = _join(probe(check).words)
    times = f"{timing.retries} failures" if timing.retries > 1 else "a failure"
    pace = print_duration(timing.interval)
    return f"asks {asked} every {pace}; {_SICK[check.on_failure]} after {times}"


_OVER = {"restart": "restarted by systemd", "stop": "stopped", "notify": "shown as unhealthy"}


def _measured(agent: Agent, bundle: AgentBundle) -> str:
    if not bundle.watched or agent.limits is None:
        return ""
    return f"{_OVER[agent.limits.then]} with {in_words(agent.limits)}"


def _gate(agent: Agent) -> str:
    assert agent.health_check is not None
    asked = probe(agent.health_check)
    return _GATES[asked.kind].format(_join(asked.words))


def _ready(agent: Agent) -> str:
    if agent.schedule:
        return ""
    within = print_duration(agent.start_timeout)
    by_type = {
        "notify": f"once it says READY=1, within {within}",
        "forking": f"once it has gone to the background, within {within}",
        "oneshot": "once it has ended with success",
    }
    return by_type.get(start_type.kind(agent), "")


def _watches(agent: Agent) -> str:
    if agent.watch is None:
        return ""
    return f"{', '.join(agent.watch.paths)}: {agent.watch.action}s after a change"


def ending(agent: Agent, bundle: AgentBundle) -> tuple[Topic, ...]:
    """How it is watched by PID 1, reloaded and stopped."""
    beat = start_type.heartbeat_ms(agent)
    return (
        ("health", _health(agent, bundle)),
        ("limited", _measured(agent, bundle)),
        ("heartbeat", f"restarted after {print_duration(beat)} of silence" if beat else ""),
        *_hooks(agent),
        ("reload", _reload(agent)),
        ("stops", _stops(agent)),
    )


def _hooks(agent: Agent) -> tuple[Topic, ...]:
    hooks = agent.hooks
    runs = (
        ("before each start", hooks.pre_start),
        ("after each start", hooks.post_start),
        ("before a stop by hand", hooks.pre_stop),
        ("after each end", hooks.post_stop),
    )
    return tuple(("runs also", f"{at}: {command(one)}") for at, asked in runs for one in asked)


def _reload(agent: Agent) -> str:
    if agent.reload_command:
        return f"by {command(agent.reload_command)}"
    return f"by {agent.reload_signal}" if agent.reload_signal else ""


def _stops(agent: Agent) -> str:
    how = f"{command(agent.stop_command)}, then " if agent.stop_command else ""
    return f"by {how}{agent.stop_signal}, killed after {print_duration(agent.stop_timeout)}"


def walls(agent: Agent, bundle: AgentBundle) -> tuple[Topic, ...]:
    """What it may use, where its output goes, which units stand for it."""
    return (
        ("limits", _limits(agent, bundle.driver)),
        ("sandbox", _sandbox(agent, bundle.driver)),
        ("output", _output(bundle)),
        ("rotation", _rotation(agent, bundle)),
        ("units", ", ".join(unit.name for unit in bundle.units)),
    )


def _limits(agent: Agent, driver: str) -> str:
    limits = agent.resources
    words = {
        "cpu_limit": limits.cpu_limit is not None and f"{limits.cpu_limit:g}% of a core",
        "memory_limit": limits.memory_limit is not None
        and f"{print_size(limits.memory_limit)} of memory",
        "memory_high": limits.memory_high is not None
        and f"slower above {print_size(limits.memory_high)}",
        "tasks": limits.tasks is not None and f"{limits.tasks} tasks",
        "open_files": limits.open_files is not None and f"{limits.open_files} open files",
        "io_weight": limits.io_weight is not None and f"weight {limits.io_weight} on the disk",
    }
    kept = (word for field, word in words.items() if not _is_void(f"resources.{field}", driver))
    return ", ".join(word for word in kept if word)


def _is_void(field: str, driver: str) -> bool:
    """Has a field no effect there?"""
    return TABLE[field].of(_TARGETS[driver]).how in (How.IMPOSSIBLE, How.LATER)


_TARGETS = {SYSTEMD: Target.SYSTEMD, BUILTIN: Target.RUN}


def _sandbox(agent: Agent, driver: str) -> str:
    if _is_void("hardening", driver):
        return f"none: {TABLE['hardening'].of(_TARGETS[driver]).why}"
    level, switches = agent.hardening.level, agent.hardening.switches
    own = f", with {', '.join(switches)} as the spec has them" if switches else ""
    return level + own


_ROTATED_ABOVE = re.compile(r"^ +(?:max)?size (\d+)$", re.MULTILINE)


def _rotation(agent: Agent, bundle: AgentBundle) -> str:
    logging = agent.logging
    files = [item.text for item in bundle.artifacts if item.kind is Kind.ROTATION]
    if logging is None or not files:
        return ""
    sizes = [int(size) for size in _ROTATED_ABOVE.findall(files[0])]
    words = (
        f"above {print_size(min(sizes))}",
        logging.rotate_every and f"and {logging.rotate_every}",
        f", {logging.max_files} kept",
        logging.compress and ", compressed",
    )
    return " ".join(word for word in words if word).replace(" ,", ",")


def _output(bundle: AgentBundle) -> str:
    files = [artifact.path for artifact in bundle.artifacts if artifact.kind is Kind.LOG]
    return ", ".join(files) or "the journal"
