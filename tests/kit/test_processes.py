"""Programs are run with a clean environment, a time limit and errors that name them."""

import os
import time

import pytest

from pa_units.kit import processes
from pa_units.kit.processes import ProcessFailed, lines, run


def test_output_is_captured() -> None:
    done = run(["sh", "-c", "cat; echo err >&2"], given=b"in\n")
    assert (done.code, done.out, done.err) == (0, b"in\n", b"err\n")


def test_failure_names_command_and_reason() -> None:
    with pytest.raises(ProcessFailed) as raised:
        run(["sh", "-c", "echo first >&2; echo 'the reason' >&2; exit 3"])
    message = raised.value.message
    assert message.startswith("cannot run `sh -c 'echo first >&2;")
    assert message.endswith("exit code 3: the reason")


def test_failure_may_be_wanted() -> None:
    assert run(["sh", "-c", "exit 3"], check=False).code == 3


def test_killed_program_is_told_apart() -> None:
    with pytest.raises(ProcessFailed, match="killed by signal 9"):
        run(["sh", "-c", "kill -9 $$"])


def test_missing_program() -> None:
    with pytest.raises(ProcessFailed, match="cannot run `no-such-program x`: no such file"):
        run(["no-such-program", "x"])


def test_late_program_is_killed_with_its_children() -> None:
    started = time.monotonic()
    with pytest.raises(ProcessFailed, match=r"not done after 0\.2 s"):
        run(["sh", "-c", "sleep 60 & sleep 60"], timeout=0.2)
    assert time.monotonic() - started < 5


def test_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_DEBUG_OUTPUT", "/nowhere")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/7")
    said = run(["env"], env={"EXTRA": "1"}).out.decode().splitlines()
    assert {"EXTRA=1", "LC_ALL=C.UTF-8", "XDG_RUNTIME_DIR=/run/user/7"} <= set(said)
    assert not [line for line in said if line.startswith("LD_")]


def test_path_is_there_even_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PATH")
    assert processes.environment({})["PATH"].endswith("/bin")


def test_lines_come_as_they_are_printed() -> None:
    with lines(["sh", "-c", "echo one; sleep 60"]) as stream:
        started = time.monotonic()
        assert next(stream) == b"one\n"
        assert time.monotonic() - started < 10


def test_leaving_ends_the_program() -> None:
    with lines(["sh", "-c", "echo $$; exec sleep 60"]) as stream:
        pid = int(next(stream))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_lines_end_with_an_error_when_the_program_fails() -> None:
    with lines(["sh", "-c", "echo one; echo broken >&2; exit 2"]) as stream:
        assert next(stream) == b"one\n"
        with pytest.raises(ProcessFailed, match="exit code 2: broken"):
            next(stream)


def test_talkative_error_output_does_not_block() -> None:
    script = "i=0; while [ $i -lt 20000 ]; do echo 0123456789 >&2; i=$((i+1)); done; echo end"
    with lines(["sh", "-c", script]) as stream:
        assert list(stream) == [b"end\n"]
