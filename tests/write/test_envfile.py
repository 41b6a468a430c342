"""Values through an EnvironmentFile=, byte by byte."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pa_units.kit.errors import PaError
from pa_units.write import envfile

NASTY = [
    "",
    "plain",
    " leading and trailing ",
    'double "quotes"',
    "single 'quotes'",
    "back\\slash \\n \\\\ \\",
    "$HOME ${HOME} $$ `id`",
    "two\nlines\n",
    "trailing backslash\\\n",
    "carriage\r\nreturn\t",
    "# no comment",
    "; neither",
    "A=B",
    "%n %% %h",
    "é 漢字 🐍",
    "\x01\x1b[31m\x7f",
]


@given(st.dictionaries(st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True), st.text()))
def test_what_is_written_is_read_back(variables: dict[str, str]) -> None:
    clean = {name: value.replace("\0", "") for name, value in variables.items()}
    clean = {name: value.encode(errors="ignore").decode() for name, value in clean.items()}
    assert envfile.parse(envfile.render(clean, "a comment")) == clean


def test_what_a_hand_wrote_is_read_as_far_as_it_is_ours() -> None:
    assert envfile.parse(b'# x\nA="1"\nB=2\nC="3" # no\n\nD="4\n5"\nE="open') == {
        "A": "1",
        "D": "4\n5",
    }


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("A", "zero\0byte", "zero byte"),
        ("A", "\udcff", "not UTF-8"),
        ("A-B", "x", "not a name"),
        ("1A", "x", "not a name"),
        ("A\nB", "x", "not a name"),
        ("", "x", "not a name"),
    ],
)
def test_what_no_environment_can_hold_is_refused(name: str, value: str, words: str) -> None:
    with pytest.raises(PaError, match=words):
        envfile.render({name: value})


@pytest.mark.skipif(not shutil.which("systemd-tmpfiles"), reason="no systemd-tmpfiles here")
@pytest.mark.parametrize("value", NASTY)
def test_systemd_reads_it_back(value: str, tmp_path: Path) -> None:
    """os-release(5) is read by the same parser; the specifier %B stands for its BUILD_ID
    (tmpfiles.d(5)), and is put into a file as it is."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_bytes(
        envfile.render({"ID": "before", "BUILD_ID": value, "NAME": "after"}, "a comment")
    )
    (tmp_path / "rule.conf").write_text("f+ /out - - - - [%B]\n")
    done = subprocess.run(
        ["systemd-tmpfiles", f"--root={tmp_path}", "--create", f"{tmp_path}/rule.conf"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out").read_bytes() == f"[{value}]".encode()
