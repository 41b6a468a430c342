"""Paths that change, as a person reads them."""

import pytest

from pa_units.cli import changes
from pa_units.contracts.bundle import Kind
from pa_units.write.changes import Action, Change, Conflict


def change(path: str, action: Action = Action.CREATE, kind: Kind = Kind.HELPER) -> Change:
    return Change(action, kind, path, ("web",))


def test_a_program_of_many_files_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    base = "/usr/local/lib/pa/1"
    changes.show(
        [
            change(f"{base}/stable"),
            change(f"{base}/watchdog/__main__.py"),
            change(f"{base}/watchdog/pa_units/__init__.py"),
            change(f"{base}/watchdog/pa_units/x.py", Action.SAME),
            change("/srv/watchdog/log", kind=Kind.LOG),
            change("/etc/x", Action.REMOVE)._replace(refused=True, conflict=Conflict.EDITED),
        ],
        "  ",
    )
    assert capsys.readouterr().out.splitlines() == [
        f"  + {base}/stable",
        f"  + {base}/watchdog/  2 files",
        "  + /srv/watchdog/log",
        "  - /etc/x  (edited by hand; --force writes over it)",
    ]
