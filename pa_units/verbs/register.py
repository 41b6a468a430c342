"""`register`: an agent from the command line, without writing a file first."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from pa_units.kit.errors import UsageError
from pa_units.spec.text.emit import document
from pa_units.verbs import install
from pa_units.verbs.here import Here
from pa_units.verbs.install import Options, Result


class Wanted(NamedTuple):
    """What the command line says of the new agent."""

    name: str
    cmd: str
    cwd: str = ""
    """empty: the current directory if it belongs to an ordinary user, else one of its own"""
    env: Sequence[str] = ()
    """NAME=value"""
    auto_start: bool = False
    """start at boot"""
    shell: bool = False


def register(at: Here, wanted: Wanted, *, dry_run: bool = False) -> Result:
    """Install an agent without starting it.

    Raises UsageError if one of that name is installed: `install` and `set` change agents.
    """
    from pa_units.contracts import ledger

    if wanted.name in ledger.read(at.places, at.root).agents:
        raise UsageError(
            f"an agent '{wanted.name}' is installed already",
            f"change it: pa set {wanted.name} KEY=VALUE; or remove it: pa unregister {wanted.name}",
        )
    path = f"{at.places.agents}/{wanted.name}.yaml"
    text = document(_spec(at, wanted)).encode()
    options = Options(start=False, dry_run=dry_run)
    return install.install(at, [path], options, {path: text})


def _spec(at: Here, wanted: Wanted) -> dict[str, object]:
    spec: dict[str, object] = {"name": wanted.name, "cmd": wanted.cmd}
    if wanted.shell:
        spec["shell"] = True
    if cwd := wanted.cwd or _current_directory():
        spec["cwd"] = os.path.abspath(cwd)
    if not wanted.auto_start:
        spec["auto_start"] = False
    if wanted.env:
        spec["env"] = list(wanted.env)
    return spec


def _current_directory() -> str:
    """pm2's users expect it; an agent of root's directory could not write there anyway."""
    here = os.getcwd()
    return here if os.stat(here).st_uid else ""
