"""A unit that stands below /run for as long as it is needed.

systemd finds a new name there without reading everything anew (it compares the times of its
directories), so a trial costs no daemon-reload: 0.6 s with 500 units.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from pa_units.contracts.refs import Scope
from pa_units.drive import calls
from pa_units.drive.encode import encode
from pa_units.drive.errors import BusError
from pa_units.drive.message import Call
from pa_units.drive.objects import MANAGER, ROOT
from pa_units.drive.wire import open_bus
from pa_units.kit.errors import PaError
from pa_units.kit.files import write_whole

_MODE = 0o644


def directory(scope: Scope, env: Mapping[str, str]) -> str:
    """Where units stand until the next boot (systemd.unit(5), "Unit File Load Path")."""
    if scope is Scope.SYSTEM:
        return "/run/systemd/system"
    runtime = env.get("XDG_RUNTIME_DIR")
    if not runtime:
        raise PaError(
            "cannot run a trial: XDG_RUNTIME_DIR is not set", "log in as that user, not by su"
        )
    return f"{runtime}/systemd/user"


@contextmanager
def runtime_unit(scope: Scope, env: Mapping[str, str], file: str, text: str) -> Iterator[None]:
    """Have a unit file below /run while the block lasts; its unit is stopped and forgotten after.

    `file` may be a template. Raises BusError, OSError.
    """
    where = directory(scope, env)
    os.makedirs(where, exist_ok=True)
    path = f"{where}/{file}"
    write_whole(path, text.encode(), _MODE)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)


@contextmanager
def started(scope: Scope, env: Mapping[str, str], unit: str) -> Iterator[None]:
    """Queue the start of a unit; stop it and forget its failure when the block is left."""
    (result,) = calls.queue(scope, env, [unit], "StartUnit")
    try:
        if not result.ok:
            raise BusError(f"cannot start {unit}: {result.message}")
        yield
    finally:
        _end(scope, env, unit)


def _end(scope: Scope, env: Mapping[str, str], unit: str) -> None:
    """Both answers are allowed to be errors: it may be gone already."""
    with open_bus(scope, env) as wire:
        wire.pipeline(
            [
                Call(ROOT, MANAGER, "StopUnit", "ss", encode("ss", (unit, "replace"))),
                Call(ROOT, MANAGER, "ResetFailedUnit", "s", encode("s", (unit,))),
            ]
        )
