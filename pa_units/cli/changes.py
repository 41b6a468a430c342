"""What changes on disk, path by path or line by line."""

from collections.abc import Iterable

from pa_units.cli import out
from pa_units.contracts import daemons
from pa_units.contracts.bundle import Kind
from pa_units.write.changes import Action, Change, Changes

SIGNS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.ADJUST: ("~", "yellow"),
    Action.REMOVE: ("-", "red"),
}

_CONFLICTS = {
    "foreign": "not ours; --force writes over it",
    "edited": "edited by hand; --force writes over it",
    "shape": "something else of that name is there",
}


def show(changes: Iterable[Change], indent: str = "") -> None:
    """Print one line per path that changes; a program of many files is one."""
    lines: dict[tuple[Action, str, str], int] = {}
    for change in changes:
        if change.action in SIGNS:
            refused = f"  ({_CONFLICTS[change.conflict]})" if change.refused else ""
            line = change.action, _program(change), refused
            lines[line] = lines.get(line, 0) + 1
    for (action, path, refused), count in lines.items():
        sign, style = SIGNS[action]
        many = f"  {count} files" if path.endswith("/") else ""
        out.line(f"{indent}{out.paint(sign, style)} {path}{many}{refused}")


def _program(change: Change) -> str:
    """The directory of a program that consists of modules, else the path itself."""
    before, directory, _ = change.path.partition(daemons.PROGRAM)
    return before + directory if directory and change.kind is Kind.HELPER else change.path


def show_text(changes: Changes) -> None:
    """Print a unified diff; values of secrets are not in it."""
    from pa_units.write.text import unified

    out.text(unified(changes))


def show_kept(changes: Changes) -> None:
    """Say which files differ from what was written and are left so."""
    for change in changes.files:
        if change.action is Action.KEEP:
            out.hint(f"pa: kept as it was edited by hand: {change.path} (--diff shows the edits)")
