"""What a started process sees is byte for byte what the spec says: agents with values that nobody
would think of, installed at once on a real systemd."""

import json
import platform
import time
from collections.abc import Iterator

import pytest
from round_trip_agents import (
    HOME,
    TOP,
    Paths,
    RoundTrip,
    generate,
    idle_program,
    installers_environment,
    paths,
    spec,
)

from machines import Machine
from pa_units.compile.systemd.logs import numbered

COUNT = 150
AT_ONCE = 50  # more sandboxes that end together have brought a kernel to a stop

LOOK = r"""
import json, os, subprocess, sys
shown = subprocess.run(
    ["systemctl", "show", "-p", "Id", "-p", "MainPID", "-p", "ActiveState", "-p", "Result",
     "-p", "Description", "rt-*.service"], stdout=subprocess.PIPE).stdout
def text(data):
    return data.decode("utf-8", "surrogateescape")
def link(pid, name):
    return text(os.readlink(f"/proc/{pid}/{name}".encode()))
found = {}
for block in text(shown).split("\n\n"):
    keys = dict(line.split("=", 1) for line in block.strip("\n").split("\n") if "=" in line)
    pid = int(keys["MainPID"])
    if pid:
        raw = open(f"/proc/{pid}/cmdline", "rb").read()
        keys["argv"] = [text(word) for word in raw.split(b"\0")[:-1]]
        raw = open(f"/proc/{pid}/environ", "rb").read()
        keys["env"] = dict(text(item).split("=", 1) for item in raw.split(b"\0")[:-1])
        keys["cwd"], keys["exe"] = link(pid, "cwd"), link(pid, "exe")
        keys["out"], keys["err"] = link(pid, "fd/1"), link(pid, "fd/2")
        inside = os.statvfs(f"/proc/{pid}/root".encode() + os.readlink(f"/proc/{pid}/cwd".encode()))
        key = keys["env"].get("CREDENTIALS_DIRECTORY", "/nowhere") + "/KEY"
        if os.path.exists(f"/proc/{pid}/root{key}"):
            keys["key"] = open(f"/proc/{pid}/root{key}").read()
        keys["writable"] = not inside.f_flag & os.ST_RDONLY
    found[keys["Id"]] = keys
json.dump(found, sys.stdout)
"""


@pytest.fixture(scope="module")
def agents() -> list[RoundTrip]:
    if platform.machine() != "x86_64":
        pytest.skip("the program that waits is made of x86-64 instructions")
    return generate(COUNT)


@pytest.fixture
def prepared(machine: Machine, agents: list[RoundTrip]) -> Iterator[Machine]:
    """A machine where programs, directories and files of all agents are."""
    program = idle_program()
    for number, one in enumerate(agents):
        _prepare(machine, paths(number, one), program)
    machine.run(["chown", "-R", "bob:bob", HOME])
    yield machine
    machine.shell(f"rm -rf {TOP} {HOME} /var/log/rt-*")


def _prepare(machine: Machine, where: Paths, program: bytes) -> None:
    machine.path(where.cwd).mkdir(parents=True)
    file = machine.path(where.program)
    file.parent.mkdir(parents=True)
    file.write_bytes(program)
    file.chmod(0o755)
    if where.env_file:
        variables = machine.path(where.env_file)
        variables.parent.mkdir(parents=True)
        variables.write_text("FROM_FILE=yes\n")
    if where.key_file:
        key = machine.path(where.key_file)
        key.parent.mkdir(parents=True)
        key.write_text(where.key_file)


def test_process_sees_what_the_spec_says(prepared: Machine, agents: list[RoundTrip]) -> None:
    every = list(enumerate(agents))
    slices = (every[first : first + AT_ONCE] for first in range(0, COUNT, AT_ONCE))
    wrong = [difference for some in slices for difference in _compared(prepared, some)]
    assert not wrong, f"{len(wrong)} differences:\n" + "\n".join(wrong[:20])


def _compared(machine: Machine, agents: list[tuple[int, RoundTrip]]) -> list[str]:
    """Install agents, look at their processes, uninstall them; return what is not as it should."""
    spec_file = f"{TOP}/spec.json"
    machine.path(spec_file).write_text(json.dumps({"agents": [spec(*one) for one in agents]}))
    environment = {
        name: value for one in agents for name, value in installers_environment(*one).items()
    }
    machine.run(["pa", "install", "--no-block", spec_file], env=environment, timeout=180)
    try:
        found = _settled(machine)
    finally:
        machine.run(["pa", "uninstall", "--purge", "--all"], timeout=120)
    return [
        f"rt-{number}: {difference}\n    {one}"
        for number, one in agents
        for difference in _differences(
            paths(number, one), one, found[f"rt-{number}{one.main}.service"]
        )
    ]


def _settled(machine: Machine) -> dict[str, dict[str, object]]:
    """What every agent is, once none is starting."""
    end = time.monotonic() + 60
    while True:
        done = machine.run(["python3", "-c", LOOK])
        found: dict[str, dict[str, object]] = json.loads(done.stdout)
        if all(one["ActiveState"] != "activating" for one in found.values()):
            return found
        assert time.monotonic() < end, "agents are still starting after 60s"
        time.sleep(0.2)


def _of_first(log: str) -> str:
    """Each replica has a file of its own."""
    before, suffix = numbered(log)
    return f"{before}1{suffix}"


def _differences(where: Paths, one: RoundTrip, seen: dict[str, object]) -> Iterator[str]:
    if seen["ActiveState"] != "active":
        yield f"{seen['ActiveState']}: {seen['Result']}"
        return
    wanted = {
        "argv": [where.program, *(word.value for word in one.words)],
        "cwd": where.cwd,
        "exe": where.program,
        "out": _of_first(where.out) if one.main else where.out,
        "err": _of_first(where.err) if one.main else where.err,
        "writable": True,
    }
    if where.key_file:
        wanted["key"] = where.key_file
    if one.description:
        wanted["Description"] = f"{one.description} (1)" if one.main else one.description
    for key, value in wanted.items():
        if seen.get(key) != value:
            yield f"{key} is {seen.get(key)!r}, not {value!r}"
    env = seen["env"]
    assert isinstance(env, dict)
    variables = {**one.env, **one.stored} | ({"FROM_FILE": "yes"} if where.env_file else {})
    for name, value in variables.items():
        if env.get(name) != value:
            yield f"variable {name} is {env.get(name)!r}, not {value!r}"
