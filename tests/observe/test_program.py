"""The file that a service executes."""

import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pa_units.measure.listeners import on
from pa_units.measure.room import room
from pa_units.observe.program import look
from pa_units.observe.reach import READ, RUN, Who, account, barred, described
from pa_units.observe.unit_files import Setting, settings

OTHER = Who(54_321, frozenset({54_321}), "other")


@pytest.fixture
def make(tmp_path: Path) -> Callable[[bytes], str]:
    os.chmod(tmp_path, 0o755)

    def written(content: bytes) -> str:
        path = tmp_path / "program"
        path.write_bytes(content)
        path.chmod(0o755)
        return str(path)

    return written


def test_what_runs_a_program(make: Callable[[bytes], str]) -> None:
    assert look("/nowhere/at-all", None).exists is False
    assert look("sh", None).path.endswith("/bin/sh")
    assert look(make(b"#!/bin/sh\necho\n"), None).lost == ""
    assert look(make(b"#!/bin/sh\r\necho\r\n"), None).lost == "/bin/sh\r"
    assert look(make(b"#!/usr/bin/no-such-python -u\n"), None).lost == "/usr/bin/no-such-python"
    assert look(make(b"#!/usr/bin/env no-such-python\n"), None).lost == "no-such-python"
    assert look(make(b"#!/usr/bin/env -S sh -e\n"), None).lost == ""
    assert look(make(b"print('x')\n"), None).kind == "text"
    assert look(make(b""), None).kind == "empty"
    assert look("/usr", None).kind == "directory"


def test_another_processor(make: Callable[[bytes], str]) -> None:
    head = bytearray(64)
    head[:6] = b"\x7fELF\x02\x01"
    head[18:20] = (243).to_bytes(2, "little")
    assert look(make(bytes(head)), None).foreign == "riscv"
    assert look(os.path.realpath("/bin/sh"), None).foreign == ""


def test_who_gets_where() -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as top:
        os.chmod(top, 0o755)
        inner = f"{top}/inner"
        os.mkdir(inner, 0o755)
        file = Path(inner) / "file"
        file.write_text("x")
        file.chmod(0o644)
        assert barred(str(file), OTHER, READ) == ""
        assert barred(str(file), OTHER, RUN) == str(file)
        os.chmod(inner, 0o700)
        assert barred(str(file), OTHER, READ) == inner
        assert barred(str(file), Who(0, frozenset()), READ) == ""
    assert barred("/etc/shadow", OTHER, READ) == "/etc/shadow"
    assert described("/etc/passwd") == "root:root 0644"


def test_accounts() -> None:
    assert account("no-such-user-here", own=False) is None
    assert account("", own=False) == Who(-1, frozenset(), "a dynamic user")
    root = account("root", own=False)
    assert root and root.uid == 0


def test_settings(tmp_path: Path) -> None:
    unit, more = tmp_path / "x.service", tmp_path / "y.conf"
    unit.write_text("# c\n[Unit]\nDescription=a\n[Service]\nExecStart=/bin/x \\\n  --y\n; z\n")
    more.write_text("[Service]\nExecStart=\nExecStart = /bin/z\n")
    found = settings([str(unit), str(tmp_path / "gone"), str(more)])
    assert found == (
        Setting("Unit", "Description", "a", str(unit)),
        Setting("Service", "ExecStart", "/bin/x  --y", str(unit)),
        Setting("Service", "ExecStart", "", str(more)),
        Setting("Service", "ExecStart", "/bin/z", str(more)),
    )


def test_who_listens() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        (found,) = on(server.getsockname()[1])
    assert found.pid == os.getpid()
    assert "py" in found.command
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert on(port) == ()


def test_room() -> None:
    here = room("/")
    assert here and here.size > 0 and 0 <= here.free <= here.size
    assert room("/no/such/place") is None
