"""Which driver serves a host."""

from importlib import import_module

from pa_units.drive.base import Driver
from pa_units.kit.errors import UsageError

DRIVERS = ("systemd", "builtin")
"""Modules of this room; imported when they are used, since a read needs one of them."""


def driver(name: str = "systemd") -> Driver:
    """Return the driver of that name. Raises UsageError for one that does not exist."""
    if name not in DRIVERS:
        raise UsageError(f"cannot use driver {name!r}: the drivers are {', '.join(DRIVERS)}")
    found: Driver = import_module(f"pa_units.drive.{name}")
    return found
