"""What starts the built-in supervisor at boot: each entry means what it says."""

import json
import re
import shlex
import subprocess
import tempfile

import pytest

from pa_units.contracts.scope import Scope
from pa_units.verbs import at_boot
from pa_units.verbs.at_boot import Way
from pa_units.verbs.here import Here, here

HOME = "/srv/it's 100% mine"


def at(scope: Scope = Scope.SYSTEM) -> Here:
    return here(scope, {"PA_HOME": HOME, "HOME": "/root"})


def text(way: Way, scope: Scope = Scope.SYSTEM) -> str:
    return at_boot.entry(at(scope), way).text


def run_by_shell(script: str) -> list[str]:
    """The words and the variable that a shell script would start the supervisor with."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(["sh", file.name], text=True, capture_output=True, check=True)
    return done.stdout.splitlines()


SHOW = "printf '%s\\n' \"$PA_HOME\""


def test_cron_passes_the_home_and_runs_in_the_background() -> None:
    line = text(Way.CRON).removeprefix("@reboot ").strip().replace(r"\%", "%")
    words = shlex.split(line)
    assert words[:2] == ["env", f"PA_HOME={HOME}"]
    assert words[-3:] == ["supervisor", "run", "--system"]
    assert not re.search(r"(?<!\\)%", text(Way.CRON)), "cron would take it for standard input"


def test_runit_stays_in_the_foreground() -> None:
    script = text(Way.RUNIT)
    assert shlex.split(script.splitlines()[-1])[-4:] == [
        "supervisor",
        "run",
        "--system",
        "--foreground",
    ]
    assert run_by_shell(script.replace("exec /", f"{SHOW}; exit; exec /")) == [HOME]


def test_openrc_script_is_a_shell_script() -> None:
    script = text(Way.OPENRC)
    home, arguments = run_by_shell(f"{script}\n{SHOW}\necho $command_args")
    assert home == HOME
    # Before them stands `-m pa_units` where no pa is in PATH.
    assert arguments.endswith("supervisor run --system --foreground")


def test_container_entry_is_json() -> None:
    lines = dict(line.split(" ", 1) for line in text(Way.CONTAINER).splitlines())
    assert json.loads(lines["ENTRYPOINT"])[-2:] == ["--system", "--foreground"]
    assert json.loads(lines["ENV"].partition("=")[2]) == HOME


@pytest.mark.parametrize(
    ("scope", "target"), [(Scope.SYSTEM, "multi-user.target"), (Scope.USER, "default.target")]
)
def test_unit_below_systemd(scope: Scope, target: str) -> None:
    unit = text(Way.SYSTEMD, scope)
    assert f'Environment="PA_HOME={HOME.replace("%", "%%")}"' in unit
    assert f"supervisor run --{scope} --foreground" in unit and f"WantedBy={target}" in unit
    assert "KillMode=process" in unit, "a killed supervisor must not take its agents along"


def test_what_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    there: set[str] = set()
    monkeypatch.setattr(at_boot, "_in_container", lambda: False)
    monkeypatch.setattr(at_boot.os.path, "isdir", lambda path: path in there)
    assert at_boot.detected(Scope.SYSTEM) is Way.CRON
    there.add("/run/runit")
    assert (at_boot.detected(Scope.SYSTEM), at_boot.detected(Scope.USER)) == (Way.RUNIT, Way.CRON)
    there.add("/run/openrc")
    assert at_boot.detected(Scope.SYSTEM) is Way.OPENRC
    there.add("/run/systemd/system")
    assert at_boot.detected(Scope.USER) is Way.SYSTEMD
