"""The bytes of a spec: from files of any kind, and never more of them than a spec may have."""

import io
import os
import threading
from pathlib import Path

import pytest

from pa_units.kit.errors import UsageError
from pa_units.spec import source
from pa_units.spec.text.read import MAX_BYTES


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"name: a\r\n\xff")
    assert source.of_file(f"{tmp_path}/a.yaml") == b"name: a\r\n\xff"


def test_what_never_ends_is_read_until_it_is_too_large() -> None:
    assert len(source.of_file("/dev/zero")) == MAX_BYTES + 1
    endless = open("/dev/zero", "rb")  # noqa: SIM115 (a stream as standard input is one)
    assert len(source.of_stream(endless)) == MAX_BYTES + 1
    endless.close()


def test_a_stream_is_read_to_its_end() -> None:
    assert source.of_stream(io.BytesIO(b"name: a")) == b"name: a"


def test_a_named_pipe_waits_for_its_writer(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = b"# a line\n" * 20_000  # more than a pipe holds
    writer = threading.Thread(target=pipe.write_bytes, args=(text,))
    writer.start()
    assert source.of_file(str(pipe)) == text
    writer.join()


def test_a_named_pipe_without_a_writer_holds_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_WRITER_MS", 20)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="nobody writes into this named pipe"):
        source.of_file(f"{tmp_path}/pipe")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nothing.yaml", "no such file or directory"),
        ("loop", "too many levels of symbolic links"),
        ("socket", "no such device or address"),
        ("", "is a directory"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    os.mknod(tmp_path / "socket", 0o140600)
    with pytest.raises(UsageError, match=f"cannot read .*: {reason}"):
        source.of_file(f"{tmp_path}/{name}")
