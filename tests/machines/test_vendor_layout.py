"""A packaged agent on a machine: the vendor's tree alone, and what every package manager runs."""

import io
import tarfile
from pathlib import Path

from machines import Machine
from pa_units.compile import assumed, packaging
from pa_units.verbs import build
from pa_units.verbs.build import Wanted
from pa_units.verbs.here import here

SPEC = """
name: packaged
cmd: [/usr/bin/sleep, infinity]
user: packaged-user
env: {TOKEN: "${TOKEN}"}
logging: {stdout: "/var/log/pack aged/100%.log"}
"""


def tree(spec: Path, version: int, top: Path) -> None:
    want = Wanted(assumed.Machine(version), packaging.Layout.VENDOR)
    compiled = build.compile_files(here(None, {"HOME": "/root"}), [str(spec)], want)
    build.write_tree(compiled.files, str(top))


def copy(machine: Machine, top: Path) -> list[str]:
    """Unpack a tree over the machine's root, as a package manager does."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(top.rglob("*")):
            if path.is_file():
                archive.add(path, path.relative_to(top))
    machine.path("/var/tmp/package.tar").write_bytes(packed.getvalue())
    machine.run(["tar", "-C", "/", "-xf", "/var/tmp/package.tar", "--no-same-owner"])
    return [f"/{path.relative_to(top)}" for path in top.rglob("*") if path.is_file()]


def test_life_of_a_packaged_agent(machine: Machine, tmp_path: Path) -> None:
    version = int(machine.shell("systemctl --version | head -1").split()[1])
    (tmp_path / "spec.yaml").write_text(SPEC)
    tree(tmp_path / "spec.yaml", version, tmp_path / "tree")
    files = copy(machine, tmp_path / "tree")
    try:
        said = machine.shell(
            "systemd-sysusers pa-packaged.conf; systemd-tmpfiles --create pa-packaged.conf 2>&1;"
            "systemd-analyze verify --man=no /usr/lib/systemd/system/packaged.service 2>&1;"
            "systemctl daemon-reload; systemctl -q preset packaged 2>&1"
        )
        assert said == ""
        assert machine.shell("systemctl is-enabled packaged") == "enabled\n"
        # From 254 on a start waits through all retries.
        machine.run(["systemctl", "start", "--no-block", "packaged"])
        machine.shell(
            "until systemctl show -P Result packaged | grep -q resources; do sleep 0.1; done"
        )

        form = machine.path("/usr/share/pa/secrets/packaged.env").read_text()
        secret = machine.path("/etc/pa/secrets/packaged.env")
        assert (secret.parent.stat().st_mode & 0o777, secret.parent.stat().st_uid) == (0o700, 0)
        secret.write_text(form.replace("#TOKEN=", "TOKEN=abc"))
        secret.chmod(0o600)
        machine.run(["systemctl", "restart", "packaged"])
        shown = machine.shell("systemctl show -P MainPID packaged").strip()
        environ = machine.shell(f"tr '\\0' '\\n' < /proc/{shown}/environ")
        assert "TOKEN=abc\n" in environ
        assert machine.shell(f"ps -o user:20= -p {shown}").strip() == "packaged-user"
        owner = machine.shell("stat -c '%a %U %G' '/var/log/pack aged/100%.log'").strip()
        assert owner == "640 root packaged-user"
    finally:
        machine.run(["systemctl", "disable", "--now", "-q", "packaged"], check=False)
        for file in files:
            machine.path(file).unlink()
        machine.shell(
            "rm -rf /etc/pa '/var/log/pack aged' /var/lib/packaged /var/tmp/package.tar;"
            "userdel packaged-user; systemctl daemon-reload; systemctl reset-failed"
        )
