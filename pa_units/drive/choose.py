"""Which driver serves a host."""

from pa_units.drive import systemd
from pa_units.drive.base import Driver
from pa_units.kit.errors import UsageError

_DRIVERS: dict[str, Driver] = {"systemd": systemd}


def driver(name: str = "systemd") -> Driver:
    """Return the driver of that name. Raises UsageError for one that does not exist."""
    found = _DRIVERS.get(name)
    if found is None:
        raise UsageError(f"cannot use driver {name!r}: the drivers are {', '.join(_DRIVERS)}")
    return found
