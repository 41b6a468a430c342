"""Reading and driving a real systemd, judged by systemctl."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from machines import Machine
from pa_units.contracts.refs import Scope
from pa_units.drive import bus, read, systemd
from pa_units.drive.base import JobResult
from pa_units.drive.errors import CallError
from pa_units.drive.session import Session
from pa_units.drive.wire import Wire, open_bus

SYSTEM = Scope.SYSTEM
UNITS = "/etc/systemd/system"
SLEEP = "[Service]\nType=exec\nExecStart=sleep 1000\n"


def env_of(machine: Machine) -> dict[str, str]:
    return {"DBUS_SYSTEM_BUS_ADDRESS": machine.bus_address}


@contextmanager
def units(machine: Machine, **texts: str) -> Iterator[list[str]]:
    """Units that are loaded inside the block and gone without a trace after it."""
    names = [f"{name}.service" for name in texts]
    for name, text in zip(names, texts.values(), strict=True):
        machine.path(f"{UNITS}/{name}").write_text(text)
    systemd.reload(SYSTEM, env_of(machine))
    try:
        yield names
    finally:
        systemd.stop(SYSTEM, env_of(machine), names)
        for name in names:
            machine.path(f"{UNITS}/{name}").unlink()
        systemd.reset(SYSTEM, env_of(machine), names)
        systemd.reload(SYSTEM, env_of(machine))


@contextmanager
def connected(machine: Machine) -> Iterator[Wire]:
    with open_bus(SYSTEM, env_of(machine)) as wire:
        yield wire


def shown(machine: Machine, unit: str, name: str) -> str:
    argv = ["systemctl", "show", "--timestamp=us", f"--property={name}", "--value", unit]
    return machine.run(argv).stdout.strip()


@pytest.mark.machine
@pytest.mark.parametrize("version", [252, 257])
def test_manager(version: int, request: pytest.FixtureRequest) -> None:
    machine: Machine = request.getfixturevalue(f"machine{version}")
    with connected(machine) as wire:
        found = read.manager(wire)
    assert found.version == version
    assert found.version_text.startswith(f"{version}.")
    assert found.state in {"running", "degraded"}


def test_details_are_what_systemctl_shows(machine: Machine) -> None:
    crash = "[Service]\nType=exec\nExecStart=sh -c 'exit 3'\n[Install]\nAlias=pa-two.service\n"
    with units(machine, **{"pa-runs": SLEEP, "pa-crashes": crash}) as names:
        drop_in = machine.path(f"{UNITS}/pa-runs.service.d")
        drop_in.mkdir()
        (drop_in / "10-more.conf").write_text("[Unit]\nDescription=more\n")
        machine.shell("systemctl daemon-reload; systemctl enable -q pa-crashes")
        systemd.start(SYSTEM, env_of(machine), names)
        machine.shell("while systemctl -q is-active pa-crashes; do sleep 0.05; done")
        try:
            with connected(machine) as wire:
                for name in names:
                    check_details(machine, wire, name)
                assert read.details(wire, "pa-two.service").name == "pa-crashes.service"
        finally:
            machine.shell("systemctl disable -q pa-crashes")
            (drop_in / "10-more.conf").unlink()
            drop_in.rmdir()


def check_details(machine: Machine, wire: Wire, name: str) -> None:
    found = read.details(wire, name)
    exited = found.exit
    assert exited is not None
    said = {
        "Id": found.name,
        "LoadState": found.load,
        "ActiveState": found.active,
        "SubState": found.sub,
        "UnitFileState": found.file_state,
        "MainPID": str(found.main_pid),
        "NRestarts": str(found.restarts),
        "Result": found.result,
        "ExecMainCode": str(exited.code),
        "ExecMainStatus": str(exited.status),
        "InvocationID": found.invocation,
        "ControlGroup": found.control_group,
        "FragmentPath": found.fragment,
        "DropInPaths": " ".join(found.drop_ins),
    }
    assert said == {key: shown(machine, name, key) for key in said}
    assert set(found.names) == set(shown(machine, name, "Names").split())
    assert (found.restart_next_us is None) == (read.manager(wire).version < 254)


def test_table_agrees_with_details(machine: Machine) -> None:
    crash = "[Service]\nType=exec\nExecStart=sh -c 'exit 3'\nRestart=on-failure\nRestartSec=1h\n"
    texts = {"pa-runs": SLEEP, "pa-waits": crash, "pa-rests": SLEEP}
    with units(machine, **texts) as names:
        systemd.start(SYSTEM, env_of(machine), names[:2])
        machine.shell("until systemctl show pa-waits | grep -q auto-restart; do sleep 0.05; done")
        with connected(machine) as wire:
            table = read.states(wire, [*names, "pa-unknown.service"])
            for name in names[:2]:
                whole = read.details(wire, name)
                row = table[name]
                for field in ("name", "load", "active", "sub", "restarts"):
                    assert getattr(row, field) == getattr(whole, field), field
            waiting = table["pa-waits.service"]
            assert (waiting.sub, waiting.result) == ("auto-restart", "exit-code")
            assert waiting.exit is not None and waiting.exit.status == 3
            for name in ("pa-rests.service", "pa-unknown.service"):
                assert (table[name].active, table[name].load) == ("inactive", "")
            many = [*names, *(f"pa-unknown-{number}.service" for number in range(50))]
            assert read.list_units(wire, many)[names[0]] == read.list_units(wire, names)[names[0]]


def test_known_units(machine: Machine) -> None:
    masked = machine.path(f"{UNITS}/pa-masked.service")
    masked.symlink_to("/dev/null")
    try:
        with connected(machine) as wire:
            assert read.unit_known(wire, "no-such-thing.service") == ""
            dbus = read.unit_known(wire, "dbus.service")
            assert dbus.endswith("/lib/systemd/system/dbus.service")
            # an alias, of which no file carries the name
            login = read.unit_known(wire, "dbus-org.freedesktop.login1.service")
            assert login.endswith("/systemd-logind.service")
            assert read.unit_known(wire, "pa-masked.service")
            with pytest.raises(CallError, match="not valid"):
                read.unit_known(wire, "not a name")
    finally:
        masked.unlink()


def test_every_kind_of_end(machine: Machine) -> None:
    texts = {
        "pa-fine": SLEEP,
        "pa-missing": "[Service]\nType=exec\nExecStart=/no/such/program\n",
        "pa-bad": "[Service]\nType=nonsense\n",
        "pa-needs": f"[Unit]\nRequires=pa-missing.service\nAfter=pa-missing.service\n{SLEEP}",
        "pa-slow": "[Service]\nType=notify\nTimeoutStartSec=300ms\nExecStart=sleep 1000\n",
        "pa-asserts": f"[Unit]\nAssertPathExists=/no/such\n{SLEEP}",
    }
    with units(machine, **texts) as names:
        results = systemd.start(SYSTEM, env_of(machine), [*names, "pa-none.service"])
    found = {result.unit.removesuffix(".service"): result for result in results}
    assert found["pa-fine"] == JobResult("pa-fine.service", True, "done")
    told = {name: (one.ok, one.result, one.message.split(":")[0]) for name, one in found.items()}
    assert told["pa-missing"] == (False, "failed", "its program ended with an error")
    assert told["pa-bad"] == (False, "refused", "systemd refuses the unit file")
    assert told["pa-needs"] == (False, "dependency", "a unit that it requires did not start")
    assert told["pa-slow"] == (False, "failed", "it did not get ready in time")
    assert told["pa-asserts"][:2] == (False, "assert")
    assert told["pa-none"] == (False, "refused", "systemd does not know this unit")


def test_start_by_hand_has_a_fresh_budget(machine: Machine) -> None:
    """The third StartUnit within the window fails, unless the count is cleared before."""
    text = f"[Unit]\nStartLimitBurst=2\nStartLimitIntervalSec=infinity\n{SLEEP}"
    text += "[Install]\nWantedBy=multi-user.target\n"
    with units(machine, **{"pa-limited": text}) as names:
        machine.shell("systemctl enable -q pa-limited")
        try:
            for _ in range(4):
                assert systemd.restart(SYSTEM, env_of(machine), names)[0].ok
            thrice = "for i in 1 2 3; do systemctl restart pa-limited || echo refused; done"
            assert "refused" in machine.shell(thrice)
            assert systemd.start(SYSTEM, env_of(machine), names)[0].ok
        finally:
            machine.shell("systemctl disable -q pa-limited")


def test_many_at_once(machine: Machine) -> None:
    """On 252 half of the job ends are told before the reply that names the job."""
    texts = {f"pa-many{number}": SLEEP for number in range(120)}
    with units(machine, **texts) as names:
        started = systemd.start(SYSTEM, env_of(machine), names)
        assert started == [JobResult(name, True, "done") for name in names]
        assert {state.sub for state in systemd.read(SYSTEM, env_of(machine), names).values()} == {
            "running"
        }
        assert all(result.ok for result in systemd.stop(SYSTEM, env_of(machine), names))


def test_job_survives_reexecution(machine: Machine) -> None:
    """After daemon-reexec the manager has another unique name on the bus."""
    text = "[Service]\nType=oneshot\nExecStart=sleep 1\n"

    async def start(connection: bus.Bus) -> list[JobResult]:
        session = Session(connection)
        await session.start(["pa-quick.service"], timeout=10)
        before = await connection.owner("org.freedesktop.systemd1")
        machine.shell("systemctl --no-block start pa-slow-job; systemctl daemon-reexec")
        result = await session.start(["pa-slow-job.service"], timeout=20)
        assert await connection.owner("org.freedesktop.systemd1") != before
        return result

    quick = "[Service]\nType=oneshot\nExecStart=true\n"
    with units(machine, **{"pa-slow-job": text, "pa-quick": quick}):
        assert bus.run(SYSTEM, env_of(machine), start) == [
            JobResult("pa-slow-job.service", True, "done")
        ]


def test_reload_pause_and_kill(machine: Machine) -> None:
    text = (
        "[Service]\nType=exec\nExecStart=sleep 1000\n"
        "ExecReload=touch /run/pa-reloaded\nRestart=always\nRestartSec=100ms\n"
    )
    env = env_of(machine)
    with units(machine, **{"pa-tame": text}) as names:
        systemd.start(SYSTEM, env, names)
        assert systemd.reload_units(SYSTEM, env, names)[0].ok
        assert machine.path("/run/pa-reloaded").exists()
        assert systemd.pause(SYSTEM, env, names)[0].ok
        assert shown(machine, names[0], "FreezerState") == "frozen"
        assert systemd.resume(SYSTEM, env, names)[0].ok
        assert shown(machine, names[0], "FreezerState") == "running"
        pid = shown(machine, names[0], "MainPID")
        assert systemd.kill(SYSTEM, env, names, 9)[0].ok
        machine.shell("until systemctl show pa-tame | grep -q NRestarts=1; do sleep 0.05; done")
        assert shown(machine, names[0], "MainPID") != pid
        assert systemd.try_restart(SYSTEM, env, names)[0].ok
        systemd.stop(SYSTEM, env, names)
        assert systemd.try_restart(SYSTEM, env, names)[0].ok
        assert shown(machine, names[0], "ActiveState") == "inactive"
        assert not systemd.reload_units(SYSTEM, env, names)[0].ok
        assert not systemd.kill(SYSTEM, env, names, 9)[0].ok


IN_MACHINE = """
import os, sys
from pa_units.contracts.refs import Scope
from pa_units.drive import read, systemd
from pa_units.drive.wire import open_bus
from pa_units.kit.errors import PaError
scope, env = Scope(sys.argv[1]), dict(os.environ)
try:
    with open_bus(scope, env, calls=int(sys.argv[2])) as wire:
        (found,) = read.properties(wire, ["dbus.service"], ["SubState"]).values()
        print(read.manager(wire).version, *found.values())
    print(*systemd.start(scope, env, sys.argv[3:]))
    systemd.reload(scope, env)
except PaError as problem:
    print(type(problem).__name__, problem.exit_code, problem.message, "|", problem.hint)
"""


def inside(
    machine: Machine, *words: str, user: str | None = None, env: dict[str, str] | None = None
) -> list[str]:
    """Run a small program over our client in the machine, as whoever, and return its lines."""
    argv = ["/opt/pa/bin/python", "-c", IN_MACHINE, *words]
    return machine.run(argv, user=user, env=env).stdout.splitlines()


def test_ordinary_user_reads_and_may_not_act(machine: Machine) -> None:
    version, job, denied = inside(machine, "system", "1", "dbus.service", user="bob")
    assert version.endswith("running")
    assert "refused" in job and "not permitted for this user" in job and "denied=True" in job
    assert denied.startswith("BusDenied 4 ") and "sudo" in denied


def test_user_manager(machine: Machine) -> None:
    env = machine.user_env("bob")
    directory = machine.path("/home/bob/.config/systemd/user")
    machine.run(["mkdir", "-p", "/home/bob/.config/systemd/user"], user="bob")
    (directory / "pa-mine.service").write_text(SLEEP)
    try:
        for calls in ("1", "500"):
            said = inside(machine, "user", calls, "pa-mine.service", user="bob", env=env)
            assert said[0].endswith("running") and "'done'" in said[1] and len(said) == 2
        machine.run(["systemctl", "--user", "stop", "pa-mine"], user="bob", env=env)
    finally:
        (directory / "pa-mine.service").unlink()


def test_user_without_a_session(machine: Machine) -> None:
    (said,) = inside(machine, "user", "1", "x.service", user="kbot")
    assert said.startswith("NoBus 1 cannot reach the user's service manager: no login session")
    assert "enable-linger" in said


def test_manager_is_asked_directly(machine: Machine) -> None:
    """With many calls ahead, and where the bus is gone, over the manager's own socket."""
    assert inside(machine, "system", "500")[0].endswith("running")
    script = (
        "mkdir -p /run/pa-empty; mount --bind /run/pa-empty /run/dbus; "
        'exec /opt/pa/bin/python -c "$1" system 1 dbus.service'
    )
    argv = ["unshare", "--mount", "sh", "-c", script, "sh", IN_MACHINE]
    version, problem = machine.run(argv).stdout.splitlines()
    assert version.endswith("running")
    assert problem.startswith("NoBus 1 cannot reach the system bus")
    assert "systemctl start dbus.socket" in problem
