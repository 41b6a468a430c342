"""Which driver serves a host, and which an agent."""

import os
from collections.abc import Collection, Mapping
from importlib import import_module

from pa_units.contracts.drivers import BUILTIN, SYSTEMD
from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope
from pa_units.drive.base import Driver
from pa_units.drive.errors import NoBus
from pa_units.kit.errors import UsageError

DRIVERS = (SYSTEMD, BUILTIN)
"""Modules of this room; imported when they are used, since a read needs one of them."""

_BOOTED = "/run/systemd/system"
"""sd_booted(3): the directory is there exactly when systemd is PID 1."""


def driver(name: str = SYSTEMD) -> Driver:
    """Return the driver of that name. Raises UsageError for one that does not exist."""
    found: Driver = import_module(f"pa_units.drive.{checked(name)}")
    return found


def checked(name: str) -> str:
    """Return a name that somebody gave. Raises UsageError if there is no such driver."""
    if name == "launchd":
        raise UsageError(
            "cannot use driver 'launchd': pa cannot drive launchd yet",
            "--driver builtin runs agents under a supervisor of pa's own",
        )
    if name not in DRIVERS:
        raise UsageError(f"cannot use driver '{name}': the drivers are {', '.join(DRIVERS)}")
    return name


def of_host() -> str:
    """The driver of a host where nobody says which: systemd where that was booted. Whether its bus
    answers does not matter: agents that PID 1 could supervise shall not end up elsewhere because
    a bus is away for a moment."""
    return SYSTEMD if os.path.isdir(_BOOTED) else BUILTIN


def reachable(scope: Scope, env: Mapping[str, str]) -> None:
    """Raise BusError if systemd cannot be asked, with what else there is to do."""
    from pa_units.drive.wire import open_bus

    try:
        open_bus(scope, env).close()
    except NoBus as error:
        advice = "or run agents under pa's own supervisor: --driver builtin"
        raise NoBus(error.message, "\n".join(filter(None, (error.hint, advice)))) from None


def of_agents(
    names: Collection[str], installed: Mapping[str, Installed], asked: str = "", usual: str = ""
) -> str:
    """The driver for agents that are to be installed together.

    An agent stays with the driver that it has; what is new goes where those go, else to `usual`,
    else to that of the host. Raises UsageError if that contradicts what is `asked` for, or itself.
    """
    has = {installed[name].driver: name for name in names if name in installed}
    if asked:
        checked(asked)
        for other, name in has.items():
            if other != asked:
                raise UsageError(
                    f"cannot install {name} with driver {asked}: it is installed with {other}",
                    f"leave --driver out, or uninstall it first: pa uninstall {name}",
                )
        return asked
    if len(has) > 1:
        both = " and ".join(f"{name} with {driver}" for driver, name in sorted(has.items()))
        raise UsageError(
            f"cannot install them together: {both} are installed", "name them in two commands"
        )
    return next(iter(has), usual or of_host())
