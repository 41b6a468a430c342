"""Which files a command line means, and which agents are gone from them."""

from pathlib import Path

import pytest

from pa_units.contracts.ledger import Installed, Ledger, Origin
from pa_units.contracts.refs import Scope, UnitRef
from pa_units.kit.errors import UsageError
from pa_units.verbs import gather


def installed(name: str, origin: str) -> Installed:
    unit = UnitRef(f"{name}.service", Scope.SYSTEM)
    return Installed(name, "d", (unit,), True, "", origin=Origin(origin, "d"))


LEDGER = Ledger(
    {
        "a": installed("a", "/srv/specs/a.yaml"),
        "b": installed("b", "/srv/specs/b.yaml"),
        "deep": installed("deep", "/srv/specs/more/deep.yaml"),
        "beside": installed("beside", "/srv/specs-old/a.yaml"),
        "typed": installed("typed", ""),
    }
)


def test_files_of_a_directory(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "c.json", ".hidden.yaml", "notes.txt", "a.yaml~"):
        (tmp_path / name).touch()
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "d.yaml").touch()
    found = gather.spec_files([str(tmp_path), "-", str(tmp_path / "b.yaml")])
    assert [Path(path).name for path in found] == ["a.yml", "b.yaml", "c.json", "-"]


def test_a_directory_without_a_spec(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no spec in .*: no \.yaml"):
        gather.spec_files([str(tmp_path)])
    assert gather.spec_files([str(tmp_path)], required=False) == ()
    assert gather.spec_files([]) == ()


def test_gone_from_a_directory_and_from_nowhere_else() -> None:
    assert gather.gone(LEDGER, ["/srv/specs"], {"a"}) == ("b",)
    assert gather.gone(LEDGER, ["/srv/specs/"], {"a", "b"}) == ()
    assert gather.gone(LEDGER, ["/srv/specs", "/srv/specs/more"], {"a"}) == ("b", "deep")


def test_gone_from_a_file() -> None:
    assert gather.gone(LEDGER, ["/srv/specs/b.yaml"], {"other"}) == ("b",)


def test_nothing_at_all_is_no_reason_to_uninstall_all() -> None:
    with pytest.raises(UsageError, match="is it mounted") as raised:
        gather.gone(LEDGER, ["/srv/specs"], set())
    assert raised.value.hint.endswith("pa uninstall a b")
    assert gather.gone(LEDGER, ["/srv/empty"], set()) == ()
