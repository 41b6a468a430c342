"""The support table says what is: a field that is exact changes what is written, one that comes
later changes nothing and is told."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from golden_facts import facts

from pa_units.compile.run import target as run
from pa_units.compile.support.around import VALUES
from pa_units.compile.support.table import TABLE
from pa_units.compile.support.way import How, Target
from pa_units.compile.systemd import target as systemd
from pa_units.compile.systemd.target import Source
from pa_units.contracts.bundle import Bundle
from pa_units.contracts.facts import Facts
from pa_units.spec.canonical import digest
from pa_units.spec.load import load
from pa_units.spec.outline import entries

FIELDS = [entry.dotted for entry in entries()]

BASE = {"name": "bot", "cmd": "/bin/bot"}

SAMPLES = """
name: other
cmd: /bin/other
shell: true
description: a bot
documentation: https://example.org
cwd: /srv/bot
auto_start: false
type: oneshot
pid_file: /run/bot/pid
start_timeout: 10s
restart_policy: always
max_restarts: 3
restart_window: 1h
backoff: {initial_delay: 3s}
backoff.initial_delay: 3s
backoff.max_delay: 10m
backoff.multiplier: 3
backoff.reset_after: 10m
success_exit_codes: [3]
no_restart_exit_codes: [4]
stop_signal: INT
stop_timeout: 3s
stop_command: /bin/stop
reload_command: /bin/reload
reload_signal: HUP
hooks: {pre_start: /bin/pre}
hooks.pre_start: /bin/pre
hooks.post_start: /bin/post
hooks.pre_stop: /bin/before
hooks.post_stop: /bin/after
schedule: "5 4 * * *"
schedule.cron: "5 4 * * *"
schedule.calendar: daily
schedule.every: 1h
schedule.timezone: Europe/Berlin
schedule.catch_up: false
schedule.jitter: 5m
watch: {paths: /etc/bot}
watch.paths: /etc/bot
watch.action: reload
sockets: [{listen: 8080}]
sockets.listen: 8080
sockets.type: datagram
sockets.mode: "0600"
replicas: 3
user: kbot
group: adm
umask: "0077"
nice: 5
hardening: off
hardening.level: relaxed
env: {A: b}
env_file: /etc/bot.env
env_file.path: /etc/bot.env
env_file.required: false
secrets: {TOKEN: "env:T"}
secrets.from: "env:T"
secrets.as: file
depends_on: [db]
depends_on.condition: completed_successfully
depends_on.restart: true
after: nginx.service
wants: nginx.service
requires: nginx.service
resources: {open_files: 100}
resources.cpu_limit: 50%
resources.memory_limit: 1G
resources.memory_high: 1G
resources.disk_limit: 1G
resources.tasks: 10
resources.open_files: 100
resources.io_weight: 50
logging: {stdout: /var/log/bot.log}
logging.stdout: /var/log/bot.log
logging.stderr: /var/log/bot.log
logging.max_size: 5M
logging.max_files: 3
logging.compress: true
logging.rotate_every: daily
logging.max_age: 30d
logging.timestamps: true
logging.files: [/srv/bot/own.log]
logging.reopen_signal: USR1
health_check: {http: "http://localhost:1/"}
health_check.enabled: true
health_check.command: curl -f http://localhost:2/
health_check.http: "http://localhost:1/"
health_check.tcp: "1"
health_check.interval: 7s
health_check.timeout: 7s
health_check.retries: 7
health_check.success_threshold: 2
health_check.start_period: 7s
health_check.start_interval: 7s
health_check.retry: 2
health_check.on_failure: none
health_check.gate: true
heartbeat: {timeout: 30s}
heartbeat.timeout: 30s
heartbeat.via: notify
heartbeat.socket: /run/beat
limits: {cpu_above: 90%}
limits.cpu_above: 90%
limits.memory_above: 1G
limits.disk_above: 1G
limits.log_above: 1G
limits.io_above: 1M/s
limits.pressure_above: 5%
limits.interval: 3s
limits.for: 3s
limits.then: stop
profile: testing
notifications: {channels: [mail]}
notifications.on_restart: true
notifications.on_failure: true
notifications.channels: [mail]
alerts: [{when: restart_count > 3 in 1h}]
alerts.when: restart_count > 3 in 1h
alerts.for: 1m
alerts.then: [stop]
alerts.cooldown: 1m
alerts.severity: critical
metrics: [{name: orders}]
metrics.name: orders
metrics.type: counter
metrics.help: words
metrics.labels: [side]
metrics.buckets: [1]
labels: {team: a}
systemd: {Service: {OOMPolicy: kill}}
launchd: {ProcessType: Interactive}
x-*: {x-team: a}
"""

BLOCKS = """
backoff: {}
hooks: {}
hardening: {}
resources: {}
notifications: {}
heartbeat: {}
schedule: {cron: "1 1 * * *"}
watch: {paths: /etc/watched}
sockets: [{listen: 9090}]
env_file: [{path: /etc/base.env}]
secrets: {TOKEN: {from: "env:OTHER"}}
depends_on: {db: {}}
logging: {stdout: /var/log/base.log, compress: false}
health_check: {tcp: "2"}
limits: {memory_above: 2G}
alerts: [{when: restart_count > 9 in 1h}]
metrics: [{name: base}]
"""
"""The least that a block needs to be there, before one of its fields is set."""

CHOICES = {"schedule": ("cron", "calendar", "every"), "health_check": ("command", "http", "tcp")}
"""Fields of which a block has one."""

WITH = """
backoff.max_delay: {max_restarts: 9}
restart_window: {max_restarts: 2}
pid_file: {type: forking}
sockets.mode: {sockets: [{listen: /run/bot/sock}]}
group: {user: kbot}
profile: {health_check: {http: "http://localhost:1/", gate: true}}
heartbeat.via: {heartbeat: {via: socket}}
health_check.enabled: {health_check: {tcp: "2", enabled: false}}
resources.disk_limit: {logging: {stdout: /var/log/bot.log, max_size: 1G}}
logging.files: {user: kbot}
logging.reopen_signal: {user: kbot, logging: {files: [/srv/bot/own.log]}}
"""
"""What else an agent must have for the field to mean something."""

NO_TRACE = {
    Target.SYSTEMD: {"launchd", "x-*"},
    Target.RUN: {"launchd", "systemd", "x-*", "description", "documentation"},
}
"""Exact without a trace: kept in the spec alone."""

PARTLY = {("schedule", Target.RUN)}
"""Told to be without effect, though something of it is there: a scheduled agent is a oneshot."""


@cache
def table(text: str) -> dict[str, Any]:
    found = yaml.load(text, yaml.BaseLoader)
    assert isinstance(found, dict)
    return found


def documents(path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """An agent without the field, and the same with it."""
    name, _, inner = path.partition(".")
    before = BASE | table(WITH).get(path, {})
    after, value = dict(before), table(SAMPLES)[path]
    if not inner:
        return before, after | (value if name == "x-*" else {name: value})
    before = {name: table(BLOCKS)[name]} | before
    after[name] = {key: item for key, item in _members(before[name]).items() if _stays(path, key)}
    after[name] |= {inner: value}
    if name in ("sockets", "env_file", "alerts", "metrics"):
        after[name] = [after[name]]
    if name in ("secrets", "depends_on"):
        after[name] = {next(iter(before[name])): after[name]}
    return before, after


def _members(block: Any) -> dict[str, Any]:
    """The fields of a block, or of its one item."""
    if isinstance(block, list):
        return dict(block[0])
    nested = [item for item in block.values() if isinstance(item, dict)]
    return dict(nested[0]) if nested else dict(block)


def _stays(path: str, key: str) -> bool:
    name, _, inner = path.partition(".")
    choices = CHOICES.get(name, ())
    return not (inner in choices and key in choices)


COMPILERS: Mapping[Target, Callable[[Iterable[Source], Facts], Bundle]] = {
    Target.SYSTEMD: systemd.compile_agents,
    Target.RUN: run.compile_agents,
}
"""Targets that are built."""


def compiled(agent: dict[str, Any], target: Target) -> Bundle:
    others = [BASE | {"name": "db", "type": "oneshot"}] if "depends_on" in agent else []
    text = yaml.dump({"agents": [agent, *others]}).encode()
    loaded = load(text, "spec.yaml", base="/srv")
    assert loaded.agents, loaded.problems
    sources = [Source(one, digest(one)) for one in loaded.agents]
    return COMPILERS[target](sources, facts(loaded.agents, 257, {}))


def traces(bundle: Bundle) -> object:
    """What a bundle would change on a host. The digest of a document changes with every field."""
    return [
        agent._replace(
            digest="",
            artifacts=tuple(
                item._replace(
                    text=item.text.replace(agent.digest, "").replace(agent.digest[:12], "")
                )
                for item in agent.artifacts
            ),
        )
        for agent in bundle.agents
    ]


def test_every_field_has_a_row_and_every_row_a_field() -> None:
    assert set(TABLE) == set(FIELDS)
    assert {path for path, _ in VALUES} <= set(FIELDS)


def test_every_field_has_a_sample() -> None:
    assert set(table(SAMPLES)) == set(FIELDS)


@pytest.mark.parametrize("target", COMPILERS)
@pytest.mark.parametrize("path", FIELDS)
def test_target_gives_what_the_table_says(path: str, target: Target) -> None:
    before, after = documents(path)
    old, new = compiled(before, target), compiled(after, target)
    has_effect = traces(old) != traces(new)
    way = TABLE[path].of(target)
    told = {note.code for note in new.notes} & {"not-active-yet", "no-effect-here"}
    if way.how in (How.LATER, How.IMPOSSIBLE):
        partly = (path, target) in PARTLY
        assert partly or not has_effect, f"{path} has an effect: its row is out of date"
        assert told, f"{path} has no effect and nobody says so"
    elif path not in NO_TRACE[target]:
        assert has_effect, f"{path} has no effect: its row says '{way.how}: {way.why}'"
