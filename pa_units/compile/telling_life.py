"""The words of `pa explain` about the life of an agent: its starts, what watches it, its end."""

from pa_units.compile.probe import probe
from pa_units.compile.systemd import schedule, start_type
from pa_units.compile.telling import Topic, command, joined
from pa_units.compile.watch.plan import in_words
from pa_units.contracts.bundle import AgentBundle
from pa_units.spec.model import Agent
from pa_units.spec.quantities import print_duration


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
    asked = joined(probe(check).words)
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
    return _GATES[asked.kind].format(joined(asked.words))


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
