"""Rules about starting, restarting, stopping, schedules and limits."""

from collections.abc import Iterator

from pa_units.contracts.bundle import Level
from pa_units.kit.backoff import delays
from pa_units.spec import cron
from pa_units.spec.bad import Bad
from pa_units.spec.lint.rule import Finding, Rule
from pa_units.spec.model import Agent
from pa_units.spec.quantities import print_duration, print_size


def _schedule_ends(agent: Agent) -> Iterator[Finding]:
    if agent.start_type == "oneshot" and agent.restart_policy == "always":
        reason = "a schedule" if agent.schedule else "type oneshot"
        yield (
            ("restart_policy",),
            f"{reason} is for a program that ends, and 'always' starts it again",
            "use restart_policy: on-failure",
        )


def _schedule_kind(agent: Agent) -> Iterator[Finding]:
    if not (schedule := agent.schedule):
        return
    given = [kind for kind in ("cron", "calendar", "every") if getattr(schedule, kind)]
    if len(given) != 1:
        yield (
            ("schedule",),
            "one of cron, calendar and every says when",
            'such as cron: "0 5 * * *"',
        )
    if schedule.every and schedule.timezone:
        yield ("schedule", "timezone"), "'every' knows no time zone", ""


def _cron(agent: Agent) -> Iterator[Finding]:
    if agent.schedule and agent.schedule.cron:
        try:
            cron.parse(agent.schedule.cron)
        except Bad as bad:
            yield ("schedule", "cron"), bad.message, bad.hint


def _backoff_order(agent: Agent) -> Iterator[Finding]:
    backoff = agent.backoff
    if backoff.max_delay < backoff.initial_delay:
        yield (
            (
                "backoff",
                "max_delay" if "max_delay" in backoff.model_fields_set else "initial_delay",
            ),
            f"max_delay ({print_duration(backoff.max_delay)}) is shorter than "
            f"initial_delay ({print_duration(backoff.initial_delay)})",
            "",
        )


def _window_reached(agent: Agent) -> Iterator[Finding]:
    if not agent.restart_window or not agent.max_restarts:
        return
    backoff = agent.backoff
    # The start after the last allowed restart is the one that must fall into the window.
    waited = sum(
        delays(
            backoff.initial_delay,
            backoff.max_delay,
            backoff.multiplier,
            min(agent.max_restarts + 1, 10_000),
            native=False,
        )
    )
    if agent.restart_window <= waited:
        yield (
            ("restart_window",),
            f"{agent.max_restarts} restarts cannot happen within "
            f"{print_duration(agent.restart_window)}: their delays alone take "
            f"{print_duration(waited)}, so the agent is never given up",
            "leave restart_window out, or make it longer than that",
        )


def _window_used(agent: Agent) -> Iterator[Finding]:
    if agent.restart_window and agent.max_restarts is None:
        yield ("restart_window",), "restart_window without max_restarts counts nothing", ""
    if agent.restart_policy == "never" and agent.max_restarts:
        yield ("max_restarts",), "max_restarts with restart_policy never counts nothing", ""


def _pid_file(agent: Agent) -> Iterator[Finding]:
    if agent.start_type == "forking" and not agent.pid_file:
        yield (
            ("type",),
            "without pid_file the main process of a forking agent is guessed",
            "let the program write one, or better stay in the foreground with type: exec",
        )
    if agent.pid_file and agent.start_type != "forking":
        yield ("pid_file",), "pid_file is only read with type: forking", ""
    if agent.pid_file and agent.replicas > 1:
        yield ("pid_file",), f"{agent.replicas} replicas would share one pid_file", ""


def _notify(agent: Agent) -> Iterator[Finding]:
    if agent.start_type == "notify":
        yield (
            ("type",),
            "the start hangs until the program itself sends READY=1 (sd_notify)",
            "a program that does not know sd_notify wants type: exec",
        )


def _reload(agent: Agent) -> Iterator[Finding]:
    if agent.reload_command and agent.reload_signal:
        yield ("reload_signal",), "reload_command and reload_signal: one of them", ""
    wants = agent.watch and agent.watch.action == "reload"
    if wants and not agent.reload_command and not agent.reload_signal:
        yield (
            ("watch", "action"),
            "nothing says how this agent reloads",
            "add reload_signal: SIGHUP (it ends a program that does not handle it)",
        )


def _memory_order(agent: Agent) -> Iterator[Finding]:
    resources, limits = agent.resources, agent.limits
    if not (hard := resources.memory_limit):
        return
    if resources.memory_high and resources.memory_high >= hard:
        yield (
            ("resources", "memory_high"),
            f"the agent is killed at {print_size(hard)}, before memory_high slows it down",
            "",
        )
    if limits and limits.memory_above and limits.memory_above >= hard:
        yield (
            ("limits", "memory_above"),
            f"the kernel kills the agent at {print_size(hard)}, before this limit is reached",
            "",
        )


def _rotation(agent: Agent) -> Iterator[Finding]:
    if not (logging := agent.logging):
        return
    opened = [path for path in (logging.stdout, logging.stderr) if path]
    if not opened and not logging.files and logging.model_fields_set:
        yield (
            ("logging",),
            "nothing is written to a file: the journal keeps the output",
            "add stdout:",
        )
    for index, path in enumerate(logging.files):
        if path in opened or path in logging.files[:index]:
            yield ("logging", "files", index), f"{path} would be rotated twice", ""
    if logging.reopen_signal and not logging.files:
        yield (
            ("logging", "reopen_signal"),
            "reopen_signal serves only files of the agent itself",
            "",
        )


def _socket_mode(agent: Agent) -> Iterator[Finding]:
    for index, socket in enumerate(agent.sockets):
        if socket.mode is not None and not socket.listen.startswith("/"):
            yield ("sockets", index, "mode"), "mode is for unix sockets only", ""


def _root_unconfined(agent: Agent) -> Iterator[Finding]:
    if agent.user in ("root", "0") and agent.hardening.level == "off":
        yield ("hardening",), "root without a sandbox may do anything", "use hardening: relaxed"


RULES = (
    Rule("endless-oneshot", Level.ERROR, _schedule_ends, "systemd.service(5), Type=oneshot"),
    Rule("bad-schedule", Level.ERROR, _schedule_kind, "systemd.timer(5)"),
    Rule("bad-cron", Level.ERROR, _cron, "crontab(5)"),
    Rule("bad-backoff", Level.ERROR, _backoff_order, "systemd.service(5), RestartMaxDelaySec="),
    Rule("window-too-short", Level.WARNING, _window_reached, "systemd/systemd#39197"),
    Rule("no-effect", Level.WARNING, _window_used, "systemd.unit(5), StartLimitBurst="),
    Rule("pid-file", Level.WARNING, _pid_file, "openclaw/openclaw#83780"),
    Rule("type-notify", Level.NOTE, _notify, "freqtrade/freqtrade#6890"),
    Rule("no-reload", Level.ERROR, _reload, "systemd.service(5), ExecReload="),
    Rule("limit-unreached", Level.WARNING, _memory_order, "Unitech/pm2#839"),
    Rule("log-files", Level.WARNING, _rotation, "Unitech/pm2#1550, logrotate(8) duplicate entries"),
    Rule("no-effect", Level.WARNING, _socket_mode, "systemd.socket(5), SocketMode="),
    Rule("unconfined-root", Level.WARNING, _root_unconfined, "systemd.exec(5), SANDBOXING"),
)
