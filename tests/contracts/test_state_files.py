"""Ledger and inventory: written, read, read by a later and an earlier version."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pa_units.contracts import inventory, ledger
from pa_units.contracts.bundle import Kind
from pa_units.contracts.inventory import Inventory, Owned
from pa_units.contracts.ledger import Installed, Ledger, Origin
from pa_units.contracts.places import SYSTEM
from pa_units.contracts.refs import Scope, UnitRef
from pa_units.kit.errors import PaError

FULL = Installed(
    name="bot",
    digest="d",
    units=(UnitRef("bot.service", Scope.USER), UnitRef("bot.timer", Scope.USER)),
    auto_start=True,
    user="kbot",
    user_reason="owner of /home/kbot",
    origin=Origin("/srv/é.yaml", "o"),
    driver="builtin",
    scope=Scope.USER,
    version="0.1.0",
    labels={"team": "a"},
    max_restarts=5,
    delays_ms=(1000, 2000),
    generation=3,
    installed=1.5,
    gated=True,
    starts=(UnitRef("bot.timer", Scope.USER),),
    runs=(UnitRef("bot@1.service", Scope.USER), UnitRef("bot@2.service", Scope.USER)),
    ends=True,
)


def test_the_ledger_comes_back_as_it_was() -> None:
    bare = Installed("eye", "d", (), False, "")
    known = Ledger({"bot": FULL, "eye": bare})
    assert ledger.decode(ledger.encode(known), "x") == known


def test_agents_are_sorted_so_that_equal_ledgers_are_equal_files() -> None:
    one = {name: FULL._replace(name=name) for name in ("b", "a")}
    other = {name: FULL._replace(name=name) for name in ("a", "b")}
    assert ledger.encode(Ledger(one)) == ledger.encode(Ledger(other))
    assert list(ledger.decode(ledger.encode(Ledger(one)), "x").agents) == ["a", "b"]


def test_fields_of_later_versions_are_ignored_and_missing_ones_have_defaults() -> None:
    data = json.dumps(
        {"schema": ledger.SCHEMA, "agents": {"bot": {"new": [1], "units": ["bot.service"]}}, "x": 1}
    )
    agent = ledger.decode(data.encode(), "x").agents["bot"]
    assert agent.units == (UnitRef("bot.service", Scope.SYSTEM),)
    assert (agent.user, agent.generation, agent.max_restarts) == ("", 1, None)


def test_no_file_is_an_empty_ledger(tmp_path: Path) -> None:
    assert ledger.read(SYSTEM, str(tmp_path)) == Ledger()
    assert inventory.read(SYSTEM, str(tmp_path)) == Inventory()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    place = tmp_path / "var/lib/pa"
    place.mkdir(parents=True)
    (place / "ledger.json").write_text("{")
    (place / "inventory.json").write_text("{")
    with pytest.raises(PaError, match=r"cannot read /var/lib/pa/ledger.json"):
        ledger.read(SYSTEM, str(tmp_path))
    with pytest.raises(PaError, match=r"cannot read /var/lib/pa/inventory.json"):
        inventory.read(SYSTEM, str(tmp_path))


KNOWN = Inventory(
    files={
        path: Owned(kind, path, 0o644, "d")
        for path, kind in (("/a", Kind.UNIT), ("/b", Kind.HELPER), ("/c", Kind.LOG))
    },
    agents={"bot": ("/a", "/b"), "eye": ("/b", "/c")},
    kept={"bot": {"/b": 2}},
    directories=("/etc/pa",),
)


def test_the_inventory_comes_back_as_it_was() -> None:
    assert inventory.decode(inventory.encode(KNOWN), "x") == KNOWN


def test_a_shared_file_is_one_row() -> None:
    assert inventory.encode(KNOWN).count(b'"helper"') == 1


@pytest.mark.parametrize(
    "body",
    [
        {"files": [["unit"]]},
        {"files": [["hologram", "/a", 1, ""]]},
        {"files": [], "agents": {"bot": [0]}},
        {"files": [["unit", "/a", 1, ""]], "agents": {"bot": [-1]}},
        {"files": [["unit", "/a", 1, ""]], "agents": {"bot": ["0"]}},
    ],
)
def test_an_inventory_that_cannot_be_right_is_refused(body: dict[str, object]) -> None:
    """Whoever reads it will remove files by it: nothing is guessed."""
    data = json.dumps({"schema": inventory.SCHEMA, **body}).encode()
    with pytest.raises(PaError, match="damaged"):
        inventory.decode(data, "x")


def test_rows_may_grow() -> None:
    data = json.dumps({"schema": inventory.SCHEMA, "files": [["unit", "/a", 1, "d", "more"]]})
    assert inventory.decode(data.encode(), "x").files["/a"].digest == "d"


def test_reading_it_needs_nothing_heavy() -> None:
    program = "import sys; from pa_units.contracts import ledger; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    heavy = {"ctypes", "dataclasses", "pathlib", "subprocess", "logging", "pydantic", "yaml",
             "hashlib", "fcntl", "shutil", "asyncio"}  # fmt: skip
    assert not heavy & set(done.stdout.split())
