"""Rules about probes, heartbeats, watched limits and who is told."""

from collections.abc import Iterator

from pa_units.contracts.bundle import Level
from pa_units.spec.lint.rule import Finding, Rule
from pa_units.spec.model import Agent
from pa_units.spec.quantities import print_duration

_PROBES = ("command", "http", "tcp")


def _probe(agent: Agent) -> Iterator[Finding]:
    check = agent.health_check
    if not check or not check.enabled:
        return
    given = [probe for probe in _PROBES if getattr(check, probe)]
    if not given:
        hint = "add http: http://localhost:8080/health, tcp: localhost:5432 or command:"
        yield ("health_check",), "nothing says how to ask the agent", hint
    for probe in given[1:]:
        yield ("health_check", probe), f"'{given[0]}' and '{probe}': one probe for an agent", ""


def _gate(agent: Agent) -> Iterator[Finding]:
    check = agent.health_check
    if not check or not check.gate:
        return
    if not check.enabled:
        yield ("health_check", "gate"), "the gate would never open: the check is not enabled", ""
    if check.start_period >= agent.start_timeout:
        yield (
            ("health_check", "start_period"),
            f"the agent is killed after start_timeout ({print_duration(agent.start_timeout)}), "
            "while it may still warm up",
            f"set start_timeout longer than {print_duration(check.start_period)}",
        )


def _pace(agent: Agent) -> Iterator[Finding]:
    check, timing = agent.health_check, agent.check_timing
    if not check or not timing:
        return
    if timing.timeout > timing.interval:
        yield (
            ("health_check", "timeout"),
            f"a check may take {print_duration(timing.timeout)}, longer than the interval of "
            f"{print_duration(timing.interval)}",
            "",
        )
    if check.start_interval and not check.start_period:
        yield ("health_check", "start_interval"), "start_interval without start_period", ""


def _restarts(agent: Agent) -> bool:
    """Say whether an unhealthy agent shall be restarted."""
    check, beat, limits = agent.health_check, agent.heartbeat, agent.limits
    return bool(
        (check and check.enabled and check.on_failure == "restart")
        or (beat and beat.timeout)
        or (limits and limits.then == "restart")
    )


def _kill_codes(agent: Agent) -> Iterator[Finding]:
    if not agent.no_restart_exit_codes or not _restarts(agent):
        return
    for index, code in enumerate(agent.no_restart_exit_codes):
        if code in ("SIGTERM", "SIGABRT", "SIGKILL", "143"):
            yield (
                ("no_restart_exit_codes", index),
                f"an unhealthy agent ends with {code}, and would stay down",
                f"leave {code} out",
            )


def _never_restarted(agent: Agent) -> Iterator[Finding]:
    if agent.restart_policy == "never" and _restarts(agent):
        yield (
            ("restart_policy",),
            "an unhealthy agent is ended and, with 'never', stays down",
            "use restart_policy: on-failure, or on_failure: none",
        )


def _limits(agent: Agent) -> Iterator[Finding]:
    limits = agent.limits
    if limits and not any(name.endswith("_above") for name in limits.model_fields_set):
        yield ("limits",), "no figure is watched", "add memory_above: 400M or the like"


def _heartbeat(agent: Agent) -> Iterator[Finding]:
    beat = agent.heartbeat
    if beat and beat.socket and beat.via != "socket":
        yield ("heartbeat", "socket"), f"via: {beat.via} does not use a socket", "write via: socket"


def _nobody_told(agent: Agent) -> Iterator[Finding]:
    told = agent.notifications
    if told and not told.channels:
        yield ("notifications",), "no channel is named: nobody is told", "add channels: [...]"


RULES = (
    Rule("no-probe", Level.ERROR, _probe, "F1bonacc1/process-compose#454"),
    Rule("gate", Level.ERROR, _gate, "podman-container-tools/podman#27290"),
    Rule("check-pace", Level.WARNING, _pace, "podman-container-tools/podman#27290"),
    Rule("kill-code", Level.ERROR, _kill_codes, "systemd.service(5), RestartPreventExitStatus="),
    Rule("stays-down", Level.WARNING, _never_restarted, "systemd.service(5), Restart="),
    Rule("no-limit", Level.ERROR, _limits, "F1bonacc1/process-compose#454"),
    Rule("no-effect", Level.WARNING, _heartbeat, "systemd.service(5), NotifyAccess="),
    Rule("no-channel", Level.WARNING, _nobody_told, "Unitech/pm2#2772"),
)
