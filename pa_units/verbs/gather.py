"""Which spec files a command line means, and which installed agents are gone from them."""

import os
from collections.abc import Collection, Sequence

from pa_units.contracts.ledger import Ledger
from pa_units.kit.errors import UsageError

_ENDINGS = (".yaml", ".yml", ".json")


def spec_files(paths: Sequence[str], *, required: bool = True) -> tuple[str, ...]:
    """Return the spec files that `paths` mean: of a directory those right in it, hidden ones left
    out, by name. Raises UsageError for a directory that cannot be listed, and where one is
    `required` and there is none.
    """
    files = tuple(dict.fromkeys(file for path in paths for file in _files(path)))
    if required and paths and not files:
        raise UsageError(f"there is no spec in {' '.join(paths)}: no .yaml, .yml or .json file")
    return files


def _files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    try:
        entries = sorted(os.listdir(path))
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise UsageError(f"cannot read {path}: {reason}") from None
    return [
        os.path.join(path, entry)
        for entry in entries
        if entry.endswith(_ENDINGS) and not entry.startswith(".")
    ]


def gone(ledger: Ledger, paths: Sequence[str], present: Collection[str]) -> tuple[str, ...]:
    """Return the installed agents that came from one of `paths` (a file, or a file right in a
    directory) and are none of those `present` in them now. Agents from elsewhere never count.

    Raises UsageError when there is nothing in `paths` at all: a file system that is not mounted
    looks like that.
    """
    whole = {os.path.abspath(path) for path in paths}
    lost = tuple(
        name
        for name, agent in ledger.agents.items()
        if name not in present
        and agent.origin.path
        and not whole.isdisjoint((agent.origin.path, os.path.dirname(agent.origin.path)))
    )
    if lost and not present:
        raise UsageError(
            f"cannot prune: there is no agent at all in {' '.join(paths)}, is it mounted?",
            f"if all of them shall go: pa uninstall {' '.join(lost)}",
        )
    return lost
