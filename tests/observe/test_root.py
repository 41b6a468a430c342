"""`--root DIR`: the tree's own users, programs and systemd, never the host's."""

import os
from pathlib import Path

import pytest

from pa_units.cli.main import run
from pa_units.observe.accounts import Accounts

SPEC = """
name: off
cmd: serve --now
cwd: /srv/bot
max_restarts: 3
logging: {stdout: /var/log/off.log}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree that is not this host: other users, another systemd, a program of its own."""
    tree = tmp_path / "tree"
    for directory in ("etc", "usr/bin", "usr/lib/systemd", "var/log", "srv/bot"):
        (tree / directory).mkdir(parents=True)
    (tree / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nbotty:x:4242:4243::/:/bin/sh\n")
    (tree / "etc/group").write_text("root:x:0:\nbots:x:4243:\n")
    (tree / "usr/lib/systemd/libsystemd-shared-257.so").touch()
    program = tree / "usr/bin/serve"
    program.touch(0o755)
    (tmp_path / "off.yaml").write_text(SPEC)
    return tree


def test_accounts_of_a_tree(root: Path) -> None:
    accounts = Accounts(str(root))
    assert accounts.of(4242).name == "botty"
    assert accounts.of(4242).group == "bots"
    assert accounts.of(77).name == "77"
    assert accounts.named("botty") == accounts.of(4242)
    assert accounts.named("nobody-here") is None
    assert (accounts.has_group("bots"), accounts.has_group("adm")) == (True, False)


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user")
def test_install_below_a_root_and_leave_nothing(root: Path, tmp_path: Path) -> None:
    os.chown(root / "srv/bot", 4242, 4243)
    before = sorted(root.rglob("*"))
    assert run(["install", "--root", str(root), str(tmp_path / "off.yaml")]) == 0
    unit = (root / "etc/systemd/system/off.service").read_text()
    assert "User=botty\n" in unit
    assert "ExecStart=/usr/bin/serve --now\n" in unit
    assert "RestartSteps=" in unit, "the tree has systemd 257"
    log = (root / "var/log/off.log").stat()
    assert (log.st_uid, log.st_gid, log.st_mode & 0o777) == (0, 4243, 0o640)
    assert (root / "etc/systemd/system/multi-user.target.wants/off.service").is_symlink()
    assert run(["uninstall", "--root", str(root), "off", "--purge"]) == 0
    left = set(root.rglob("*")) - set(before)
    assert {str(path.relative_to(root)) for path in left} <= {"etc/systemd", "var/lib"}
