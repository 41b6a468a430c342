"""Order between agents: the lines of both sides, and what is refused."""

import pytest
from compiling import Compiled, compiled

from pa_units.contracts import needs
from pa_units.contracts.facts import Standing
from pa_units.contracts.refs import Scope

BASE = """
agents:
  - name: base
    cmd: sleep 1
    {extra}
  - name: dep
    cmd: sleep 2
    depends_on:
      base: {{{how}}}
"""
CHECK = "health_check: {tcp: 5432}"
HELPERS = "/usr/local/lib/pa/0"


def two(how: str = "", extra: str = "", systemd: int = 257, **others: object) -> Compiled:
    # Each keyword has a type of its own there.
    return compiled(BASE.format(how=how, extra=extra), systemd, **others)  # type: ignore[arg-type]


@pytest.mark.parametrize("systemd", [252, 257])
@pytest.mark.parametrize(
    ("condition", "extra"),
    [("started", ""), ("healthy", CHECK), ("completed_successfully", "type: oneshot")],
)
def test_every_condition_is_wanted_and_ordered(systemd: int, condition: str, extra: str) -> None:
    found = two(f"condition: {condition}", extra, systemd)
    assert found.bundle.errors == ()
    assert found.lines("dep", "Wants") == found.lines("dep", "After") == ["base.service"]
    assert found.lines("dep", "Requires") == found.lines("dep", "PartOf") == []


def test_started_needs_no_wait() -> None:
    found = two("condition: started")
    assert not any("wait-for" in line for line in found.lines("dep", "ExecStartPre"))
    assert found.lines("dep", "NotifyAccess") == []
    assert found.helpers() == {"stable"}
    assert found.bundle.agents[0].offers == ()


@pytest.mark.parametrize("systemd", [252, 257])
def test_healthy_waits_after_its_own_backoff(systemd: int) -> None:
    found = two("condition: healthy", CHECK, systemd)
    *before, wait = found.lines("dep", "ExecStartPre")
    assert wait == f"+{HELPERS}/wait-for %n base.service"
    assert [line.split()[0] for line in before] == (
        [f"+{HELPERS}/backoff"] if systemd < 254 else []
    )
    assert found.line("dep", "NotifyAccess") == "exec"
    assert found.lines("base", "NotifyAccess") == ["main"]


def test_healthy_gates_the_base_by_itself() -> None:
    found = two("condition: healthy", CHECK)
    gate, arm = found.lines("base", "ExecStartPost")
    assert gate == f"{HELPERS}/gate 30 1 10 1 tcp localhost:5432"
    assert "pa-stable" in arm
    base, dep = found.bundle.agents
    assert (base.gated, base.offers, base.needs) == (True, (needs.HEALTHY,), {})
    assert (dep.gated, dep.offers, dep.needs) == (False, (), {"base": (needs.HEALTHY,)})


def test_completed_waits_for_a_oneshot_that_is_remembered() -> None:
    found = two("condition: completed_successfully", "type: oneshot")
    assert found.line("base", "RemainAfterExit") == "yes"
    assert found.line("dep", "ExecStartPre") == f"+{HELPERS}/wait-for %n base.service"
    assert found.bundle.agents[0].offers == (needs.COMPLETED,)


def test_restart_is_told_once_the_base_is_up() -> None:
    found = two("condition: healthy, restart: true", CHECK)
    assert found.lines("dep", "PartOf") == ["pa-restarted@base.target"]
    *_, tell = found.lines("base", "ExecStartPost")
    assert tell == f"-+{HELPERS}/tell-restart pa-restarted@base.target"
    assert found.line("base", "RestartMode") == "direct"
    assert found.artifact("/pa-restarted@.target")
    assert found.bundle.agents[0].offers == (needs.HEALTHY, needs.RESTART)
    assert found.bundle.agents[1].needs == {"base": (needs.HEALTHY, needs.RESTART)}


def test_restart_of_what_ends_is_told_without_asking_for_its_process() -> None:
    found = two("condition: completed_successfully, restart: true", "type: oneshot")
    told = "-+/usr/bin/systemctl --no-block restart pa-restarted@base.target"
    assert found.lines("base", "ExecStartPost")[-1] == told
    assert "tell-restart" not in found.helpers()


def test_user_manager_is_asked_and_hears_every_process() -> None:
    found = two("condition: healthy, restart: true", CHECK, scope=Scope.USER)
    wait = found.line("dep", "ExecStartPre")
    assert wait == "+/home/bob/.local/share/pa/0/wait-for --user %n base.service"
    assert found.line("dep", "NotifyAccess") == "all"
    assert (
        "tell-restart --user pa-restarted@base.target" in found.lines("base", "ExecStartPost")[-1]
    )
    # The gate runs in the sandbox, where homes are hidden.
    assert "/home/bob/.local/share/pa/0" in found.lines("base", "BindReadOnlyPaths")


def test_replicas_are_wanted_together_and_awaited_each() -> None:
    found = two("condition: healthy", f"{CHECK}\n    replicas: 2")
    assert found.line("dep", "Wants") == "base.target"
    wait = found.line("dep", "ExecStartPre")
    assert wait.endswith("wait-for %n base@1.service base@2.service")


def test_foreign_units() -> None:
    found = compiled(
        """
        name: dep
        cmd: sleep 1
        after: [a.mount, b.service]
        wants: c.service
        requires: [d.service, b.service]
        """
    )
    assert found.line("dep", "After") == "a.mount b.service d.service"
    assert found.line("dep", "Wants") == "c.service"
    assert found.line("dep", "Requires") == "d.service b.service"


ALONE = """
name: dep
cmd: sleep 2
depends_on:
  base: {{condition: {condition}, restart: {restart}}}
"""


def alone(condition: str, restart: str = "false", **installed: Standing) -> Compiled:
    return compiled(ALONE.format(condition=condition, restart=restart), installed=installed)


def standing(*offers: str) -> Standing:
    return Standing(("base.service",), ("base.service",), offers, {}, "/srv/base.yaml")


def test_unknown_dependency() -> None:
    note = alone("started").note("unknown-dependency")
    assert note.loc == ("depends_on", "base")
    assert note.hint.endswith("under 'after:': base.service")
    assert (
        alone("started", bass=standing()).note("unknown-dependency").hint == "did you mean 'bass'?"
    )


def test_installed_dependency_that_offers_what_is_needed() -> None:
    found = alone("healthy", "true", base=standing(needs.HEALTHY, needs.RESTART))
    assert found.bundle.errors == ()
    assert found.line("dep", "Wants") == "base.service"
    assert found.line("dep", "ExecStartPre").endswith("wait-for %n base.service")


@pytest.mark.parametrize(
    ("condition", "restart", "hint"),
    [
        ("healthy", "false", "health_check: {gate: true}"),
        ("completed_successfully", "false", "type: oneshot"),
        ("started", "true", "install both together: pa install /srv/base.yaml"),
    ],
)
def test_installed_dependency_that_does_not(condition: str, restart: str, hint: str) -> None:
    note = alone(condition, restart, base=standing()).note("bad-dependency")
    assert "'base' was installed" in note.text
    assert hint in note.hint


def test_a_package_cannot_know() -> None:
    found = compiled(ALONE.format(condition="healthy", restart="false"), installed=None)
    assert found.bundle.errors == ()
    assert found.note("dependency-unseen").text.endswith("and be gated there")
    assert found.line("dep", "Wants") == "base.service"


def test_an_installed_dependant_keeps_the_gate() -> None:
    needing = Standing((), (), (), {"base": (needs.HEALTHY, needs.RESTART)})
    spec = "name: base\ncmd: sleep 1\nhealth_check: {tcp: 5432}"
    found = compiled(spec, installed={"dep": needing})
    assert found.bundle.agents[0].offers == (needs.HEALTHY, needs.RESTART)
    without = compiled("name: base\ncmd: sleep 1", installed={"dep": needing})
    assert "'dep', which is installed, waits for that" in without.note("still-needed").text


def test_a_dependant_of_this_install_replaces_the_installed_one() -> None:
    needing = Standing((), (), (), {"base": (needs.HEALTHY,)})
    found = two("condition: started", CHECK, installed={"dep": needing})
    assert found.bundle.agents[0].offers == ()


@pytest.mark.parametrize(
    ("condition", "extra", "text"),
    [
        ("healthy", "", "'base' has no health check"),
        ("healthy", f"{CHECK}\n    type: oneshot", "'base' ends by itself"),
        ("completed_successfully", "", "'base' is not expected to end"),
        ("completed_successfully", 'schedule: "0 5 * * *"', "runs again and again"),
    ],
)
def test_what_a_dependency_can_never_be(condition: str, extra: str, text: str) -> None:
    found = two(f"condition: {condition}", extra, lint=False)
    assert text in found.note("bad-dependency").text


def test_circle_through_an_installed_agent() -> None:
    back = Standing(("base.service",), ("base.service",), (), {"dep": ()})
    note = alone("started", base=back).note("dependency-cycle")
    assert note.text == "dependency cycle: dep → base → dep"
    assert note.loc == ("depends_on", "base")


@pytest.mark.parametrize(
    ("field", "unit", "said"),
    [
        ("after", "network-online.target", "warning"),
        ("wants", "multi-user.target", "warning"),
        ("requires", "network-online.target", "error"),
        ("after", "pipewire.service", ""),
        ("requires", "graphical-session.target", ""),
    ],
)
def test_a_user_manager_has_units_of_its_own(field: str, unit: str, said: str) -> None:
    text = f"name: bot\ncmd: sleep 1\n{field}: [{unit}]\n"
    found = compiled(text, scope=Scope.USER).bundle.notes
    notes = [note for note in found if note.code == "system-unit"]
    assert [(note.level, note.loc) for note in notes] == [(said, (field, 0))] * bool(said)
    assert not [note for note in compiled(text).bundle.notes if note.code == "system-unit"]
