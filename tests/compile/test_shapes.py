"""Units of agents that are more than one service: replicas, schedules, sockets, watched files."""

import pytest
from unit_trees import compiled, errors, links, only, paths, units

from pa_units.contracts.bundle import Kind, Level
from pa_units.contracts.refs import Scope

BOT = "name: bot\ncmd: /srv/bot\n"


def names(spec: str) -> list[str]:
    return [unit.name for unit in only(compiled(spec)).units]


def test_a_plain_agent_is_its_service_alone() -> None:
    agent = only(compiled(BOT))
    assert [unit.name for unit in agent.units] == ["bot.service"]
    assert (agent.starts, agent.runs, agent.ends) == ((), (), False)


class TestReplicas:
    SPEC = BOT + "replicas: 3\nlogging: {stdout: /var/log/bot.log, stderr: /var/log/bot.err}\n"

    def test_the_target_starts_and_stops_the_instances(self) -> None:
        agent = only(compiled(self.SPEC))
        files = units(agent)
        instances = [f"bot@{number}.service" for number in (1, 2, 3)]
        assert files["bot.target"]["Unit.Wants"] == [" ".join(instances)]
        assert files["bot@.service"]["Unit.PartOf"] == ["bot.target"]
        assert [unit.name for unit in agent.runs] == instances
        assert [unit.name for unit in agent.units] == ["bot.target", *instances]

    def test_the_target_is_enabled_and_the_template_is_not(self) -> None:
        agent = only(compiled(self.SPEC))
        assert links(agent) == {"multi-user.target.wants/bot.target": "bot.target"}
        assert "Install.WantedBy" not in units(agent)["bot@.service"]

    def test_each_knows_its_number_and_has_its_own_logs(self) -> None:
        agent = only(compiled(self.SPEC))
        service = units(agent)["bot@.service"]
        assert service["Service.Environment"] == ["PA_REPLICA=%i"]
        assert service["Service.StandardOutput"] == ["append:/var/log/bot@%i.log"]
        assert service["Service.StandardError"] == ["append:/var/log/bot@%i.err"]
        assert paths(agent, Kind.LOG) == [
            f"/var/log/bot@{number}.{ending}" for ending in ("log", "err") for number in (1, 2, 3)
        ]

    def test_instances_leave_no_slice_behind(self) -> None:
        assert units(only(compiled(self.SPEC)))["bot@.service"]["Service.Slice"] == ["system.slice"]
        of_user = units(only(compiled(BOT + "replicas: 2\n", scope=Scope.USER)))
        assert of_user["bot@.service"]["Service.Slice"] == ["app.slice"]

    def test_a_value_that_only_a_plain_unit_can_hold_is_an_error_at_its_line(self) -> None:
        spec = BOT + 'replicas: 2\ndescription: "ends with a backslash\\\\"\n'
        assert [loc for loc, _ in errors(compiled(spec))] == [("description",)]

    def test_names_with_dashes_and_dots(self) -> None:
        agent = only(compiled("name: a-b.c\ncmd: /srv/bot\nreplicas: 2\n"))
        assert "a-b.c@.service" in units(agent)
        assert [unit.name for unit in agent.runs] == ["a-b.c@1.service", "a-b.c@2.service"]


class TestSchedule:
    def timer(self, schedule: str, version: int = 257) -> dict[str, list[str]]:
        return units(only(compiled(f"{BOT}schedule: {schedule}\n", version)))["bot.timer"]

    def test_the_timer_is_enabled_and_the_service_ends_by_itself(self) -> None:
        agent = only(compiled(BOT + "schedule: '0 5 * * *'\n"))
        assert links(agent) == {"timers.target.wants/bot.timer": "bot.timer"}
        service = units(agent)["bot.service"]
        assert service["Service.Type"] == ["oneshot"]
        assert "Install.WantedBy" not in service
        assert agent.ends and [unit.name for unit in agent.starts] == ["bot.timer"]

    def test_cron(self) -> None:
        timer = self.timer("{cron: '0 3 1 * fri', timezone: Europe/Berlin, jitter: 90s}")
        assert timer["Timer.OnCalendar"] == [
            "*-*-01 03:00:00 Europe/Berlin",
            "Fri *-*-* 03:00:00 Europe/Berlin",
        ]
        assert timer["Timer.RandomizedDelaySec"] == ["90s"]
        assert timer["Timer.Persistent"] == ["yes"]
        assert timer["Timer.AccuracySec"] == ["1s"]

    def test_a_calendar_event_is_taken_as_it_is(self) -> None:
        timer = self.timer("{calendar: 'Mon *-*-1..7 02:00', catch_up: false}")
        assert timer["Timer.OnCalendar"] == ["Mon *-*-1..7 02:00"]
        assert "Timer.Persistent" not in timer

    @pytest.mark.parametrize(("catch_up", "first"), [("true", "0s"), ("false", "300s")])
    def test_every(self, catch_up: str, first: str) -> None:
        timer = self.timer(f"{{every: 5m, catch_up: {catch_up}}}")
        assert timer["Timer.OnActiveSec"] == [first]
        assert timer["Timer.OnUnitActiveSec"] == ["300s"]
        assert "Timer.OnCalendar" not in timer

    def test_short_intervals_are_kept_more_exactly(self) -> None:
        assert self.timer("{every: 2s}")["Timer.AccuracySec"] == ["200ms"]

    def test_a_failed_run_waits_for_the_next_time_unless_the_spec_says_otherwise(self) -> None:
        service = units(only(compiled(BOT + "schedule: '@daily'\n")))["bot.service"]
        assert service["Service.Restart"] == ["no"]
        asked = BOT + "schedule: '@daily'\nrestart_policy: on-failure\n"
        assert units(only(compiled(asked)))["bot.service"]["Service.Restart"] == ["on-failure"]

    @pytest.mark.parametrize("version", [252, 257])
    def test_the_budget_of_a_oneshot_is_one_of_each_run(self, version: int) -> None:
        spec = BOT + "schedule: '@daily'\nrestart_policy: on-failure\nmax_restarts: 3\n"
        agent = only(compiled(spec, version))
        service = units(agent)["bot.service"]
        assert service["Unit.StartLimitBurst"] == ["4"]
        assert service["Unit.Wants"] == service["Unit.After"] == ["pa-fresh@%N.service"]
        assert "pa-fresh@.service" in units(agent)
        assert "/usr/local/lib/pa/0/fresh" in paths(agent, Kind.HELPER)
        # BindsTo= of the stability timer would start a oneshot that has just ended.
        assert not any(name.startswith("pa-stable") for name in units(agent))

    @pytest.mark.parametrize(
        ("line", "field"),
        [
            ("replicas: 2", "replicas"),
            ("sockets: [{listen: 80}]", "sockets"),
            ("watch: {paths: /etc/bot}", "watch"),
            ("type: exec", "type"),
        ],
    )
    def test_what_does_not_go_with_a_schedule(self, line: str, field: str) -> None:
        bundle = compiled(f"{BOT}schedule: '@daily'\n{line}\n")
        assert errors(bundle) == [((field,), "not-with-schedule")]

    def test_facts_of_the_host_forbid_or_warn(self) -> None:
        spec = BOT + "schedule: {calendar: '2020-01-01'}\n"
        assert errors(compiled(spec, schedule="no such zone")) == [(("schedule",), "bad-schedule")]
        (told,) = compiled(spec, never_due=True).notes
        assert (told.level, told.code) == (Level.WARNING, "never-due")


class TestSockets:
    def socket(self, sockets: str, spec: str = BOT) -> dict[str, list[str]]:
        return units(only(compiled(f"{spec}sockets: {sockets}\n")))["bot.socket"]

    def test_the_socket_is_enabled_and_the_service_takes_it(self) -> None:
        agent = only(compiled(BOT + "sockets: [{listen: 8080}]\n"))
        assert links(agent) == {"sockets.target.wants/bot.socket": "bot.socket"}
        assert units(agent)["bot.service"]["Service.Sockets"] == ["bot.socket"]
        assert [unit.name for unit in agent.starts] == ["bot.socket"]

    def test_addresses(self) -> None:
        found = self.socket("[{listen: 8080}, {listen: 'localhost:81'}, {listen: '[::1]:82'}]")
        assert found["Socket.ListenStream"] == ["8080", "127.0.0.1:81", "[::1]:82"]
        assert "Socket.SocketMode" not in found

    def test_files_keep_the_order_of_the_spec_across_types(self) -> None:
        spec = BOT + "sockets: [{listen: 1, type: datagram}, {listen: 2}, {listen: 3}]\n"
        agent = only(compiled(spec))
        text = next(one.text for one in agent.artifacts if one.path.endswith("bot.socket"))
        listen = [line for line in text.splitlines() if line.startswith("Listen")]
        assert listen == ["ListenDatagram=1", "ListenStream=2", "ListenStream=3"]

    def test_a_unix_socket_belongs_to_the_user_of_the_agent(self) -> None:
        found = self.socket("[{listen: /run/bot.sock}]", BOT + "user: web\n")
        assert found["Socket.SocketUser"] == found["Socket.SocketGroup"] == ["web"]
        assert found["Socket.SocketMode"] == ["0660"]
        assert found["Socket.RemoveOnStop"] == ["yes"]

    def test_a_dynamic_user_is_not_there_before_the_service(self) -> None:
        found = self.socket("[{listen: /run/bot.sock, mode: '0666'}]")
        assert "Socket.SocketUser" not in found
        assert found["Socket.SocketMode"] == ["0666"]

    def test_replicas_take_from_one_socket(self) -> None:
        agent = only(compiled(BOT + "replicas: 2\nsockets: [{listen: 80}]\n"))
        files = units(agent)
        assert files["bot.socket"]["Socket.Service"] == ["bot@1.service"]
        assert files["bot@.service"]["Service.Sockets"] == ["bot.socket"]
        assert links(agent) == {"multi-user.target.wants/bot.target": "bot.target"}
        assert "Install.WantedBy" not in files["bot.socket"]

    @pytest.mark.parametrize(
        ("sockets", "loc", "code"),
        [
            ("[{listen: /a}, {listen: /b, mode: '0600'}]", ("sockets",), "socket-modes"),
            ("[{listen: 'db.local:80'}]", ("sockets", 0, "listen"), "socket-address"),
            ("[{listen: 80, type: sequential}]", ("sockets", 0, "type"), "socket-type"),
        ],
    )
    def test_refused(self, sockets: str, loc: tuple[object, ...], code: str) -> None:
        assert errors(compiled(f"{BOT}sockets: {sockets}\n")) == [(loc, code)]


class TestWatch:
    SPEC = BOT + "watch: {paths: [/etc/bot, '/etc/a b%']}\n"

    def test_the_path_unit_comes_and_goes_with_the_agent(self) -> None:
        agent = only(compiled(self.SPEC))
        files = units(agent)
        assert files["bot.service"]["Unit.Wants"] == ["pa-watch-bot.path"]
        path = files["pa-watch-bot.path"]
        assert path["Unit.StopWhenUnneeded"] == ["yes"]
        assert path["Path.PathChanged"] == ["/etc/bot", "/etc/a b%%"]
        assert path["Path.TriggerLimitIntervalSec"] == ["0"]
        assert links(agent) == {"multi-user.target.wants/bot.service": "bot.service"}

    def test_it_waits_first_and_acts_last(self) -> None:
        service = units(only(compiled(self.SPEC)))["pa-watch-bot.service"]
        assert service["Service.ExecStart"] == [
            "/usr/bin/sleep 1",
            "/usr/bin/systemctl --no-block try-restart bot.service",
        ]
        assert service["Unit.StartLimitIntervalSec"] == ["0"]

    def test_reload(self) -> None:
        spec = BOT + "watch: {paths: /etc/bot, action: reload}\nreload_signal: HUP\nreplicas: 2\n"
        service = units(only(compiled(spec)))["pa-watch-bot.service"]
        assert service["Service.ExecStart"][1] == (
            "/usr/bin/systemctl --no-block try-reload-or-restart bot@1.service bot@2.service"
        )

    def test_in_a_user_manager(self) -> None:
        service = units(only(compiled(self.SPEC, scope=Scope.USER)))["pa-watch-bot.service"]
        assert service["Service.ExecStart"][1].startswith("/usr/bin/systemctl --user --no-block ")

    def test_the_directory_of_a_symlink_is_watched_too(self) -> None:
        bundle = compiled(self.SPEC, links={"/etc/bot": ("/etc/k8s", "/etc")})
        (told,) = bundle.notes
        assert (told.loc, told.code) == (("watch", "paths", 0), "watched-link")
        (agent,) = bundle.agents
        changed = units(agent)["pa-watch-bot.path"]["Path.PathChanged"]
        assert changed == ["/etc/bot", "/etc/a b%%", "/etc/k8s", "/etc"]


class TestPassthrough:
    def test_sections_go_to_the_unit_that_has_them(self) -> None:
        spec = BOT + (
            "schedule: '@daily'\n"
            "systemd: {Timer: {WakeSystem: 'true'}, Service: {OOMScoreAdjust: '5'}}\n"
        )
        files = units(only(compiled(spec)))
        assert files["bot.timer"]["Timer.WakeSystem"] == ["true"]
        assert files["bot.service"]["Service.OOMScoreAdjust"] == ["5"]
        assert not any(key.startswith("Timer.") for key in files["bot.service"])

    def test_a_section_without_its_unit_is_refused(self) -> None:
        spec = BOT + "systemd: {Socket: {Backlog: '5'}}\n"
        assert errors(compiled(spec)) == [(("systemd", "Socket"), "unit-missing")]


def test_a_foreign_unit_that_has_a_name_is_named() -> None:
    bundle = compiled(BOT + "replicas: 2\n", taken="/usr/lib/systemd/system/bot.target")
    (note,) = bundle.errors
    assert note.code == "name-taken" and "'bot.target'" in note.text
