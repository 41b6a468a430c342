"""`pa compile --for`: the units of a machine that is not here, and what a package ships."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pa_units.cli.main import run

ROOT = Path(__file__).parents[2]
SEED = ROOT / "contrib/examples/trading-bot.yaml"

PACKAGED = """
name: packaged
cmd: /usr/bin/beacon
user: svc-beacon
group: adm
auto_start: false
env: {TOKEN: "${TOKEN}", LEVEL: info}
logging: {stdout: "/var/log/be acon/100%.log"}
"""


def pa(
    *arguments: str, cwd: Path = ROOT, text: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pa_units", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **env},
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def tree(directory: Path) -> dict[str, str]:
    files = (path for path in directory.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(directory)): path.read_text() for path in sorted(files)}


@pytest.mark.parametrize("machine", ["debian=12", "systemd=257,scope=user"])
@pytest.mark.parametrize("layout", ["host", "vendor"])
def test_same_bytes_everywhere(machine: str, layout: str, tmp_path: Path) -> None:
    (tmp_path / "other/place").mkdir(parents=True)
    (tmp_path / "other/place/spec.yaml").write_bytes(SEED.read_bytes())
    options = ("--for", machine, "--layout", layout)
    first = pa("compile", str(SEED), *options, "-o", str(tmp_path / "one"))
    second = pa(
        *("compile", "place/spec.yaml", *options, "-o", str(tmp_path / "two")),
        cwd=tmp_path / "other",
        HOME="/nowhere",
        USER="somebody",
        TZ="Asia/Tokyo",
        LC_ALL="C",
        PYTHONHASHSEED="7",
        XDG_CONFIG_HOME="/elsewhere",
        PA_HOME="/moved",
    )
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    found = tree(tmp_path / "one")
    assert found == tree(tmp_path / "two")
    assert any(name.endswith("trading-bot.service") for name in found)


def test_package_of_the_system(tmp_path: Path) -> None:
    done = pa("compile", "-", "--for", "debian=12", "--layout", "vendor", "-o", str(tmp_path),
              text=PACKAGED)  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = tree(tmp_path)
    assert set(found) == {
        "etc/logrotate.d/pa-packaged",
        "usr/lib/pa/backoff",
        "usr/lib/pa/cut",
        "usr/lib/pa/rotate",
        "usr/lib/pa/stable",
        "usr/lib/systemd/system/pa-rotate.service",
        "usr/lib/systemd/system/pa-rotate.timer",
        "usr/lib/systemd/system/packaged.service",
        "usr/lib/systemd/system/pa-stable-300@.service",
        "usr/lib/systemd/system/pa-stable-300@.timer",
        "usr/lib/systemd/system-preset/50-pa-packaged.preset",
        "usr/lib/sysusers.d/pa-packaged.conf",
        "usr/lib/tmpfiles.d/pa-packaged.conf",
        "usr/share/pa/agents/packaged.yaml",
        "usr/share/pa/secrets/packaged.env",
    }
    assert not [path for path in tmp_path.rglob("*") if path.is_symlink()]
    unit = found["usr/lib/systemd/system/packaged.service"]
    assert "ExecStartPre=+/usr/lib/pa/backoff " in unit
    assert "EnvironmentFile=/etc/pa/secrets/packaged.env\n" in unit
    assert "WantedBy=multi-user.target" in unit
    assert "/usr/local" not in unit
    assert (
        'u svc-beacon - "pa agent packaged" -\ng adm -\n'
        in found["usr/lib/sysusers.d/pa-packaged.conf"]
    )
    assert (
        'f "/var/log/be acon/100%%.log" 0640 root adm\n'
        in found["usr/lib/tmpfiles.d/pa-packaged.conf"]
    )
    assert (
        "disable packaged.service\n" in found["usr/lib/systemd/system-preset/50-pa-packaged.preset"]
    )
    form = found["usr/share/pa/secrets/packaged.env"]
    assert "Copy this to /etc/pa/secrets/packaged.env, mode 0600" in form
    assert "#TOKEN=\n" in form
    assert "LEVEL" not in form


def test_units_of_a_user_name_the_home_by_a_specifier(tmp_path: Path) -> None:
    done = pa("compile", str(SEED), "--for", "systemd=257,scope=user", "-o", str(tmp_path))
    assert done.returncode == 0, done.stderr
    found = tree(tmp_path)
    assert "home-of-the-user" not in "".join(found) + "".join(found.values())
    unit = found[".config/systemd/user/trading-bot.service"]
    assert "EnvironmentFile=%h/.config/pa/secrets/trading-bot.env\n" in unit
    link = tmp_path / ".config/systemd/user/default.target.wants/trading-bot.service"
    assert link.resolve() == (tmp_path / ".config/systemd/user/trading-bot.service").resolve()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--for", "debian"], "it is not key=value"),
        (["--for", "debian=11"], "systemd 247 is too old"),
        (["--for", "systemd=251"], "systemd 251 is too old"),
        (["--for", "systemd=latest"], "'latest' is not a version"),
        (["--for", "systemd=²57"], "is not a version"),
        (["--for", "gentoo=1"], "which systemd that has is not known here"),
        (["--for", "scope=user"], "it must name one systemd"),
        (["--for", "debian=12,systemd=257"], "it must name one systemd"),
        (["--for", "debian=12,debian=13"], "debian is given twice"),
        (["--for", "debian=12,scope=me"], "the scope is system or user"),
        (["--for", "debian=12,scope=user", "--system"], "scope is given twice"),
        (["--layout", "vendor"], "--for does not say for which machine"),
        (["--target", "launchd"], "'launchd' is not one of 'systemd', 'run'"),
        (["--target", "run", "--for", "debian=12"], "supervisor of another machine"),
    ],
)
def test_wrong_words(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compile", str(SEED), *options]) == 2
    assert words in capsys.readouterr().err


def test_relative_paths_are_told(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("name: near\ncmd: ./bot\n")
    done = pa("compile", str(tmp_path / "spec.yaml"), "--for", "debian=12")
    assert done.returncode == 0
    assert "[path-of-this-machine]" in done.stderr
    refused = pa("compile", str(tmp_path / "spec.yaml"), "--for", "debian=12", "--strict")
    assert refused.returncode == 2
    assert refused.stdout == ""


def test_explain_for_another_machine() -> None:
    old = pa("explain", str(SEED), "--for", "systemd=252")
    new = pa("explain", str(SEED), "--for", "systemd=257")
    assert "trading-bot on systemd 252" in old.stdout
    assert "1s, 2s, 4s, 8s, 16s" in old.stdout
    assert "1s, 1.98s, 3.92s, 7.75s, 15.3s" in new.stdout


def test_explain_tells_every_note_of_an_agent(tmp_path: Path) -> None:
    spec = tmp_path / "two.yaml"
    spec.write_text(
        "agents:\n"
        "  - {name: one, cmd: /bin/a, alerts: [{when: 'restart_count > 3 in 1h'}]}\n"
        "  - name: two\n    cmd: /bin/b\n    max_restarts: 2\n    backoff: {max_delay: 3s}\n"
        "    notifications: {channels: [mail]}\n"
    )
    done = pa("explain", str(spec), "--for", "systemd=257", "--json")
    one, two = json.loads(done.stdout)
    assert [note["code"] for note in one["notes"]] == ["not-active-yet"]
    assert {note["line"] for note in two["notes"]} == {6, 7}
    assert two["delays_ms"] == [1000, 1732]
    assert two["gives_up_after_ms"] == 1000 + 1732 + 3000
