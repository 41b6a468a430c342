"""*Pure*: changes as text, for `--diff` and `--dry-run`. Values of secrets are never in it."""

from collections.abc import Iterable, Iterator

from pa_units.contracts.bundle import Kind
from pa_units.write import envfile
from pa_units.write.changes import IDLE, Change, Changes, Conflict

_NOWHERE = "/dev/null"


def unified(changes: Changes) -> str:
    """Return a unified diff of all contents that would change, in order of path; what was edited
    by hand and is kept is shown as well."""
    shown = (change for change in changes.files if _has_text(change))
    return "".join(
        line for change in sorted(shown, key=lambda change: change.path) for line in _lines(change)
    )


def _has_text(change: Change) -> bool:
    told = change.action not in IDLE or change.conflict is Conflict.EDITED
    return told and change.before != change.after


def _lines(change: Change) -> Iterator[str]:
    import difflib  # 5 ms

    before, after = _texts(change)
    yield from difflib.unified_diff(
        before,
        after,
        change.path if change.before is not None else _NOWHERE,
        change.path if change.after is not None else _NOWHERE,
    )


def _texts(change: Change) -> tuple[list[str], list[str]]:
    if change.kind is Kind.SECRET:
        return _names(change)
    return _split(change.before), _split(change.after)


def _split(content: bytes | None) -> list[str]:
    lines = (content or b"").decode(errors="replace").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n\\ No newline at end of file\n"
    return lines


def _names(change: Change) -> tuple[list[str], list[str]]:
    """Which variables there are, and which have another value."""
    if not change.path.endswith(".env"):
        was, other = change.before is not None, change.before is not None
        return ["value not shown\n"] * was, [f"{'another ' * other}value not shown\n"]
    before, after = (envfile.parse(content or b"") for content in (change.before, change.after))
    return (
        list(_hidden(before, ())),
        list(_hidden(after, {name for name in before if before[name] != after.get(name)})),
    )


def _hidden(variables: Iterable[str], changed: Iterable[str]) -> Iterator[str]:
    for name in variables:
        yield f"{name}=({'another value' if name in changed else 'value'} not shown)\n"
