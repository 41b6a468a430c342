"""The users' own documents, verbatim, and what they mean."""

import json

import pytest
import yaml
from loading import DOCUMENTS, agent, agents, document, rendered

from pa_units.spec.command import Command
from pa_units.spec.health import Timing
from pa_units.spec.parts import EnvFile


def test_the_complete_agents_file() -> None:
    loaded = document((DOCUMENTS / "trading-bot.yaml").read_bytes())
    assert rendered(loaded) == ""
    (bot,) = loaded.agents
    assert bot.name == "trading-bot"
    assert bot.cmd == Command(("python", "trading_bot.py", "--config", "prod.yaml"))
    assert bot.cwd == "/home/kbot/trading"
    assert (bot.restart_policy, bot.max_restarts, bot.restart_window) == ("on-failure", 5, None)
    backoff = bot.backoff
    assert (backoff.initial_delay, backoff.max_delay, backoff.multiplier) == (1000, 60_000, 2)
    assert bot.resources.cpu_limit == 50
    assert bot.resources.memory_limit == 512 << 20
    assert bot.resources.disk_limit == 1 << 30
    assert bot.env == {"API_KEY": "${TRADING_API_KEY}", "LOG_LEVEL": "info"}
    assert bot.check_timing == Timing(30_000, 5_000, 3)
    assert bot.health_check and bot.health_check.command == Command(
        ("curl", "-f", "http://localhost:8080/health")
    )
    assert bot.logging and bot.logging.stderr == "/var/log/trading-bot.error.log"
    assert (bot.logging.max_size, bot.logging.max_files) == (100 << 20, 5)
    assert bot.notifications and bot.notifications.channels == ("slack", "email")


def test_the_same_as_json() -> None:
    text = (DOCUMENTS / "trading-bot.yaml").read_text()
    as_json = json.dumps(yaml.safe_load(text), indent=1)
    assert agents(as_json) == agents(text)


def test_the_daemon_file() -> None:
    loaded = document((DOCUMENTS / "daemon.yaml").read_bytes(), base="/opt")
    assert not loaded.errors
    assert [p.code for p in loaded.problems][:2] == ["not-an-agent", "not-an-agent"]
    filebeat, telegraf, exporter, worker = loaded.agents
    assert (filebeat.name, filebeat.description) == ("filebeat-logs", "Filebeat Log Collector")
    assert filebeat.cmd.words == (
        "/usr/bin/filebeat",
        "-c",
        "/etc/filebeat/filebeat.yml",
        "-path.home",
        "/var/lib/daemon/agents/filebeat-logs",
    )
    assert filebeat.cwd == "/var/lib/daemon/agents/filebeat-logs"
    assert (filebeat.restart_policy, filebeat.max_restarts) == ("always", 10)
    assert (filebeat.backoff.initial_delay, filebeat.backoff.max_delay) == (10_000, 60_000)
    assert filebeat.heartbeat and filebeat.heartbeat.timeout == 90_000
    assert filebeat.heartbeat.socket == "/run/daemon/filebeat.sock"
    limits = filebeat.limits
    assert limits and (limits.cpu_above, limits.memory_above) == (50, 524288000)
    assert (limits.for_, limits.interval) == (60_000, 30_000)
    assert telegraf.cmd.words[1:] == ("--config", "/etc/telegraf/telegraf.conf")
    assert exporter.cmd.words == ("/usr/bin/node_exporter",)
    assert exporter.health_check
    assert exporter.health_check.http == "http://localhost:9100/metrics"
    assert worker.cmd.words == ("/opt/bin/worker", "--queue", "a b")
    assert not worker.auto_start


def test_defaults_of_the_daemon_file_fill_gaps_only() -> None:
    _, telegraf, _, worker = document((DOCUMENTS / "daemon.yaml").read_bytes()).agents
    assert (telegraf.restart_policy, telegraf.max_restarts) == ("on-failure", 5)
    assert telegraf.backoff.max_delay == 300_000
    assert telegraf.limits and telegraf.limits.cpu_above == 80
    assert (worker.restart_policy, worker.max_restarts) == ("never", 5)


def test_the_old_daemon_file() -> None:
    text = (DOCUMENTS / "daemon-old.yaml").read_text()
    old = agent(text, base="/etc/agent")
    assert old.name == "agent"
    assert old.cmd.words == ("/usr/local/bin/agent", "-config", "/etc/agent/agent.yaml")
    assert (old.max_restarts, old.backoff.initial_delay) == (10, 10_000)
    nested = "agent:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    assert agent(nested, base="/etc/agent") == old


def test_flags_of_the_user_are_not_doubled() -> None:
    text = "id: f\ntype: filebeat\nbinary_path: /f\nconfig_file: /c\nargs: [-c, /other]\n"
    assert agent(text).cmd.words == ("/f", "-c", "/other")


def test_a_custom_agent_gets_its_arguments_alone() -> None:
    loaded = document("id: f\ntype: custom\nbinary_path: /f\nconfig_file: /c\nargs: [x]\n")
    assert [problem.code for problem in loaded.problems] == ["unused-config-file"]
    assert loaded.agents[0].cmd.words == ("/f", "x")


def test_compose_words() -> None:
    web, db = agents((DOCUMENTS / "compose-words.yaml").read_text())
    assert web.cmd.words == ("/srv/app/web", "--port", "${PORT}")
    assert web.cwd == "/srv/app"
    assert (web.restart_policy, web.max_restarts) == ("on-failure", 5)
    assert web.env["PORT"] == "08080"
    assert (web.env["DEBUG"], web.env["VERSION"]) == ("yes", "1.10")
    check = web.health_check
    assert check and check.command == Command(("curl -f http://localhost:8080 || exit 1",), True)
    assert (check.interval, check.start_period) == (30_000, 10_000)
    resources = web.resources
    assert (resources.cpu_limit, resources.memory_limit) == (50, 512 << 20)
    assert (resources.tasks, resources.open_files) == (100, 65536)
    assert (web.stop_timeout, web.stop_signal) == (90_000, "SIGINT")
    assert web.env_file == (
        EnvFile(path="/srv/.env"),
        EnvFile(path="/srv/more.env", required="false"),  # type: ignore[arg-type]
    )
    assert web.depends_on["db"].condition == "healthy" and web.depends_on["db"].restart
    assert web.logging and (web.logging.max_size, web.logging.max_files) == (10 << 20, 3)
    assert (db.replicas, db.restart_policy, db.max_restarts) == (2, "always", 3)
    assert (db.resources.cpu_limit, db.resources.memory_limit) == (150, 1 << 30)
    assert (db.backoff.initial_delay, db.restart_window) == (5_000, 600_000)
    assert db.health_check and db.health_check.command == Command(("/srv/ready",))


def test_a_check_is_switched_off() -> None:
    for spelling in ("test: [NONE]", "disable: true", "enabled: off"):
        off = agent(f"name: a\ncmd: a\nhealthcheck: {{{spelling}}}\n")
        assert off.health_check and not off.health_check.enabled
        assert off.check_timing is None


def test_profiles_fill_in_what_a_check_leaves_out() -> None:
    text = "name: a\ncmd: a\nprofile: {}\nhealth_check: {{tcp: 1, retries: 7}}\n"
    assert agent(text.format("development")).check_timing == Timing(2_000, 5_000, 7)
    assert agent(text.format("testing")).check_timing == Timing(5_000, 5_000, 7)
    assert agent(text.format("production")).check_timing == Timing(10_000, 10_000, 7)


def test_words_of_a_command() -> None:
    assert agent("name: a\ncmd: a \"b c\" 'd'\n").cmd == Command(("a", "b c", "d"))
    assert agent('name: a\ncmd: [a, "b c", "$x", "&&"]\n').cmd.words == ("a", "b c", "$x", "&&")
    assert agent("name: a\nshell: true\ncmd: a && b | c\n").cmd == Command(("a && b | c",), True)
    hooks = agent("name: a\ncmd: a\nhooks: {pre_start: [b c, [d, e f], {shell: g; h}]}\n").hooks
    assert hooks.pre_start == (
        Command(("b", "c")),
        Command(("d", "e f")),
        Command(("g; h",), True),
    )
    assert agent("name: a\ncmd: |\n  a b\n").cmd == Command(("a", "b"))


def test_relative_programs_are_seen_from_the_working_directory() -> None:
    assert agent("name: a\ncmd: ./run x/y\n").cmd.words == ("/srv/run", "x/y")
    assert agent("name: a\ncwd: app\ncmd: ./run\n").cmd.words == ("/srv/app/run",)
    assert agent("name: a\ncwd: ../app\ncmd: run\n").cmd.words == ("run",)
    text = "name: a\ncwd: app\ncmd: a\nhooks: {pre_start: bin/b}\nstop_command: [./c]\n"
    found = agent(text)
    assert found.hooks.pre_start == (Command(("/srv/app/bin/b",)),)
    assert found.stop_command == Command(("/srv/app/c",))


def test_short_forms() -> None:
    found = agent(
        "name: a\ncmd: a\nschedule: '@daily'\nhardening: tight\ndepends_on: [b]\nenv: [A=b=c, D]\n"
        "secrets: [K]\nsockets: [{listen: 80}]\nhealth_check: {tcp: 5432}\n"
        "success_exit_codes: 143\nafter: network-online.target\n"
    )
    assert found.schedule and found.schedule.cron == "@daily"
    assert found.start_type == "oneshot"
    assert found.hardening.level == "tight"
    assert found.depends_on["b"].condition == "started"
    assert found.env == {"A": "b=c", "D": "${D}"}
    assert found.secrets["K"].source == "env:K" and found.secrets["K"].target == "env"
    assert found.sockets[0].listen == "80"
    assert found.health_check and found.health_check.tcp == "localhost:5432"
    assert found.success_exit_codes == ("143",)
    assert found.after == ("network-online.target",)


def test_free_values_have_types() -> None:
    found = agent(
        "name: a\ncmd: a\nlaunchd: {Nice: 5, KeepAlive: true, Label: '5', X: yes, O: 0o17}\n"
        "x-a: [1.5, ~, no]\nhardening: {level: off, ProtectHome: read-only, A: [b, c]}\n"
        "systemd: {Service: {LimitCORE: 0}}\n"
    )
    assert found.launchd == {"Nice": 5, "KeepAlive": True, "Label": "5", "X": "yes", "O": 15}
    assert found.extensions == {"x-a": [1.5, None, "no"]}
    assert found.hardening.switches == {"ProtectHome": ("read-only",), "A": ("b", "c")}
    assert found.systemd == {"Service": {"LimitCORE": ("0",)}}


def test_byte_order_mark_and_carriage_returns() -> None:
    assert agent("\ufeffname: a\r\ncmd: a b\r\n").cmd.words == ("a", "b")


def test_json_is_read_as_json() -> None:
    text = '{\n\t"name": "a",\n\t"cmd": ["a", "\\ud83d\\ude00", "\\u0041"],\n\t"max_restarts": 3\n}'
    found = agent(text)
    assert found.cmd.words == ("a", "\U0001f600", "A")
    assert found.max_restarts == 3


def test_without_libyaml_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [path.read_text() for path in sorted(DOCUMENTS.glob("*.yaml"))]
    texts += ["a: b: c\n", "a: 'b\n", "a: [b\n", "a:\n\t- b\n", "- " * 50_000, "[" * 50_000]
    quick = [document(text) for text in texts]
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    for text, expected in zip(texts, quick, strict=True):
        slow = document(text)
        assert slow.agents == expected.agents
        assert [p.mark[:3] for p in slow.problems] == [p.mark[:3] for p in expected.problems]
