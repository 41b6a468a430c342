"""Support for what stands around an agent: others, times, files, sockets, secrets, watchers."""

from collections.abc import Mapping

from pa_units.compile.support.way import Row, Way, companion, exact, impossible, later, nearly


def _row(*paths: str, systemd: Way, run: Way, launchd: Way) -> Mapping[str, Row]:
    return dict.fromkeys(paths, Row(systemd, run, launchd))


_NOT_HERE = impossible("there are no units of others here")
_NO_PROBES = later("nothing asks the agent while it runs")
_ASKED = companion("launchd waits for nobody: the companion starts the agent when it may")
_NOBODY_TOLD = later("nothing sends notifications")
_NO_LIMITS = later("nothing watches figures")
_NO_RULES = later("nothing evaluates rules")
_NO_METRICS = later("nothing collects figures that agents report")
_NO_ROTATION = later("its output is rotated by size alone")
_NO_TIMESTAMPS = later("lines are written as they come")
_NOT_OPENED = impossible("nothing opens sockets for an agent here")

AROUND: Mapping[str, Row] = {
    **_row(
        "replicas",
        systemd=exact("NAME@.service and NAME.target"),
        run=exact("as many processes"),
        launchd=exact("as many jobs"),
    ),
    **_row(
        *("schedule", "schedule.cron", "schedule.calendar", "schedule.every"),
        *("schedule.timezone", "schedule.catch_up", "schedule.jitter"),
        systemd=exact("NAME.timer"),
        run=later("the agent is started by hand only"),
        launchd=nearly("StartCalendarInterval, in the zone of the machine"),
    ),
    **_row(
        *("watch", "watch.paths", "watch.action"),
        systemd=exact("pa-watch-NAME.path and a oneshot that acts"),
        run=later("nothing watches files"),
        launchd=companion("WatchPaths starts and never restarts"),
    ),
    **_row(
        *("sockets", "sockets.listen", "sockets.type", "sockets.mode"),
        systemd=exact("NAME.socket"),
        run=_NOT_OPENED,
        launchd=exact("Sockets"),
    ),
    **_row(
        *("secrets", "secrets.from", "secrets.as"),
        systemd=exact("EnvironmentFile= or LoadCredential="),
        run=exact("a variable, or a file below $CREDENTIALS_DIRECTORY"),
        launchd=later("no secret is handed over"),
    ),
    **_row(
        *("depends_on", "depends_on.condition"),
        systemd=exact("Wants=, After= and a wait before the start"),
        run=exact("the start waits"),
        launchd=_ASKED,
    ),
    **_row(
        "depends_on.restart",
        systemd=exact("PartOf= a target that the dependency restarts"),
        run=exact("restarted together"),
        launchd=_ASKED,
    ),
    **_row("after", systemd=exact("After="), run=_NOT_HERE, launchd=_NOT_HERE),
    **_row("wants", systemd=exact("Wants="), run=_NOT_HERE, launchd=_NOT_HERE),
    **_row("requires", systemd=exact("Requires="), run=_NOT_HERE, launchd=_NOT_HERE),
    **_row(
        *("logging", "logging.stdout", "logging.stderr"),
        systemd=exact("append: files that root makes"),
        run=exact("pipes into files"),
        launchd=exact("StandardOutPath, StandardErrorPath"),
    ),
    **_row(
        "logging.max_size",
        systemd=exact("logrotate, looked at once a minute"),
        run=exact("cut at line ends"),
        launchd=nearly("newsyslog looks once an hour"),
    ),
    **_row(
        *("logging.max_files", "logging.compress"),
        systemd=exact("logrotate"),
        run=exact("cut at line ends"),
        launchd=nearly("newsyslog looks once an hour"),
    ),
    **_row(
        *("logging.rotate_every", "logging.reopen_signal"),
        systemd=exact("logrotate"),
        run=_NO_ROTATION,
        launchd=nearly("newsyslog looks once an hour"),
    ),
    **_row(
        "logging.files",
        systemd=nearly("logrotate, as the agent's user", told=True),
        run=_NO_ROTATION,
        launchd=nearly("newsyslog looks once an hour"),
    ),
    **_row(
        "logging.max_age",
        systemd=nearly("whole days, looked at when a file is rotated"),
        run=_NO_ROTATION,
        launchd=nearly("newsyslog looks once an hour"),
    ),
    **_row(
        "logging.timestamps",
        systemd=_NO_TIMESTAMPS,
        run=exact("in front of each line"),
        launchd=_NO_TIMESTAMPS,
    ),
    **_row(
        *("health_check", "health_check.enabled", "health_check.http"),
        *("health_check.tcp", "health_check.interval", "health_check.timeout"),
        *("health_check.retries", "health_check.success_threshold", "health_check.start_period"),
        *("health_check.start_interval", "health_check.retry", "health_check.on_failure"),
        systemd=companion("pa-watchdog asks and tells PID 1, which restarts"),
        run=_NO_PROBES,
        launchd=_NO_PROBES,
    ),
    **_row(
        "health_check.command",
        systemd=nearly("curl -f is asked as http; other commands later", told=True),
        run=_NO_PROBES,
        launchd=_NO_PROBES,
    ),
    **_row(
        "health_check.gate",
        systemd=exact("ExecStartPost= asks until the answer is good"),
        run=later("a start does not wait for a good answer"),
        launchd=_ASKED,
    ),
    **_row(
        *("heartbeat", "heartbeat.timeout", "heartbeat.via"),
        systemd=exact("WatchdogSec= and NotifyAccess="),
        run=later("nobody listens for heartbeats"),
        launchd=companion("launchd knows no heartbeats"),
    ),
    **_row(
        "heartbeat.socket",
        systemd=later("nobody listens on it"),
        run=later("nobody listens on it"),
        launchd=companion("the companion listens"),
    ),
    **_row(
        *("limits", "limits.cpu_above", "limits.memory_above"),
        *("limits.log_above", "limits.io_above", "limits.pressure_above", "limits.interval"),
        *("limits.for", "limits.then"),
        systemd=companion("pa-watchdog measures and tells PID 1, which restarts"),
        run=_NO_LIMITS,
        launchd=_NO_LIMITS,
    ),
    **_row(
        "limits.disk_above",
        systemd=later("nothing measures what an agent stores"),
        run=_NO_LIMITS,
        launchd=_NO_LIMITS,
    ),
    **_row(
        "profile",
        systemd=exact("figures of checks and of the gate"),
        run=_NO_PROBES,
        launchd=_NO_PROBES,
    ),
    **_row(
        *("notifications", "notifications.on_restart", "notifications.on_failure"),
        "notifications.channels",
        systemd=_NOBODY_TOLD,
        run=_NOBODY_TOLD,
        launchd=_NOBODY_TOLD,
    ),
    **_row(
        *("alerts", "alerts.when", "alerts.for", "alerts.then", "alerts.cooldown"),
        "alerts.severity",
        systemd=_NO_RULES,
        run=_NO_RULES,
        launchd=_NO_RULES,
    ),
    **_row(
        *("metrics", "metrics.name", "metrics.type", "metrics.help", "metrics.labels"),
        "metrics.buckets",
        systemd=_NO_METRICS,
        run=_NO_METRICS,
        launchd=_NO_METRICS,
    ),
}

VALUES: Mapping[tuple[str, str], Row] = {
    ("heartbeat.via", "socket"): Row(
        later("nobody listens on a socket"),
        later("nobody listens on a socket"),
        companion("the companion listens"),
    ),
    ("heartbeat.via", "http"): Row(
        later("nobody listens for heartbeats over HTTP"),
        later("nobody listens for heartbeats over HTTP"),
        companion("the companion listens"),
    ),
}
"""Single values of a field that fare otherwise than the field."""
