"""Where a command acts: scope, places, environment."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts.places import Places, places
from pa_units.contracts.refs import Scope
from pa_units.kit.errors import PermissionProblem


class Here(NamedTuple):
    """The scope of one command and everything that follows from it."""

    scope: Scope
    places: Places
    env: Mapping[str, str]
    root: str = ""
    """a directory that stands for `/`: files are written below it and nothing is driven"""


def here(scope: Scope | None, env: Mapping[str, str], root: str = "") -> Here:
    """Choose the scope: the one asked for, else system for root and user for anyone else."""
    uid = os.getuid()
    chosen = scope or (Scope.USER if uid else Scope.SYSTEM)
    return Here(chosen, places(chosen, env, _home(env, uid), uid), env, root.rstrip("/"))


def _home(env: Mapping[str, str], uid: int) -> str:
    if home := env.get("HOME"):
        return home
    import pwd

    return pwd.getpwuid(uid).pw_dir


def may_write(at: Here, doing: str) -> None:
    """Refuse early what would fail half-way. Raises PermissionProblem."""
    if at.scope is Scope.SYSTEM and os.getuid() and not at.root and "PA_HOME" not in at.env:
        raise PermissionProblem(
            f"cannot {doing} in the system scope: only root may",
            f"run it with sudo, or {doing} for yourself with --user",
        )
