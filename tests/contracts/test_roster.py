"""The short reading of the ledger agrees with the whole one."""

from pathlib import Path

import pytest

from pa_units.contracts import ledger, roster
from pa_units.contracts.ledger import Installed, Ledger
from pa_units.contracts.places import SYSTEM, places
from pa_units.contracts.refs import Scope, UnitRef
from pa_units.contracts.scope import home, state_directory, usual
from pa_units.kit.errors import PaError


def agent(name: str, **more: object) -> Installed:
    unit = UnitRef(f"{name}.service", Scope.SYSTEM)
    return Installed(name, "", (unit,), auto_start=True, user="")._replace(**more)


def test_names_units_and_labels(tmp_path: Path) -> None:
    door = (UnitRef("cron.timer", Scope.SYSTEM),)
    agents = [
        agent("web", labels={"team": "a"}),
        agent("cron", starts=door),
        agent("many", runs=door),
        agent("other", driver="builtin"),
    ]
    written = ledger.encode(Ledger({one.name: one for one in agents}))
    (tmp_path / "ledger.json").write_bytes(written)
    found = roster.read(str(tmp_path))
    assert {name: entry.is_plain for name, entry in found.items()} == {
        "web": True,
        "cron": False,
        "many": False,
        "other": True,
    }
    assert (found["web"].unit, found["web"].labels) == ("web.service", {"team": "a"})
    assert (found["web"].driver, found["other"].driver) == ("systemd", "builtin")


def test_no_ledger_is_nobody(tmp_path: Path) -> None:
    assert roster.read(str(tmp_path)) == {}


def test_a_damaged_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.json").write_text('{"schema": "pa.ledger/2"}')
    with pytest.raises(PaError, match=r"pa\.ledger/2"):
        roster.read(str(tmp_path))


@pytest.mark.parametrize("env", [{}, {"XDG_STATE_HOME": "/s"}, {"PA_HOME": "/p/"}])
@pytest.mark.parametrize("scope", Scope)
def test_both_look_in_one_place(scope: Scope, env: dict[str, str]) -> None:
    assert state_directory(scope, env, "/home/bob") == places(scope, env, "/home/bob", 1).state


def test_who_acts_where() -> None:
    assert (usual(0), usual(1000)) == (Scope.SYSTEM, Scope.USER)
    assert home({"HOME": "/h"}, 0) == "/h"
    assert home({}, 0) == "/root"
    assert SYSTEM.ledger == "/var/lib/pa/ledger.json"
