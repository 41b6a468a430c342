"""Where a command acts: scope, places, environment."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts.places import Places, places
from pa_units.contracts.scope import Scope, home, usual
from pa_units.kit.errors import PermissionProblem


class Here(NamedTuple):
    """The scope of one command and everything that follows from it."""

    scope: Scope
    places: Places
    env: Mapping[str, str]
    root: str = ""
    """a directory that stands for `/`: files are written below it and nothing is driven"""
    driver: str = ""
    """who shall supervise what is installed; empty: nobody said"""


def here(scope: Scope | None, env: Mapping[str, str], root: str = "", driver: str = "") -> Here:
    """Choose the scope: the one asked for, else system for root and user for anyone else.

    PA_DRIVER stands in for a `driver` that nobody named."""
    uid = os.getuid()
    chosen = scope or usual(uid)
    where = places(chosen, env, home(env, uid), uid)
    return Here(chosen, where, env, root.rstrip("/"), driver or env.get("PA_DRIVER", ""))


def may_write(at: Here, doing: str) -> None:
    """Refuse early what would fail half-way. Raises PermissionProblem."""
    if at.scope is Scope.SYSTEM and os.getuid() and not at.root and "PA_HOME" not in at.env:
        raise PermissionProblem(
            f"cannot {doing} in the system scope: only root may",
            f"run it with sudo, or {doing} for yourself with --user",
        )
